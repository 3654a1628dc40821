"""The catalogue through HTTP."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

pytestmark = pytest.mark.integration
Bearer = Callable[..., dict[str, str]]
PEN = {"sku": "pen", "name": "Pen", "price": "1.5"}


def test_everyone_may_look(client: FlaskClient) -> None:
    assert len(client.get("/products").get_json()) == 2
    found = client.get("/products?q=MUG").get_json()
    assert [product["sku"] for product in found] == ["mug"]
    assert client.get("/products/tea").get_json()["price"] == "4.99"


def test_add_and_remove(client: FlaskClient, bearer: Bearer) -> None:
    boss = bearer("boss", role="admin")
    response = client.post("/products", headers=boss, json=PEN)
    assert response.status_code == 201
    assert response.get_json() == {**PEN, "price": "1.50", "vat_class": "standard"}
    assert client.post("/products", headers=boss, json=PEN).status_code == 409
    assert client.delete("/products/pen", headers=boss).status_code == 204
    assert client.delete("/products/pen", headers=boss).status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ([PEN], 400),
        ({"sku": "pen"}, 400),
        ({**PEN, "sku": " "}, 400),
        ({**PEN, "price": 1.5}, 400),
        ({**PEN, "vat_class": "luxury"}, 400),
        ({**PEN, "price": "free"}, 422),
    ],
)
def test_a_bad_product_is_refused(
    client: FlaskClient, bearer: Bearer, body: object, status: int
) -> None:
    boss = bearer("boss", role="admin")
    response = client.post("/products", headers=boss, json=body)
    assert response.status_code == status
    assert len(client.get("/products").get_json()) == 2


def test_errors_are_json(app: Flask, client: FlaskClient) -> None:
    assert client.get("/nowhere").get_json()["error"]["code"] == "not_found"
    app.testing = False
    del app.extensions["shop.catalog"]
    response = client.get("/products")
    assert response.status_code == 500
    assert response.get_json()["error"]["code"] == "internal_server_error"
