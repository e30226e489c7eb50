"""`coursekit certificates verify`: whether a file, or the code on a print, is a genuine certificate.

A file may be anybody's. That all of it is as it was made is told by its seal alone, over its bytes, which need not be
understood for that; what lies in it is read by a process of its own with limits.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from coursekit.config import Course
from coursekit.errors import InputError
from coursekit.git.process import TimedOutError, TooMuchOutputError, run_limited
from coursekit.store import open_store
from coursekit.store.certificates import find_certificate
from coursekit.store.records import Certificate
from coursekit.text import one_line
from coursekit.tracking.certificates import reader
from coursekit.tracking.certificates.codes import read_code
from coursekit.tracking.certificates.keys import PUBLIC, PublicKey, load_public
from coursekit.tracking.certificates.seal import has_seal, opened, seal_of

_LARGEST = 20_000_000
_SECONDS = 40
_MEMORY = 1_000_000_000
_OUTPUT = 1_000_000
_SHOWN = ("student", "kind", "course", "semester", "project", "ects", "date", "issuer", "code")


class Answer(StrEnum):
    """What verifying found."""

    GENUINE = "genuine"
    WITHDRAWN = "withdrawn"
    CHANGED = "changed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found of one file or code.

    Attributes
    ----------
    what : str
        The file or code.
    answer : Answer
    why : str
        In a sentence.
    stated : mapping
        What the course certified; empty when it certified nothing of it.
    """

    what: str
    answer: Answer
    why: str
    stated: Mapping[str, Any]


def verify(what: str, course: Course | None, *, key: Path | None = None) -> Verified:
    """Say whether a PDF, or a code, is a genuine certificate.

    Parameters
    ----------
    what : str
        A file's path, or a code.
    course : Course or None
        None where there is no course: then only files can be verified, and not whether they were withdrawn.
    key : Path, optional
        The public key, by default that of the course.

    Raises
    ------
    InputError
        If there is no such file, no key, or no store to look a code up in.
    """
    path = Path(what)
    code = read_code(what)
    if path.is_file():
        if key is None and course is None:
            raise InputError(
                "expected the course's folder or its public key, to verify with; found neither",
                f"Say  --course FOLDER , or  --key {PUBLIC} .",
            )
        public = load_public(key if key is not None else _folder(course) / PUBLIC)
        return _file(what, path, public, course)
    if code is None:
        raise InputError(
            f"expected a PDF file or a code such as 7K3M-Q9TX-2HVA, found {one_line(what, 80)!r}, which is neither",
            "Look whether the path is right.",
        )
    if course is None:
        raise InputError(
            "expected the course's folder, to look up a code in what the course knows; found none",
            "Say  --course FOLDER . A file can be verified with  --key  alone.",
        )
    return _code(course, what, code)


def _folder(course: Course | None) -> Path:
    assert course is not None
    return course.folder


def _code(course: Course, what: str, code: str) -> Verified:
    found = _known(course, code)
    if found is None:
        return Verified(what, Answer.UNKNOWN, "this course gave out no certificate with this code", {})
    stated = _stated(found.statement)
    if found.withdrawn_at is not None:
        return Verified(what, Answer.WITHDRAWN, f"withdrawn on {found.withdrawn_at:%Y-%m-%d}", stated)
    if not stated:
        why = (
            "given out by this course to somebody who was erased since; only the file itself can be verified"
        )
        return Verified(what, Answer.UNKNOWN, why, {})
    return Verified(what, Answer.GENUINE, "the print must say exactly this", stated)


def _file(what: str, path: Path, key: PublicKey, course: Course | None) -> Verified:
    if path.stat().st_size > _LARGEST:
        return Verified(what, Answer.UNKNOWN, "larger than any certificate of this tool's", {})
    data = path.read_bytes()
    code = seal_of(data, key)
    signed = opened(_attachment(data))
    stated = _stated(signed.statement) if signed is not None and signed.by(key) else {}
    if code is None or (stated and stated.get("code") != code):
        if not stated:
            return Verified(what, *_not_ours(data, signed is not None and signed.key != key.fingerprint), {})
        why = (
            "the file is not as it was made: it was changed, or saved anew by another program. What the course "
            "certified is this; the page may say something else"
        )
        return Verified(what, Answer.CHANGED, why, stated)
    if course is None:
        why = "signed with this key, and as it was made; whether it was withdrawn, only the course knows"
        return Verified(what, Answer.GENUINE, why, stated or {"code": code})
    found = _known(course, code)
    if found is None:
        why = "signed with this key, but this course knows nothing of it (any more)"
        return Verified(what, Answer.UNKNOWN, why, stated)
    # Of who was erased only the file knows.
    stated = _stated(found.statement) or stated
    if found.withdrawn_at is not None:
        return Verified(what, Answer.WITHDRAWN, f"withdrawn on {found.withdrawn_at:%Y-%m-%d}", stated)
    return Verified(what, Answer.GENUINE, "signed by the course, and as it was made", stated)


def _not_ours(data: bytes, other_key: bool) -> tuple[Answer, str]:
    if other_key:
        return Answer.UNKNOWN, "signed with another key than this course's, if at all"
    if has_seal(data):
        return (
            Answer.CHANGED,
            "it says that it is a certificate of this tool's, but no signature of the course fits",
        )
    return Answer.UNKNOWN, "no certificate that this course signed"


def _attachment(data: bytes) -> bytes:
    """Return what lies in a PDF under the name of a statement; nothing when it cannot be read."""
    try:
        done = run_limited(
            [sys.executable, "-I", str(Path(reader.__file__))],
            cwd=None,
            env=dict(os.environ),
            stdin=data,
            timeout=_SECONDS,
            max_output=_OUTPUT,
            max_memory=_MEMORY,
        )
        text = json.loads(done.stdout) if done.code == 0 else None
    except (TimedOutError, TooMuchOutputError, OSError, ValueError):
        return b""
    return text.encode("utf-8", "replace") if isinstance(text, str) else b""


def _known(course: Course, code: str) -> Certificate | None:
    with open_store(course.store, create=False) as store, store.read() as view:
        return find_certificate(view, code)


def _stated(statement: str) -> dict[str, Any]:
    try:
        found = json.loads(statement)
    except (ValueError, RecursionError):
        return {}
    return {key: found[key] for key in _SHOWN if isinstance(found, dict) and found.get(key)}
