"""The core: prices without any HTTP."""

from decimal import Decimal

import pytest

from shop.core import pricing
from shop.core.pricing import Line, PricingError


@pytest.mark.parametrize(
    ("subtotal", "percent"),
    [("0", 0), ("99.99", 0), ("100", 2), ("499.99", 2), ("500", 5), ("1000", 10)],
)
def test_tiers_start_at_their_threshold(subtotal: str, percent: int) -> None:
    assert pricing.discount_rate(Decimal(subtotal)) * 100 == percent


def test_half_a_cent_is_rounded_up() -> None:
    assert pricing.round_money(Decimal("0.125")) == Decimal("0.13")
    assert pricing.round_money(Decimal("0.1249")) == Decimal("0.12")


@pytest.mark.parametrize("text", ["1E+2", "100", "100.00"])
def test_a_price_has_two_decimals(text: str) -> None:
    assert str(pricing.parse_price(text)) == "100.00"


@pytest.mark.parametrize("text", ["", "ten", "NaN", "Infinity", "0", "1E+9", "9.999"])
def test_an_unusable_price_is_refused(text: str) -> None:
    with pytest.raises(PricingError):
        pricing.parse_price(text)


def test_vat_is_added_by_class_after_the_discount() -> None:
    big = Line(Decimal("50.00"), 2)
    reduced = Line(Decimal("0.99"), 1, "reduced")
    free_of_vat = Line(Decimal("20.00"), 1, "zero")
    quote = pricing.price_order([big, reduced, free_of_vat])
    assert quote.subtotal == Decimal("120.99")
    assert quote.discount == Decimal("2.42")
    assert quote.vat == Decimal("19.65")
    assert quote.total == quote.subtotal - quote.discount + quote.vat


@pytest.mark.parametrize(("quantity", "vat"), [(0, "zero"), (1001, "zero"), (1, "odd")])
def test_an_impossible_line_is_refused(quantity: int, vat: str) -> None:
    with pytest.raises(PricingError):
        pricing.price_order([Line(Decimal("1"), quantity, vat)])


def test_an_empty_order_is_refused() -> None:
    with pytest.raises(PricingError, match="at least one line"):
        pricing.price_order([])
