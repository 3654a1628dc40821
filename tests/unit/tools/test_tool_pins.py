"""The list of pins: from which files, or from which environment, it is made."""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from support import make_job, write_files

from gatekeeper.advisories.requirements import Pin
from gatekeeper.tools.base import Job, NothingToExamineError
from gatekeeper.tools.pins import files_of, pins_of, write_list


def job_for(
    tmp_path: Path,
    files: dict[str, str],
    *requirements: str,
    python: str = sys.executable,
) -> Job:
    root = write_files(tmp_path / "project", files)
    return make_job("safety", root, {"requirements": requirements}, python=python)


def distribution(name: str, number: str, folder: str = "lib") -> dict[str, str]:
    """An installed distribution below an environment called venv."""
    place = f"venv/{folder}/python3.11/site-packages/{name}-{number}.dist-info"
    return {f"{place}/METADATA": f"Name: {name}\nVersion: {number}\n"}


def test_the_files_of_the_policy_are_read_and_no_others(tmp_path: Path) -> None:
    files = {"requirements.txt": "a==1\n", "own.txt": "b==2\n", "dev.txt": "c==3\n"}
    job = job_for(tmp_path, files, "own.txt", "dev.txt")
    assert files_of(job) == ["own.txt", "dev.txt"]
    assert set(pins_of(job).pins) == {("b", "2"), ("c", "3")}


def test_without_a_policy_the_customary_files_are_read(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "a==1\n",
        "requirements-dev.txt": "b==2\n",
        "constraints.txt": "c==3\n",
    }
    job = job_for(tmp_path, files)
    assert files_of(job) == ["requirements-dev.txt", "requirements.txt"]
    assert set(pins_of(job).pins) == {("a", "1"), ("b", "2")}


def test_where_there_is_no_file_what_is_installed_counts(tmp_path: Path) -> None:
    python = str(tmp_path / "project" / "venv" / "bin" / "python")
    files = {
        **distribution("Some_Thing", "1.0"),
        **distribution("other", "2.0rc1", folder="lib64"),
    }
    found = pins_of(job_for(tmp_path, files, python=python))
    assert found.pins == {
        ("some-thing", "1.0"): Pin("some-thing", "1.0", f"installed for {python}"),
        ("other", "2.0rc1"): Pin("other", "2.0rc1", f"installed for {python}"),
    }
    assert found.gaps == []


def test_what_is_installed_from_a_folder_is_the_project_itself(tmp_path: Path) -> None:
    local, other = distribution("own", "1.0"), distribution("archive", "2.0")
    folder = next(iter(local)).removesuffix("METADATA")
    elsewhere = next(iter(other)).removesuffix("METADATA")
    marks = {
        f"{folder}direct_url.json": json.dumps({"url": "file:///x", "dir_info": {}}),
        f"{elsewhere}direct_url.json": json.dumps({"url": "u", "archive_info": {}}),
    }
    python = str(tmp_path / "project" / "venv" / "bin" / "python")
    job = job_for(tmp_path, {**local, **other, **marks}, python=python)
    assert set(pins_of(job).pins) == {("archive", "2.0")}


@pytest.mark.parametrize("mark", ["", "{", "\0"])
def test_an_origin_that_cannot_be_read_is_none(tmp_path: Path, mark: str) -> None:
    files = distribution("odd", "1.0")
    folder = next(iter(files)).removesuffix("METADATA")
    python = str(tmp_path / "project" / "venv" / "bin" / "python")
    job = job_for(tmp_path, {**files, f"{folder}direct_url.json": mark}, python=python)
    assert set(pins_of(job).pins) == {("odd", "1.0")}


def test_an_installed_version_that_is_none_is_a_gap(tmp_path: Path) -> None:
    files = {**distribution("odd", "unknown"), **distribution("fine", "1")}
    python = str(tmp_path / "project" / "venv" / "bin" / "python")
    found = pins_of(job_for(tmp_path, files, python=python))
    assert set(found.pins) == {("fine", "1")}
    assert found.gaps == [f"installed for {python}: odd has no valid version: unknown"]


def test_our_own_interpreter_means_our_own_environment(tmp_path: Path) -> None:
    found = pins_of(job_for(tmp_path, {"src/a.py": ""}))
    assert ("packaging", version("packaging")) in found.pins


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"src/a.py": ""}, "nothing is installed"),
        ({"requirements.txt": ""}, "requirements.txt: names no requirement"),
        ({"requirements.txt": "a\nb\nc\nd\n"}, "requirements.txt:3: not pinned"),
    ],
)
def test_nothing_to_ask_about_is_an_error(
    tmp_path: Path, files: dict[str, str], said: str
) -> None:
    python = str(tmp_path / "project" / "venv" / "bin" / "python")
    with pytest.raises(NothingToExamineError) as caught:
        pins_of(job_for(tmp_path, files, python=python))
    assert str(caught.value).startswith("no pinned requirement to examine: ")
    assert said in str(caught.value)
    assert "requirements.txt:4" not in str(caught.value)


def test_the_list_holds_one_plain_pin_a_line(tmp_path: Path) -> None:
    files = {"requirements.txt": "B==2 ; python_version > '3'\na[extra]==1.0 # x\n"}
    job = job_for(tmp_path, files)
    (layer,) = pins_of(job).layers()
    path = write_list(job, 0, layer)
    assert path.parent == job.work
    assert path.read_text() == "a==1.0\nb==2\n"
