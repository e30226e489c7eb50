"""A grade as an assignment of Moodle takes it: a number up to its maximum, or a word of its scale."""

from __future__ import annotations

import re
from dataclasses import dataclass

from coursekit.csvwrite import guarded
from coursekit.errors import InputError
from coursekit.text import one_line
from coursekit.tracking.exports.export import GroupResult, Outcome, Result
from coursekit.tracking.exports.moodle import number

_PASSED = {
    "pass",
    "passed",
    "bestanden",
    "approved",
    "satisfactory",
    "competent",
    "erfüllt",
    "complete",
    "completed",
}
_FAILED = {
    *("fail", "failed", "not passed", "not pass", "nicht bestanden", "not approved", "not satisfactory"),
    *("not yet competent", "nicht erfüllt", "incomplete", "not complete"),
}
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


@dataclass(frozen=True, slots=True)
class Grading:
    """How results become grades.

    Attributes
    ----------
    of : {"project", "points", "attendance", "course"}
    passed, failed : str or None
        What is written instead of the maximum and 0, or of the scale's words.
    """

    of: str
    passed: str | None = None
    failed: str | None = None

    def grade(self, found: Result | GroupResult, most: str, scale: str) -> tuple[str, str]:
        """Return the grade, and why there is none; one of the two is empty.

        Parameters
        ----------
        found : Result or GroupResult
        most : str
            The highest grade, as Moodle wrote it; empty with a scale.
        scale : str
            The scale's words, a line each; empty without one.

        Raises
        ------
        InputError
            If the assignment's grades cannot say what is asked for.
        """
        if self.of in {"points", "attendance"}:
            return self._share(found, most, scale)
        if self.of == "project":
            group = found.group if isinstance(found, Result) else found
            outcome, reasons = found.project, group.reasons if group else ("in no group",)
        elif isinstance(found, Result):
            outcome, reasons = found.course, found.reasons
        else:
            return "", "whether the course is passed differs between the members of a group"
        if outcome == "open":
            return "", f"not decided yet{': ' if reasons else ''}{'; '.join(reasons)}"
        return self._word(outcome, most, scale), ""

    def same(self, present: str, grade: str) -> bool:
        """Whether a cell says the same number already, written otherwise."""
        try:
            return float(present.strip().replace(",", ".")) == float(grade.replace(",", "."))
        except ValueError:
            return False

    def _share(self, found: Result | GroupResult, most: str, scale: str) -> tuple[str, str]:
        if scale:
            raise InputError(
                f"expected an assignment with a number for a grade, to give it {self.of}, found one with a scale",
                "Take  --grade project  or  --grade course .",
            )
        highest = _number(most)
        if highest is None:
            raise InputError(
                "expected the worksheet to say the maximum grade, found none",
                "Set a maximum grade in the assignment's settings, and download the worksheet again.",
            )
        if self.of == "points":
            group = found.group if isinstance(found, Result) else found
            if group is None or group.points is None or not group.possible:
                return "", "in no group" if group is None else "the project was never checked"
            share = group.points / group.possible
        elif not isinstance(found, Result):
            return "", "attendance differs between the members of a group"
        elif not found.attendance_known:
            return "", "nothing is known about any session" if found.sessions else "no session has ended yet"
        else:
            share = found.attended / found.sessions
        return _as_moodle(number(highest * share), most), ""

    def _word(self, outcome: Outcome, most: str, scale: str) -> str:
        given = self.passed if outcome == "passed" else self.failed
        if scale:
            return _of_scale(
                outcome, given, [word.strip() for word in re.split(r"[\n,]", scale) if word.strip()]
            )
        if given is None and outcome == "passed":
            if _number(most) is None:
                raise InputError(
                    "expected the worksheet to say the maximum grade, found none",
                    "Say the grade:  --passed 100",
                )
            return most
        grade = given if given is not None else "0"
        value, highest = _number(grade), _number(most)
        if value is None or (highest is not None and value > highest):
            limit = f" of at most {most}" if highest is not None else ""
            raise InputError(
                f"expected a number{limit} for --{outcome}, found {one_line(grade, 40)!r}",
                "Moodle skips all other grades of this assignment.",
            )
        return _as_moodle(grade, most)


def _of_scale(outcome: Outcome, given: str | None, words: list[str]) -> str:
    known = _PASSED if outcome == "passed" else _FAILED
    found = [word for word in words if (word == given if given is not None else word.casefold() in known)]
    if len(found) != 1:
        raise InputError(
            f"expected the scale's word for {outcome}, found {one_line(given, 40)!r}" if given is not None
            else f"expected to know which of the scale's words is {outcome}",
            f"Say it as it stands there, for example  --{outcome} {one_line(words[-1], 40)!r} ; the scale has: "
            f"{one_line(', '.join(words), 200)}",
        )  # fmt: skip
    if guarded(found[0]) != found[0]:
        raise InputError(
            f"expected a word of the scale that does not begin like a formula, found {one_line(found[0], 40)!r}",
            "Moodle puts an apostrophe in front of it at upload, and then knows it no more. Rename it in the scale.",
        )
    return found[0]


def _number(text: str) -> float | None:
    return float(text.replace(",", ".")) if _NUMBER.fullmatch(text.strip()) else None


def _as_moodle(grade: str, like: str) -> str:
    """Write a number with the decimal sign of another one."""
    return grade.replace(".", ",") if "," in like else grade.replace(",", ".")
