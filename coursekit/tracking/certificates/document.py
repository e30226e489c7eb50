"""Draws a certificate: the course's template or ours, with the statement as data."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coursekit.config import Course
from coursekit.errors import InputError, MissingExtraError
from coursekit.pdf import compile_pdf
from coursekit.text import one_line, printable
from coursekit.tracking.certificates.statement import Design

TEMPLATE = "certificate.typ"
_FOLDER = Path(__file__).parent
_LARGEST = 5_000_000
_WHERE = re.compile(rf"[^\s]*{re.escape(TEMPLATE)}:(\d+):(\d+)")


class TemplateError(InputError):
    """The template of the certificates cannot be drawn."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that one PDF is made of; it is handed to another process.

    Attributes
    ----------
    statement : str
        As it is signed.
    attachment : bytes
        The statement with its signature.
    design : Design
    sample : bool
        Whether it is only to be looked at.
    """

    statement: str
    attachment: bytes
    design: Design
    sample: bool = False


def design_of(course: Course) -> Design:
    """Read the course's template, or ours, and its pictures.

    Raises
    ------
    InputError
        If one of them cannot be read.
    """
    own = course.folder / TEMPLATE
    template = (own if own.exists() else _FOLDER / TEMPLATE).read_bytes()
    try:
        template.decode("utf-8")
    except UnicodeDecodeError as error:
        line = template.count(b"\n", 0, error.start) + 1
        raise TemplateError(
            f"{TEMPLATE}, line {line}: expected UTF-8, found something else",
            "Save it again with that encoding.",
        ) from None
    settings = course.certificates
    pictures: dict[str, bytes] = {}
    names = {}
    for key in ("logo", "signature"):
        file = getattr(settings, key)
        names[key] = ""
        if file:
            names[key] = f"{key}{Path(file).suffix.lower()}"
            pictures[names[key]] = _picture(course.folder / file, key)
    return Design(template, pictures, names["logo"], names["signature"])


def our_template() -> str:
    """Return the template that is used where the course has none."""
    return (_FOLDER / TEMPLATE).read_text("utf-8")


def draw(sheet: Sheet) -> bytes:
    """Return the PDF, the same for the same sheet and fonts.

    Raises
    ------
    TemplateError
        If the template has a mistake; with the line.
    InputError
        If no font here has some character: a certificate with a box in a name is worse than none.
    """
    import typst

    design, statement = sheet.design, json.loads(sheet.statement)
    day = dt.date.fromisoformat(statement["date"])
    images: dict[str, bytes] = {
        **design.pictures,
        "certificate.json": sheet.attachment,
        TEMPLATE: design.template,
    }
    if statement["verify_url"]:
        images["qr.svg"] = _qr(statement["verify_url"])
    data: dict[str, Any] = {
        **statement,
        "logo": design.logo or None,
        "signature": design.signature or None,
        "qr": "qr.svg" if "qr.svg" in images else None,
        "sample": sheet.sample,
        "day": [day.year, day.month, day.day],
    }
    moment = dt.datetime.combine(day, dt.time(), dt.UTC)
    try:
        made = compile_pdf(_FOLDER / "frame.typ", data, images=images, moment=moment)
    except typst.TypstError as error:
        raise _told(error) from None
    missing = sorted(char for char in made.missing if char in sheet.statement)
    if missing:
        listed = ", ".join(f"{one_line(char)} (U+{ord(char):04X})" for char in missing[:8])
        raise InputError(
            f"expected fonts that have every character of the certificate, but none here has {listed}",
            'For Chinese, Japanese and Korean:  pip install "coursekit-dl[cjk]" ; else install a font that has them.',
        )
    return made.data


def _told(error: Any) -> TemplateError:
    """Return what is wrong with the template, and where."""
    said = str(getattr(error, "diagnostic", "") or "")
    where = _WHERE.search(said)
    line = f", line {where[1]}" if where else ""
    # The line itself, with the place marked, as the compiler shows it.
    excerpt = [
        printable(one, multiline=True)
        for one in said.split("\nhelp:")[0].splitlines()
        if re.match(r"\s*\d* *│", one) and one.strip(" │")
    ]
    shown = "".join(f"\n{one}" for one in excerpt[:4])
    hints = "; ".join(one_line(str(hint), 300) for hint in getattr(error, "hints", ()))
    return TemplateError(
        f"{TEMPLATE}{line}: {one_line(str(getattr(error, 'message', error)), 400)}{shown}",
        f"{hints + '. ' if hints else ''}Mend it and look at it with  coursekit certificates preview ; "
        "without the file, the certificates look as coursekit makes them.",
    )


def _picture(path: Path, key: str) -> bytes:
    try:
        data = path.read_bytes() if path.stat().st_size <= _LARGEST else b""
    except OSError:
        data = b""
    starts = {".png": b"\x89PNG", ".jpg": b"\xff\xd8", ".jpeg": b"\xff\xd8"}
    ending = path.suffix.lower()
    fine = data.startswith(starts[ending]) if ending in starts else _is_text(data) and b"<svg" in data
    if not data or not fine:
        raise InputError(
            f"course.toml: certificates.{key}: expected a PNG, JPEG or SVG file of at most 5 MB, but "
            f"{one_line(str(path), 200)} is none that can be read",
            f'Name a file beside course.toml, for example:  {key} = "{key}.png"',
        )
    return data


def _is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _qr(address: str) -> bytes:
    import io

    try:
        import segno
    except ImportError:
        raise MissingExtraError(
            "expected the package segno, which draws the QR code of verify_url, but it is not installed",
            'Install it:  pip install "coursekit-dl[certificates]"  (from a checkout:  pip install ".[certificates]").',
        ) from None
    file = io.BytesIO()
    segno.make(address, micro=False, error="m").save(
        file, kind="svg", border=0, dark="#0c3c46", xmldecl=False
    )
    return file.getvalue()
