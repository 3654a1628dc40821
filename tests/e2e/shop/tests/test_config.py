"""Settings from the environment."""

import pytest

from shop import create_app
from shop.config import Config, ConfigError


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_JWT_KEY", "k" * 32)
    monkeypatch.setenv("SHOP_JWT_ISSUER", "till")
    config = create_app().extensions["shop.config"]
    assert config == Config("k" * 32, "till")
    assert config.jwt_key not in repr(config)


@pytest.mark.parametrize("environ", [{}, {"SHOP_JWT_KEY": "k" * 31}])
def test_a_weak_key_stops_the_start(environ: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="SHOP_JWT_KEY"):
        Config.from_env(environ)
