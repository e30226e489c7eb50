"""Whom the tool gave access, and how a repository gets its address on the host."""

from __future__ import annotations

import pytest

from coursekit.errors import InputError
from coursekit.store import Store
from coursekit.store.access import end_access, list_access, note_access
from coursekit.store.history import list_audit
from coursekit.store.people import add_group, add_student
from coursekit.store.records import NewRepository, NewStudent
from coursekit.store.repositories import add_repository, list_repositories, set_address


def a_repository(store: Store) -> tuple[int, int]:
    with store.transaction("test") as tx:
        group = add_group(tx, "One")
        student = add_student(tx, NewStudent("Ada Lovelace", account="ada"))
        repository = add_repository(tx, NewRepository(group.id, path="repositories/one"))
    return repository.id, student.id


def test_an_address_is_added_and_the_folder_stays_known(store: Store) -> None:
    """Publishing replaces nothing: it is the same repository, with an address."""
    repository, _ = a_repository(store)
    with store.transaction("publish") as tx:
        found = set_address(tx, repository, "https://git.example.org/one.git")
        assert set_address(tx, repository, "https://git.example.org/one.git") == found
    assert (found.url, found.path, found.origin) == (
        "https://git.example.org/one.git",
        "repositories/one",
        "made",
    )
    with store.read() as view:
        assert list_repositories(view, history=True) == [found]
        changes = [entry for entry in list_audit(view, table="repositories") if entry.action == "change"]
    assert [(entry.field, entry.old, entry.new) for entry in changes] == [("url", None, None)]


def test_another_address_is_given_up_only_when_asked(store: Store) -> None:
    repository, _ = a_repository(store)
    with store.transaction("publish") as tx:
        set_address(tx, repository, "https://git.example.org/one.git")
        with pytest.raises(InputError, match=r"found https://git\.example\.org/one\.git"):
            set_address(tx, repository, "https://git.example.org/two.git")
        moved = set_address(tx, repository, "https://git.example.org/two.git", replace=True)
    assert moved.url == "https://git.example.org/two.git"
    with store.transaction("publish") as tx, pytest.raises(InputError, match="no number 99"):
        set_address(tx, 99, "https://git.example.org/two.git")


def test_access_is_noted_once_and_its_end_stays_known(store: Store) -> None:
    repository, student = a_repository(store)
    with store.transaction("publish") as tx:
        first = note_access(tx, repository, student, "ada")
        assert note_access(tx, repository, student, "ADA") == first
        note_access(tx, repository, student, "ada2")
        assert end_access(tx, repository, student, keep="Ada2") == 1
        assert end_access(tx, repository, student, keep="Ada2") == 0
        assert [row.account for row in list_access(tx)] == ["ada2"]
        assert end_access(tx, repository, student) == 1
        assert list_access(tx) == []
        assert [row.account for row in list_access(tx, history=True)] == ["ada", "ada2"]
    with store.read() as view:
        audit = list_audit(view, table="access")
    assert [entry.action for entry in audit] == ["add", "add", "change", "change"]
    assert "ada" not in str([(entry.old, entry.new, entry.reason) for entry in audit])
