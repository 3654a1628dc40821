"""The old order archive."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient


@pytest.mark.integration
def test_search(
    client: FlaskClient,
    bearer: Callable[..., dict[str, str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "archive.txt").write_text("1998 tea\n1999 mug\n")
    monkeypatch.chdir(tmp_path)
    response = client.get("/archive?q=tea", headers=bearer("boss", role="admin"))
    assert response.get_json() == ["1998 tea"]
