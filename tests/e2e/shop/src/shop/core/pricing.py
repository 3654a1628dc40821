"""What an order costs: discount tiers, VAT and rounding."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

CENT = Decimal("0.01")
MAX_PRICE = Decimal("1000000")
MAX_QUANTITY = 1000

VAT_RATES = {
    "standard": Decimal("0.20"),
    "reduced": Decimal("0.05"),
    "zero": Decimal("0"),
}

# From which subtotal on which share is taken off, the highest first.
DISCOUNT_TIERS = (
    (Decimal("1000"), Decimal("0.10")),
    (Decimal("500"), Decimal("0.05")),
    (Decimal("100"), Decimal("0.02")),
)


class PricingError(ValueError):
    """An amount that cannot be charged."""


@dataclass(frozen=True)
class Line:
    """One line of an order; prices are without VAT."""

    unit_price: Decimal
    quantity: int
    vat_class: str = "standard"


@dataclass(frozen=True)
class Quote:
    """The price of an order: total = subtotal - discount + vat."""

    subtotal: Decimal
    discount: Decimal
    vat: Decimal
    total: Decimal


def round_money(amount: Decimal) -> Decimal:
    """Round to whole cents, half a cent away from zero."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def parse_price(text: str) -> Decimal:
    """Return the price in a string such as "9.90"."""
    try:
        price = Decimal(text)
    except InvalidOperation as error:
        raise PricingError(f"not a price: {text!r}") from error
    if not price.is_finite() or not 0 < price <= MAX_PRICE:
        raise PricingError(f"price must be above 0 and at most {MAX_PRICE}")
    if price != round_money(price):
        raise PricingError("price must not have fractions of a cent")
    return round_money(price)


def discount_rate(subtotal: Decimal) -> Decimal:
    """Return the share that is taken off an order of this size."""
    for threshold, rate in DISCOUNT_TIERS:
        if subtotal >= threshold:
            return rate
    return Decimal("0")


def price_order(lines: Sequence[Line]) -> Quote:
    """Price an order; discount and VAT are rounded line by line."""
    if not lines:
        raise PricingError("an order needs at least one line")
    for line in lines:
        if not 1 <= line.quantity <= MAX_QUANTITY:
            raise PricingError(f"quantity must be 1 to {MAX_QUANTITY}")
        if line.vat_class not in VAT_RATES:
            raise PricingError(f"unknown VAT class {line.vat_class!r}")
    subtotal = sum((line.unit_price * line.quantity for line in lines), Decimal("0"))
    keep = 1 - discount_rate(subtotal)
    net = vat = Decimal("0.00")
    for line in lines:
        line_net = round_money(line.unit_price * line.quantity * keep)
        net += line_net
        vat += round_money(line_net * VAT_RATES[line.vat_class])
    return Quote(subtotal, subtotal - net, vat, net + vat)
