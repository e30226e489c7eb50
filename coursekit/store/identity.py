"""Finds in any text what names one person, however it is spelled, and takes it out."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

# A shorter one is more often a word of its own, or a count of something.
_SHORTEST_PART = 3
_SHORTEST_ACCOUNT = 3
_SHORTEST_NUMBER = 5
_WORD = re.compile(r"[^\W_]+")
# Between the words of a name: blanks, or what file names and accounts have instead, or nothing.
_BETWEEN = r"[\W_]{0,3}"
_LEFT, _RIGHT = r"(?<![^\W_])", r"(?![^\W_])"
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


@dataclass(frozen=True)
class Identity:
    """All that a student is or was called, in the course and elsewhere.

    Attributes
    ----------
    student_id : int
    names : frozenset of str
        On the roster, now or before.
    nicknames : frozenset of str
        In meetings or in git: may be as little as "Maria" or "iPhone", so they are only told as they are.
    emails, accounts, id_numbers, account_ids : frozenset of str
    """

    student_id: int
    names: frozenset[str] = frozenset()
    nicknames: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()
    id_numbers: frozenset[str] = frozenset()
    account_ids: frozenset[str] = frozenset()

    def __or__(self, other: Identity) -> Identity:
        return Identity(
            self.student_id,
            self.names | other.names,
            self.nicknames | other.nicknames,
            self.emails | other.emails,
            self.accounts | other.accounts,
            self.id_numbers | other.id_numbers,
            self.account_ids | other.account_ids,
        )

    @property
    def label(self) -> str:
        """What stands in the place of the name."""
        return erased_name(self.student_id)

    def takes_out(self, text: str, *, near: bool = False) -> str:
        """Return text with ``[student 12]`` in the place of what names the person.

        Parameters
        ----------
        text : str
            Anything; within JSON every string is looked at.
        near : bool, optional
            Whether the text is about the person's own groups, so that a first or last name alone, as the roster
            writes it, means the person. Elsewhere it is more often another one's, or a word.
        """
        if text[:1] in ("{", "["):
            try:
                value = json.loads(text)
            except (ValueError, RecursionError):
                return self._plain(text, near)
            if isinstance(value, dict | list):
                found = self._within(value, near)
                return text if found == value else json.dumps(found, ensure_ascii="\\u" in text)
        return self._plain(text, near)

    def is_named(self, text: str, *, near: bool = False) -> bool:
        """Whether a text names the person."""
        return self.takes_out(text, near=near) != text

    def _within(self, value: Any, near: bool) -> Any:
        if isinstance(value, str):
            return self.takes_out(value, near=near)
        if isinstance(value, list):
            return [self._within(one, near) for one in value]
        if isinstance(value, dict):
            found = {self.takes_out(key, near=near): self._within(one, near) for key, one in value.items()}
            # Who was somebody's name and address, such as an author's, is matched with the student's row by its label.
            mark = self._mark
            return found | {
                key: {"name": self.label, "email": ""}[key]
                for key in ("name", "email")
                if found.get(key) == mark != value.get(key)
            }
        return value

    def _plain(self, text: str, near: bool) -> str:
        if not text.isascii():
            # Accents may be written as characters of their own.
            composed = unicodedata.normalize("NFC", text)
            if composed != text and self._plain(composed, near) != composed:
                text = composed
        mark = self._mark
        if unicodedata.normalize("NFC", text).strip().casefold() in self._whole_cells:
            return mark
        if self._wholes and self._wholes.search(text):
            text = self._wholes.sub(mark, text)
        if near and self._parts:
            text = self._parts.sub(mark, text)
        return text

    @property
    def _mark(self) -> str:
        return f"[student {self.student_id}]"

    @cached_property
    def _whole_cells(self) -> frozenset[str]:
        return frozenset(unicodedata.normalize("NFC", one).strip().casefold() for one in self.nicknames)

    @cached_property
    def _wholes(self) -> re.Pattern[str] | None:
        patterns = {_literal(one) for one in self.emails if one.strip()}
        patterns |= {_literal(one) for one in self.accounts if len(one.strip()) >= _SHORTEST_ACCOUNT}
        numbers = self.id_numbers | self.account_ids
        patterns |= {_literal(one) for one in numbers if len(one.strip()) >= _SHORTEST_NUMBER}
        # The part before the @ is often the university's account; without a digit it may be a word.
        before = (email.partition("@")[0] for email in self.emails)
        patterns |= {
            _literal(one)
            for one in before
            if len(one) >= _SHORTEST_NUMBER and any(char.isdigit() for char in one)
        }
        for name in self.names:
            patterns |= _forms(name)
        for name in self.nicknames:
            if len(_WORD.findall(name)) > 1:
                patterns |= _forms(name)
        # The longest first, so that none stops within another one.
        found = "|".join(sorted(patterns, key=lambda one: (-len(one), one)))
        return re.compile(found, re.IGNORECASE) if found else None

    @cached_property
    def _parts(self) -> re.Pattern[str] | None:
        words = {
            word
            for name in self.names
            for word in _WORD.findall(unicodedata.normalize("NFC", name))
            if len(word) >= _SHORTEST_PART
        }
        found = "|".join(re.escape(word) for word in sorted(words, key=lambda one: (-len(one), one)))
        return re.compile(f"{_LEFT}(?:{found}){_RIGHT}") if found else None


def erased_name(student_id: int) -> str:
    """Give what a student is called who was erased."""
    return f"Student {student_id} (erased)"


def identity_from(student_id: int, said: Iterable[tuple[str, str, str]]) -> Identity:
    """Make an identity from the columns that hold what a student is called.

    Parameters
    ----------
    student_id : int
    said : iterable of (table, column, text)
        Of the student's own rows.
    """
    found: dict[str, set[str]] = {}
    kinds = {"email": "emails", "account": "accounts", "id_number": "id_numbers", "account_id": "account_ids"}
    label = Identity(student_id).label
    for table, column, text in said:
        kind = kinds.get(column)
        if column == "name":
            kind = "names" if table == "students" else "nicknames"
        if kind and text.strip() and text != label:
            found.setdefault(kind, set()).add(text)
    return Identity(student_id, **{kind: frozenset(texts) for kind, texts in found.items()})


def _literal(text: str) -> str:
    text = unicodedata.normalize("NFC", text).strip()
    left = _LEFT if text[0].isalnum() else ""
    right = _RIGHT if text[-1].isalnum() else ""
    return left + re.escape(text) + right


def _forms(name: str) -> set[str]:
    """Give patterns for a name: its words, first and last only, turned round, with and without accents."""
    name = unicodedata.normalize("NFC", name).strip()
    words = _WORD.findall(name)
    if not words:
        return {re.escape(name)} if name else set()
    if len(words) == 1:
        # Scripts without case are written without blanks between words, so a name has no edges there.
        edged = name.upper() != name.lower()
        return {_literal(name)} if edged else {re.escape(name)}
    orders = [words, words[::-1], [*words[1:], words[0]], [words[-1], *words[:-1]]]
    orders += [[words[0], words[-1]], [words[-1], words[0]]]
    return {_LEFT + _BETWEEN.join(_spelled(word) for word in order) + _RIGHT for order in orders}


def _spelled(word: str) -> str:
    bare = "".join(char for char in unicodedata.normalize("NFKD", word) if not unicodedata.combining(char))
    forms = sorted({word, word.translate(_GERMAN), bare})
    return f"(?:{'|'.join(map(re.escape, forms))})" if len(forms) > 1 else re.escape(word)
