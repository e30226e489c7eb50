"""Merging trees: compared with git itself, and nothing that the group wrote is ever missing from the result."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pygit2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coursekit.scaffold.merge import Merged, changed_paths, merge

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def git(tmp_path_factory: pytest.TempPathFactory) -> pygit2.Repository:
    return pygit2.init_repository(tmp_path_factory.mktemp("git"), bare=True)


def tree(git: pygit2.Repository, files: Files) -> pygit2.Oid:
    index = pygit2.Index()
    for path, data in files.items():
        index.add(pygit2.IndexEntry(path, git.create_blob(data), pygit2.enums.FileMode.BLOB))
    return index.write_tree(git)


def merged(git: pygit2.Repository, base: Files, ours: Files, theirs: Files) -> tuple[Merged, Files]:
    result = merge(git, tree(git, base), tree(git, ours), tree(git, theirs))
    empty = tree(git, {})
    found = {path: git[new.id].data for path, _, new in changed_paths(git, empty, result.tree) if new}  # type: ignore[attr-defined]
    return result, found


def lines(names: str) -> bytes:
    return "".join(f"{name}\n" for name in names).encode()


texts = st.text("abcdefgh", max_size=12).map(lines)
own = st.text("ABCDEFGH", max_size=3)


@st.composite
def edited(draw: st.DrawFn, base: bytes, letters: str) -> bytes:
    """A text with some lines taken away, and some put in that are in no other."""
    result = []
    for line in base.decode().splitlines():
        if draw(st.integers(0, 5)):
            result.append(line)
        if not draw(st.integers(0, 4)):
            result.append(draw(st.sampled_from(letters)))
    return lines("".join(result))


@st.composite
def three(draw: st.DrawFn) -> tuple[bytes, bytes, bytes]:
    base = draw(texts)
    return base, draw(edited(base, "ABCDEF")), draw(edited(base, "UVWXYZ"))


@given(sides=three())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_line_of_the_groups_is_lost(git: pygit2.Repository, sides: tuple[bytes, bytes, bytes]) -> None:
    base, ours, theirs = sides
    result, files = merged(git, {"a": base, "k": b""}, {"a": ours, "k": b""}, {"a": theirs, "k": b""})
    rest = iter(files["a"].splitlines())
    assert all(line in rest for line in ours.splitlines() if line.isupper())
    if base in (ours, theirs):
        assert files["a"] == (theirs if ours == base else ours)
        assert not result.conflicts
    assert bool(result.conflicts) == (b"<<<<<<< yours\n" in files["a"])


@given(sides=three())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_where_there_is_no_conflict_git_gives_the_same(
    git: pygit2.Repository, tmp_path: Path, sides: tuple[bytes, bytes, bytes]
) -> None:
    base, ours, theirs = sides
    result, files = merged(git, {"a": base}, {"a": ours}, {"a": theirs})
    for name, data in (("base", base), ("ours", ours), ("theirs", theirs)):
        (tmp_path / name).write_bytes(data)
    done = subprocess.run(
        ["git", "merge-file", "-p", "ours", "base", "theirs"], cwd=tmp_path, capture_output=True, check=False
    )
    if done.returncode == 0 and not result.conflicts:
        assert files["a"] == done.stdout


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "kept"),
    [
        ({"a": b"1\n"}, {}, {"a": b"2\n"}, ["a"]),
        ({"a": b"1\n"}, {"a": b"2\n"}, {}, ["a"]),
        ({}, {"a/x": b"2\n"}, {"a": b"f\n"}, ["a"]),
        ({}, {"a": b"2\n"}, {"a/x": b"f\n"}, ["a"]),
        ({"a": b"1\n"}, {"a": b"2\n"}, {"a/x": b"f\n"}, ["a"]),
        ({"a": b"1\n"}, {"a/x": b"2\n"}, {"a": b"f\n"}, ["a"]),
        ({"a": b"1\0"}, {"a": b"2\0"}, {"a": b"3\0"}, ["a"]),
        ({}, {"a.ipynb": b"{}"}, {"a.ipynb": b"[]"}, ["a.ipynb"]),
        ({"results/a.json": b"1\n"}, {"results/a.json": b"2\n"}, {"results/a.json": b"3\n"}, ["results/a.json"]),
        ({"a": b"1" * 6_000_000}, {"a": b"2\n"}, {"a": b"3\n"}, ["a"]),
    ],
)  # fmt: skip
def test_what_is_not_merged_by_lines_stays_the_groups(
    git: pygit2.Repository, base: Files, ours: Files, theirs: Files, kept: list[str]
) -> None:
    result, files = merged(git, {**base, "k": b"k"}, {**ours, "k": b"k"}, {**theirs, "k": b"k"})
    assert files == {**ours, "k": b"k"}
    assert [one.path for one in result.kept] == kept
    assert not result.conflicts


def test_both_renamed_one_file(git: pygit2.Repository) -> None:
    text = lines("abcdefghijklmnop")
    result, files = merged(git, {"a": text}, {"ours": text}, {"theirs": text})
    assert files == {"ours": text}
    assert [one.path for one in result.kept] == ["theirs"]


def test_both_added_a_text(git: pygit2.Repository) -> None:
    result, files = merged(git, {}, {"a": b"same\nours\n"}, {"a": b"same\ntheirs\n"})
    assert [one.path for one in result.conflicts] == ["a"]
    assert result.conflicts[0].base is None
    assert files["a"] == b"same\n<<<<<<< yours\nours\n=======\ntheirs\n>>>>>>> template\n"


def test_a_file_that_was_left_out_of_the_clone_is_not_read(git: pygit2.Repository) -> None:
    absent = pygit2.Oid(hex="1" * 40)
    pygit2.settings.enable_strict_object_creation(False)

    def with_absent(files: Files) -> pygit2.Oid:
        builder = git.TreeBuilder(git[tree(git, files)])  # type: ignore[arg-type]
        builder.insert("big", absent, pygit2.enums.FileMode.BLOB)
        return builder.write()

    result = merge(
        git, tree(git, {"a": b"1\n" * 20}), with_absent({}), tree(git, {"b": b"1\n" * 19 + b"2\n"})
    )
    assert {path for path, _, _ in changed_paths(git, tree(git, {}), result.tree)} == {"big", "b"}
