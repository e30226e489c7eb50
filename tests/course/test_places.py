"""Where each group's work lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from coursekit.config import find_course, parse_course
from coursekit.course.places import folder_names, group_places
from coursekit.errors import InputError
from coursekit.store import open_store
from coursekit.store.people import add_group
from coursekit.store.records import NewRepository
from coursekit.store.repositories import add_repository


def test_the_course_is_found_from_a_folder_below(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands work from anywhere inside the course."""
    (tmp_path / "course.toml").write_text('[course]\nname = "DL"\n', encoding="utf-8")
    (tmp_path / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "a" / "b")
    assert find_course().folder == tmp_path
    assert find_course(tmp_path).name == "DL"


def test_without_a_course_the_next_step_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"no course\.toml") as error:
        find_course()
    assert "coursekit init" in error.value.hint


@pytest.mark.parametrize("name", ["../elsewhere", "/etc", "C:/x", "~/x", "a/../../b", ""])
def test_a_folder_outside_the_course_is_refused(name: str) -> None:
    """A course.toml from somebody else must not make the tool write outside its folder."""
    text = f"[course]\nname = 'DL'\n[projects]\nclones = '{name}'\n"
    with pytest.raises(InputError, match="inside the course"):
        parse_course(text.encode())


def test_groups_whose_names_make_one_folder_get_their_own(tmp_path: Path) -> None:
    """The later one gets its number, and keeps it."""
    with open_store(tmp_path) as store, store.transaction("test") as tx:
        made = [add_group(tx, name) for name in ("Team A!", "team-a", "Ünlü", "CON")]
        names = folder_names(made)
    assert list(names.values()) == ["team-a", f"team-a-{made[1].id}", "uenlue", "con-group"]


def test_the_clone_is_preferred_to_the_folder(tmp_path: Path) -> None:
    """What was handed in counts, not what was once made here."""
    course = parse_course(b"[course]\nname = 'DL'\n", folder=tmp_path)
    with open_store(tmp_path) as store, store.transaction("test") as tx:
        one, two = add_group(tx, "One"), add_group(tx, "Two")
        add_repository(tx, NewRepository(one.id, path="repositories/other"))
        first, second = group_places(course, tx)
    assert first.folder == tmp_path / "repositories/other"
    assert second.folder == tmp_path / "repositories/two"
    assert (first.work, second.work) == (None, None)
    first.folder.mkdir(parents=True)
    assert first.work == first.folder
    first.clone.mkdir(parents=True)
    assert first.work == tmp_path / "clones/one.git"
    assert two.name == second.group.name
