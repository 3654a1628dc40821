"""What the users of a load test do; locust groups requests by their name."""

from __future__ import annotations

import json
from pathlib import Path

from locust import HttpUser, task

ORDER = json.loads(Path(__file__).with_name("order.json").read_text("utf-8"))


class Visitor(HttpUser):
    """Looks at users and orders something, without a pause."""

    @task
    def users(self) -> None:
        self.client.get("/users")

    @task
    def user(self) -> None:
        self.client.get("/users/7", name="/users/:id")

    @task
    def order(self) -> None:
        self.client.post("/orders", json=ORDER)
