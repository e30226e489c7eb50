"""Titles and names as people type them: what is tidied, and what is refused."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from coursekit.errors import InputError
from coursekit.model import Member
from coursekit.text import clean, one_line, plural

_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
_MEMBER = re.compile(r"(?P<name>.*?)(?:\s*<(?P<email>[^<>]*)>)?", re.DOTALL)
_EMAIL = re.compile(r"[^@\s<>\"(),:;\\\[\]]+@[^@\s<>\"(),:;\\\[\]]+")
_URL = re.compile(r"https?://[^\s<>\"'`\\{}|^]+")


def clean_title(text: str) -> str:
    """Return a project's title on one line.

    Raises
    ------
    InputError
        If nothing is left of it, or it holds control characters.
    """
    return _one_line(text, "a title", 200)


def clean_name(text: str) -> str:
    """Return a person's name on one line.

    Raises
    ------
    InputError
        If nothing is left of it, or it holds control characters.
    """
    return _one_line(text, "a name", 100)


def clean_description(text: str) -> str:
    """Return a description; its paragraphs stay.

    Raises
    ------
    InputError
        If it holds control characters.
    """
    _refuse_controls(text, "a description")
    return clean(text).strip()


def clean_repository(text: str) -> str:
    """Return the web address of a repository.

    Raises
    ------
    InputError
        If it is none.
    """
    if text and not _URL.fullmatch(text):
        raise InputError(
            f"expected the web address of a repository, but found {one_line(text, 80)!r}",
            "It begins with https:// and has no spaces.",
        )
    return text


def parse_member(text: str) -> Member:
    """Read ``Name <email>`` (the e-mail address may be left out).

    Raises
    ------
    InputError
        If there is no name, or the address is none.
    """
    match = _MEMBER.fullmatch(text.strip())
    assert match is not None
    if not match["name"].strip():
        raise InputError(
            f"expected a name, but found {one_line(text, 80)!r}",
            'Write the name first:  "Ada Lovelace <ada@example.org>".',
        )
    return clean_member(Member(match["name"], match["email"] or ""))


def clean_member(member: Member) -> Member:
    """Return a member with a tidy name.

    Raises
    ------
    InputError
        If the name or the e-mail address is none.
    """
    email = member.email.strip()
    if email and not _EMAIL.fullmatch(email):
        raise InputError(
            f"expected an e-mail address, but found {one_line(email, 80)!r}",
            'Write it like this:  "Ada Lovelace <ada@example.org>"; it may also be left out.',
        )
    return Member(clean_name(member.name), email, member.account.strip())


def clean_members(members: Sequence[Member], most: int | None = None) -> tuple[Member, ...]:
    """Return the members with tidy names, nobody twice, at most `most`.

    Raises
    ------
    InputError
        If there is nobody, somebody is there twice, or there are too many.
    """
    found: list[Member] = []
    for member in map(clean_member, members):
        for other in found:
            if member.email and member.email.casefold() == other.email.casefold():
                raise InputError(
                    f"expected every member once, but {one_line(other.name, 60)} and {one_line(member.name, 60)} "
                    f"have the same e-mail address {one_line(member.email, 60)}"
                )
            if member.name.casefold() == other.name.casefold() and member.email == other.email:
                raise InputError(
                    f"expected every member once, but {one_line(member.name, 60)} is there twice",
                    "If they are two people, give their e-mail addresses.",
                )
        found.append(member)
    if not found:
        raise InputError(
            "expected at least one member, but found none", 'Add  --member "Your Name <you@example.org>".'
        )
    if most is not None and len(found) > most:
        raise InputError(
            f"expected at most {plural(most, 'member')} in a group of this course, but found {len(found)}",
            "Leave somebody out, or ask your instructor (course.toml: max_size in [groups]).",
        )
    return tuple(found)


def _one_line(text: str, what: str, most: int) -> str:
    _refuse_controls(text, what)
    line = unicodedata.normalize("NFC", " ".join(clean(text).split()))
    if not any(unicodedata.category(char)[0] not in "ZC" for char in line):
        raise InputError(f"expected {what}, but there is nothing to see in {one_line(text, 40)!r}")
    if len(line) > most:
        raise InputError(f"expected {what} of at most {most} characters, but found {len(line)}")
    return line


def _refuse_controls(text: str, what: str) -> None:
    found = _CONTROL.search(text)
    if found:
        raise InputError(
            f"expected {what} without control characters, but found the character {ord(found[0])} "
            f"in {one_line(text, 80)!r}",
            "It was probably copied along with something else; type it by hand.",
        )
