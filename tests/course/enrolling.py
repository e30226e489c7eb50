"""A course that rosters are imported into."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from coursekit.config import Course
from coursekit.course.enroll import (
    Imported,
    Plan,
    import_roster,
    list_roster,
)
from coursekit.store import open_store

Importer = Callable[..., Plan]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database to begin with: making one takes longer than a test."""
    folder = tmp_path_factory.mktemp("empty")
    open_store(folder).close()
    return folder / "course.db"


def course_in(folder: Path, empty: Path, most: int) -> Course:
    folder.mkdir(exist_ok=True)
    shutil.copy(empty, folder)
    return Course("DL", max_group_size=most, folder=folder)


@pytest.fixture
def course(tmp_path: Path, empty: Path) -> Course:
    return course_in(tmp_path / "course", empty, 3)


@pytest.fixture
def bring(course: Course) -> Importer:
    """Import a roster's text, and give what was planned."""

    def bring(text: str, **options: object) -> Plan:
        return imported(course, text, **options).plan

    return bring


def imported(course: Course, text: str, **options: object) -> Imported:
    path = course.folder / "roster.csv"
    path.write_text(text, encoding="utf-8")
    return import_roster(course, path, **options)  # type: ignore[arg-type]


def roster(course: Course) -> list[tuple[str, str | None]]:
    return [(one.student.name, one.group) for one in list_roster(course)]


def changed(plan: Plan) -> dict[str, tuple[tuple[str, str, str], ...]]:
    return {change.values.name: change.fields for change in plan.of("changed")}


def messages(remarks: object) -> list[tuple[int, str]]:
    return [(remark.line, remark.message) for remark in remarks]  # type: ignore[attr-defined]
