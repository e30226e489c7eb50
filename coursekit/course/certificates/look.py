"""What certificates look like: the template that an instructor changes, and a sample of what it makes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from coursekit.config import Course
from coursekit.errors import InputError
from coursekit.files import write_bytes, write_text
from coursekit.model import Text
from coursekit.store.records import CertificateKind
from coursekit.text import one_line
from coursekit.tracking.certificates.document import TEMPLATE, Sheet, design_of, draw, our_template
from coursekit.tracking.certificates.statement import Design, canonical, compose, today

# As long as names and titles often are.
_STUDENT = "Ada Maria Beispiel-Lovelace"
_PROJECT = Text(
    "Which bird is singing? Recognizing species by their songs",
    "Welcher Vogel singt? Arten an ihrem Gesang erkennen",
)
_CODE = "0000-0000-0000"


def write_template(course: Course, *, force: bool = False) -> Path:
    """Write the template into the course's folder, to be changed; what is there is used from then on.

    Raises
    ------
    InputError
        If there is one, and it is not forced.
    """
    path = course.folder / TEMPLATE
    if (path.exists() or path.is_symlink()) and not force:
        raise InputError(
            f"expected no {TEMPLATE} in the course's folder, found one; it was left alone",
            "Change that one with a text editor, or overwrite it with  --force .",
        )
    write_text(path, our_template())
    return path


def preview(course: Course, output: Path, kind: CertificateKind, *, force: bool = False) -> Path:
    """Draw a sample, unsigned and marked as one.

    Raises
    ------
    InputError
        If the template has a mistake, or there is something else at `output` and it is not forced.
    """
    if output.is_symlink() or (output.exists() and not force and not _is_sample(output)):
        raise InputError(
            f"expected no file at {one_line(str(output))} but an earlier sample, found one; it was left alone",
            "Name another one with  --output FILE , or overwrite it with  --force .",
        )
    design = design_of(course)
    write_bytes(output, draw(sample(course, design, kind)) + _MARK)
    return output


def sample(course: Course, design: Design, kind: CertificateKind) -> Sheet:
    """Return a certificate of nobody."""
    language = course.certificates.language or course.language
    day: dt.date = course.certificates.date or today(course)
    statement = compose(
        course, kind, _STUDENT, project=_PROJECT.in_(language), day=day, code=_CODE, design=design
    )
    return Sheet(canonical(statement), b"{}", design, sample=True)


_MARK = b"\n%coursekit-sample\n"


def _is_sample(path: Path) -> bool:
    return path.is_file() and path.read_bytes().endswith(_MARK)
