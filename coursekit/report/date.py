"""When a project last changed: the date on its slides, the same for the same input."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

from coursekit.submission import Submission

_MONTHS = {
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    "de": [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
}
_EARLIEST = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)


def last_change(submission: Submission) -> dt.datetime:
    """Return when the submission last changed.

    In this order: the environment's ``SOURCE_DATE_EPOCH``, the commit, the newest file outside of the
    presentation's folder (what the report writes there must not change the report).
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch.isdigit() and len(epoch) < 12:
        return dt.datetime.fromtimestamp(int(epoch), dt.UTC)
    source = submission.source
    commit = getattr(source, "commit", None)
    root = getattr(source, "root", None)
    if commit is None and isinstance(root, Path):
        commit = _head(root)
    if commit is not None:
        zone = dt.timezone(dt.timedelta(minutes=max(-1439, min(1439, int(commit.commit_time_offset)))))
        try:
            return max(dt.datetime.fromtimestamp(int(commit.commit_time), zone), _EARLIEST)
        except (OverflowError, ValueError, OSError):
            return _EARLIEST
    return _newest_file(submission, root) if isinstance(root, Path) else _EARLIEST


def _head(root: Path) -> object | None:
    """Return the commit that HEAD points at; nothing of the repository's configuration is used."""
    if not (root / ".git").is_dir():
        return None
    import pygit2

    try:
        repository = pygit2.Repository(str(root), pygit2.enums.RepositoryOpenFlag.NO_SEARCH)
        return repository.head.peel(pygit2.Commit)
    except (pygit2.GitError, KeyError, ValueError):
        return None


def _newest_file(submission: Submission, root: Path) -> dt.datetime:
    written = set(submission.in_folders(submission.milestone_folders("presentation")))
    times = []
    for path in submission.files:
        if path not in written:
            try:
                times.append(int((root / path).lstat().st_mtime))
            except OSError:
                continue
    try:
        return max(dt.datetime.fromtimestamp(max(times, default=0), dt.UTC), _EARLIEST)
    except (OverflowError, ValueError, OSError):
        return _EARLIEST


def written_out(moment: dt.datetime, language: str) -> str:
    """Return a date in words."""
    month = _MONTHS.get(language, _MONTHS["en"])[moment.month - 1]
    return (
        f"{moment.day}. {month} {moment.year}" if language == "de" else f"{moment.day} {month} {moment.year}"
    )
