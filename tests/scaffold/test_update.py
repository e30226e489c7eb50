"""Updating one repository: the template's changes come in, and nothing of the group's is ever lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coursekit.config import load_project
from coursekit.config import update_project as edit
from coursekit.errors import InputError
from coursekit.scaffold.pristine import BRANCH
from coursekit.scaffold.update import update_project, update_status
from tests.building import code, markdown, write
from tests.scaffold.updated import DENSE, README, clean, p, text
from tests.scaffold.updating import (  # fmt: skip
    PICTURE,
    Kit,
    changed,
    commit,
    git,
    notebook,
    starter,
)

__all__ = ["p"]


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
