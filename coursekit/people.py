"""Finds the student that somebody wrote down: by e-mail address, account or name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from coursekit.errors import InputError
from coursekit.text import nearest, one_line

_ADDRESS_IN_BRACKETS = re.compile(r"<([^<>]+@[^<>]+)>")


@dataclass(frozen=True, slots=True)
class Person:
    """A student, as far as groups are concerned; the id is the store's."""

    id: int
    name: str
    email: str = ""
    account: str = ""

    @property
    def shown(self) -> str:
        """The name, safe to print."""
        return one_line(self.name, 60)


class People:
    """The students of a course, to be found by what people write.

    Nothing is guessed: a name must be written as on the roster, but for case, spaces and the form of accents.
    What is only similar is suggested.
    """

    def __init__(self, people: Iterable[Person]) -> None:
        self.all = tuple(people)
        self._exact: dict[str, Person] = {}
        self._named: dict[str, list[Person]] = {}
        for person in self.all:
            for key in (person.email, person.account):
                if key:
                    self._exact[fold(key)] = person
            self._named.setdefault(fold(person.name), []).append(person)

    def find(self, text: str) -> Person:
        """Return the student that `text` names: an e-mail address, an account, or a full name.

        ``Name <address>`` and ``Surname, First name`` will do too.

        Raises
        ------
        InputError
            If there is none, with the nearest; or there are several, with their addresses.
        """
        found = self._matches(text)
        if len(found) == 1:
            return found[0]
        shown = repr(one_line(text, 60))
        if found:
            listed = ", ".join(one_line(one.email or one.account or f"number {one.id}", 60) for one in found)
            raise InputError(
                f"expected one student, but {len(found)} are called {shown}: {listed}",
                "Write the e-mail address or the account instead of the name.",
            )
        raise InputError(f"expected a student of the course, but {shown} is none", self._hint(text))

    def knows(self, text: str) -> bool:
        """Whether `find` would find somebody."""
        return len(self._matches(text)) == 1

    def _matches(self, text: str) -> list[Person]:
        address = _ADDRESS_IN_BRACKETS.search(text)
        for wanted in (fold(address[1]), fold(text)) if address else (fold(text),):
            if wanted in self._exact:
                return [self._exact[wanted]]
        return self._named.get(wanted) or self._named.get(_turned(wanted), [])

    def _hint(self, text: str) -> str:
        if not self.all:
            return "There are no students yet:  coursekit roster import FILE"
        names = [one.name for one in self.all]
        others = [part for one in self.all for part in (one.email, one.account) if part]
        part = fold(text)
        close = (
            (nearest(text, others) if "@" in text else nearest(text, names))
            # A first name alone, or a part of it.
            or next((name for name in names if len(part) > 1 and part in fold(name)), None)
            or nearest(text, others)
        )
        return f"Did you mean {one_line(close, 60)!r}?" if close else "Is it spelled as on the roster?"


def fold(text: str) -> str:
    """Return the form in which two spellings of a name count as the same."""
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(text.split())


def _turned(name: str) -> str:
    """Return ``first last`` of ``last, first``."""
    last, comma, first = name.partition(",")
    return f"{first.strip()} {last.strip()}" if comma and "," not in first else name
