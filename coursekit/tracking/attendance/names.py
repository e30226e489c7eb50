"""What may be a person's name in what a meeting shows: nicknames, devices, titles, brackets, order, accents.

``Anni (Berg, Anna)``, ``Annas iPad``, ``Dr. Anna Berg | Gruppe 3`` and ``ANNA BERG`` all have a form that is
compared with the roster's ``Anna Berg``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

Tokens = tuple[str, ...]

_BRACKETS = re.compile(r"[(\[{<«]([^()\[\]{}<>«»]*)[)\]}>»]")
_QUOTED = re.compile(r"[\"“”„‟]([^\"“”„‟]*)[\"“”„‟]")
_PARTED = re.compile(r"\s*[|/•·–—]+\s*|\s+-+\s+|\s*&\s*|\s+\+\s+|\s+(?:und|and)\s+", re.IGNORECASE)
_TITLE = re.compile(
    r"\b(?:(?:prof|professor|dr|herr|frau|mr|mrs|ms|mx|dipl)\b\.?|(?:ing|med|rer|nat|phil|jur|mag|h\. ?c)\."
    r"|(?:b|m)\. ?(?:sc|a|ed|eng)\b\.?|ph\. ?d\b\.?)",
    re.IGNORECASE,
)
_POSSESSIVE = re.compile(r"['’`´]s$")
_MARKS = re.compile("[\u0300-\u036f]")
_PLAIN = str.maketrans(
    {"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d"}
)
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_QUOTES = "'’`´"
_APOSTROPHES = str.maketrans("", "", _QUOTES)

_DEVICES = frozenset(
    [
        "iphone",
        "ipad",
        "ipod",
        "macbook",
        "imac",
        "mac",
        "galaxy",
        "samsung",
        "huawei",
        "xiaomi",
        "redmi",
        "pixel",
        "oneplus",
        "oppo",
        "nokia",
        "android",
        "phone",
        "smartphone",
        "handy",
        "telefon",
        "laptop",
        "notebook",
        "pc",
        "computer",
        "desktop",
        "tablet",
        "surface",
        "thinkpad",
        "lenovo",
        "chromebook",
    ]
)
# What stands between a device and its owner, or behind a device.
_OWNED_BY = frozenset(["von", "de", "of", "di", "der", "des", "del", "da", "the", "my", "mein", "meine"])
_MODELS = frozenset(["pro", "air", "mini", "max", "plus", "ultra", "note", "lite", "se", "book", "go"])
# What meetings and people write beside a name.
_NO_NAMES = frozenset(
    [
        "she",
        "her",
        "hers",
        "he",
        "him",
        "his",
        "they",
        "them",
        "theirs",
        "er",
        "ihm",
        "ihn",
        "sie",
        "ihr",
        "dey",
        "deren",
        "host",
        "co",
        "cohost",
        "guest",
        "gast",
        "extern",
        "external",
        "unverified",
        "nicht",
        "verifiziert",
        "me",
        "ich",
        "you",
        "du",
        "organizer",
        "presenter",
        "attendee",
        "group",
        "gruppe",
        "team",
        "pronouns",
        "pronomen",
        "zoom",
        "user",
        "teilnehmer",
        "participant",
        "moderator",
        "moderatorin",
        "tutor",
        "tutorin",
        "instructor",
        "student",
        "studentin",
        "any",
        "all",
    ]
)


def _words(text: str) -> list[str]:
    # Not by \w: it has no accents that stand alone, and no vowels of Indian scripts.
    bare = "".join(char if char in _QUOTES or unicodedata.category(char)[0] in "LM" else " " for char in text)
    return [word for one in bare.split() if (word := one.strip(_QUOTES))]


@lru_cache(maxsize=16384)
def forms(text: str) -> tuple[Tokens, ...]:
    """Give the names that a text may hold, each as its words in their order, lower-case, with accents."""
    text = unicodedata.normalize("NFKC", text)
    inner = [match[1] for match in _BRACKETS.finditer(text)]
    outer = _BRACKETS.sub(" ", text)
    inner += [match[1] for match in _QUOTED.finditer(outer)]
    outer = _QUOTED.sub(" ", outer)
    found: dict[Tokens, None] = {}
    for part in (*_PARTED.split(outer), *(piece for one in inner for piece in _PARTED.split(one))):
        for tokens in _names(part):
            found[tokens] = None
    return tuple(found)


def _names(part: str) -> Iterator[Tokens]:
    words = [word.casefold() for word in _words(_TITLE.sub(" ", part))]
    # A title may be all the name there is.
    words = words or [word.casefold() for word in _words(part)]
    bare = tuple(word.translate(_APOSTROPHES) for word in words)
    if _may_be_name(bare):
        # Also of a device: somebody may be called Mac Miller.
        yield bare
    if not any(word in _DEVICES for word in words):
        return
    rest = _without_devices(words)
    owner = tuple(_POSSESSIVE.sub("", word).translate(_APOSTROPHES) for word in rest)
    if not _may_be_name(owner):
        return
    yield owner
    # "Annas iPad", "Anna Bergs Laptop": German writes the genitive without an apostrophe.
    if words[-1] in _DEVICES | _MODELS and owner[-1] == rest[-1] and owner[-1].endswith("s"):
        yield (*owner[:-1], owner[-1][:-1])


def _may_be_name(tokens: Tokens) -> bool:
    # One letter is the rest of a number or of a model.
    return not all(
        token in _NO_NAMES | _DEVICES | _MODELS or (len(token) == 1 and token.isascii()) for token in tokens
    )


def roster_form(name: str) -> Tokens:
    """Give a name as the roster has it, in the form that `forms` gives."""
    text = unicodedata.normalize("NFKC", name)
    words = _words(_TITLE.sub(" ", _BRACKETS.sub(" ", text))) or _words(text)
    return tuple(word.casefold().translate(_APOSTROPHES) for word in words)


def _without_devices(words: list[str]) -> list[str]:
    rest: list[str] = []
    # What belongs to the device stands behind it, up to the first word that is a name.
    behind = False
    for word in words:
        if word in _DEVICES:
            behind = True
        elif not (behind and word in _OWNED_BY | _MODELS):
            behind = False
            rest.append(word)
    return rest


def keys(tokens: Tokens) -> frozenset[Tokens]:
    """Give what two spellings of a name have in common, whatever its order, accents and umlauts.

    ``Jürgen Groß``, ``GROSS, JUERGEN`` and ``Jurgen Gross`` have a key in common.
    """
    return frozenset(tuple(sorted(folded)) for folded in folded_forms(tokens))


@lru_cache(maxsize=16384)
def folded_forms(tokens: Tokens) -> tuple[Tokens, ...]:
    """Give a name without accents, in its order: with ``ue`` for ``ü``, and with ``u``, where that differs."""
    plain = tuple(_bare(token) for token in tokens)
    german = tuple(_bare(unicodedata.normalize("NFC", token).translate(_GERMAN)) for token in tokens)
    return (plain,) if plain == german else (plain, german)


def _bare(token: str) -> str:
    decomposed = unicodedata.normalize("NFKD", token.casefold()).translate(_PLAIN)
    return unicodedata.normalize("NFC", _MARKS.sub("", decomposed)).translate(_PLAIN)


def endings_differ(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether two names differ only in how words end: Daniel and Daniela, Christina and Christine are two people."""
    mine, theirs = sorted(one), sorted(other)
    if len(mine) != len(theirs) or mine == theirs:
        return False
    for left, right in zip(mine, theirs, strict=True):
        same = 0
        for a, b in zip(left, right, strict=False):
            if a != b:
                break
            same += 1
        if max(len(left), len(right)) - same > 2:
            return False
    return True
