"""The text of the pull request and its base, as CI or the caller names them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.commands.pull import Pull, find_pull, read_body
from gatekeeper.errors import UserError

BODY = "# Change\r\n\r\n- [x] Lint 🔄\n"
SHA = "1234567890abcdef1234567890abcdef12345678"


def github(tmp_path: Path, event: Any, branch: str = "main") -> dict[str, str]:
    """The environment of a workflow that this event started."""
    path = tmp_path / "event.json"
    text = event if isinstance(event, str) else json.dumps(event)
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return {"GITHUB_EVENT_PATH": str(path), "GITHUB_BASE_REF": branch}


def gitlab(**more: str) -> dict[str, str]:
    return {
        "CI_MERGE_REQUEST_IID": "7",
        "CI_MERGE_REQUEST_DESCRIPTION": BODY,
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": SHA,
        **{f"CI_MERGE_REQUEST_{name}": value for name, value in more.items()},
    }


def pull(
    environ: Mapping[str, str],
    *,
    file: Path | None = None,
    base: str | None = None,
    asks: bool = True,
) -> Pull:
    return find_pull(file, base, environ, asks=asks)


def event(body: Any = BODY, **more: Any) -> dict[str, Any]:
    return {"action": "opened", "pull_request": {"body": body, **more}}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "body.md"
    made.write_bytes(b"my own\r\n")
    return made


def test_without_a_pull_request_there_is_no_body() -> None:
    assert pull({}) == Pull(None, ())
    assert pull({"GITHUB_EVENT_PATH": "", "CI": "true"}) == Pull(None, ())


def test_github_has_the_body_in_its_event(tmp_path: Path) -> None:
    found = pull(github(tmp_path, event(base={"sha": SHA, "ref": "main"})))
    assert found == Pull(BODY, (SHA, "origin/main", "main"))


def test_an_empty_body_is_null_in_the_event_and_no_missing_one(tmp_path: Path) -> None:
    assert pull(github(tmp_path, event(None))).body == ""
    assert pull(github(tmp_path, event(""))).body == ""
    assert pull(github(tmp_path, {"pull_request": {}})).body == ""


@pytest.mark.parametrize(
    "other", [{"ref": "refs/heads/main"}, {"pull_request": None}, [], None, 1, "x"]
)
def test_an_event_that_is_no_pull_request(tmp_path: Path, other: Any) -> None:
    environ = github(tmp_path, json.dumps(other), branch="")
    assert pull(environ) == Pull(None, ())


@pytest.mark.parametrize(
    "base", [None, {}, "main", {"sha": None}, {"sha": ""}, {"sha": 1}, [1]]
)
def test_an_event_without_a_commit_of_the_base(tmp_path: Path, base: Any) -> None:
    found = pull(github(tmp_path, event(base=base), branch="release"))
    assert found.bases == ("origin/release", "release")


def test_an_event_without_the_name_of_the_base(tmp_path: Path) -> None:
    assert pull(github(tmp_path, event(base={"sha": SHA}), branch="")).bases == (SHA,)


DAMAGED = ["", "{", '{"pull_request": ', "\x00", "[" * 100_000]


@pytest.mark.parametrize("text", DAMAGED)
def test_a_damaged_event_is_an_error(tmp_path: Path, text: str) -> None:
    environ = github(tmp_path, text)
    with pytest.raises(UserError, match="GITHUB_EVENT_PATH .*event.json: cannot be"):
        pull(environ)


@pytest.mark.parametrize("place", ["nowhere/event.json", "."])
def test_an_event_that_cannot_be_read_is_an_error(tmp_path: Path, place: str) -> None:
    with pytest.raises(UserError, match="GITHUB_EVENT_PATH"):
        pull({"GITHUB_EVENT_PATH": str(tmp_path / place)})


def test_an_event_that_is_no_utf8_is_an_error(tmp_path: Path) -> None:
    environ = github(tmp_path, event())
    Path(environ["GITHUB_EVENT_PATH"]).write_bytes(
        b'{"pull_request": {"body": "\xff"}}'
    )
    with pytest.raises(UserError, match="GITHUB_EVENT_PATH"):
        pull(environ)


def test_a_damaged_event_that_nobody_needs_is_no_error(
    tmp_path: Path, file: Path
) -> None:
    environ = github(tmp_path, "{")
    assert pull(environ, asks=False) == Pull(None, ())
    assert pull(environ, file=file) == Pull("my own\r\n", ())


def test_a_body_may_hold_halves_of_characters(tmp_path: Path) -> None:
    environ = github(tmp_path, '{"pull_request": {"body": "a\\ud83d"}}')
    assert pull(environ).body == "a\ud83d"


def test_gitlab_has_the_body_in_the_environment() -> None:
    assert pull(gitlab()) == Pull(BODY, (SHA,))
    assert pull(gitlab(DESCRIPTION="", DIFF_BASE_SHA="")) == Pull("", ())
    assert pull(gitlab(IID="")) == Pull(None, ())


@pytest.mark.parametrize("flag", ["true", "True", "1"])
def test_a_description_that_gitlab_cut_is_an_error(flag: str, file: Path) -> None:
    environ = gitlab(DESCRIPTION_IS_TRUNCATED=flag)
    with pytest.raises(UserError, match=r"cut the description.*--pr-body"):
        pull(environ)
    assert pull(environ, file=file) == Pull("my own\r\n", (SHA,))
    assert pull(environ, asks=False).bases == (SHA,)


@pytest.mark.parametrize("flag", ["", "false", "0"])
def test_a_description_that_gitlab_did_not_cut(flag: str) -> None:
    assert pull(gitlab(DESCRIPTION_IS_TRUNCATED=flag)).body == BODY


def test_a_file_wins_and_the_base_stays(tmp_path: Path, file: Path) -> None:
    environ = github(tmp_path, event(base={"sha": SHA}), branch="")
    assert pull(environ, file=file) == Pull("my own\r\n", (SHA,))
    assert pull({}, file=file) == Pull("my own\r\n", ())


def test_a_base_wins_and_the_body_stays(tmp_path: Path, file: Path) -> None:
    assert pull(github(tmp_path, event()), base="release") == Pull(BODY, ("release",))
    assert pull(gitlab(), base="release", file=file).bases == ("release",)
    assert pull({}, base="") == Pull(None, ())


def test_an_event_of_github_comes_before_gitlab(tmp_path: Path) -> None:
    environ = gitlab() | github(tmp_path, event("of GitHub"), branch="")
    assert pull(environ) == Pull("of GitHub", ())
    assert pull(gitlab() | github(tmp_path, {}, branch="")).body == BODY


@pytest.mark.parametrize("data", [b"", b"a\r\nb\rc\n", "שלום 🔄".encode(), b"a\x00b"])
def test_a_file_is_read_as_it_is(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "body.md"
    path.write_bytes(data)
    assert read_body(path, "--pr-body").encode() == data
    path.write_bytes(b"\xef\xbb\xbf" + data)
    assert read_body(path, "--pr-body").encode() == data


def test_what_is_no_text_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "body.md"
    with pytest.raises(UserError, match=r"--pr-body .*body\.md: cannot be read"):
        read_body(path, "--pr-body")
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(UserError, match=r"--template .*body\.md: cannot be read"):
        read_body(path, "--template")
    with pytest.raises(UserError, match="cannot be read"):
        read_body(tmp_path, "--pr-body")
    path.write_bytes(b"a" * 10_000_001)
    with pytest.raises(UserError, match="larger than 10 MB"):
        read_body(path, "--pr-body")
