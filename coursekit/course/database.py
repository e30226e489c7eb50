"""The course's database as a whole: its state, newer versions, backups, and exports."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from coursekit import __version__
from coursekit.config import Course
from coursekit.config.course import DATABASE_VARIABLE
from coursekit.csvwrite import csv_text
from coursekit.errors import InputError
from coursekit.files import folder_in_one_step, remove_leftovers
from coursekit.jobs.lock import is_alive
from coursekit.store import Reader, Store, open_store, schema, sqlite_file
from coursekit.store.backup import list_backups, note_backup, stamp, write_backup
from coursekit.store.copying import count_rows
from coursekit.store.database import locate
from coursekit.store.export import column_names, table_names, table_rows
from coursekit.store.ledger import running_jobs
from coursekit.store.restore import Restored, restore
from coursekit.text import one_line

# Where backups go when nobody says otherwise, below the course's folder.
BACKUPS = "backups"

Form = Literal["csv", "json"]


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """What is to be said about a course's database.

    Attributes
    ----------
    name : str
        Its file or address, without a password.
    stated : str
        Where it is stated.
    version, known : str
        Of its schema, and the newest that this coursekit knows.
    size : int or None
        Bytes of the file.
    rows : dict of str to int
        By table.
    problems : tuple of str
        What is wrong with it; empty when every page could be read.
    last_backup : datetime or None
        When the newest backup that is noted was made.
    """

    name: str
    stated: str
    version: str
    known: str
    size: int | None
    rows: dict[str, int]
    problems: tuple[str, ...]
    last_backup: datetime | None


@dataclass(frozen=True, slots=True)
class Upgraded:
    """From which version to which the database was brought, and the copy of it as it was."""

    before: str
    after: str
    backup: Path | None


def database_state(course: Course) -> DatabaseState:
    """Look at the database, and change nothing.

    Raises
    ------
    StoreError
        When there is none, or it cannot be read at all.
    """
    with open_store(course.store, create=False, upgrade=False) as store:
        version = store.found or ""
        with store.read() as view:
            rows = count_rows(view._connection)
            backups = list_backups(view) if version == schema.HEAD else []
        problems = sqlite_file.problems(store.path) if store.path else []
        size = store.path.stat().st_size if store.path else None
        if os.environ.get(DATABASE_VARIABLE, "").strip() == course.database != "":
            stated = DATABASE_VARIABLE
        else:
            stated = "course.toml" if course.database else "the default"
        last = max((one.made_at for one in backups), default=None)
        return DatabaseState(store.name, stated, version, schema.HEAD, size, rows, tuple(problems), last)


def upgrade_database(course: Course) -> Upgraded:
    """Bring the database to the newest version, after a copy of it was made.

    Raises
    ------
    StoreError
        When there is none, it is newer than this coursekit, or it or the copy cannot be written.
    """
    with open_store(course.store, create=False, upgrade=False) as store:
        before = store.found or ""
        backup = None
        if store.path is None and before != schema.HEAD:
            backup = _free(course, f"before-{schema.HEAD}")
            write_backup(store, backup, note=False)
    with open_store(course.store, create=False) as store:
        if backup is not None:
            _note(store, backup)
        return Upgraded(before, schema.HEAD, backup or store.backup)


def back_up(course: Course, file: Path | None = None, *, force: bool = False) -> tuple[Path, dict[str, int]]:
    """Copy the database to `file`, by default a new one below the course's folder, also while others write.

    Returns
    -------
    tuple of (Path, dict of str to int)
        The backup, and its rows by table.

    Raises
    ------
    InputError
        When there is something at `file` already, and nobody says `force`; it is the database itself, or in a
        folder that is not there.
    StoreError
        When there is no database, or the backup cannot be written.
    """
    place = locate(course.store)
    if file is not None:
        _check_free(file, place if isinstance(place, Path) else None, force=force)
    with open_store(course.store, create=False, upgrade=False) as store:
        target = file or _free(course, "course")
        remove_leftovers(target.parent)
        rows = write_backup(store, target, note=store.found == schema.HEAD)
    return target, rows


def restore_backup(
    course: Course, file: Path, *, confirm: Callable[[dict[str, int]], bool] = bool
) -> Restored | None:
    """Put a backup in the place of the database, of which a copy is kept.

    Parameters
    ----------
    course : Course
    file : Path
    confirm : callable, optional
        Gets the rows of the backup by table, and says whether to go on.

    Returns
    -------
    Restored or None
        None when the answer was no.

    Raises
    ------
    InputError, StoreError
        As `coursekit.store.restore.restore` does; or while a job is at work.
    """
    place = locate(course.store)
    if isinstance(place, Path) and file.exists() and place.exists() and file.samefile(place):
        raise InputError(
            f"expected a backup, but {one_line(str(file))} is the course's database itself",
            "Name a backup; nothing was changed.",
        )
    if not file.is_file():
        raise InputError(
            f"expected a backup at {one_line(str(file))}, found none",
            f"Backups that you gave no name lie in {one_line(str(course.folder / BACKUPS))}.",
        )
    kept = _free(course, "before-restore")
    remove_leftovers(kept.parent)
    return restore(course.store, file, kept, confirm=confirm, check=nothing_runs)


def export_database(course: Course, folder: Path, form: Form) -> dict[str, int]:
    """Write every table into a new folder: a file each, and ``export.json`` about them all.

    Parameters
    ----------
    course : Course
    folder : Path
        Appears whole, or not at all.
    form : {"csv", "json"}

    Returns
    -------
    dict of str to int
        The rows by table.

    Raises
    ------
    InputError
        When there is something at `folder` already.
    StoreError
        When there is no database.
    """
    rows: dict[str, int] = {}
    with (
        open_store(course.store, create=False) as store,
        store.read() as view,
        folder_in_one_step(folder) as inside,
    ):
        for table in table_names():
            rows[table] = _write_table(view, table, inside / f"{table}.{form}", form)
        about = {
            "coursekit": __version__,
            "schema": schema.HEAD,
            "exported_at": datetime.now(UTC).isoformat(),
            "rows": rows,
        }
        (inside / "export.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    return rows


def _write_table(view: Reader, table: str, path: Path, form: Form) -> int:
    count = 0
    columns = column_names(table)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(csv_text([columns]) if form == "csv" else "[")
        for chunk in table_rows(view, table):
            if form == "csv":
                file.write(csv_text([[_cell(value) for value in row] for row in chunk]))
            else:
                for at, row in enumerate(chunk, start=count):
                    value = dict(zip(columns, row, strict=True))
                    file.write((",\n" if at else "\n") + json.dumps(value, ensure_ascii=False))
            count += len(chunk)
        file.write("" if form == "csv" else "\n]\n" if count else "]\n")
    return count


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value


def _check_free(file: Path, database: Path | None, *, force: bool) -> None:
    if not file.parent.is_dir():
        raise InputError(
            f"expected a folder for the backup, but there is none at {one_line(str(file.parent))}",
            "Make it, or name another file.",
        )
    if file.is_dir() or (database and file.exists() and database.exists() and file.samefile(database)):
        what = "a folder" if file.is_dir() else "the course's database itself"
        raise InputError(
            f"expected a file for the backup, but {one_line(str(file))} is {what}", "Name another file."
        )
    if file.exists() and not force:
        raise InputError(
            f"expected a file that is not there yet, but there is one at {one_line(str(file))}",
            "Name another file, or add  --force  to replace it; nothing was changed.",
        )


def _free(course: Course, name: str) -> Path:
    folder = course.folder / BACKUPS
    folder.mkdir(exist_ok=True)
    return folder / f"{name}-{stamp()}.db"


def _note(store: Store, backup: Path) -> None:
    with store.transaction("db upgrade") as tx:
        note_backup(tx, backup)


def nothing_runs(view: Reader) -> None:
    """Refuse while a command works on many groups, as it would go on with what it has read.

    Raises
    ------
    InputError
        Where one does.
    """
    for name, job in running_jobs(view):
        if job.owner and is_alive(job.owner, job.beat_at):
            raise InputError(
                f"expected no command at work on the database, found {name} (process {job.owner.pid} on "
                f"{job.owner.host.partition(' ')[0]})",
                "Wait until it ends, or stop it, and run this again; nothing was changed.",
            )
