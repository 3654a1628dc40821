"""The catalogue: what is for sale."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request

from shop.auth import require_role
from shop.core.pricing import VAT_RATES, parse_price
from shop.errors import ApiError, json_body

blueprint = Blueprint("catalog", __name__, url_prefix="/products")


@dataclass(frozen=True)
class Product:
    """One article for sale, under its stock number."""

    sku: str
    name: str
    price: Decimal
    vat_class: str = "standard"


def current_catalog() -> dict[str, Product]:
    """Return the products of the running application, by stock number."""
    catalog: dict[str, Product] = current_app.extensions["shop.catalog"]
    return catalog


def find_product(sku: str) -> Product:
    """Return a product, or raise a 404 error."""
    if sku not in current_catalog():
        raise ApiError(404, "unknown_product", f"no product {sku!r}")
    return current_catalog()[sku]


def _product_from(body: dict[str, Any]) -> Product:
    values = {"vat_class": "standard", **body}
    if values.keys() != {"sku", "name", "price", "vat_class"}:
        raise ApiError(400, "bad_request", "sku, name and price are needed, no more")
    if not all(isinstance(text, str) and text.strip() for text in values.values()):
        raise ApiError(400, "bad_request", "every field must be a filled string")
    if values["vat_class"] not in VAT_RATES:
        raise ApiError(400, "bad_request", "vat_class is not known")
    return Product(**{**values, "price": parse_price(values["price"])})


@blueprint.get("")
def list_products() -> Response:
    """List the products, optionally those whose name contains `q`."""
    wanted = request.args.get("q", "").lower()
    products = current_catalog().values()
    return jsonify([p for p in products if wanted in p.name.lower()])


@blueprint.get("/<sku>")
def show_product(sku: str) -> Response:
    """Show one product."""
    return jsonify(find_product(sku))


@blueprint.post("")
@require_role("admin")
def add_product() -> tuple[Response, int]:
    """Add a product under a new stock number."""
    product = _product_from(json_body())
    if current_catalog().setdefault(product.sku, product) is not product:
        raise ApiError(409, "product_exists", f"product {product.sku!r} exists")
    return jsonify(product), 201


@blueprint.delete("/<sku>")
@require_role("admin")
def remove_product(sku: str) -> tuple[str, int]:
    """Take a product off sale; orders already made keep their prices."""
    del current_catalog()[find_product(sku).sku]
    return "", 204
