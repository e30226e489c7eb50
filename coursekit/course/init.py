"""Begins a course: its folder, `course.toml` and the store."""

from __future__ import annotations

import os
from pathlib import Path
from zoneinfo import available_timezones

from coursekit.checker.profile import load_profile
from coursekit.config import Course, load_course, parse_course, render_course, with_environment
from coursekit.errors import InputError
from coursekit.files import write_text
from coursekit.store import open_store
from coursekit.text import one_line

FILE = "course.toml"


def init_course(
    folder: Path,
    name: str,
    *,
    semester: str = "",
    language: str = "en",
    time_zone: str = "",
    max_group_size: int = 4,
    database: str = "",
) -> Course:
    """Make a course in `folder`, which may be there and hold other things.

    Parameters
    ----------
    folder : Path
    name, semester, language, time_zone, max_group_size, database
        See `coursekit.config.Course`; without a time zone it is this machine's.

    Raises
    ------
    InputError
        If there is a course in `folder`, or a value is none. Nothing is written then.
    StoreError
        If the database cannot be made.
    """
    check_free(folder)
    text = render_course(
        name,
        semester=semester,
        language=language,
        time_zone=time_zone or local_time_zone(),
        max_group_size=max_group_size,
        milestones=load_profile("opencampus-ml").milestones,
        database=database,
    )
    folder.mkdir(parents=True, exist_ok=True)
    # The store first: whoever is stopped between the two begins again without a course that is only half there.
    course = parse_course(text.encode("utf-8"), FILE, folder)
    with open_store((course if database else with_environment(course)).store):
        check_free(folder)
        write_text(folder / FILE, text)
    return load_course(folder)


def check_free(folder: Path) -> None:
    """Refuse a folder that holds a course, or is none.

    Raises
    ------
    InputError
        If it does.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(
            f"expected a folder for the course, but {one_line(str(folder))} is a file", "Name another folder."
        )
    if (folder / FILE).exists() or (folder / FILE).is_symlink():
        raise InputError(
            f"expected a folder without a course, but there is a {FILE} in {one_line(str(folder))} already",
            "Edit that file with a text editor, or name another folder; nothing was changed.",
        )


def local_time_zone() -> str:
    """Return the name of this machine's time zone, or UTC where it cannot be told."""
    names = [os.environ.get("TZ", "").removeprefix(":")]
    try:
        names.append(str(Path("/etc/localtime").resolve()).rpartition("/zoneinfo/")[2])
        names.append(Path("/etc/timezone").read_text(encoding="utf-8").strip())
    except (OSError, ValueError):
        pass
    for name in names:
        if name in available_timezones():
            return name
    return "UTC"
