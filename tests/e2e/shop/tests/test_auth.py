"""Tokens and roles."""

from collections.abc import Callable
from typing import Any

import jwt
import pytest
from flask.testing import FlaskClient

Bearer = Callable[..., dict[str, str]]
CLAIMS = {"sub": "eve", "iss": "shop", "exp": 1e10}
UNSIGNED = "Bearer " + jwt.encode(CLAIMS, "", algorithm="none")


@pytest.mark.authentication
@pytest.mark.parametrize("header", ["", "Bearer", "Basic x", "Bearer a.b.c", UNSIGNED])
def test_no_usable_token(client: FlaskClient, header: str) -> None:
    response = client.get("/orders", headers={"Authorization": header})
    assert response.status_code == 401
    assert response.get_json()["error"]["code"] == "unauthenticated"


@pytest.mark.authentication
@pytest.mark.parametrize(
    "changes", [{"exp": 1}, {"iss": "elsewhere"}, {"sub": 7}, {"key": "other" * 8}]
)
def test_token_is_refused(
    client: FlaskClient, bearer: Bearer, changes: dict[str, Any]
) -> None:
    claims = {"name": "ann", **changes}
    assert client.get("/orders", headers=bearer(**claims)).status_code == 401


@pytest.mark.authorisation
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/products"), ("DELETE", "/products/tea")]
)
def test_only_an_admin_changes_the_catalogue(
    client: FlaskClient, bearer: Bearer, method: str, path: str
) -> None:
    response = client.open(path, method=method, headers=bearer("ann"))
    assert response.status_code == 403
    assert response.get_json()["error"]["code"] == "forbidden"


@pytest.mark.authorisation
def test_another_role_may_look_but_not_order(
    client: FlaskClient, bearer: Bearer
) -> None:
    headers = bearer("aud", role="auditor")
    assert client.get("/orders", headers=headers).get_json() == []
    response = client.post("/orders", headers=headers, json={"items": {"tea": 1}})
    assert response.status_code == 403
