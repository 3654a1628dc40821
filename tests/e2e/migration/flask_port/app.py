"""The service after its migration, with a delay or a fault where a test wants one.

python app.py [PORT] [--delay MS] [--broken PATH]; port 0 is any free one.
"""

from __future__ import annotations

import argparse
import socket
import time
from typing import Any

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue
from waitress import serve

USERS: list[dict[str, Any]] = [
    {
        "id": index + 1,
        "name": f"User {index * 7919 % 1000}",
        "email": f"user{index + 1}@example.org",
        "active": index % 3 != 0,
    }
    for index in range(300)
]


def create_app(delay_ms: float = 0.0, broken: str = "") -> Flask:
    """The service. Every answer waits `delay_ms`; the path `broken` answers 500."""
    app = Flask(__name__)

    @app.before_request
    def _spoil() -> ResponseReturnValue | None:
        time.sleep(delay_ms / 1000)
        if request.path == broken:
            return {"error": "broken on purpose"}, 500
        return None

    @app.get("/health")
    def health() -> ResponseReturnValue:
        return {"status": "ok"}

    @app.get("/users")
    def users() -> ResponseReturnValue:
        active = [user for user in USERS if user["active"]]
        active.sort(key=lambda user: str(user["name"]))
        return {"users": active, "total": len(active)}

    @app.get("/users/<int:number>")
    def user(number: int) -> ResponseReturnValue:
        for found in USERS:
            if found["id"] == number:
                return jsonify(found)
        return {"error": "no such user"}, 404

    @app.post("/orders")
    def orders() -> ResponseReturnValue:
        body = request.get_json(silent=True)
        lines = body.get("lines") if isinstance(body, dict) else None
        if not isinstance(lines, list) or not lines:
            return {"error": "an order has lines"}, 400
        priced = [{**line, "total": line["quantity"] * line["price"]} for line in lines]
        priced.sort(key=lambda line: -line["total"])
        return {"lines": priced, "total": sum(line["total"] for line in priced)}, 201

    return app


def main() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(description=create_app.__doc__)
    parser.add_argument("port", type=int, nargs="?", default=5000)
    parser.add_argument("--delay", type=float, default=0.0, metavar="MS")
    parser.add_argument("--broken", default="", metavar="PATH")
    options = parser.parse_args()
    app = create_app(options.delay, options.broken)
    listening = socket.create_server(("127.0.0.1", options.port))
    print(f"ready http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    serve(app, sockets=[listening], threads=8)


if __name__ == "__main__":
    main()
