"""Who is calling, and what they may do."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec, TypeVar

import jwt
from flask import g, request

from shop.config import current_config
from shop.errors import ApiError

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class User:
    """The caller named by a valid token."""

    name: str
    role: str


def authenticate(header: str) -> User:
    """Return the user of an Authorization header, or raise a 401 error."""
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer":
        raise ApiError(401, "unauthenticated", "a bearer token is needed")
    config = current_config()
    try:
        claims = jwt.decode(
            token,
            config.jwt_key,
            algorithms=["HS256"],
            issuer=config.jwt_issuer,
            options={"require": ["exp", "iss", "sub"]},
        )
    except jwt.InvalidTokenError as error:
        raise ApiError(401, "unauthenticated", "the token is not valid") from error
    return User(claims["sub"], str(claims.get("role", "customer")))


def require_role(*roles: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let only callers with one of the roles in; no role means any caller."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            g.user = authenticate(request.headers.get("Authorization", ""))
            if roles and g.user.role not in roles:
                raise ApiError(403, "forbidden", "your role does not allow this")
            return view(*args, **kwargs)

        return guarded

    return decorate


def current_user() -> User:
    """Return the caller of a guarded view."""
    user: User = g.user
    return user
