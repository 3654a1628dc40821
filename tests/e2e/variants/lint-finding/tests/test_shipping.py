"""How a parcel is sent."""

import pytest

from shop.shipping import carrier


@pytest.mark.parametrize(
    ("weight", "country", "express", "expected"),
    [
        (50, "GB", False, "letter"),
        (500, "GB", False, "parcel"),
        (500, "GB", True, "courier"),
        (50000, "GB", True, "van"),
        (50, "FR", False, "letter"),
        (500, "FR", False, "road"),
        (500, "DE", True, "air"),
        (5000, "DE", True, "road"),
        (50, "US", False, "letter"),
        (500, "US", False, "sea"),
        (500, "US", True, "air"),
        (5000, "US", True, "freight"),
    ],
)
def test_carrier(weight: int, country: str, express: bool, expected: str) -> None:
    assert carrier(weight, country, express) == expected
