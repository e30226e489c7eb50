"""Where the base of an update comes from, and what is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coursekit.config import update_project as edit
from coursekit.errors import CoursekitError, InputError
from coursekit.scaffold.base import NoBaseError
from coursekit.scaffold.pristine import BRANCH
from coursekit.scaffold.releases import INDEX, Releases
from coursekit.scaffold.update import update_project, update_status
from tests.building import write
from tests.scaffold.updated import DENSE, README, clean, p, text
from tests.scaffold.updating import (  # fmt: skip
    Kit,
    changed,
    commit,
    git,
)

__all__ = ["p"]


def test_a_squashed_history_that_quotes_the_trailer_is_no_base(kit: Kit, p: Path) -> None:
    """The squashed commit states the tree but has another; the version is rendered again, and nothing is lost."""
    commit(p, {"README.md": text(p, "README.md") + "Our own text.\n"})
    message = git(p, "log", "--format=%B")
    git(p, "checkout", "-q", "--orphan", "squashed")
    git(p, "commit", "-qm", message)
    git(p, "branch", "-D", "main", BRANCH)
    kit.version(2, core={"dense.py": DENSE + "# fixed\n"})
    kit.use(1)
    with pytest.MonkeyPatch.context() as patch:
        archive = archived(kit, p.parent / "released")
        patch.setattr("coursekit.scaffold.releases.FOLDER", archive)
        patch.setattr("coursekit.scaffold.plan.Releases", lambda: Releases(archive))
        kit.use(2)
        done = update_project(p)
    assert (done.outcome, done.rendered_again) == ("merged", True)
    assert text(p, "README.md").endswith("Our own text.\n")
    assert text(p, "core_lib/dense.py").endswith("# fixed\n")
    assert clean(p)


def archived(kit: Kit, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / INDEX).write_text(json.dumps({"working_on": "1", "releases": {}}))
    Releases(folder).add("1")
    return folder


def test_a_shallow_clones_root_commit_is_no_base(kit: Kit, p: Path, tmp_path: Path) -> None:
    """The trial that lost a student's text: its first commit looks like the template's and holds the group's work."""
    commit(p, {"README.md": text(p, "README.md") + "Our own text.\n"})
    commit(p, {"a.txt": "a\n"})
    git(tmp_path, "clone", "-q", "--depth=1", p.as_uri(), "shallow")
    shallow = tmp_path / "shallow"
    kit.version(2, core={"dense.py": DENSE + "# fixed\n"})
    with pytest.raises(InputError, match="file:// is not allowed here"):
        update_project(shallow)
    assert text(shallow, "README.md").endswith("Our own text.\n")
    assert clean(shallow)


def test_a_shallow_clone_is_deepened(
    kit: Kit, p: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(p, {"README.md": text(p, "README.md") + "Our own text.\n"})
    git(tmp_path, "clone", "-q", "--depth=1", p.as_uri(), "shallow")
    shallow = tmp_path / "shallow"
    git(shallow, "config", "core.sshCommand", f"touch {tmp_path}/RAN;")
    git(shallow, "config", "uploadpack.packObjectsHook", f"touch {tmp_path}/RAN;")
    write(shallow / ".git" / "hooks", {"post-checkout": "#!/bin/sh\ntouch RAN\n"})
    kit.version(2, core={"dense.py": DENSE + "# fixed\n"})
    monkeypatch.setattr("coursekit.git.deepen.PROTOCOLS", ("file",))
    done = update_project(shallow)
    assert (done.outcome, done.rendered_again) == ("merged", False)
    assert text(shallow, "README.md").endswith("Our own text.\n")
    assert text(shallow, "core_lib/dense.py").endswith("# fixed\n")
    assert not (shallow / ".git" / "shallow").exists()
    assert clean(shallow)
    assert not list(tmp_path.rglob("RAN"))


def test_a_merged_feature_branch_is_not_taken_for_the_templates(kit: Kit, p: Path) -> None:
    """Main was only pushed, a branch of the group's merged last: the base is still the pristine commit."""
    git(p, "checkout", "-qb", "feature")
    commit(p, {"README.md": changed(text(p, "README.md"), ("line 5\n", "feature\n"))})
    git(p, "checkout", "-q", "main")
    commit(p, {"b.txt": "b\n"})
    git(p, "merge", "-q", "--no-ff", "-m", "Merge", "feature")
    git(p, "branch", "-D", BRANCH)
    kit.version(2, common={"README.md": changed(README, ("line 15\n", "15\n"))})
    assert update_project(p).outcome == "merged"
    assert "\nfeature\n" in text(p, "README.md")
    assert "\n15\n" in text(p, "README.md")


def test_an_amended_first_commit_is_no_base(kit: Kit, p: Path) -> None:
    write(p, {"README.md": text(p, "README.md") + "Our own text.\n"})
    git(p, "commit", "-qa", "--amend", "--no-edit")
    git(p, "branch", "-D", BRANCH)
    git(p, "reflog", "expire", "--expire=now", "--all")
    kit.version(2, core={"dense.py": DENSE + "# fixed\n"})
    with pytest.raises(NoBaseError, match="is not among the released versions"):
        update_project(p)
    assert clean(p)


def test_after_an_update_was_reverted_it_can_come_again(kit: Kit, p: Path) -> None:
    """Git would say 'already up to date': the base is what project.toml states, not what was merged once."""
    kit.version(2, core={"dense.py": DENSE + "# fixed\n"})
    update_project(p)
    git(p, "revert", "-m", "1", "--no-edit", "HEAD")
    assert update_status(p).behind
    assert update_project(p).outcome == "merged"
    assert text(p, "core_lib/dense.py").endswith("# fixed\n")


def test_the_answers_of_the_beginning_are_found_in_the_history(kit: Kit, p: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    archive = archived(kit, tmp_path / "released")
    monkeypatch.setattr("coursekit.scaffold.plan.Releases", lambda: Releases(archive))
    commit(p, {"README.md": text(p, "README.md") + "Ours.\n"})
    git(p, "checkout", "-q", "--orphan", "squashed")
    git(p, "commit", "-qm", "all")
    git(p, "branch", "-D", "main", BRANCH)
    commit(p, {"project.toml": edit(text(p, "project.toml"), title="Another")})
    kit.version(2, core={"dense.py": DENSE + "# fixed\n"})
    assert update_project(p).rendered_again
    assert text(p, "README.md").startswith("# Another\n")
    assert text(p, "README.md").endswith("Ours.\n")


def test_branches_that_lead_nowhere_and_messages_in_any_encoding(kit: Kit, p: Path) -> None:
    git(p, "-c", "i18n.commitEncoding=nonsense", "commit", "-q", "--allow-empty", "-m", "work")
    write(p / ".git", {
        "refs/remotes/origin/coursekit/template": "ref: refs/remotes/origin/none\n",
        "refs/tags/coursekit/template": git(p, "rev-parse", "HEAD^{tree}") + "\n",
    })  # fmt: skip
    kit.version(2, core={"dense.py": DENSE + "# fixed\n"})
    assert update_project(p).outcome == "merged"


def test_a_damaged_repository_is_told_as_one(kit: Kit, p: Path) -> None:
    commit(p, {"core_lib/dense.py": "ours\n"})
    blob = git(p, "rev-parse", "HEAD:core_lib/dense.py")
    (p / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    kit.version(2, core={"dense.py": DENSE + "# fixed\n"})
    with pytest.raises(CoursekitError, match="a repository that git can read"):
        update_project(p)
    assert git(p, "log", "-1", "--format=%s") == "work"
