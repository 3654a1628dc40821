"""Errors as JSON, in the shape the Express service used."""

from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from shop.core.pricing import PricingError


class ApiError(Exception):
    """An error the caller is told about."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def json_body() -> dict[str, Any]:
    """Return the JSON object in the request body."""
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise ApiError(400, "bad_request", "the body must be a JSON object")
    return body


def _answer(status: int, code: str, message: str) -> tuple[Response, int]:
    return jsonify(error={"code": code, "message": message}), status


def _api_error(error: ApiError) -> tuple[Response, int]:
    return _answer(error.status, error.code, str(error))


def _pricing_error(error: PricingError) -> tuple[Response, int]:
    return _answer(422, "pricing", str(error))


def _http_error(error: HTTPException) -> tuple[Response, int]:
    code = error.name.lower().replace(" ", "_")
    return _answer(error.code or 500, code, error.description or error.name)


def register(app: Flask) -> None:
    """Make the application answer every error with JSON."""
    app.register_error_handler(ApiError, _api_error)
    app.register_error_handler(PricingError, _pricing_error)
    app.register_error_handler(HTTPException, _http_error)
