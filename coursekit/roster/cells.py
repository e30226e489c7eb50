"""What stands in the cells of a roster: tidied, and what is odd about it."""

from __future__ import annotations

import re
import unicodedata

from coursekit.errors import InputError
from coursekit.text import clean, one_line

LONGEST = 100

_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_EMAIL = re.compile(r"[^@\s<>\"(),:;\\\[\]]+@[^@\s<>\"(),:;\\\[\]]+")
_ACCOUNT = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}", re.IGNORECASE | re.ASCII)
_ACCOUNT_PAGE = re.compile(r"(?:https?://)?(?:www\.)?[\w.-]+\.\w+/@?(?P<name>[^/?#]+)/?", re.IGNORECASE)
# A spreadsheet takes these for a formula; coursekit's own exports put the ' before them.
_FORMULA = re.compile(r"[=+@-]")
_PROTECTED = re.compile(r"'(?=[=+@\t\r-])")
# Numbers that a spreadsheet has written its own way, such as 1.23457E+11: the digits are lost.
_DAMAGED = re.compile(r"\d(?:[.,]\d+)?e\+?\d+", re.IGNORECASE)
_MOJIBAKE = re.compile("Ã[\x80-\xbf„‚ƒ…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ€]|â€|\ufffd")

STUDENTS = {
    *("", "student", "students", "studierende", "studierende r", "studierender", "studentin", "learner"),
    *("teilnehmer in", "teilnehmer", "teilnehmerin", "teilnehmende", "teilnehmende r", "participant"),
}
TAKING_PART = {
    *(
        "",
        "confirmed",
        "bestätigt",
        "invitation confirmed",
        "einladung bestätigt",
        "completed",
        "abgeschlossen",
    ),
    *("active", "aktiv", "enrolled", "eingeschrieben", "registered", "angemeldet", "participating"),
}


def tidy(text: str, *, free: bool = True) -> tuple[str, list[str]]:
    """Return a cell's text on one line, and what is odd about it in words; `free` when it may be any text.

    Raises
    ------
    InputError
        If it is too long for anything that a roster says.
    """
    text = _PROTECTED.sub("", text.strip(" "), count=1)
    odd = []
    if _CONTROL.search(text):
        odd.append("control characters in it were left out")
        text = _CONTROL.sub("", text)
    line = unicodedata.normalize("NFC", " ".join(clean(text).split()))
    if len(line) > LONGEST:
        raise InputError(f"expected at most {LONGEST} characters in a cell, but found {len(line)}")
    if free and line != "-" and _FORMULA.match(line):
        odd.append("a spreadsheet would take it for a formula; it is kept as text")
    if _MOJIBAKE.search(line):
        odd.append("its letters look broken; save the file as UTF-8")
    return line, odd


def email_of(text: str) -> str:
    """Return an e-mail address, or an empty text for none.

    Raises
    ------
    InputError
        If it is none.
    """
    address = re.sub("^mailto:", "", text, flags=re.IGNORECASE)
    if address and not _EMAIL.fullmatch(address):
        raise InputError(f"expected an e-mail address, but found {one_line(text, 60)!r}")
    return address


def account_of(text: str) -> str:
    """Return the name of an account on a git host, also where its page or ``@name`` was given.

    Raises
    ------
    InputError
        If it is none.
    """
    page = _ACCOUNT_PAGE.fullmatch(text)
    name = page["name"] if page else text.removeprefix("@")
    if name and not _ACCOUNT.fullmatch(name):
        raise InputError(f"expected the name of an account, but found {one_line(text, 60)!r}")
    return name


def number_of(text: str) -> str:
    """Return a student's number; letters may be in it.

    Raises
    ------
    InputError
        If a spreadsheet has rounded it.
    """
    if _DAMAGED.fullmatch(text):
        raise InputError(
            f"expected a number with all its digits, but a spreadsheet has made {one_line(text, 60)!r} of it"
        )
    return text


def account_number_of(text: str) -> str:
    """Return an account's number.

    Raises
    ------
    InputError
        If it is none.
    """
    if not (text.isascii() and text.isdecimal()):
        raise InputError(f"expected a number, but found {one_line(text, 60)!r}")
    return text.lstrip("0")


def named(text: str, what: str) -> str:
    """Return a name in which there is something to see.

    Raises
    ------
    InputError
        If there is not.
    """
    if not any(unicodedata.category(char)[0] not in "ZC" for char in text):
        raise InputError(f"expected {what}, but there is nothing to see in {one_line(text, 40)!r}")
    return text
