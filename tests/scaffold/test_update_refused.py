"""When an update is refused, and what is only shown or left as a branch."""

from __future__ import annotations

from pathlib import Path

import pytest

from coursekit.config import update_project as edit
from coursekit.errors import InputError
from coursekit.model import Member
from coursekit.scaffold import new_project
from coursekit.scaffold.update import update_project
from tests.building import write
from tests.scaffold.updated import DENSE, README, p, text
from tests.scaffold.updating import (  # fmt: skip
    FOLDER,
    LINES,
    Kit,
    changed,
    commit,
    git,
)

__all__ = ["p"]


@pytest.mark.parametrize("what", ["changed", "staged", "deleted"])
def test_a_dirty_work_tree_is_refused(kit: Kit, p: Path, what: str) -> None:
    kit.version(2, core={"dense.py": DENSE + "# fixed\n"})
    if what == "deleted":
        (p / "README.md").unlink()
    else:
        write(p, {"README.md": "mine"})
    if what == "staged":
        git(p, "add", "-A")
    with pytest.raises(
        InputError, match=r"expected everything to be committed, but 1 file changed: README.md"
    ):
        update_project(p)


@pytest.mark.parametrize("ignored", [False, True])
def test_what_git_does_not_keep_is_never_overwritten(kit: Kit, p: Path, ignored: bool) -> None:
    if ignored:
        commit(p, {".gitignore": "new.py\n"})
    write(p, {"new.py": "mine", "other.txt": "mine"})
    kit.version(2, own={"new.py": "theirs\n"})
    with pytest.raises(InputError, match=r"something that git does not keep: new.py"):
        update_project(p)
    assert text(p, "new.py") == "mine"
    (p / "new.py").unlink()
    assert update_project(p).outcome == "merged"
    assert text(p, "other.txt") == "mine"


def test_a_dry_run_shows_the_diff_and_writes_nothing(kit: Kit, p: Path) -> None:
    commit(p, {"README.md": changed(text(p, "README.md"), ("line 3\n", "ours\n"))})
    kit.version(2, common={"README.md": changed(README, ("line 3\n", "theirs\n"))}, own={"new.py": "new\n"})
    before = {path: path.read_bytes() for path in p.rglob("*") if path.is_file()}
    done = update_project(p, dry_run=True)
    assert (done.outcome, done.conflicts) == ("conflicts", ("README.md",))
    assert "+++ b/new.py" in done.diff
    assert {path: path.read_bytes() for path in p.rglob("*") if path.is_file()} == before


def test_left_as_a_branch(kit: Kit, p: Path) -> None:
    write(p, {"README.md": "not committed"})
    kit.version(2, own={"new.py": "new\n"})
    done = update_project(p, branch=True)
    assert done.branch.startswith("coursekit/update-")
    assert text(p, "README.md") == "not committed"
    assert git(p, "show", f"{done.branch}:new.py") == "new"
    assert update_project(p, branch=True).commit == done.commit
    git(p, "stash")
    git(p, "merge", "-q", done.branch)
    assert update_project(p).outcome == "up to date"


def test_conflicts_are_not_left_as_a_branch(kit: Kit, p: Path) -> None:
    commit(p, {"README.md": changed(text(p, "README.md"), ("line 3\n", "ours\n"))})
    kit.version(2, common={"README.md": changed(README, ("line 3\n", "theirs\n"))})
    with pytest.raises(InputError, match=r"same lines in README.md"):
        update_project(p, branch=True)


def test_what_is_no_project_of_ours(kit: Kit, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected a git repository"):
        update_project(tmp_path)
    git(tmp_path, "init", "-q", "x")
    with pytest.raises(InputError, match="expected a commit"):
        update_project(tmp_path / "x")
    commit(tmp_path / "x", {"README.md": "x"})
    with pytest.raises(InputError, match=r"expected a project.toml"):
        update_project(tmp_path / "x")
    commit(tmp_path / "x", {"project.toml": '[project]\ntitle = "T"\n'})
    with pytest.raises(InputError, match="names none"):
        update_project(tmp_path / "x")
    commit(tmp_path / "x", {"project.toml": '[project]\ntitle = "T"\n[template]\nname = "../../etc"\n'})
    with pytest.raises(InputError, match=r"was made from '../../etc'"):
        update_project(tmp_path / "x")


def test_an_instructors_own_template(kit: Kit, tmp_path: Path) -> None:
    own = write(tmp_path / "mine", {f"{FOLDER}/own.txt": "one\n"})
    project = tmp_path / "p"
    new_project(project, "T", [Member("Ada")], "t", str(own))
    write(own, {f"{FOLDER}/own.txt": "two\n"})
    with pytest.raises(InputError, match="given by its path"):
        update_project(project)
    from coursekit.scaffold.bake import _bake

    _bake.cache_clear()
    assert update_project(project, template=str(own)).outcome == "merged"
    assert text(project, "own.txt") == "two\n"


def test_a_path_that_is_made_of_the_title_moves_with_it(kit: Kit, tmp_path: Path) -> None:
    own = write(tmp_path / "mine", {
        f"{FOLDER}/{{{{ cookiecutter.slug }}}}/x.py": "".join(LINES), "cookiecutter.json": '{"slug": "x"}',
    })  # fmt: skip
    folder = tmp_path / "p"
    new_project(folder, "Birds", [Member("Ada")], "t", str(own))
    commit(folder, {"birds/x.py": changed(text(folder, "birds/x.py"), ("line 3\n", "ours\n"))})
    commit(folder, {"project.toml": edit(text(folder, "project.toml"), title="Songs")})
    assert update_project(folder, template=str(own)).outcome == "merged"
    assert "ours\n" in text(folder, "songs/x.py")
    assert not (folder / "birds").exists()
