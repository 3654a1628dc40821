"""The configuration that coverage is given, as coverage itself reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import coverage
import pytest
from support import make_job, options_of, write_files

from gatekeeper.tools import coverage_config
from gatekeeper.tools.base import Job


def prepared(
    tmp_path: Path,
    files: dict[str, str] | None = None,
    *,
    workers: int | None = None,
    **options: object,
) -> tuple[Job, Any]:
    """A job of pytest that is to be measured, and the options of coverage."""
    given = {"src/shop/__init__.py": "", "tests/test_a.py": "", **(files or {})}
    root = write_files(tmp_path / "project", given)
    job = make_job("pytest", root, {"workers": workers}, paths=["src", "tests"])
    return job, options_of("coverage", {"source": ["src"], **options})


def written(job: Job, options: Any) -> coverage.Coverage:
    """The file as coverage reads it; values of the environment do not matter."""
    return coverage.Coverage(config_file=str(coverage_config.write(job, options)))


def test_the_source_is_measured_whole(tmp_path: Path) -> None:
    job, options = prepared(tmp_path)
    found = written(job, options)
    assert found.get_option("run:source") == ["src"]
    assert found.get_option("run:branch") is False
    assert not found.get_option("run:omit")
    assert not found.get_option("run:parallel")


def test_the_file_lies_in_the_private_folder(tmp_path: Path) -> None:
    job, options = prepared(tmp_path)
    assert coverage_config.write(job, options).parent == job.work
    assert coverage_config.data_file(job.work).parent == job.work


def test_branches_are_measured_on_request(tmp_path: Path) -> None:
    job, options = prepared(tmp_path, branch=True)
    assert written(job, options).get_option("run:branch") is True


def test_folders_without_packages_are_measured_too(tmp_path: Path) -> None:
    job, options = prepared(tmp_path)
    assert "include_namespace_packages = True" in (
        coverage_config.write(job, options).read_text()
    )


@pytest.mark.parametrize(
    ("source", "folders"),
    [
        (["src"], ["src"]),
        (["src/shop/a.py"], ["src/shop"]),
        (["src/shop/a.py", "src/shop/b.py"], ["src/shop"]),
        (["src/shop", "lib"], ["lib", "src/shop"]),
    ],
)
def test_the_folder_of_a_file_is_measured(
    tmp_path: Path, source: list[str], folders: list[str]
) -> None:
    files = {"src/shop/a.py": "", "src/shop/b.py": "", "lib/c.py": ""}
    job, options = prepared(tmp_path, files, source=source)
    assert coverage_config.source_folders(job, options) == folders
    assert written(job, options).get_option("run:source") == folders


def test_folders_that_are_not_walked_are_not_measured(tmp_path: Path) -> None:
    files = {"src/node_modules/x.py": "", "src/.venv/pyvenv.cfg": ""}
    job, options = prepared(tmp_path, files)
    omitted = written(job, options).get_option("run:omit")
    assert omitted == ["src/.venv/*", "src/node_modules/*"]


def test_workers_are_measured_and_combined(tmp_path: Path) -> None:
    job, options = prepared(tmp_path, workers=2)
    found = written(job, options)
    assert found.get_option("run:patch") == ["subprocess"]
    assert found.get_option("run:parallel") is True
    assert coverage_config.parallel(job.root, options, 2)


@pytest.mark.parametrize("workers", [None, 0])
def test_without_workers_nothing_is_to_be_combined(
    tmp_path: Path, workers: int | None
) -> None:
    job, options = prepared(tmp_path, workers=workers)
    assert not coverage_config.parallel(job.root, options, workers)


PATCHED = {
    ".coveragerc": "[run]\npatch = subprocess\nsigterm = true\n",
    "setup.cfg": "[coverage:run]\npatch = subprocess\nsigterm = true\n",
    "tox.ini": "[coverage:run]\npatch = subprocess\nsigterm = true\n",
    "pyproject.toml": "[tool.coverage.run]\npatch = ['subprocess']\nsigterm = true\n",
}


@pytest.mark.parametrize("name", PATCHED)
def test_what_makes_coverage_measure_more_is_taken_over(
    tmp_path: Path, name: str
) -> None:
    job, options = prepared(tmp_path, {name: PATCHED[name]})
    found = written(job, options)
    assert found.get_option("run:patch") == ["subprocess"]
    assert found.get_option("run:sigterm") is True
    assert found.get_option("run:parallel") is True
    assert coverage_config.parallel(job.root, options, None)
    notes = [note.split() for note in coverage_config.adopted(job.root, options)]
    assert ["taken", "from", "the", "repository:", "patch", "=", "subprocess"] in notes


@pytest.mark.parametrize(
    ("patch", "kept"),
    [
        ("subprocess", ["subprocess"]),
        ("subprocess, _exit", ["_exit", "subprocess"]),
        ("_exit fork execv", ["_exit", "execv", "fork"]),
        ("subprocess, something", ["subprocess"]),
        ("something", None),
    ],
)
def test_only_patches_that_are_known_are_taken_over(
    tmp_path: Path, patch: str, kept: list[str] | None
) -> None:
    job, options = prepared(tmp_path, {".coveragerc": f"[run]\npatch = {patch}\n"})
    assert (written(job, options).get_option("run:patch") or None) == kept


def test_the_first_file_with_settings_counts(tmp_path: Path) -> None:
    files = {
        ".coveragerc": "[run]\nsigterm = true\n",
        "setup.cfg": "[coverage:run]\npatch = subprocess\n",
    }
    job, options = prepared(tmp_path, files)
    assert not coverage_config.parallel(job.root, options, None)
    notes = coverage_config.adopted(job.root, options)
    assert notes == ("taken from the repository: sigterm = true",)


@pytest.mark.parametrize(
    "settings",
    [
        "[run]\nomit = src/*\n",
        "[run]\ninclude = src/nothing.py\n",
        "[run]\nsource = elsewhere\n",
        "[run]\nbranch = false\n",
        "[run]\nplugins = evil\n",
        "[run]\ndata_file = .coverage.old\n",
        "[report]\nomit = src/*\n",
        "[report]\nexclude_lines = .*\n",
        "[report]\nexclude_also = def \n",
        "[report]\npartial_branches = .*\n",
        "[report]\nignore_errors = true\n",
    ],
)
def test_what_makes_coverage_measure_less_is_not_taken_over(
    tmp_path: Path, settings: str
) -> None:
    job, options = prepared(tmp_path / "1", {".coveragerc": settings}, branch=True)
    plain_job, plain = prepared(tmp_path / "2", branch=True)
    text = coverage_config.write(job, options).read_text()
    expected = coverage_config.write(plain_job, plain).read_text()
    assert text.replace(str(job.root), "") == expected.replace(str(plain_job.root), "")
    assert coverage_config.adopted(job.root, options) == ()


@pytest.mark.parametrize("content", ["no section\n", "[run\n", "[run]\n[run]\n"])
def test_a_file_that_does_not_parse_contributes_nothing(
    tmp_path: Path, content: str
) -> None:
    job, options = prepared(tmp_path, {".coveragerc": content})
    assert coverage_config.adopted(job.root, options) == ()
    assert not coverage_config.parallel(job.root, options, None)


ADOPTED = """\
[tool.coverage.run]
omit = ["*/old/*", "*/generated.py"]
plugins = ["some.plugin"]
concurrency = ["thread"]
[tool.coverage.report]
exclude_also = ["if TYPE_CHECKING:", "raise NotImplementedError"]
partial_branches = ["while True:"]
fail_under = 10
"""


def test_a_file_that_is_named_is_adopted_as_a_whole(tmp_path: Path) -> None:
    files = {"pyproject.toml": ADOPTED}
    job, options = prepared(tmp_path, files, config="pyproject.toml")
    found = written(job, options)
    assert found.get_option("run:omit") == ["*/old/*", "*/generated.py"]
    assert found.get_option("run:plugins") == ["some.plugin"]
    assert found.get_option("run:concurrency") == ["thread"]
    assert found.get_option("report:partial_branches") == ["while True:"]
    excluded = found.get_option("report:exclude_also")
    assert excluded == ["if TYPE_CHECKING:", "raise NotImplementedError"]
    assert not found.get_option("report:fail_under")


def test_what_an_adopted_file_loosens_is_listed(tmp_path: Path) -> None:
    files = {"pyproject.toml": ADOPTED}
    job, options = prepared(tmp_path, files, config="pyproject.toml")
    first, *notes = coverage_config.adopted(job.root, options)
    assert first == "pyproject.toml adopted"
    loosened = [note.split(" = ")[0] for note in notes]
    assert loosened == [
        "pyproject.toml loosens: omit",
        "pyproject.toml loosens: exclude_also",
        "pyproject.toml loosens: partial_branches",
    ]


def test_an_omit_that_is_adopted_adds_to_ours(tmp_path: Path) -> None:
    files = {
        "own.cfg": "[coverage:run]\nomit = */old/*\n",
        "src/node_modules/x.py": "",
    }
    job, options = prepared(tmp_path, files, config="own.cfg")
    omitted = written(job, options).get_option("run:omit")
    assert omitted == ["src/node_modules/*", "*/old/*"]


def test_settings_of_several_lines_are_taken_over(tmp_path: Path) -> None:
    settings = "[run]\nconcurrency =\n    thread\n    multiprocessing\n"
    job, options = prepared(tmp_path, {".coveragerc": settings})
    concurrency = written(job, options).get_option("run:concurrency")
    assert concurrency == ["thread", "multiprocessing"]


def test_adopted_settings_of_several_lines_are_taken_over(tmp_path: Path) -> None:
    settings = "[coverage:report]\nexclude_also =\n    if A:\n    if B:\n"
    job, options = prepared(tmp_path, {"own.cfg": settings}, config="own.cfg")
    excluded = written(job, options).get_option("report:exclude_also")
    assert excluded == ["if A:", "if B:"]


def test_an_adopted_file_may_have_sections_without_prefix(tmp_path: Path) -> None:
    settings = "[report]\nexclude_also = if A:\n"
    job, options = prepared(tmp_path, {"own.ini": settings}, config="own.ini")
    assert written(job, options).get_option("report:exclude_also") == ["if A:"]


def test_odd_characters_in_the_path_of_the_project_do_no_harm(tmp_path: Path) -> None:
    job, options = prepared(tmp_path / "one, two $HOME; #%s [x]")
    assert written(job, options).get_option("run:source") == ["src"]


def test_a_dollar_in_the_name_of_a_folder_is_no_variable(tmp_path: Path) -> None:
    files = {"src/$HOME/a.py": "", "src/$HOME/node_modules/x.py": ""}
    job, options = prepared(tmp_path, files, source=["src/$HOME"])
    found = written(job, options)
    assert found.get_option("run:source") == ["src/$HOME"]
    assert found.get_option("run:omit") == ["src/$HOME/node_modules/*"]
