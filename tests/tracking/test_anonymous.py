from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.store import open_store
from coursekit.store.people import add_group, add_student, drop_student
from coursekit.store.records import NewStudent
from coursekit.tracking.anonymous import Names, names_of


def test_names_and_numbers(target: str) -> None:
    """Through the same interface; a number stays when somebody drops out, and no name is in what is shown."""
    with open_store(target) as store, store.transaction("roster import") as tx:
        ada = add_student(tx, NewStudent("Ada Lovelace", "ada@example.org", "adal", id_number="4711007"))
        alan = add_student(tx, NewStudent("Alan Turing"))
        bees = add_group(tx, "Ada's bees")
        names, numbers = names_of(tx, anonymous=False), names_of(tx, anonymous=True)
        assert (names.anonymous, numbers.anonymous) == (False, True)
        assert (names.student(ada.id), names.group(bees.id)) == ("Ada Lovelace", "Ada's bees")
        assert (numbers.student(ada.id), numbers.group(bees.id)) == (f"Student {ada.id}", f"Group {bees.id}")
        said = "Ada Lovelace (adal, 4711007, ada@example.org) is ill"
        assert names.text(said) == said
        for part in ("Ada", "Lovelace", "adal", "4711007", "example"):
            assert part not in numbers.text(said)
        drop_student(tx, ada.id)
        for one in (names_of(tx, anonymous=False), names_of(tx, anonymous=True)):
            assert one.student(alan.id) in ("Alan Turing", f"Student {alan.id}")
        assert names_of(tx, anonymous=False).student(ada.id) == "Ada Lovelace"
        assert Names(tx).student(99) == "Student 99"
        assert Names(tx).group(99) == "Group 99"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("course"))


@given(st.text(min_size=3).filter(lambda name: name.strip()), st.text())
@settings(max_examples=50, deadline=None)
def test_any_name_and_any_text(folder: str, name: str, text: str) -> None:
    with open_store(folder) as store, store.transaction("roster import") as tx:
        student = add_student(tx, NewStudent(name))
        numbers = names_of(tx, anonymous=True)
        assert numbers.student(student.id) == f"Student {student.id}"
        assert isinstance(numbers.text(text), str)
