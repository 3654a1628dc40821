"""Orders through HTTP."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

pytestmark = pytest.mark.integration
Bearer = Callable[..., dict[str, str]]
ONE_TEA = {"items": {"tea": 1}}


def test_an_order_is_priced(client: FlaskClient, bearer: Bearer) -> None:
    body = {"items": {"tea": 2, "mug": 10}}
    response = client.post("/orders", headers=bearer("ann"), json=body)
    assert response.status_code == 201
    order = response.get_json()
    assert (order["number"], order["owner"], order["status"]) == (1, "ann", "open")
    assert order["quote"] == {
        "subtotal": "134.98",
        "discount": "2.70",
        "vat": "24.99",
        "total": "157.27",
    }


@pytest.mark.authorisation
def test_an_order_is_private(client: FlaskClient, bearer: Bearer) -> None:
    ann, bob, boss = bearer("ann"), bearer("bob"), bearer("boss", role="admin")
    client.post("/orders", headers=ann, json=ONE_TEA)
    assert client.get("/orders/1", headers=ann).status_code == 200
    assert client.get("/orders/1", headers=bob).status_code == 404
    assert client.get("/orders", headers=bob).get_json() == []
    assert len(client.get("/orders", headers=boss).get_json()) == 1


def test_an_order_is_cancelled_once(client: FlaskClient, bearer: Bearer) -> None:
    ann = bearer("ann")
    client.post("/orders", headers=ann, json=ONE_TEA)
    response = client.post("/orders/1/cancel", headers=ann)
    assert response.get_json()["status"] == "cancelled"
    assert client.post("/orders/1/cancel", headers=ann).status_code == 409


@pytest.mark.parametrize(
    ("items", "status"),
    [(["tea"], 400), ({"tea": True}, 400), ({"tea": 0}, 422), ({"x": 1}, 404)],
)
def test_a_bad_order_is_refused(
    client: FlaskClient, bearer: Bearer, items: object, status: int
) -> None:
    ann = bearer("ann")
    response = client.post("/orders", headers=ann, json={"items": items})
    assert response.status_code == status
    assert client.get("/orders", headers=ann).get_json() == []


def test_an_empty_order_is_refused(client: FlaskClient, bearer: Bearer) -> None:
    response = client.post("/orders", headers=bearer("ann"), json={"items": {}})
    assert response.get_json()["error"]["code"] == "pricing"
