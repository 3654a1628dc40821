"""What a change touches, in real checkouts of git."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from gatekeeper.project.change import Change, change, covered
from gatekeeper.project.revision import SAFE, Git
from gatekeeper.template.signature import digest

WHO = "-c user.name=a -c user.email=a@example.org -c commit.gpgsign=false".split()
ALONE = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z",
    "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z",
    "LC_ALL": "C",
}


def do(root: Path, *arguments: str) -> None:
    """Let git do something that has to work."""
    environ = {**os.environ, **ALONE, "HOME": str(root)}
    argv = ["git", *WHO, *arguments]
    subprocess.run(argv, cwd=root, env=environ, check=True, capture_output=True)


def git_in(root: Path) -> Git:
    """Git as a workspace asks it."""

    def git(*arguments: str) -> str | None:
        environ = {**os.environ, **ALONE, "HOME": str(root)}
        argv = ["git", *SAFE, *arguments]
        done = subprocess.run(argv, cwd=root, env=environ, capture_output=True)
        said = done.stdout.decode("utf-8", "surrogateescape")
        return said if done.returncode == 0 else None

    return git


def no_git(*_arguments: str) -> None:
    """Git where there is none."""


def write(root: Path, name: str | bytes, text: str = "") -> None:
    path = os.path.join(os.fsencode(root), os.fsencode(name))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(text)


def commit(root: Path, *names: str | bytes, text: str = "") -> None:
    for name in names:
        write(root, name, text)
    do(root, "add", "-A")
    do(root, "commit", "-q", "--allow-empty", "-m", "x")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout whose branch has left main, which has gone on since."""
    made = tmp_path / "checkout"
    made.mkdir()
    do(made, "init", "-q", "-b", "main")
    commit(made, "src/auth/login.py", "src/core.py", "README.md", text="1\n")
    do(made, "checkout", "-q", "-b", "feature")
    do(made, "checkout", "-q", "main")
    commit(made, "src/of_main.py")
    do(made, "checkout", "-q", "feature")
    return made


def found(root: Path, *bases: str) -> Change:
    return change(git_in(root), bases)


def test_a_branch_has_changed_what_its_commits_did(root: Path) -> None:
    commit(root, "src/core.py", text="2\n")
    commit(root, "src/new.py")
    assert found(root) == Change(("src/core.py", "src/new.py"), "main")


def test_what_was_changed_back_is_no_change(root: Path) -> None:
    commit(root, "src/core.py", text="2\n")
    commit(root, "src/core.py", text="1\n")
    commit(root, "a.txt")
    assert found(root).files == ("a.txt",)


def test_what_is_not_committed_counts(root: Path) -> None:
    commit(root, "a.txt")
    write(root, "src/core.py", "2\n")
    write(root, "staged.py")
    do(root, "add", "staged.py")
    write(root, "untracked/deep.py")
    assert found(root).files == (
        "a.txt",
        "src/core.py",
        "staged.py",
        "untracked/deep.py",
    )


def test_what_git_ignores_and_what_tools_leave_behind_does_not_count(
    root: Path,
) -> None:
    commit(root, ".gitignore", text="*.log\n")
    write(root, "a.log")
    write(root, "src/__pycache__/core.cpython-311.pyc")
    write(root, "b.txt")
    assert found(root).files == (".gitignore", "b.txt")


def test_what_is_committed_counts_wherever_it_lies(root: Path) -> None:
    commit(root, ".gitignore", text="*.log\n")
    write(root, "a.log")
    write(root, "node_modules/a.js")
    do(root, "add", "-f", "a.log", "node_modules/a.js")
    do(root, "commit", "-q", "-m", "x")
    assert found(root).files == (".gitignore", "a.log", "node_modules/a.js")


def test_deleted_files_count(root: Path) -> None:
    do(root, "rm", "-q", "src/auth/login.py")
    do(root, "commit", "-q", "-m", "x")
    (root / "README.md").unlink()
    assert found(root).files == ("README.md", "src/auth/login.py")


def test_of_a_renamed_file_both_names_count(root: Path) -> None:
    do(root, "mv", "src/auth/login.py", "src/other.py")
    do(root, "commit", "-q", "-m", "x")
    assert found(root).files == ("src/auth/login.py", "src/other.py")


def test_a_file_whose_mode_was_changed_counts(root: Path) -> None:
    (root / "src/core.py").chmod(0o755)
    commit(root)
    assert found(root).files == ("src/core.py",)


ODD = (
    *(
        b"new\nline.py",
        b"tab\t.py",
        b'quote".py',
        b"b\\s.py",
        "ünï.py".encode(),
        b" .py",
    ),
    *(b"no\xffutf8.py", b"-dash.py", b":(top).py", b"star*.py"),
)


@pytest.mark.parametrize("kept", ["committed", "untracked"])
def test_odd_names_come_through_as_they_are(root: Path, kept: str) -> None:
    for name in ODD:
        write(root, b"odd/" + name)
    if kept == "committed":
        commit(root)
    expected = {os.fsdecode(b"odd/" + name) for name in ODD}
    one = found(root)
    assert set(one.files or ()) == expected
    assert set(one.touched(["odd"])) == expected


def test_a_root_in_a_subfolder_sees_its_own_files(root: Path) -> None:
    commit(root, "src/auth/new.py", "outside.py")
    write(root, "src/untracked.py")
    write(root, "outside_untracked.py")
    assert found(root / "src").files == ("auth/new.py", "untracked.py")


def test_settings_of_the_repository_do_not_change_what_is_found(root: Path) -> None:
    commit(root, ".gitattributes", text="*.py -diff\n")
    commit(root, "src/core.py", text="2\n")
    for setting in (
        "diff.renames copies",
        "diff.relative false",
        "core.quotePath true",
    ):
        do(root, "config", *setting.split())
    do(root, "config", "diff.external", "false")
    do(root, "mv", "src/auth/login.py", "src/other.py")
    assert found(root).files == (
        *(".gitattributes", "src/auth/login.py", "src/core.py", "src/other.py"),
    )


def test_a_submodule_counts_whatever_the_repository_says(root: Path) -> None:
    inner = root.parent / "inner"
    inner.mkdir()
    do(inner, "init", "-q", "-b", "main")
    commit(inner, "a.py")
    do(root, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner))
    do(root, "config", "-f", ".gitmodules", "submodule.inner.ignore", "all")
    commit(root)
    do(root, "branch", "-f", "base")
    commit(root / "inner", "b.py")
    assert found(root, "base").files == ("inner",)


def test_the_first_base_that_git_knows_counts(root: Path) -> None:
    commit(root, "a.txt")
    do(root, "branch", "-f", "between")
    commit(root, "b.txt")
    assert found(root, "main").files == ("a.txt", "b.txt")
    assert found(root, "0" * 40, "between", "main") == Change(("b.txt",), "between")
    assert found(root, "between~1").files == ("a.txt", "b.txt")


def test_a_base_that_git_does_not_know_is_not_replaced_by_a_usual_one(
    root: Path,
) -> None:
    commit(root, "a.txt")
    one = found(root, "release", "origin/release")
    assert one.files is None
    assert "no common commit with release or origin/release" in one.problem
    assert "fetch-depth: 0" in one.problem


@pytest.mark.parametrize(
    "name", ["--help", "--octopus", "--independent", "", "a b", "main..feature"]
)
def test_a_base_is_a_name_and_no_option(root: Path, name: str) -> None:
    assert found(root, name).files is None


def test_a_branch_without_common_history_has_no_base(root: Path) -> None:
    do(root, "checkout", "-q", "--orphan", "alone")
    commit(root, "a.txt")
    assert found(root).files is None
    assert "no common commit with the main branch" in found(root).problem


@pytest.mark.parametrize("name", ["main", "master"])
def test_where_a_change_usually_goes(tmp_path: Path, root: Path, name: str) -> None:
    do(root, "branch", "-m", "main", name)
    commit(root, "a.txt")
    assert found(root) == Change(("a.txt",), name)
    do(root, "checkout", "-q", name)
    clone = tmp_path / "clone"
    do(root, "clone", "-q", "-b", "feature", str(root), str(clone))
    assert found(clone) == Change(("a.txt",), "origin/HEAD")
    do(clone, "symbolic-ref", "-d", "refs/remotes/origin/HEAD")
    do(clone, "branch", "-q", name, "HEAD")
    assert found(clone) == Change(("a.txt",), f"origin/{name}")


def test_on_the_main_branch_itself_nothing_is_known(root: Path) -> None:
    do(root, "checkout", "-q", "main")
    one = found(root)
    assert (one.files, one.problem) == (
        None,
        "HEAD is main; name the other side with --base",
    )
    write(root, "a.txt")
    assert found(root).files == ("a.txt",)


def test_a_base_where_head_is_tells_nothing(root: Path) -> None:
    """As in a workflow that checks out the base: what was changed is not known."""
    assert found(root, "feature").files is None


def test_a_shallow_clone_knows_no_base(tmp_path: Path, root: Path) -> None:
    commit(root, "a.txt")
    do(root, "checkout", "-q", "main")
    clone, source = tmp_path / "clone", root.as_uri()
    do(root, "clone", "-q", "--depth", "1", "-b", "feature", source, str(clone))
    assert found(clone, "main", "origin/main").files is None
    do(clone, "fetch", "-q", "--depth", "1", "origin", "main:refs/remotes/origin/main")
    assert found(clone).files is None
    do(clone, "fetch", "-q", "--unshallow", "origin", "main:refs/remotes/origin/main")
    assert found(clone) == Change(("a.txt",), "origin/main")


def test_the_merge_of_a_pull_request_is_compared_with_its_base(root: Path) -> None:
    """What GitHub checks out: the merge of both sides, with no branch at all."""
    commit(root, "a.txt")
    do(root, "checkout", "-q", "--detach", "main")
    do(root, "merge", "-q", "--no-ff", "-m", "x", "feature")
    assert found(root, "main").files == ("a.txt",)


@pytest.mark.parametrize("kind", ["no repository", "no commit", "no git"])
def test_without_a_commit_nothing_is_known(tmp_path: Path, kind: str) -> None:
    write(tmp_path, "a.txt")
    if kind == "no commit":
        do(tmp_path, "init", "-q")
    git = no_git if kind == "no git" else git_in(tmp_path)
    assert change(git, ()) == Change(
        None, problem="this is no git checkout with a commit"
    )


def test_git_that_breaks_half_way_is_no_empty_change(root: Path) -> None:
    commit(root, "a.txt")
    git = git_in(root)

    def without(command: str) -> Git:
        return lambda *words: None if words[0] == command else git(*words)

    for command in ("diff", "ls-files"):
        one = change(without(command), ())
        assert (one.files, one.problem) == (None, "git could not compare with main")


def test_changed_files_are_named_held_or_globbed() -> None:
    one = Change(("src/auth/login.py", "src/core.py", "Dockerfile.dev", "a/b.tf"))
    assert one.touched(["src/auth"]) == ["src/auth/login.py"]
    assert one.touched(["src/auth/**", "./src/core.py"]) == list(one.files or ())[:2]
    assert one.touched(["Dockerfile*", "*.tf"]) == ["Dockerfile.dev", "a/b.tf"]
    assert one.touched(["src/au", "core.py", "docs"]) == one.touched([]) == []
    assert one.touched(["."]) == list(one.files or ())
    assert Change(None).touched(["."]) == []


def names(root: Path, *patterns: str) -> list[str]:
    return [path for path, _ in covered(git_in(root), root, patterns)]


def test_files_are_covered_by_patterns_and_all_by_none(root: Path) -> None:
    assert names(root) == ["README.md", "src/auth/login.py", "src/core.py"]
    assert names(root, "src/auth") == names(root, "*login*") == ["src/auth/login.py"]
    assert names(root, "docs") == []
    assert covered(git_in(root), root, ["src/core.py"]) == [("src/core.py", b"1\n")]


def test_files_that_only_this_checkout_has_are_not_covered(root: Path) -> None:
    """What a build left behind would make every signature stale."""
    write(root, "report.json")
    write(root, "src/__pycache__/core.pyc")
    assert names(root) == ["README.md", "src/auth/login.py", "src/core.py"]
    do(root, "add", "report.json")
    assert "report.json" in names(root)


def test_a_root_in_a_subfolder_covers_its_own_files(root: Path) -> None:
    assert covered(git_in(root / "src"), root / "src", ["auth"]) == [
        ("auth/login.py", b"1\n")
    ]


Step = Callable[[Path], None]


def state(root: Path, *patterns: str) -> str:
    return digest(covered(git_in(root), root, patterns))


@pytest.mark.parametrize(
    "step",
    [
        lambda root: write(root, "src/core.py", "2\n"),
        lambda root: (root / "src/core.py").unlink(),
        lambda root: (root / "src/core.py").rename(root / "src/auth/core.py"),
        lambda root: do(root, "mv", "src/core.py", "src/more.py"),
        lambda root: commit(root, "src/new.py"),
    ],
)
def test_a_change_of_what_is_covered_changes_the_state(root: Path, step: Step) -> None:
    before, other = state(root, "src"), state(root, "README.md")
    step(root)
    assert state(root, "src") != before
    assert state(root, "README.md") == other


@pytest.mark.parametrize(
    "step",
    [
        lambda root: write(root, "src/core.py", "2\n"),
        lambda root: (root / "src/core.py").unlink(),
        lambda root: do(root, "mv", "src/core.py", "src/more.py"),
    ],
)
def test_to_commit_what_was_signed_does_not_change_the_state(
    root: Path, step: Step
) -> None:
    step(root)
    signed = state(root, "src")
    commit(root)
    assert state(root, "src") == signed
    do(root, "checkout", "-q", "--detach")
    assert state(root, "src") == signed


def test_odd_files_have_a_state_too(root: Path) -> None:
    for name in ODD:
        write(root, b"odd/" + name, "a")
    os.symlink("nowhere", root / "odd" / "dangling")
    os.symlink("../src", root / "odd" / "folder")
    commit(root)
    contents = dict(covered(git_in(root), root, ["odd"]))
    assert set(contents) == {
        *(os.fsdecode(b"odd/" + name) for name in ODD),
        *("odd/dangling", "odd/folder"),
    }
    assert contents["odd/dangling"] == b"nowhere"
    assert contents[os.fsdecode(b"odd/no\xffutf8.py")] == b"a"
    before = state(root, "odd")
    (root / "odd" / "dangling").unlink()
    os.symlink("elsewhere", root / "odd" / "dangling")
    assert state(root, "odd") != before


def test_a_large_file_is_covered_and_not_kept_in_memory(root: Path) -> None:
    large = "a" * 2_000_000
    commit(root, "large.bin", text=large)
    ((_, content),) = covered(git_in(root), root, ["large.bin"])
    assert len(content) == 32
    before = state(root, "large.bin")
    write(root, "large.bin", large[:-1] + "b")
    assert state(root, "large.bin") != before


def test_what_cannot_be_read_is_empty(root: Path) -> None:
    (root / "src/core.py").unlink()
    os.mkfifo(root / "src/core.py")
    (root / "README.md").unlink()
    (root / "README.md").mkdir()
    assert covered(git_in(root), root, ["src/core.py", "README.md"]) == [
        ("README.md", b""),
        ("src/core.py", b""),
    ]


def test_without_git_all_files_but_artefacts_are_covered(tmp_path: Path) -> None:
    for name in ("src/a.py", ".git/config", "src/__pycache__/a.pyc", "b.txt"):
        write(tmp_path, name, "1")
    assert covered(no_git, tmp_path, []) == [("b.txt", b"1"), ("src/a.py", b"1")]
    assert covered(no_git, tmp_path, ["src"]) == [("src/a.py", b"1")]
