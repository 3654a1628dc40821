"""Points for loyal customers."""

from decimal import Decimal

from shop.core.loyalty import points


def test_points() -> None:
    assert points(Decimal("25.00")) == 3
