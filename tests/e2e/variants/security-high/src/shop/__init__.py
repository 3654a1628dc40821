"""A small shop service: catalogue, orders and prices."""

from flask import Flask

from shop import catalog, errors, export, orders
from shop.config import Config


def create_app(config: Config | None = None) -> Flask:
    """Build the application, with settings from the environment by default."""
    app = Flask(__name__)
    app.extensions["shop.config"] = config or Config.from_env()
    app.extensions["shop.catalog"] = {}
    app.extensions["shop.orders"] = []
    app.register_blueprint(catalog.blueprint)
    app.register_blueprint(orders.blueprint)
    app.register_blueprint(export.blueprint)
    errors.register(app)
    return app
