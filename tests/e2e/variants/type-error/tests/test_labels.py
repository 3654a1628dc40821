"""Texts on the shelf."""

from decimal import Decimal

from shop.catalog import Product
from shop.labels import price_label


def test_price_label() -> None:
    assert f"{price_label(Product('tea', 'Tea', Decimal('4.99')))}" == "4.99"
