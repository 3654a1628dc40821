"""What a customer gets back."""

from decimal import Decimal

from shop.core.pricing import PricingError, Quote, round_money


def refund(quote: Quote, days: int) -> Decimal:
    """Return the refund for an order that comes back after some days."""
    return round_money(quote.total * refund_share(days))


def refund_share(days: int) -> Decimal:
    """Return the share that is paid back."""
    if days < 0:
        raise PricingError("an order cannot come back before it was sent")
    if days <= 14:
        return Decimal("1")
    if days <= 30:
        return Decimal("0.5")
    return Decimal("0")


def restocking_fee(quote: Quote) -> Decimal:
    """Return what is kept of a large order."""
    if quote.subtotal < 500:
        return Decimal("0.00")
    fee = round_money(quote.subtotal * Decimal("0.03"))
    return min(fee, Decimal("50.00"))
