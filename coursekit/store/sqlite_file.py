"""What must be known of a SQLite file before it is opened for writing, and its backup.

Looking leaves everything as it was: also the helper files beside the database that SQLite itself would
make on a plain read.
"""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from coursekit.errors import StoreError
from coursekit.files import sync_folder, temporary_folder
from coursekit.store import schema
from coursekit.store.migrate import VERSION_TABLE, is_newer, is_version

_MAGIC = b"SQLite format 3\x00"
# Reading every page of a file takes 5 ms a megabyte; larger ones are only looked over where SQLite looks itself.
_CHECKED_SIZE = 16_000_000
_PAUSES = (0.02, 0.1)
_OTHER = "Move it away, or give another folder or database; nothing was changed."


class DamagedError(StoreError):
    """A SQLite database that cannot be made sense of."""


def look(path: Path) -> str | None:
    """Say which schema version a file holds.

    Parameters
    ----------
    path : Path
        Of the database; it may be missing.

    Returns
    -------
    str or None
        None when the file is missing or holds nothing yet.

    Raises
    ------
    StoreError
        When it is no SQLite database, is damaged, belongs to another program, or was written by a newer
        coursekit. It is left alone.
    """
    try:
        with path.open("rb") as file:
            head = file.read(len(_MAGIC))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(
            f"expected the course's database at {path}, found something that cannot be read: {error.strerror}",
            "Check that it is a file and that you may read it.",
        ) from error
    if not head:
        # What is left when the very first command was killed before it wrote anything.
        return None
    if head != _MAGIC:
        raise StoreError(f"expected a SQLite database in {path}, found another kind of file", _OTHER)
    try:
        version = _read_version(path)
    except sqlite3.OperationalError as error:
        raise StoreError(
            f"expected to read the course's database {path}, found that it cannot be opened: {error}",
            "Check that you may read and write the folder and the file, and that the disk is not full.",
        ) from error
    except sqlite3.DatabaseError as error:
        raise damaged(path, str(error)) from error
    if version is not None and is_newer(version):
        raise StoreError(
            f"expected a database of version {schema.HEAD} or older in {path}, found version {version}, "
            "which a newer coursekit wrote",
            "Update coursekit, or restore a backup that this version made; nothing was changed.",
        )
    return version


def damaged(path: Path, detail: str) -> DamagedError:
    """What to say about a file that SQLite cannot make sense of."""
    return DamagedError(
        f"expected a sound database in {path}, found a damaged one: {detail}",
        "Put a backup in its place with  coursekit db restore FILE , which keeps the file; nothing was changed.",
    )


def _read_version(path: Path) -> str | None:
    # A plain read-only connection would leave `-wal` and `-shm` files behind; an immutable one does not, but
    # is only right while nobody writes. A writer (or a killed one) shows by its `-wal` file.
    # One that began just now can make a sound file look damaged for a moment, so only the last look counts.
    log = path.with_name(path.name + "-wal")
    for pause in _PAUSES:
        try:
            return _query_version(path, "mode=ro" if log.exists() else "immutable=1")
        except sqlite3.DatabaseError:
            time.sleep(pause)
    return _query_version(path, "mode=ro" if log.exists() else "immutable=1")


def _query_version(path: Path, option: str) -> str | None:
    uri = f"{path.resolve().as_uri()}?{option}"
    with closing(sqlite3.connect(uri, uri=True, timeout=10)) as connection:
        if path.stat().st_size <= _CHECKED_SIZE:
            problem = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if problem != "ok":
                raise sqlite3.DatabaseError(problem.replace("\n", " "))
        tables = {
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }
        if not tables:
            return None
        versions = []
        if VERSION_TABLE in tables:
            versions = connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchall()  # noqa: S608 - a constant
        if len(versions) != 1 or not is_version(versions[0][0]):
            raise StoreError(f"expected a course's database in {path}, found another program's", _OTHER)
        return str(versions[0][0])


def back_up(path: Path, version: str) -> Path:
    """Copy a database beside itself, as one consistent state, also while others write.

    Parameters
    ----------
    path : Path
        Of the database.
    version : str
        Of its schema; stands in the copy's name.

    Returns
    -------
    Path
        ``course-backup-<version>-<time>.db``: beside the database, never an existing file.
    """
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    target = path.with_name(f"{path.stem}-backup-{version}-{stamp}{path.suffix}")
    try:
        copy_file(path, target)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(
            f"expected to copy {path} to {target.name} before changing it, found: {error}",
            "Free some space or permit writing in the folder, then run the command again; nothing was changed.",
        ) from error
    return target


def copy_file(path: Path, target: Path) -> None:
    """Copy a database as one consistent state, also while others write; what is at `target` is replaced.

    Raises
    ------
    OSError, sqlite3.Error
        When that fails; `target` is as it was then.
    """
    with temporary_folder(target.parent, target.name) as folder:
        partial = folder / target.name
        log = path.with_name(f"{path.name}-wal")
        try:
            _copy(path, partial, "mode=rw")
        except sqlite3.OperationalError:
            # One that was left in the mode for writers, on a disk that may only be read; nobody writes there.
            if log.exists() or os.access(path.parent, os.W_OK):
                raise
            _copy(path, partial, "immutable=1")
        settle(partial, target)


def _copy(path: Path, partial: Path, option: str) -> None:
    source = sqlite3.connect(f"{path.resolve().as_uri()}?{option}", uri=True, timeout=30)
    with closing(source), closing(sqlite3.connect(partial)) as copy:
        source.backup(copy)
        # In the copy nothing is left to be taken over from a write-ahead log.
        copy.execute("PRAGMA journal_mode = DELETE")


def settle(partial: Path, target: Path) -> None:
    """Put a finished file into its place, so that a power cut leaves the one before or all of this one."""
    with partial.open("rb+") as file:
        os.fsync(file.fileno())
    partial.replace(target)
    sync_folder(target.parent)


def problems(path: Path, most: int = 5) -> list[str]:
    """Read every page of a database, and give what is wrong with it."""
    with closing(sqlite3.connect(path, timeout=30)) as connection:
        try:
            found = [str(row[0]) for row in connection.execute(f"PRAGMA integrity_check({int(most)})")]
            links = connection.execute("PRAGMA foreign_key_check").fetchmany(most)
        except sqlite3.DatabaseError as error:
            return [str(error)]
    wrong = [line.replace("\n", " ") for line in found if line != "ok"]
    return wrong + [f"{table} {row}: its {parent} is missing" for table, row, parent, _ in links]
