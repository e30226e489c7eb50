"""`.mailmap`, and whom a commit names: as git reads them, whatever a group wrote there."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursekit.git.mailmap import parse_mailmap
from coursekit.git.who import Identity
from coursekit.work import Done
from tests.git.histories import ADA, ALAN, History


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "group.git")


MAILMAP = """# who is who
\ufeff
Ada Lovelace <old@example.org>
<ada@example.org> <second@example.org>
Ada Lovelace <ada@example.org> <third@example.org>
Ada Lovelace <ada@example.org> Countess <lab@example.org>
Alan Turing <alan@example.org>   alan   <LAB@example.org>   # the same computer
Loop <b@example.org> <a@example.org>
Loop <a@example.org> <b@example.org>
broken < line
<lonely@example.org>
"""


@pytest.mark.parametrize(
    ("name", "email"),
    [
        ("x", "old@example.org"),
        ("x", "OLD@example.org"),
        ("x", "second@example.org"),
        ("x", "third@example.org"),
        ("countess", "lab@example.org"),
        ("Alan", "lab@example.org"),
        ("other", "lab@example.org"),
        ("x", "a@example.org"),
        ("x", "b@example.org"),
        ("x", "lonely@example.org"),
        ("x", "nobody@example.org"),
    ],
)
def test_it_is_read_as_git_reads_it(tmp_path: Path, name: str, email: str) -> None:
    (tmp_path / ".mailmap").write_text(MAILMAP, "utf-8")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    asked = ["git", "-C", str(tmp_path), "check-mailmap", f"{name} <{email}>"]
    said = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()
    found = parse_mailmap(MAILMAP.encode()).resolve(Identity(name, email.casefold()))
    assert f"{found.name} <{found.email}>".casefold() == said.casefold()


def test_the_newest_mailmap_joins_the_whole_history(history: History) -> None:
    history.commit(("al", "al@laptop.example"), {"a.md": "1"})
    history.commit(ALAN, {"b.md": "2"})
    assert len(history.people()) == 2
    history.commit(ALAN, {".mailmap": "Alan Turing <alan@example.org> <al@laptop.example>\n"})
    assert history.people() == {"Alan Turing": Done(3, 2)}


@pytest.mark.parametrize("path", [".mailmap@", "docs/.mailmap", ".mailmap/a.md"])
def test_only_a_regular_file_in_the_root_is_one(history: History, path: str) -> None:
    history.commit(ADA, {"a.md": "1", path: "Eve <eve@example.org> <ada@example.org>\n"})
    assert list(history.people()) == ["Ada Lovelace"]


def test_a_huge_one_comes_to_an_end(history: History) -> None:
    entries = "".join(f"N{number} <n{number}@x.org> <o{number}@x.org>\n" for number in range(200_000))
    history.commit(("x", "o7@x.org"), {"a.md": "1", ".mailmap": entries})
    assert history.people() == {"N7": Done(1, 1)}


@given(st.binary(max_size=300) | st.text("<>#a@. \n", max_size=80).map(str.encode))
def test_anything_may_stand_in_it(data: bytes) -> None:
    found = parse_mailmap(data).resolve(Identity("a", "a@a"))
    assert "\n" not in found.name + found.email


# -- co-authors ---------------------------------------------------------------------------------


def test_a_commit_counts_in_full_for_each_whom_it_names(history: History) -> None:
    message = (
        "Work together\n\nCo-authored-by: Alan Turing <alan@example.org>\nco-authored-by:Grace <grace@example.org>  \n"
        "Co-authored-by: alan <ALAN@example.org>\nCo-Authored-By: Claude <noreply@anthropic.com>\n"
        "Co-authored-by: nobody\n"
    )
    history.commit(ADA, {"a.md": "1\n2\n"}, message=message)
    history.commit(ADA, {"a.md": "1\n2\n3\n"})
    assert history.people() == {"Ada Lovelace": Done(2, 3), "Alan Turing": Done(1, 2), "Grace": Done(1, 2)}
    found = history.counted()
    assert found.commits == 2
    assert {one.name: one.together for one in found.authors} == {
        "Ada Lovelace": 1,
        "Alan Turing": 1,
        "Grace": 1,
    }


def test_who_is_named_beside_herself_is_one(history: History) -> None:
    """Hosts do so when they squash the work of somebody with two addresses."""
    message = "Work\n\nCo-authored-by: Ada Lovelace <private@example.com>\n"
    history.commit(ADA, {"a.md": "1"}, message=message)
    assert history.people() == {"Ada Lovelace": Done(1, 1)}
    (author,) = history.counted().authors
    assert (author.email, author.together) == ("ada@example.org", 0)


@pytest.mark.parametrize(
    ("name", "email"),
    [
        ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com"),
        ("github-classroom[bot]", "66690702+github-classroom[bot]@users.noreply.github.com"),
        ("GitHub Actions", "41898282+github-actions[bot]@users.noreply.github.com"),
        ("Claude", "noreply@anthropic.com"),
        ("Claude Opus 4", "x@example.org"),
        ("Copilot", "223556219+Copilot@users.noreply.github.com"),
        ("Cursor Agent", "cursoragent@cursor.com"),
        ("aider (gpt-4o)", "x@example.org"),
        ("gitlab-bot", "project_12_bot@noreply.gitlab.com"),
    ],
)
def test_programs_are_no_authors(history: History, name: str, email: str) -> None:
    history.commit((name, email), {"a.md": "1"})
    assert history.people() == {}


@pytest.mark.parametrize("name", ["Abbot", "Claudia", "Claude Monet", "Devin Bott", "Cursoria"])
def test_people_are_no_programs(history: History, name: str) -> None:
    history.commit((name, "x@example.org"), {"a.md": "1"})
    assert list(history.people()) == [name]


# -- odd bytes ----------------------------------------------------------------------------------


def test_a_name_is_one_line_of_at_most_80_characters(history: History) -> None:
    history.files["a.md"] = b"1"
    history.raw(b"x" * 500 + b" <a@example.org> 1760000000 +0000")
    assert [len(name) for name in history.people()] == [80]


@pytest.mark.parametrize(
    ("author", "extra", "name"),
    [
        (b"J\xf6rg <j@example.org> 1760000000 +0000", b"", "Jörg"),
        ("Jörg <j@example.org> 1760000000 +0000".encode(), b"encoding ISO-8859-1\n", "Jörg"),
        ("Jörg <j@example.org> 1760000000 +0000".encode(), b"encoding no-such-thing\n", "Jörg"),
        (b" <j@example.org> 1760000000 +0000", b"", "j@example.org"),
        (b" <> 1760000000 +0000", b"", "?"),
        (b"a\x07b\xe2\x80\xae <j@example.org> 1760000000 +9999", b"", "a\x07b\u202e"),
    ],
)
def test_bytes_of_any_encoding_are_a_name(history: History, author: bytes, extra: bytes, name: str) -> None:
    history.files["a.md"] = b"1"
    history.raw(author, extra=extra)
    assert list(history.people()) == [name]
