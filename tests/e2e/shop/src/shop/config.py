"""Settings of the service, read from the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import current_app

MIN_KEY_BYTES = 32


class ConfigError(RuntimeError):
    """A setting is missing or unusable."""


@dataclass(frozen=True)
class Config:
    """Everything that differs between two installations."""

    jwt_key: str = field(repr=False)
    jwt_issuer: str = "shop"

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> "Config":
        """Read the settings, and refuse to start on a weak key."""
        key = environ.get("SHOP_JWT_KEY", "")
        if len(key.encode()) < MIN_KEY_BYTES:
            raise ConfigError(f"SHOP_JWT_KEY needs at least {MIN_KEY_BYTES} bytes")
        return cls(key, environ.get("SHOP_JWT_ISSUER", "shop"))


def current_config() -> Config:
    """Return the settings of the running application."""
    config: Config = current_app.extensions["shop.config"]
    return config
