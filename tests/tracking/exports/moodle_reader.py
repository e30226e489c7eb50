"""Reads files as Moodle does: PHP's `fgetcsv`, the import of the gradebook, and that of grading worksheets.

Written from Moodle's behavior (5.1), with the apostrophes that it puts in front of formulas at upload.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

LANGUAGES = {
    "en": {"id": "Identifier", "word": "Participant ", "grade": "Grade", "modified": "Last modified (grade)",
           "feedback": "Feedback comments", "sign": "."},
    "de": {"id": "ID", "word": "Teilnehmer/in", "grade": "Bewertung", "modified": "Zuletzt geändert (Bewertung)",
           "feedback": "Feedback als Kommentar", "sign": ","},
}  # fmt: skip


def fgetcsv(text: str, delimiter: str = ",") -> list[list[str]]:
    """Split as PHP does with its escape character: one character after another, three states."""
    rows: list[list[str]] = []
    at = 0
    while at < len(text):
        row, at = _row(text, at, delimiter)
        rows.append(row)
    return rows


def _row(text: str, at: int, delimiter: str) -> tuple[list[str], int]:
    row = []
    while True:
        begin = at
        while at < len(text) and text[at] in " \t" and text[at] != delimiter:
            at += 1
        cell = ""
        if at < len(text) and text[at] == '"':
            at += 1
            state = 0
            while at < len(text):
                char = text[at]
                if state == 2:
                    if char != '"':
                        break
                    cell += '"'
                    state = 0
                elif state == 1:
                    cell += char
                    state = 0
                elif char == '"':
                    state = 2
                else:
                    cell += char
                    state = 1 if char == "\\" else 0
                at += 1
        else:
            at = begin
        while at < len(text) and text[at] not in (delimiter, "\n"):
            cell += text[at]
            at += 1
        row.append(cell)
        if at < len(text) and text[at] == delimiter:
            at += 1
            continue
        return row, at + 1


def load(content: bytes, delimiter: str = ",") -> list[list[str]]:
    """Read an uploaded CSV file: the header and the rows.

    Raises
    ------
    ValueError
        Where Moodle refuses the file.
    """
    text = content.decode("utf-8").removeprefix("\ufeff")
    text = re.sub("\r\n?", "\n", text).strip()
    rows = [row for row in fgetcsv(text, delimiter) if row != [""]]
    if any(len(row) != len(rows[0]) for row in rows):
        raise ValueError("csvweirdcolumns")
    return [[_escaped(cell) for cell in row] for row in rows]


def _escaped(value: str) -> str:
    return "'" + value if value != "-" and value.lstrip()[:1] in tuple("=+-@") and value.strip() else value


def unformat(text: str, sign: str) -> float | None:
    """Read a number in a language with this decimal sign; None where Moodle sees none."""
    plain = text.replace(" ", "").replace(sign, ".")
    return float(plain) if re.fullmatch(r"-?\d+(\.\d+)?", plain) else None


@dataclass
class Gradebook:
    """A gradebook: its users by what identifies them, and what an import puts there."""

    users: dict[str, str]
    scale: tuple[str, ...] = ()
    language: str = "en"
    grades: dict[str, dict[str, float | str | None]] = field(default_factory=dict)

    def load(self, content: bytes, mapping: dict[int, str], delimiter: str = ",") -> None:
        """Import: column 0 identifies, the others are mapped to items; ``feedback`` is text.

        Raises
        ------
        ValueError
            Where Moodle stops; nothing is kept then.
        """
        _, *rows = load(content, delimiter)
        found: dict[str, dict[str, float | str | None]] = {}
        user = ""
        for row in rows:
            if key := row[0].strip():
                if key not in self.users:
                    raise ValueError(f"usermappingerror {key}")
                # Without an identifier the one of the row above is taken.
                user = self.users[key]
            for at, item in mapping.items():
                found.setdefault(user, {})[item] = self._value(row[at].strip(), item)
        self.grades = found

    def _value(self, text: str, item: str) -> float | str | None:
        if item == "feedback":
            return text
        if text in {"", "-"}:
            return None
        if item == "scale":
            if text not in self.scale:
                raise ValueError(f"badgrade {text}")
            return text
        value = unformat(text, LANGUAGES[self.language]["sign"])
        if value is None or value > 100:
            raise ValueError(f"badgrade {text}")
        return value


@dataclass
class Assignment:
    """An assignment: its participants by number, the maximum or the scale, and what an import puts there."""

    participants: dict[int, str]
    most: float | None = 100.0
    scale: tuple[str, ...] = ()
    language: str = "en"
    grades: dict[str, float | str] = field(default_factory=dict)
    feedback: dict[str, str] = field(default_factory=dict)

    def load(self, content: bytes) -> None:
        """Import a worksheet.

        Raises
        ------
        ValueError
            Where Moodle refuses the file.
        """
        words = LANGUAGES[self.language]
        header, *rows = load(content)
        try:
            places = {key: header.index(words[key]) for key in ("id", "grade", "modified")}
        except ValueError:
            raise ValueError("invalidgradeimport") from None
        feedback = header.index(words["feedback"]) if words["feedback"] in header else None
        for row in rows:
            number = row[places["id"]][len(words["word"]) :]
            who = self.participants.get(int(number)) if number.isdigit() else None
            if who is None:
                continue
            grade = row[places["grade"]]
            if self.scale:
                if grade in self.scale:
                    self.grades[who] = grade
            else:
                value = unformat(grade, words["sign"]) if grade else None
                if value is not None and 0 <= value <= (self.most or 0):
                    self.grades[who] = value
            if feedback is not None and row[feedback]:
                self.feedback[who] = row[feedback]
