"""Who committed what: people are told apart, outputs and templates do not count, nothing is run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pygit2
import pytest

from coursekit.git.shares import Share, read_shares
from coursekit.git.trees import tree_id
from tests.building import code, markdown, notebook

ADA = ("Ada Lovelace", "ada@example.org")
ALAN = ("Alan Turing", "alan@example.org")


class History:
    """A repository whose commits are given as files; None removes one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git = pygit2.init_repository(folder, bare=True, initial_head="main")
        self.files: dict[str, bytes] = {}
        self.time = 1_760_000_000

    def commit(
        self,
        who: tuple[str, str],
        files: Mapping[str, str | bytes | None],
        *,
        message: str = "Work",
        parents: list[pygit2.Oid] | None = None,
    ) -> pygit2.Oid:
        for path, content in files.items():
            if content is None:
                del self.files[path]
            else:
                self.files[path] = content.encode() if isinstance(content, str) else content
        index = pygit2.Index()
        for path, data in self.files.items():
            index.add(pygit2.IndexEntry(path, self.git.create_blob(data), pygit2.enums.FileMode.BLOB))
        self.time += 60
        author = pygit2.Signature(*who, self.time, 0)
        if parents is None:
            parents = [] if self.git.head_is_unborn else [self.git.head.target]
        return self.git.create_commit("HEAD", author, author, message, index.write_tree(self.git), parents)

    def shares(self) -> dict[str, Share]:
        found = read_shares(self.folder, "HEAD", lambda path: path.split("/")[0])
        assert found is not None
        return {person.name: person for person in found.people}


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "group.git")


def test_commits_and_lines_are_counted_by_person_and_area(history: History) -> None:
    history.commit(ADA, {"3_Model/a.py": "one\n\ntwo\n", "README.md": "# Cats\n"})
    history.commit(ALAN, {"3_Model/a.py": "one\nthree\n"})
    people = history.shares()
    assert list(people) == ["Ada Lovelace", "Alan Turing"]
    assert people["Ada Lovelace"].lines == {"3_Model": 2, "README.md": 1}
    assert people["Alan Turing"].lines == {"3_Model": 2}, "one line added, one removed"


def test_the_same_email_or_the_same_name_is_the_same_person(history: History) -> None:
    history.commit(ADA, {"a.md": "1"})
    history.commit(("ada", "ADA@example.org"), {"a.md": "2"})
    history.commit(("Ada Lovelace", "1+ada@users.noreply.github.com"), {"a.md": "3"})
    history.commit(("AL", "al@example.org"), {"a.md": "4"})
    history.commit(("al", "1+ada@users.noreply.github.com"), {"a.md": "5"})
    people = history.shares()
    assert {name: person.commits for name, person in people.items()} == {"Ada Lovelace": 5}


def test_a_host_s_address_joins_nobody(history: History) -> None:
    history.commit(("Ada", "noreply@github.com"), {"a.md": "1"})
    history.commit(("Alan", "noreply@github.com"), {"a.md": "2"})
    assert len(history.shares()) == 2


def test_what_is_not_written_does_not_count(history: History) -> None:
    history.commit(
        ADA, {"a.md": "1\n2\n", "b.csv": "x\n" * 50, ".venv/lib/x.py": "y\n" * 50, "d.txt": "1\n" * 200_000}
    )
    assert history.shares()["Ada Lovelace"].lines == {"a.md": 2}
    history.commit(ALAN, {"a.md": None, "docs/a.md": "1\n2\n"})
    assert not history.shares()["Alan Turing"].lines, "moved as it was"


def test_of_a_notebook_only_what_was_written_counts(history: History) -> None:
    output = {"output_type": "stream", "name": "stdout", "text": ["line\n"] * 500}
    history.commit(ADA, {"a.ipynb": notebook(markdown("# Title\n\ntext"), code("x = 1", output, count=1))})
    assert history.shares()["Ada Lovelace"].lines == {"a.ipynb": 3}
    history.commit(ALAN, {"a.ipynb": "not a notebook"})
    assert history.shares()["Alan Turing"].lines == {"a.ipynb": 3}


def test_merges_bots_and_templates_do_not_count(history: History) -> None:
    files = {"README.md": b"# Template\n"}
    trailer = f"Start\n\nCoursekit-Tree: {tree_id(files)}\n"
    first = history.commit(ADA, {**files, "project.toml": "x"}, message=trailer)
    second = history.commit(("dependabot[bot]", "bot@example.org"), {"a.md": "1"})
    history.commit(ALAN, {"a.md": "2"}, parents=[second, first])
    assert history.shares() == {}
    # Whoever quotes the trailer has done the work all the same.
    history.commit(ALAN, {"a.md": "3"}, message=trailer)
    assert history.shares()["Alan Turing"].commits == 1


def test_configuration_and_attributes_of_the_repository_run_nothing(history: History, tmp_path: Path) -> None:
    flag = tmp_path / "ran"
    config = history.folder / "config"
    config.write_text(
        config.read_text()
        + f'[diff "x"]\n\tcommand = touch {flag}\n\ttextconv = touch {flag}\n[filter "x"]\n\tsmudge = touch {flag}\n'
        f"[core]\n\tfsmonitor = touch {flag}\n\tpager = touch {flag}\n"
    )
    history.commit(ADA, {".gitattributes": "* diff=x filter=x\n", "a.md": "1"})
    history.commit(ADA, {"a.md": "2"})
    assert history.shares()["Ada Lovelace"].commits == 2
    assert not flag.exists()


def test_without_a_history_there_is_nothing_to_say(tmp_path: Path, history: History) -> None:
    assert read_shares(tmp_path / "none", "HEAD", str) is None
    assert read_shares(history.folder, "HEAD", str) is None
    history.commit(ADA, {"a.md": "1"})
    (history.folder / "objects" / "info").mkdir(exist_ok=True)
    (history.folder / "objects" / "info" / "alternates").write_text("/elsewhere\n")
    assert read_shares(history.folder, "HEAD", str) is None


def test_a_name_is_one_line_of_at_most_80_characters(history: History) -> None:
    raw = b"tree %s\nauthor %s <a@example.org> 1760000000 +0000\ncommitter x <x@example.org> 1760000000 +0000\n\nm\n"
    tree = pygit2.Index().write_tree(history.git)
    oid = history.git.write(pygit2.enums.ObjectType.COMMIT, raw % (str(tree).encode(), b"x" * 500))
    history.git.references.create("refs/heads/main", oid)
    assert [len(name) for name in history.shares()] == [80]


def test_a_shallow_history_says_so(history: History) -> None:
    history.commit(ADA, {"a.md": "1"})
    last = history.commit(ADA, {"a.md": "2"})
    (history.folder / "shallow").write_text(f"{last}\n")
    found = read_shares(history.folder, "HEAD", str)
    assert found is not None
    assert not found.whole
