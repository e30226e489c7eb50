"""Whose commits they are: names and addresses that git recorded, and the people that they stand for.

Nothing is guessed: what could be two people, or nobody known, stays open until somebody settles it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal

# settled: somebody said so. email, account, name: as the roster has it. same: the address or name of one that is
# known otherwise. none: nobody that is known.
How = Literal["settled", "email", "account", "name", "same", "none"]

#: Written by git hosts, or by git itself, for everybody.
_NOBODYS = re.compile(
    r"$|noreply@[^@]+$|[^@]+@(localhost|[^@]*\.(local|localdomain|lan|home|\(none\)))$|[^@]*$"
)
_NOREPLY = re.compile(r"(?:(\d+)[+-])?([^@+]+)@(?:users\.)?noreply\.[^@]+")
_SHORTEST_PART = 3
# How alike a suggestion is at least.
_ALIKE = 0.6
_OTHERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "a", "œ": "o", "ı": "i"})
_UMLAUTS = re.compile("([aou])e")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whose commits they may be; `key` tells people apart."""

    key: int
    name: str
    email: str = ""
    account: str = ""
    account_id: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Identity:
    """A name and an address, as git recorded them."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Settled:
    """Whom somebody said that an identity stands for; None for nobody that is asked about."""

    key: int | None


@dataclass(frozen=True, slots=True)
class Whose:
    """Identities that are one person's.

    Attributes
    ----------
    identities : tuple of Identity
    key : int or None
        The person's; None for nobody known, or not known which.
    how : str
    maybe : tuple of int
        Who it could be, where there are several.
    """

    identities: tuple[Identity, ...]
    key: int | None
    how: How
    maybe: tuple[int, ...] = ()

    @property
    def open(self) -> bool:
        """Whether somebody has to say who this is."""
        return self.key is None and self.how != "settled"


def identifies(email: str) -> bool:
    """Whether an address belongs to one person, and not to everybody's host or to any computer."""
    return not _NOBODYS.match(email.strip().casefold())


def shared_addresses(identities: Iterable[Identity], people: Sequence[Person]) -> frozenset[str]:
    """Give the addresses that are nobody's or, as the names beside them show, several people's."""
    return frozenset(_shared(list(identities), _index(tuple(people))))


def attribute(
    identities: Iterable[Identity],
    people: Sequence[Person],
    settled: Callable[[Identity, bool], Settled | None] = lambda _, __: None,
    shared: frozenset[str] | None = None,
) -> list[Whose]:
    """Say whose each identity is.

    Parameters
    ----------
    identities : iterable of Identity
        All of a repository, in any order; the order makes no difference.
    people : sequence of Person
    settled : callable, optional
        ``settled(identity, shared)`` gives what was settled before; `shared` says that the address is used by
        several people, so that only the name counts.
    shared : frozenset of str, optional
        What `shared_addresses` gives, where it is known already.

    Returns
    -------
    list of Whose
        Every identity once.
    """
    known = sorted(set(identities))
    index = _index(tuple(people))
    if shared is None:
        shared = frozenset(_shared(known, index))
    first = {one: _direct(one, one.email in shared, index, settled) for one in known}
    return [whose for cluster in _clusters(known, shared) for whose in _of_cluster(cluster, first)]


def _direct(
    one: Identity, shared: bool, index: _Index, settled: Callable[[Identity, bool], Settled | None]
) -> Whose:
    said = settled(one, shared)
    if said is not None:
        return Whose((one,), said.key, "settled")
    by_address, how = index.by_address(one.email)
    by_name = index.by_name(one.name) or index.by_name(one.email.partition("@")[0], whole=True)
    both = (by_address & by_name) if by_address and by_name else (by_address or by_name)
    if len(both) == 1:
        return Whose((one,), min(both), how if by_address else "name")
    # An address of one and the name of another, or a name that several have.
    return Whose((one,), None, "none", tuple(sorted(by_address | by_name)))


def _of_cluster(cluster: Sequence[Identity], first: dict[Identity, Whose]) -> list[Whose]:
    sure = [first[one] for one in cluster if first[one].key is not None or first[one].how == "settled"]
    unsure = tuple(one for one in cluster if first[one].key is None and first[one].how != "settled")
    if not unsure:
        return sure
    keys = {one.key for one in sure}
    doubtful = {key for one in unsure for key in first[one].maybe}
    if len(keys) == 1:
        (key,) = keys
        if not doubtful or key in doubtful:
            return [*sure, Whose(unsure, key, "settled" if key is None else "same")]
    return [
        *sure,
        Whose(unsure, None, "none", tuple(sorted(doubtful | {key for key in keys if key is not None}))),
    ]


def _shared(known: Sequence[Identity], index: _Index) -> set[str]:
    names: dict[str, set[int]] = defaultdict(set)
    for one in known:
        matched = index.by_name(one.name)
        if len(matched) == 1:
            names[one.email] |= matched
    return {one.email for one in known if not identifies(one.email) or len(names[one.email]) > 1}


def _clusters(known: Sequence[Identity], shared: Collection[str]) -> list[list[Identity]]:
    """Put together what has the same name or the same address."""
    parent = {one: one for one in known}

    def root(one: Identity) -> Identity:
        while parent[one] is not one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    seen: dict[tuple[str, str], Identity] = {}
    for one in known:
        keys = [("name", " ".join(sorted(_parts(one.name))))] if _parts(one.name) else []
        if one.email not in shared:
            keys.append(("email", one.email))
            if match := _NOREPLY.fullmatch(one.email):
                keys.append(("account", match[2]))
        for key in keys:
            parent[root(one)] = root(seen.setdefault(key, one))
    found: dict[Identity, list[Identity]] = defaultdict(list)
    for one in known:
        found[root(one)].append(one)
    return list(found.values())


# A repository's identities are looked at twice in a row, by the same people.
@lru_cache(maxsize=2)
def _index(people: tuple[Person, ...]) -> _Index:
    return _Index(people)


class _Index:
    """Finds people by what the roster says of them."""

    def __init__(self, people: Sequence[Person]) -> None:
        self._emails: dict[str, set[int]] = defaultdict(set)
        self._accounts: dict[str, set[int]] = defaultdict(set)
        self._numbers: dict[str, set[int]] = defaultdict(set)
        self._names: list[tuple[int, frozenset[str], str, int]] = []
        self._found: dict[tuple[str, bool], frozenset[int]] = {}
        for person in people:
            for index, value in (
                (self._emails, person.email),
                (self._accounts, person.account),
                (self._numbers, person.account_id),
            ):
                if value.strip():
                    index[value.strip().casefold()].add(person.key)
            parts = frozenset(_parts(person.name))
            length = sum(map(len, parts))
            self._names.append((person.key, parts, _letters(person.account), length))

    def by_address(self, email: str) -> tuple[set[int], How]:
        """Give whose address it is, or whose account on a git host it stands for."""
        if email in self._emails and identifies(email):
            return set(self._emails[email]), "email"
        match = _NOREPLY.fullmatch(email)
        if match is None:
            return set(), "none"
        # The number stays when the account is renamed.
        by_number = self._numbers.get(match[1] or "", set())
        return set(by_number or self._accounts.get(match[2], set())), "account"

    def by_name(self, name: str, *, whole: bool = False) -> frozenset[int]:
        """Give whose name or account it is; if nobody's in full, whose parts it has."""
        asked = (name, whole)
        if asked not in self._found:
            self._found[asked] = frozenset(self._by_name(name, whole=whole))
        return self._found[asked]

    def _by_name(self, name: str, *, whole: bool) -> set[int]:
        parts, letters = frozenset(_parts(name)), _letters(name)
        if not letters:
            return set()
        full = {
            key
            for key, theirs, account, length in self._names
            if letters == account
            or (theirs and (theirs == parts or (length == len(letters) and _spells(letters, theirs))))
        }
        if full or whole:
            return full
        return {
            key
            for key, theirs, _, _ in self._names
            if (common := parts & theirs)
            and common in (parts, theirs)
            and max(map(len, common)) >= _SHORTEST_PART
        }


def _spells(letters: str, parts: frozenset[str]) -> bool:
    """Whether a word is just the parts of a name, in any order: ``adalovelace``."""
    return any(
        letters.startswith(part) and (len(parts) == 1 or _spells(letters[len(part) :], parts - {part}))
        for part in parts
    )


@lru_cache(maxsize=20_000)
def _letters(text: str) -> str:
    """Give a text's letters without case and accents, so that ``Müller``, ``Mueller`` and ``muller`` are one."""
    folded = text.casefold()
    if not folded.isascii():
        folded = unicodedata.normalize("NFKD", folded.translate(_OTHERS))
    return _UMLAUTS.sub(r"\1", "".join(filter(str.isalnum, folded)))


@lru_cache(maxsize=20_000)
def _parts(name: str) -> tuple[str, ...]:
    return tuple(letters for part in re.split(r"[\s._,()-]+", name) if (letters := _letters(part)))


def nearest_people(identities: Iterable[Identity], people: Sequence[tuple[int, str]]) -> list[int]:
    """Give the people whose names are most like those of some identities: suggestions, for somebody to decide.

    Parameters
    ----------
    identities : iterable of Identity
    people : sequence of (int, str)
        Their keys and names.
    """
    texts = {_letters(text) for one in identities for text in (one.name, one.email.partition("@")[0])} - {""}
    scores = {
        key: max(
            (
                SequenceMatcher(None, text, part).ratio()
                for text in texts
                for part in (_letters(name), *_parts(name))
            ),
            default=0.0,
        )
        for key, name in people
    }
    return sorted(
        (key for key, score in scores.items() if score >= _ALIKE), key=lambda key: (-scores[key], key)
    )
