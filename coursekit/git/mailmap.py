"""`.mailmap`: what a group says of its own names and addresses.

Read here and not by libgit2, which tells upper from lower case in addresses (git does not) and stumbles over NUL bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pygit2

from coursekit.git.who import Identity
from coursekit.text import clean

_FILE = ".mailmap"
_MAX_BYTES = 200_000
_MOST_ENTRIES = 2_000
# Name <address>, and perhaps a second pair.
_ENTRY = re.compile(r"([^<>]*)<([^<>]*)>(?:([^<>]*)<([^<>]*)>)?")


@dataclass(frozen=True, slots=True)
class Mailmap:
    """Gives an identity its proper name and address, in one step: entries are not applied to what others gave."""

    entries: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)

    def resolve(self, one: Identity) -> Identity:
        """Return the proper identity; the same where none is stated."""
        if not self.entries:
            return one
        exact = self.entries.get((one.email, one.name.casefold()))
        name, email = exact or self.entries.get((one.email, ""), ("", ""))
        return Identity(name or one.name, email or one.email)


def read_mailmap(tip: pygit2.Commit) -> Mailmap:
    """Read the one in the root of a commit, if it is a regular file of a likely size."""
    try:
        entry = tip.tree[_FILE]
    except (KeyError, pygit2.GitError):
        return Mailmap()
    if entry.filemode not in {pygit2.enums.FileMode.BLOB, pygit2.enums.FileMode.BLOB_EXECUTABLE}:
        return Mailmap()
    return parse_mailmap(entry.read_raw()[:_MAX_BYTES]) if isinstance(entry, pygit2.Blob) else Mailmap()


def parse_mailmap(data: bytes) -> Mailmap:
    """Read entries; what is none is left out, as git does."""
    entries: dict[tuple[str, str], tuple[str, str]] = {}
    for line in data.decode("utf-8-sig", "replace").splitlines():
        if line.startswith("#") or len(entries) >= _MOST_ENTRIES:
            continue
        match = _ENTRY.match(line)
        if match is None:
            continue
        name, email, old_name, old_email = (tidy(part or "") for part in match.groups())
        if match[4] is None:  # Name <address>: the name that goes with this address
            old_name, old_email, email = "", email, ""
        key = old_email.casefold(), old_name.casefold()
        before = entries.get(key, ("", ""))
        entries[key] = name or before[0], email.casefold() or before[1]
    return Mailmap(entries)


def tidy(text: str) -> str:
    """Return a name or an address on one line, of a length that can be shown."""
    return " ".join(clean(text).split())[:80]
