"""Repositories that groups made themselves are registered, by address or folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pygit2
import pytest

from coursekit.config import Course
from coursekit.course.groups import link_repository, list_course_groups
from coursekit.course.places import group_places
from coursekit.errors import InputError
from coursekit.store import open_store
from coursekit.store.repositories import list_repositories

URL = "https://git.example.org/bees/project"


def test_an_address_is_registered_once_and_replaced_only_when_told(course: Course) -> None:
    linked = link_repository(course, "bees", f"{URL}/")
    assert (linked.where, linked.before, linked.changed) == (URL, None, True)
    assert not link_repository(course, "bees", f"{URL}.git").changed
    with pytest.raises(InputError, match="expected no repository") as caught:
        link_repository(course, "bees", "git@git.example.org:bees/new")
    assert "--replace" in caught.value.hint
    replaced = link_repository(course, "bees", "git@git.example.org:bees/new", replace=True, reason="moved")
    assert replaced.before == URL
    with open_store(course.store) as store, store.read() as view:
        [old, new] = list_repositories(view, history=True)
    assert (old.replaced_at is None, new.origin, new.url) == (False, "linked", "git@git.example.org:bees/new")


def test_one_repository_belongs_to_one_group(course: Course) -> None:
    link_repository(course, "Bees", URL)
    with pytest.raises(InputError, match="belongs to 'Bees'"):
        link_repository(course, "Birds", f"{URL}.git".replace("git.example", "GIT.example"))


def test_folders_are_kept_relative_inside_the_course_and_absolute_outside(
    course: Course, tmp_path: Path
) -> None:
    inside, outside = course.folder / "old" / "bees", tmp_path / "birds.git"
    pygit2.init_repository(inside)
    pygit2.init_repository(outside, bare=True)
    assert link_repository(course, "Bees", str(inside)).where == "old/bees"
    assert link_repository(course, "Birds", str(outside)).where == outside.resolve().as_posix()
    with open_store(course.store) as store, store.read() as view:
        assert [place.work for place in group_places(course, view)] == [inside, outside.resolve()]
    shutil.rmtree(outside)
    assert len(list_course_groups(course).groups) == 2


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("-oProxyCommand=x", "begins with a dash"),
        ("ext::sh -c x", "expected the address"),
        ("https://user:secret@git.example.org/x", "without a user"),
        ("http://git.example.org/x", "not allowed"),
        ("nowhere", "and no folder on this machine either"),
        ("", "found none"),
        ("a\0b", "expected the address"),
    ],
)
def test_what_is_no_repository_is_refused(course: Course, url: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        link_repository(course, "Bees", url)
    assert "secret" not in str(caught.value)


def test_folders_that_are_none_are_refused(course: Course, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="holds none"):
        link_repository(course, "Bees", str(tmp_path / "empty"))
    (course.folder / "README.md").write_text("x")
    with pytest.raises(InputError, match="the course's folder"):
        link_repository(course, "Bees", str(course.folder))


@pytest.mark.parametrize("name", ["readme.md", "3_Model/x.txt", "INFO.md"])
def test_whatever_check_reads_can_be_linked(course: Course, tmp_path: Path, name: str) -> None:
    """Some call it readme.md, and some have none."""
    place = tmp_path / "their own"
    (place / name).parent.mkdir(parents=True)
    (place / name).write_text("x", encoding="utf-8")
    link_repository(course, "Bees", str(place))
    with open_store(course.store) as store, store.read() as view:
        assert [one.path for one in list_repositories(view)] == [place.as_posix()]
