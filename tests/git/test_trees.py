"""The ids of trees, as git itself computes them."""

from __future__ import annotations

from pathlib import Path

import pygit2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.git import tree_id, tree_id_without

name = st.text("ab.-_0é李", min_size=1, max_size=4).filter(lambda one: one not in {".", ".."})
paths = st.lists(name, min_size=1, max_size=3).map("/".join)


@pytest.fixture(scope="module")
def git(tmp_path_factory: pytest.TempPathFactory) -> pygit2.Repository:
    return pygit2.init_repository(tmp_path_factory.mktemp("git"), bare=True)


@given(files=st.dictionaries(paths, st.binary(max_size=5), max_size=8))
@settings(max_examples=60, deadline=None)
def test_ids_are_those_of_git(git: pygit2.Repository, files: dict[str, bytes]) -> None:
    taken = [path for path in files if any(other.startswith(path + "/") for other in files)]
    files = {path: data for path, data in files.items() if path not in taken}
    index = pygit2.Index()
    for path, data in files.items():
        index.add(pygit2.IndexEntry(path, git.create_blob(data), pygit2.enums.FileMode.BLOB))
    made = index.write_tree(git)
    assert tree_id(files) == str(made)
    for top in {path.split("/")[0] for path in files}:
        fewer = {path: data for path, data in files.items() if path.split("/")[0] != top}
        assert tree_id_without(git[made].read_raw(), top) == tree_id(fewer)
    assert tree_id_without(git[made].read_raw(), "none") == str(made)


def test_an_empty_tree_and_one_of_a_folder() -> None:
    assert tree_id({}) == "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
    assert tree_id({"a/b": b""}) != tree_id({"a": b""})


def test_a_path_is_a_name_to_git(tmp_path: Path) -> None:
    assert tree_id({"a-b": b"", "a/c": b"", "a.b": b""}) == tree_id({"a/c": b"", "a.b": b"", "a-b": b""})
