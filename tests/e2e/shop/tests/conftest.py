"""An application with two products, and callers with tokens."""

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import jwt
import pytest
from flask import Flask
from flask.testing import FlaskClient

from shop import create_app
from shop.catalog import Product
from shop.config import Config

KEY = "only-for-tests-" + "x" * 32


@pytest.fixture
def app() -> Flask:
    app = create_app(Config(jwt_key=KEY))
    app.testing = True
    app.extensions["shop.catalog"].update(
        tea=Product("tea", "Green tea", Decimal("4.99"), "reduced"),
        mug=Product("mug", "Large mug", Decimal("12.50")),
    )
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def bearer() -> Callable[..., dict[str, str]]:
    """Return the headers of a caller; keywords change the claims and the key."""

    def make(name: str, key: str = KEY, **changes: Any) -> dict[str, str]:
        claims = {"sub": name, "iss": "shop", "exp": time.time() + 60, **changes}
        token = jwt.encode(claims, key, algorithm="HS256")
        return {"Authorization": f"Bearer {token}"}

    return make
