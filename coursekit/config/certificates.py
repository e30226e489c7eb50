"""`[certificates]` of `course.toml`: what stands on the certificates."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from coursekit.config.shared import beside
from coursekit.text import one_line
from coursekit.tomlread import Table

# More does not fit on a page in a size that can be read.
_MOST_GOALS = 20
_LONGEST = 300
_PICTURES = (".png", ".jpg", ".jpeg", ".svg")


@dataclass(frozen=True, slots=True)
class CertificateSettings:
    """What a course says about its certificates.

    Attributes
    ----------
    issuer : str
        Who gives them, such as the university.
    signatory, role : str
        Who signs, and what that person is.
    place : str
        Where; stands before the date.
    date : datetime.date or None
        That of all certificates; by default the day on which each is made.
    ects : float or None
        The points that come with the certificate of achievement.
    language : str
        "en" or "de"; empty for the course's.
    learning_goals : tuple of str
        What was learned, for the certificate of achievement.
    logo, signature : str
        Pictures in the course's folder.
    verify_url : str
        Where others learn whether a certificate is genuine; ``{code}`` in it becomes the certificate's code.
    """

    issuer: str = ""
    signatory: str = ""
    role: str = ""
    place: str = ""
    date: dt.date | None = None
    ects: float | None = None
    language: str = ""
    learning_goals: tuple[str, ...] = ()
    logo: str = ""
    signature: str = ""
    verify_url: str = ""


def certificates_of(table: Table) -> CertificateSettings:
    """Read the table.

    Raises
    ------
    InputError
        With the line.
    """
    settings = CertificateSettings(
        issuer=_short(table, "issuer"),
        signatory=_short(table, "signatory"),
        role=_short(table, "role"),
        place=_short(table, "place"),
        date=table.date("date") if "date" in table else None,
        ects=_ects(table),
        language=_language(table),
        learning_goals=_goals(table),
        logo=_picture(table, "logo"),
        signature=_picture(table, "signature"),
        verify_url=_address(table),
    )
    table.done()
    return settings


def _short(table: Table, key: str) -> str:
    text = table.text(key).strip()
    if len(text) > _LONGEST:
        raise table.error(key, f"expected at most {_LONGEST} characters, but found {len(text)}")
    return text


def _ects(table: Table) -> float | None:
    points = table.number("ects")
    if points is not None and not 0 < points <= 60:
        raise table.error("ects", f"expected points above 0 and at most 60, but found {points:g}")
    return points


def _language(table: Table) -> str:
    language = table.text("language")
    if language not in ("", "en", "de"):
        raise table.error("language", f"expected 'en' or 'de', but found {one_line(language, 20)!r}")
    return language


def _goals(table: Table) -> tuple[str, ...]:
    goals = tuple(" ".join(goal.split()) for goal in table.texts("learning_goals"))
    if len(goals) > _MOST_GOALS:
        raise table.error(
            "learning_goals", f"expected at most {_MOST_GOALS} learning goals, but found {len(goals)}"
        )
    for goal in goals:
        if not goal or len(goal) > _LONGEST:
            raise table.error(
                "learning_goals",
                f"expected learning goals of 1 to {_LONGEST} characters, but one has {len(goal)}",
            )
    return goals


def _picture(table: Table, key: str) -> str:
    name = beside(table, key)
    if name and not name.lower().endswith(_PICTURES):
        raise table.error(
            key,
            f"expected a PNG, JPEG or SVG file, but found {one_line(name, 80)!r}",
            f'For example:  {key} = "{key}.png"',
        )
    return name


def _address(table: Table) -> str:
    address = table.text("verify_url").strip()
    if address and (
        not address.startswith(("https://", "http://")) or len(address) > _LONGEST or " " in address
    ):
        raise table.error(
            "verify_url",
            f"expected an address that begins with https://, but found {one_line(address, 80)!r}",
            'For example:  verify_url = "https://example.org/certificates?code={code}"',
        )
    return address
