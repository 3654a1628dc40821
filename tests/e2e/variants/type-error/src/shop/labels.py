"""Texts on the shelf."""

from shop.catalog import Product


def price_label(product: Product) -> str:
    """Return the price as it is printed on the shelf."""
    return product.price
