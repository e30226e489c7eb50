"""The decks that an instructor keeps of a course's groups: what each folder below ``presentations`` holds.

Beside the files of a deck lies ``deck.json``, written last: where it is missing, or a file that it names is, or it was
made of another state of the group's work, the deck is made again.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from coursekit import __version__
from coursekit.config import Course
from coursekit.errors import InputError
from coursekit.files import write_text
from coursekit.git.opening import open_repository
from coursekit.report import Report, build_report
from coursekit.report.deck import Deck, Figure
from coursekit.submission.source import MAX_FILES, FolderSource
from coursekit.text import plural

NAME = "deck.json"
_THUMBNAIL = (480, 270)
_LARGEST = 5_000_000


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the deck that was made, with how many slides and seconds."""

    title: str
    slides: int
    seconds: int


@dataclass(frozen=True, slots=True)
class File:
    """A file of the deck."""

    format: str
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Made:
    """What is known of a deck that was made; `key` says of what, and `cover` is a JPEG as base64."""

    key: str
    title: str
    authors: tuple[str, ...]
    slides: int
    seconds: int
    sections: tuple[Section, ...]
    missing: tuple[str, ...]
    files: tuple[File, ...]
    cover: str = ""
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """A deck to make: of which repository, into which folder, with which options of `build_report`."""

    course: Course
    work: Path
    folder: Path
    key: str
    options: tuple[tuple[str, Any], ...]


def content_key(course: Course, work: Path, options: Mapping[str, Any]) -> str:
    """Return what a deck depends on: the group's work, the course's looks, the options, and this version of the tool.

    Of a bare clone that is its newest commit. Of a folder it is every file's path, size and time.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    logo = course.folder / course.report.logo
    parts = [
        __version__,
        os.environ.get("SOURCE_DATE_EPOCH", ""),
        json.dumps(sorted(options.items()), default=str),
        repr(course.report),
        hashlib.sha256(logo.read_bytes()).hexdigest() if course.report.logo and logo.is_file() else "",
    ]
    bare = not (work / ".git").exists() and (work / "HEAD").is_file()
    if bare or (work / ".git").is_dir():
        parts.append(_head(work))
    if not bare:
        for entry in islice(FolderSource(work).entries(), 2 * MAX_FILES):
            try:
                found = (work / entry.path).lstat()
            except OSError:
                continue
            parts.append(f"{entry.path}\0{entry.kind}\0{found.st_size}\0{found.st_mtime_ns}")
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()


def _head(work: Path) -> str:
    import pygit2

    try:
        git = open_repository(work)
        try:
            return str(git.head.target)
        finally:
            git.free()
    except (pygit2.GitError, KeyError, ValueError):
        # No commit yet, or a damaged one: reading it says more.
        return ""


def read_made(folder: Path) -> Made | None:
    """Return what is known of the deck in a folder, or None where there is none."""
    try:
        file = folder / NAME
        if file.is_symlink() or file.stat().st_size > _LARGEST:
            return None
        return msgspec.json.decode(file.read_bytes(), type=Made)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def is_complete(folder: Path, made: Made) -> bool:
    """Whether all files of a deck lie in its folder as they were written."""
    for file in made.files:
        path = folder / file.name
        try:
            if "/" in file.name or "\\" in file.name or path.stat().st_size != file.size:
                return False
        except OSError:
            return False
    return True


def make_deck(order: Order) -> Made:
    """Make a deck; it runs in a process of its own.

    Raises
    ------
    InputError
        If the repository cannot be read, or the files cannot be written.
    """
    # A deck is no worse for one file that cannot be read, and the group's own check tells them of it.
    report = build_report(
        order.work, output=order.folder, course=order.course, force=True, **dict(order.options)
    )
    made = _made(report, order.key)
    write_text(order.folder / NAME, json.dumps(asdict(made), ensure_ascii=False, indent=1) + "\n")
    return made


def _made(report: Report, key: str) -> Made:
    deck = report.deck
    remarks = list(report.remarks)
    if report.problems:
        remarks.append(
            f"{plural(len(report.problems), 'file')} could not be read: {report.problems[0].told()}"
        )
    return Made(
        key,
        deck.title,
        deck.authors,
        len(deck.slides),
        deck.seconds,
        tuple(Section(one.title, one.slides, one.seconds) for one in deck.outline if one.slides),
        report.missing,
        tuple(File(one.format, one.path.name, one.size) for one in report.files),
        base64.b64encode(_thumbnail(deck)).decode("ascii"),
        tuple(remarks),
    )


def _thumbnail(deck: Deck) -> bytes:
    """Return the cover image small, as JPEG, or nothing."""
    from PIL import Image

    pictures = [
        block.picture for block in (deck.slides[0].aside if deck.slides else ()) if isinstance(block, Figure)
    ]
    for picture in pictures:
        # The report decoded it and wrote it anew, so it is what it says it is.
        with Image.open(io.BytesIO(picture.data)) as image:
            image.thumbnail(_THUMBNAIL)
            whole = image.convert("RGBA")
        flat = Image.new("RGB", whole.size, "white")
        flat.paste(whole, mask=whole.getchannel("A"))
        file = io.BytesIO()
        flat.save(file, "JPEG", quality=80, optimize=True)
        return file.getvalue()
    return b""


def refuse_format(to: str, known: tuple[str, ...]) -> None:
    """Refuse a format that there is none of, before any deck is made.

    Raises
    ------
    InputError
    """
    if to and to not in known:
        raise InputError(
            f"expected one of the formats {', '.join(known)}, found {to!r}", "Choose one of them."
        )
