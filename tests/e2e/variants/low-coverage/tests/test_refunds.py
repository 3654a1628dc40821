"""What a customer gets back."""

from decimal import Decimal

from shop.core.pricing import Line, price_order
from shop.core.refunds import refund


def test_all_is_paid_back_within_two_weeks() -> None:
    quote = price_order([Line(Decimal("10.00"), 1)])
    assert refund(quote, 14) == Decimal("12.00")
