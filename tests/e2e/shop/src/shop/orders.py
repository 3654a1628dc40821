"""Orders: priced once, when they are made."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, current_app, jsonify

from shop.auth import current_user, require_role
from shop.catalog import find_product
from shop.core.pricing import Line, Quote, price_order
from shop.errors import ApiError, json_body

blueprint = Blueprint("orders", __name__, url_prefix="/orders")


@dataclass
class Order:
    """An order with the prices of the day it was made."""

    number: int
    owner: str
    items: dict[str, int]
    quote: Quote
    status: str = "open"


def _all_orders() -> list[Order]:
    orders: list[Order] = current_app.extensions["shop.orders"]
    return orders


def _visible_orders() -> list[Order]:
    user = current_user()
    return [o for o in _all_orders() if user.role == "admin" or o.owner == user.name]


def _find_order(number: int) -> Order:
    for order in _visible_orders():
        if order.number == number:
            return order
    # The same answer for another's order: it does not tell that there is one.
    raise ApiError(404, "unknown_order", f"no order {number}")


def _items_from(body: dict[str, Any]) -> dict[str, int]:
    items = body.get("items")
    if not isinstance(items, dict):
        raise ApiError(400, "bad_request", "items must map stock numbers to amounts")
    if any(type(quantity) is not int for quantity in items.values()):
        raise ApiError(400, "bad_request", "amounts must be whole numbers")
    return items


@blueprint.post("")
@require_role("customer", "admin")
def make_order() -> tuple[Response, int]:
    """Price the items and record the order for the caller."""
    items = _items_from(json_body())
    products = [find_product(sku) for sku in items]
    quote = price_order([Line(p.price, items[p.sku], p.vat_class) for p in products])
    order = Order(len(_all_orders()) + 1, current_user().name, items, quote)
    _all_orders().append(order)
    return jsonify(order), 201


@blueprint.get("")
@require_role()
def list_orders() -> Response:
    """List the orders the caller may see: their own, or all for an admin."""
    return jsonify(_visible_orders())


@blueprint.get("/<int:number>")
@require_role()
def show_order(number: int) -> Response:
    """Show one order."""
    return jsonify(_find_order(number))


@blueprint.post("/<int:number>/cancel")
@require_role("customer", "admin")
def cancel_order(number: int) -> Response:
    """Cancel an open order."""
    order = _find_order(number)
    if order.status != "open":
        raise ApiError(409, "not_open", f"order {number} is {order.status}")
    order.status = "cancelled"
    return jsonify(order)
