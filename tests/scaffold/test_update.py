"""Updating one repository: the template's changes come in, and nothing of the group's is ever lost."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pygit2
import pytest

from coursekit.config import load_project
from coursekit.config import update_project as edit
from coursekit.errors import CoursekitError, InputError
from coursekit.model import Member
from coursekit.scaffold import new_project
from coursekit.scaffold.base import NoBaseError
from coursekit.scaffold.pristine import BRANCH
from coursekit.scaffold.releases import INDEX, Releases
from coursekit.scaffold.update import update_project, update_status
from tests.building import code, markdown, write
from tests.scaffold.updating import (  # fmt: skip
    COMMON,
    CORE,
    FOLDER,
    LINES,
    PICTURE,
    Kit,
    changed,
    commit,
    git,
    notebook,
    project,
    starter,
)

README = str(COMMON[f"{FOLDER}/README.md"])
DENSE = str(CORE["dense.py"])


@pytest.fixture
def p(kit: Kit, tmp_path: Path) -> Path:
    return project(tmp_path / "p")


def clean(folder: Path) -> bool:
    return git(folder, "status", "--porcelain") == "" and git(folder, "fsck", "--no-dangling") == ""


def text(folder: Path, name: str) -> str:
    return (folder / name).read_bytes().decode()


def test_what_the_template_changed_comes_in(kit: Kit, p: Path) -> None:
    commit(p, {"README.md": changed(text(p, "README.md"), ("line 3\n", "our line\n")), "ours.py": "x = 1\n"})
    assert not update_status(p).behind
    kit.version(
        2, common={"README.md": changed(README, ("line 15\n", "line fifteen\n"))},
        own={"new.py": "new\n", "tools/old.py": None}, core={"dense.py": DENSE + "# fixed\n"},
    )  # fmt: skip
    assert update_status(p).behind
    done = update_project(p)
    assert (done.outcome, done.added, done.removed) == ("merged", ("new.py",), ("tools/old.py",))
    assert done.changed == ("README.md", "core_lib/dense.py", "project.toml")
    assert "our line\n" in text(p, "README.md")
    assert "line fifteen\n" in text(p, "README.md")
    assert text(p, "core_lib/dense.py").endswith("# fixed\n")
    assert not (p / "tools").exists()
    assert clean(p)
    assert not update_status(p).behind
    assert git(p, "log", "-1", "--format=%P").split() == [git(p, "rev-parse", "HEAD~1"), git(p, "rev-parse", BRANCH)]  # fmt: skip
    assert update_project(p).outcome == "up to date"


def test_a_second_update_begins_where_the_first_ended(kit: Kit, p: Path) -> None:
    kit.version(2, core={"dense.py": DENSE.replace("return 0", "return 100")})
    update_project(p)
    commit(p, {"core_lib/dense.py": text(p, "core_lib/dense.py").replace("return 100", "return 'ours'")})
    kit.version(3, core={"dense.py": DENSE.replace("return 0", "return 100") + "# more\n"})
    assert update_project(p).outcome == "merged"
    assert "return 'ours'" in text(p, "core_lib/dense.py")
    assert text(p, "core_lib/dense.py").endswith("# more\n")


def test_both_changed_one_line_is_an_ordinary_conflict(kit: Kit, p: Path) -> None:
    """Markers in the file, three stages in the index, MERGE_HEAD: git itself goes on from there."""
    commit(p, {"README.md": changed(text(p, "README.md"), ("line 3\n", "ours\n"))})
    kit.version(2, common={"README.md": changed(README, ("line 3\n", "theirs\n"))}, own={"new.py": "new\n"})
    before = git(p, "rev-parse", "HEAD")
    done = update_project(p)
    assert (done.outcome, done.conflicts) == ("conflicts", ("README.md",))
    assert "<<<<<<< yours\nours\n=======\ntheirs\n>>>>>>> template\n" in text(p, "README.md")
    assert git(p, "status", "--porcelain").splitlines() == ["UU README.md", "A  new.py", "M  project.toml"]
    assert [line.split()[2] for line in git(p, "ls-files", "-u").splitlines()] == ["1", "2", "3"]
    assert git(p, "show", ":1:README.md").count("line 3\n") == 1
    with pytest.raises(InputError, match="under way"):
        update_project(p)
    assert "still merging" in git(p, "status") or "unmerged" in git(p, "status")
    git(p, "merge", "--abort")
    assert git(p, "rev-parse", "HEAD") == before
    assert clean(p)
    assert not (p / "new.py").exists()
    assert update_project(p).outcome == "conflicts"
    write(p, {"README.md": changed(text(p, "README.md"), ("<<<<<<< yours\n", ""), ("=======\n", ""), (">>>>>>> template\n", ""))})  # fmt: skip
    git(p, "add", "-A")
    git(p, "commit", "-q", "--no-edit")
    assert git(p, "log", "-1", "--format=%s").startswith("Bring in the template blank")
    assert len(git(p, "log", "-1", "--format=%P").split()) == 2
    assert update_project(p).outcome == "up to date"
    assert clean(p)


def test_a_core_lib_that_was_extended_keeps_the_extension(kit: Kit, p: Path) -> None:
    mine = DENSE.replace("    return 2\n", "    return 2 + ours\n") + "\n\ndef ours():\n    pass\n"
    commit(p, {"core_lib/dense.py": mine, "core_lib/our_layer.py": "class Ours: ...\n"})
    kit.version(2, core={"dense.py": DENSE.replace("return 6", "return 66"), "README.md": None})
    assert update_project(p).outcome == "merged"
    assert text(p, "core_lib/dense.py") == mine.replace("return 6", "return 66")
    assert (p / "core_lib" / "our_layer.py").is_file()
    assert not (p / "core_lib" / "README.md").exists()


def test_what_a_group_removed_stays_removed_and_is_said(kit: Kit, p: Path) -> None:
    commit(p, {"tools/old.py": None})
    kit.version(2, own={"tools/old.py": "new\n"})
    done = update_project(p)
    assert done.outcome == "merged"
    assert not (p / "tools" / "old.py").exists()
    assert [(kept.path, "you removed" in kept.why) for kept in done.kept] == [("tools/old.py", True)]
    assert "tools/old.py" in git(p, "log", "-1", "--format=%B")


def test_what_the_template_removed_stays_where_the_group_changed_it(kit: Kit, p: Path) -> None:
    commit(p, {"tools/old.py": "ours\n"})
    kit.version(2, own={"tools/old.py": None})
    done = update_project(p)
    assert text(p, "tools/old.py") == "ours\n"
    assert [kept.path for kept in done.kept] == ["tools/old.py"]


def test_a_file_that_the_template_moved_takes_the_groups_changes_along(kit: Kit, p: Path) -> None:
    commit(p, {"tools/old.py": text(p, "tools/old.py").replace("old 3\n", "ours\n")})
    kit.version(2, own={"tools/old.py": None, "scripts/new.py": text(p, "tools/old.py").replace("ours\n", "old 3\n").replace("old 20\n", "new 20\n")})  # fmt: skip
    assert update_project(p).outcome == "merged"
    assert "ours\n" in text(p, "scripts/new.py")
    assert "new 20\n" in text(p, "scripts/new.py")
    assert not (p / "tools").exists()


def test_pictures_data_and_results_are_the_groups(kit: Kit, p: Path) -> None:
    commit(p, {"Cover/cover.png": PICTURE + b"ours", "results/README.md": "Ours.\n"})
    kit.version(2, common={"results/README.md": "Theirs.\n"}, own={"Cover/cover.png": PICTURE + b"two"})
    done = update_project(p)
    assert (done.outcome, [kept.path for kept in done.kept]) == ("merged", ["Cover/cover.png", "results/README.md"])  # fmt: skip
    assert (p / "Cover/cover.png").read_bytes() == PICTURE + b"ours"
    assert text(p, "results/README.md") == "Ours.\n"
    kit.version(3, own={"Cover/cover.png": PICTURE + b"three", "more.png": PICTURE})
    commit(p, {"Cover/cover.png": PICTURE + b"two"})
    update_project(p)
    assert (p / "Cover/cover.png").read_bytes() == PICTURE + b"three"
    assert (p / "more.png").read_bytes() == PICTURE


RUN = {"output_type": "stream", "name": "stdout", "text": ["1\n"]}


def test_a_notebook_that_was_run_gets_the_fix_and_keeps_its_output(kit: Kit, p: Path) -> None:
    ours = notebook(markdown("# Exploring"), code("x = 1", count=1), markdown("## What\n\nBirds."), code("print(x)", RUN, count=2))  # fmt: skip
    commit(p, {"1_Data/explore.ipynb": ours})
    kit.version(2, own={"1_Data/explore.ipynb": starter("  # fixed")})
    done = update_project(p)
    assert (done.outcome, done.kept) == ("merged", ())
    cells = json.loads(text(p, "1_Data/explore.ipynb"))["cells"]
    assert ["".join(cell["source"]) for cell in cells] == ["# Exploring", "x = 1  # fixed", "## What\n\nBirds.", "print(x)"]  # fmt: skip
    assert cells[3]["outputs"] == [RUN]


def test_a_notebook_in_which_both_changed_a_cell_stays_the_groups(kit: Kit, p: Path) -> None:
    ours = changed(starter(), ('"x = 1"', '"x = 99"'))
    commit(p, {"1_Data/explore.ipynb": ours})
    kit.version(2, own={"1_Data/explore.ipynb": starter("  # fixed")})
    done = update_project(p)
    assert text(p, "1_Data/explore.ipynb") == ours
    assert [(kept.path, kept.why) for kept in done.kept] == [
        ("1_Data/explore.ipynb", "yours stays: you and the template both changed cell 2")
    ]


def test_a_renamed_project_and_changed_answers(kit: Kit, p: Path) -> None:
    """What the template made of the old answer is made of the new one, but never what the group wrote itself."""
    facts = edit(text(p, "project.toml"), title="Bird songs", description="In project.toml.")
    commit(p, {"project.toml": facts, "README.md": changed(text(p, "README.md"), ("[Say what]", "By hand."))})
    done = update_project(p)
    assert (done.outcome, done.answers) == ("merged", ("title", "description"))
    assert text(p, "README.md").startswith("# Bird songs\n\nBy hand.\n")
    commit(p, {"README.md": changed(text(p, "README.md"), ("# Bird songs", "# Our songs"))})
    commit(p, {"project.toml": edit(text(p, "project.toml"), title="Songs of birds")})
    kit.version(2, common={"README.md": changed(README, ("line 15\n", "15\n"))})
    done = update_project(p)
    assert done.outcome == "merged"
    assert text(p, "README.md").startswith("# Our songs\n\nBy hand.\n")
    assert "\n15\n" in text(p, "README.md")


def test_project_toml_is_merged_by_its_keys(kit: Kit, p: Path) -> None:
    facts = changed(text(p, "project.toml"), ('\nversion = "', '\n# ours, too\nversion = "'), ("\n[data]\n", "\n# our data\n[data]\n"))  # fmt: skip
    commit(p, {"project.toml": facts})
    kit.version(2, own={"new.py": "x\n"})
    assert update_project(p).outcome == "merged"
    new = text(p, "project.toml")
    assert "# our data\n[data]" in new
    assert "# ours, too\nversion" in new
    assert [line for line in new.splitlines() if line not in facts.splitlines()] == [
        f'version = "{load_project(p).template_version}"',
        f'tree = "{load_project(p).template_tree}"',
    ]


def test_an_answer_that_nobody_could_use_stays_as_it_was(kit: Kit, p: Path) -> None:
    facts = edit(text(p, "project.toml"), repository='x" onload=\n', members=())
    commit(p, {"project.toml": facts})
    kit.version(2, own={"new.py": "x\n"})
    assert update_project(p).outcome == "merged"


# ---------------------------------------------------------------- where the base comes from


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


# ---------------------------------------------------------------- what is refused, and previews


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


# ---------------------------------------------------------------- the disk


@pytest.mark.parametrize("touched", [False, True])
def test_files_of_a_filter_that_is_not_run(kit: Kit, p: Path, touched: bool) -> None:
    """Git LFS keeps other bytes in the work tree than in git; only the filter, a command, could tell the difference."""
    git(p, "config", "filter.lfs.clean", "sed s/big/small/")
    commit(p, {".gitattributes": "*.dat filter=lfs\n", "a.dat": "big\n", "core_lib/b.dat": "big\n"})
    os.utime(p / "a.dat", (1, 1))
    kit.version(2, core={"dense.py": DENSE + "# fixed\n", **({"b.dat": "x\n"} if touched else {})})
    assert git(p, "show", "HEAD:a.dat") == "small"
    if touched:
        os.utime(p / "core_lib/b.dat", (1, 1))
        assert update_project(p, dry_run=True).conflicts == ("core_lib/b.dat",)
        with pytest.raises(InputError, match=r"1 file changed: core_lib/b\.dat"):
            update_project(p)
    else:
        assert update_project(p).outcome == "merged"
    assert text(p, "a.dat") == "big\n"


@pytest.mark.skipif(sys.platform == "win32", reason="modes")
def test_modes_stay(kit: Kit, p: Path) -> None:
    (p / "tools" / "old.py").chmod(0o755)
    commit(p, {})
    kit.version(2, own={"tools/old.py": "new\n"})
    update_project(p)
    assert (p / "tools" / "old.py").stat().st_mode & 0o111
    assert clean(p)


def test_line_ends_of_windows(kit: Kit, p: Path) -> None:
    """A work tree with CRLF (autocrlf, without our .gitattributes) stays one, in changed, new and conflicting files."""
    commit(p, {".gitattributes": None})
    git(p, "config", "core.autocrlf", "true")
    for name in git(p, "ls-files").splitlines():
        (p / name).unlink()
    git(p, "checkout", "-q", "--", ".")
    assert b"\r\n" in (p / "README.md").read_bytes()
    commit(p, {"README.md": text(p, "README.md").replace("line 3\r\n", "ours\r\n")})
    kit.version(2, common={"README.md": changed(README, ("line 3\n", "theirs\n"), ("line 15\n", "15\n"))}, own={"new.py": "new\n"})  # fmt: skip
    assert update_project(p).conflicts == ("README.md",)
    assert "\r\n15\r\n" in text(p, "README.md")
    assert "<<<<<<< yours\r\nours\r\n" in text(p, "README.md")
    assert text(p, "new.py") == "new\r\n"
    git(p, "merge", "--abort")
    assert clean(p)


def test_line_ends_of_windows_in_the_commit(kit: Kit, p: Path) -> None:
    """A file that was committed with CRLF is merged by its lines all the same, and keeps them."""
    commit(p, {".gitattributes": "* -text\n"})
    commit(p, {"README.md": text(p, "README.md").replace("\n", "\r\n").replace("line 3\r\n", "ours\r\n")})
    kit.version(2, common={"README.md": changed(README, ("line 15\n", "15\n"))})
    assert update_project(p).outcome == "merged"
    assert "\r\nours\r\n" in text(p, "README.md")
    assert "\r\n15\r\n" in text(p, "README.md")


def test_texts_in_another_encoding_are_merged(kit: Kit, p: Path) -> None:
    commit(p, {"README.md": (p / "README.md").read_bytes().replace(b"line 3\n", b"\xe4\n")})
    kit.version(2, common={"README.md": changed(README, ("line 3\n", "theirs\n"))})
    assert update_project(p).conflicts == ("README.md",)
    assert b"<<<<<<< yours\n\xe4\n=======" in (p / "README.md").read_bytes()


@pytest.mark.parametrize("kind", ["folder", "link", "file"])
def test_something_else_of_that_name_stays(kit: Kit, p: Path, kind: str) -> None:
    name = "new/x.py" if kind == "file" else "new"
    if kind == "folder":
        commit(p, {"new/mine.txt": "mine\n"})
    elif kind == "link":
        (p / "new").symlink_to("README.md")
        commit(p, {})
    else:
        commit(p, {"new": "mine\n"})
    kit.version(2, own={name: "theirs\n"})
    done = update_project(p)
    assert done.outcome == "merged"
    assert [kept.path for kept in done.kept] == ["new"]
    assert clean(p)
    assert text(p, "new/mine.txt" if kind == "folder" else "new").strip() in {"mine", text(p, "README.md").strip()}  # fmt: skip


def test_nothing_of_the_repositorys_configuration_runs(kit: Kit, p: Path, tmp_path: Path) -> None:
    ran = tmp_path / "RAN"
    touch = f"touch {ran}"
    for key in (
        "core.fsmonitor", "core.sshCommand", "core.editor", "core.pager", "merge.evil.driver", "diff.external",
        "filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "diff.evil.command", "gpg.program",
    ):  # fmt: skip
        git(p, "config", key, touch)
    hooks = p / ".git" / "hooks"
    for hook in ("pre-commit", "post-commit", "post-merge", "pre-merge-commit", "post-checkout", "commit-msg",
                 "reference-transaction", "post-index-change", "prepare-commit-msg"):  # fmt: skip
        write(hooks, {hook: f"#!/bin/sh\n{touch}\n"})
        (hooks / hook).chmod(0o755)
    git_files = pygit2.Repository(p)
    write(p, {".gitattributes": "* merge=evil diff=evil filter=evil\n", "README.md": text(p, "README.md").replace("line 3\n", "ours\n")})  # fmt: skip
    index = git_files.index
    index.add_all()
    index.write()
    me = pygit2.Signature("A", "a@example.org")
    git_files.create_commit("HEAD", me, me, "plant", index.write_tree(), [git_files.head.target])
    ran.unlink(missing_ok=True)
    kit.version(
        2, common={"README.md": changed(README, ("line 3\n", "theirs\n"))}, core={"dense.py": DENSE + "#\n"}
    )
    assert update_project(p, dry_run=True).conflicts == ("README.md",)
    assert update_project(p).conflicts == ("README.md",)
    assert not ran.exists()


def test_a_repository_that_leads_elsewhere_is_refused(kit: Kit, p: Path, tmp_path: Path) -> None:
    kit.version(2, core={"dense.py": DENSE + "# fixed\n"})
    (tmp_path / "home").mkdir()
    git(p, "config", "core.worktree", str(tmp_path / "home"))
    with pytest.raises(InputError, match="configuration puts them into"):
        update_project(p)
    git(p.parent, "config", "--file", str(p / ".git/config"), "--unset", "core.worktree")
    write(p / ".git" / "objects" / "info", {"alternates": str(tmp_path)})
    with pytest.raises(InputError, match="borrows objects"):
        update_project(p)
    assert not list((tmp_path / "home").iterdir())


def test_a_full_disk_puts_everything_back(kit: Kit, p: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from coursekit.git import worktree

    kit.version(2, core={"dense.py": DENSE + "# fixed\n"}, own={"new.py": "x\n"})
    real, count = worktree._write_file, iter(range(100))

    def fail(*args: object) -> None:
        if next(count) == 2:
            raise OSError(28, "No space left on device")
        real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(worktree, "_write_file", fail)
    with pytest.raises(CoursekitError, match=r"No space left on device.*as it was before"):
        update_project(p)
    assert clean(p)
    assert not (p / ".git" / "MERGE_HEAD").exists()
    assert update_project(p).outcome == "merged"
