"""What a certificate states: everything that is printed, as one text that is signed."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from coursekit.config import Course
from coursekit.model import Text
from coursekit.store.records import CertificateKind
from coursekit.text import one_line

FORMAT = "coursekit-certificate/1"
_LONGEST = 200

_TITLE = {
    "attendance": Text("Certificate of Attendance", "Teilnahmebescheinigung"),
    "achievement": Text("Certificate of Achievement", "Leistungsbescheinigung"),
}
_WORDS: dict[str, dict[str, Text]] = {
    "attendance": {
        "opening": Text("This is to certify that", "Hiermit wird bescheinigt, dass"),
        "before_course": Text("has attended the course", "am Kurs"),
        "after_course": Text("", "teilgenommen hat."),
    },
    "achievement": {
        "opening": Text("This is to certify that", "Hiermit wird bescheinigt, dass"),
        "before_course": Text("has successfully completed the course", "den Kurs"),
        "after_course": Text(
            "and carried out the project", "erfolgreich abgeschlossen und dieses Projekt durchgeführt hat:"
        ),
    },
}
_SESSIONS = Text("{count} sessions, {first} – {last}", "{count} Termine, {first} – {last}")
_PRESENT = Text("Attended at least {least} of {count} sessions, {first} – {last}", "Teilnahme an mindestens {least} von {count} Terminen, {first} – {last}")  # fmt: skip
_LABELS = {
    "ects": Text("ECTS credits", "ECTS-Punkte"),
    "goals": Text("Learning goals", "Lernziele"),
    "code": Text("Verification code", "Prüfcode"),
    "logo": Text("Logo", "Logo"),
    "signature": Text("Signature", "Unterschrift"),
    "qr": Text(
        "QR code with the address for verifying", "QR-Code mit der Adresse, unter der geprüft werden kann"
    ),
    "sample": Text("Sample", "Muster"),
}
_VERIFY = Text(
    "The course can say by this code whether the certificate is genuine. The file carries a digital signature.",
    "Mit diesem Code kann der Kurs sagen, ob die Bescheinigung echt ist. Die Datei trägt eine digitale Signatur.",
)
_VERIFY_AT = Text(
    "Whether this certificate is genuine can be looked up here. The file carries a digital signature.",
    "Ob diese Bescheinigung echt ist, lässt sich hier nachsehen. Die Datei trägt eine digitale Signatur.",
)
_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
}


@dataclass(frozen=True, slots=True)
class Design:
    """How certificates of a course look.

    Attributes
    ----------
    template : bytes
        In Typst.
    pictures : mapping of str to bytes
        The logo and the signature, by their file names.
    logo, signature : str
        Of these; empty where there is none.
    name : str
        What errors call the template.
    """

    template: bytes
    pictures: Mapping[str, bytes]
    logo: str = ""
    signature: str = ""
    name: str = "certificate.typ"


def compose(
    course: Course,
    kind: CertificateKind,
    student: str,
    *,
    project: str = "",
    day: dt.date,
    code: str,
    design: Design,
) -> dict[str, Any]:
    """Give what a certificate states.

    Parameters
    ----------
    course : Course
    kind : {"attendance", "achievement"}
    student, project : str
        Names, which may hold anything; they are put on one line.
    day : datetime.date
        What it is dated.
    code : str
    design : Design
        Of which the statement holds fingerprints.
    """
    settings = course.certificates
    language = settings.language or course.language
    achieved = kind == "achievement"
    words = {key: text.in_(language) for key, text in {**_WORDS[kind], **_LABELS}.items()}
    words["title"] = _TITLE[kind].in_(language)
    words["sessions"] = _sessions(course, language, attended=not achieved)
    words["dated"] = ", ".join(part for part in (settings.place, written_out(day, language)) if part)
    words["verify"] = (_VERIFY_AT if settings.verify_url else _VERIFY).in_(language)
    points = settings.ects if achieved else None
    return {
        "format": FORMAT,
        "code": code,
        "kind": kind,
        "language": language,
        "student": one_line(student, _LONGEST),
        "course": one_line(course.name, _LONGEST),
        "semester": one_line(course.semester, _LONGEST),
        "project": one_line(project, _LONGEST) if achieved else "",
        "ects": "" if points is None else _number(points, language),
        "learning_goals": [one_line(goal) for goal in settings.learning_goals] if achieved else [],
        "date": day.isoformat(),
        "issuer": one_line(settings.issuer),
        "place": one_line(settings.place),
        "signatory": one_line(settings.signatory),
        "role": one_line(settings.role),
        "verify_url": settings.verify_url.replace("{code}", code),
        "words": words,
        "template": _fingerprint(design.template.replace(b"\r\n", b"\n")),
        "logo": _fingerprint(design.pictures[design.logo]) if design.logo else "",
        "signature": _fingerprint(design.pictures[design.signature]) if design.signature else "",
    }


def canonical(statement: Mapping[str, Any]) -> str:
    """Return the text that is signed and kept."""
    return json.dumps(statement, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def differences(kept: str, now: Mapping[str, Any], *, dated: bool) -> list[str]:
    """Name what a certificate would state otherwise than one that was given out.

    The code never counts, nor does the date unless the course states it: without that it is the day of making.
    """
    try:
        before = json.loads(kept)
    except ValueError:
        return ["everything"]
    left_out = {"code", "verify_url", "words"} | (set() if dated else {"date"})
    found = [key for key in now if key not in left_out and before.get(key) != now[key]]
    words = {
        key
        for key in {*before.get("words", {}), *now["words"]}
        if before.get("words", {}).get(key) != now["words"].get(key) and (dated or key != "dated")
    }
    if _without_code(before) != _without_code(now):
        found.append("verify_url")
    return found + (["wording"] if words else [])


def today(course: Course) -> dt.date:
    """Return the day in the course's time zone."""
    return dt.datetime.now(ZoneInfo(course.time_zone) if course.time_zone else None).date()


def written_out(day: dt.date, language: str) -> str:
    """Return a date in words."""
    month = _MONTHS[language].split()[day.month - 1]
    return f"{day.day}. {month} {day.year}" if language == "de" else f"{day.day} {month} {day.year}"


def _without_code(statement: Mapping[str, Any]) -> str:
    return str(statement.get("verify_url", "")).replace(str(statement.get("code", "")), "{code}")


def _sessions(course: Course, language: str, *, attended: bool) -> str:
    if not course.sessions:
        return ""
    count = len(course.sessions)
    values = {
        "count": count,
        "first": written_out(course.sessions[0].start.date(), language),
        "last": written_out(course.sessions[-1].start.date(), language),
    }
    allowed = course.missed_sessions_allowed
    if attended and allowed is not None and allowed < count:
        return _PRESENT.format(least=count - allowed, **values).in_(language)
    return _SESSIONS.format(**values).in_(language)


def _number(points: float, language: str) -> str:
    text = f"{points:g}"
    return text.replace(".", ",") if language == "de" else text


def _fingerprint(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
