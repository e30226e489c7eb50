"""The course platform edu.opencampus.sh: a bundle for each group, and tables for the instructor.

What the platform takes (its source, eduhub-org/eduhub, in October 2024), and what follows:

- A group hands in an achievement record by hand: it chooses the achievement option, adds its authors from a list of
  enrolled users, and uploads one file as documentation, of any type and at most 20 MB (1 MB is 1,048,576 bytes). So the
  slides are one file, and the bundle as a whole is kept below that too.
- The gallery shows a cover image (.jpg, .jpeg, .png, .gif, .bmp; at best 520 × 320 pixels; at most 20 MB) and a
  description. There is no field for a repository, so its address stands at the end of the description.
- An option may ask for results as CSV, for which its instructor uploads a template: the columns are the option's own and
  not known here. ``results.csv`` holds what `project.toml` states; copy it into the template where there is one.
- Certificates depend on what instructors tick there for each participant; ``participants.csv`` says it.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any

from coursekit.csvwrite import csv_text
from coursekit.errors import InputError
from coursekit.text import plural, printable
from coursekit.tracking.exports.export import Bundle, Data, Export, LeftOut, Made, Parcel, Result
from coursekit.tracking.exports.table import CSV_OPTIONS, csv_bytes
from coursekit.tracking.exports.words import named, unknown_sessions, without_group

#: Bytes of an uploaded file.
LIMIT = 20 * 1024 * 1024
COVER_ENDINGS = {".jpg", ".jpeg", ".png", ".gif", ".bmp"}
#: For the same bundle from the same state; ZIP knows no time before.
_MOMENT = (1980, 1, 1, 0, 0, 0)
_RESULTS = ("best_model", "metric", "value", "baseline_model", "baseline_value")
_PARTICIPANTS = ("Name", "E-mail", "Matriculation number", "Group", "Project", "Sessions attended", "Sessions",
                 "Certificate of attendance", "Certificate of achievement")  # fmt: skip
_BUNDLES = ("Group", "Title", "Authors", "Repository", "Project", "Bundle", "Megabytes", "Remarks")
_YES = {"passed": "yes", "failed": "no", "open": "not yet"}


def bundle(parcel: Parcel) -> tuple[bytes, tuple[str, ...]]:
    """Return a group's ZIP file, the same for the same content, and what to know about it.

    Raises
    ------
    InputError
        If the group did not agree, or what the platform requires is missing or too large.
    """
    if not parcel.consent:
        why = "project.toml does not state consent_to_publish = true"
        if parcel.consent is None:
            why = f"project.toml cannot be read ({'; '.join(parcel.problems)})"
        raise InputError(f"no consent: {why}", "Ask the group.")
    if parcel.slides is None:
        raise InputError("; ".join(parcel.problems) or "no slides", "coursekit report --all  makes some.")
    notes = list(parcel.problems)
    ending, slides = parcel.slides
    _check_size(f"slides{ending}", slides)
    files = {f"slides{ending}": slides}
    if parcel.cover is None or parcel.cover[0].lower() not in COVER_ENDINGS:
        notes.append("no cover image")
    else:
        _check_size(f"cover{parcel.cover[0]}", parcel.cover[1])
        files[f"cover{parcel.cover[0].lower()}"] = parcel.cover[1]
    if not parcel.url:
        notes.append("no address of the repository that a browser opens")
    files["description.txt"] = _description(parcel).encode("utf-8")
    files["authors.csv"] = csv_text([["name"], *([one.name] for one in parcel.group.members)]).encode("utf-8")
    files["results.csv"] = _results(parcel).encode("utf-8")
    data = _zip(files)
    if len(data) > LIMIT:
        notes.append(
            f"{_megabytes(len(data))} MB: upload the slides, not the bundle, as at most 20 MB are taken"
        )
    return data, tuple(notes)


def make(data: Data, options: Mapping[str, Any], bundles: tuple[Bundle, ...] = ()) -> Made:
    """Return the tables."""
    left_out = [LeftOut(one.group.name, one.reason) for one in bundles if one.reason]
    failed = sum(one.failed for one in bundles)
    made = [one for one in bundles if not one.reason]
    rows = [_row(one) for one in bundles]
    people = [_person(one) for one in data.taking_part]
    files = {
        "bundles.csv": csv_bytes([_BUNDLES, *rows], options),
        "participants.csv": csv_bytes([_PARTICIPANTS, *people], options),
    }
    gone = [f"dropped out: {named(one)}" for one in data.results if one.student.left_at is not None]
    return Made(
        files,
        ((len(made), "bundled"), (len(left_out) - failed, "left out"), (failed, "failed")),
        plural(len(bundles), "group"),
        tuple(left_out),
        (
            *(f"{one.group.name}: {note}" for one in made for note in one.notes),
            *without_group(data.taking_part),
            *unknown_sessions(data.taking_part),
            *gone,
        ),
    )


def _check_size(name: str, data: bytes) -> None:
    if len(data) > LIMIT:
        raise InputError(
            f"{name} has {_megabytes(len(data))} MB, and the platform takes at most 20 MB",
            "Ask the group for a smaller one: pictures of a lower resolution, or a PDF.",
        )


def _megabytes(size: int) -> str:
    return f"{size / 1024**2:.1f}"


def _description(parcel: Parcel) -> str:
    parts = [parcel.title, parcel.description]
    parts.append(f"Repository: {parcel.url}" if parcel.url else "")
    return "\n\n".join(printable(part, multiline=True) for part in parts if part.strip()) + "\n"


def _results(parcel: Parcel) -> str:
    known = parcel.results or {}
    return csv_text([_RESULTS, [known.get(name, "") for name in _RESULTS]])


def _zip(files: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, _MOMENT)
            info.create_system = 3  # else the same bundle would differ between Windows and the others
            info.external_attr = 0o644 << 16
            # Not compressed: slides and images are already, and the outcome depends on no library's version.
            archive.writestr(info, data, zipfile.ZIP_STORED)
    return file.getvalue()


def _row(one: Bundle) -> list[str]:
    authors = "; ".join(author.name for author in one.group.members)
    remarks = one.reason or "; ".join(one.notes)
    # Of a group that did not agree nothing is passed on but that.
    title, url = ("", "") if one.reason else (one.title, one.url)
    size = _megabytes(one.size) if one.size else ""
    return [one.group.name, title, authors, url, _YES[one.group.project], one.name, size, remarks]


def _person(one: Result) -> list[str]:
    student = one.student
    return [
        student.name,
        student.email or "",
        student.id_number or "",
        one.group.name if one.group else "",
        _YES[one.project],
        str(one.attended),
        str(one.sessions),
        _YES[one.attendance],
        _YES[one.course],
    ]


EXPORT = Export(
    title="Bundles for edu.opencampus.sh: slides, cover image, description, results.",
    about="""A ZIP file for each group that agreed (consent_to_publish in project.toml): its slides, the cover image (drawn
    where the group has none), a description with the repository's address, its authors, and its results. They are checked
    against the platform's limits: one file of at most 20 MB, and the types of images that it shows. Beside them lie
    bundles.csv, and participants.csv with what each student reached. Who is left out is said.""",
    make=make,
    bundle=bundle,
    options=CSV_OPTIONS,
    output="exports/platform",
    example="--bom --delimiter semicolon",
)
