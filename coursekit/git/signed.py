"""The names under which a commit was made: its author, and whom its message names beside."""

from __future__ import annotations

import re

import pygit2

from coursekit.git.mailmap import Mailmap, tidy
from coursekit.git.who import Identity

_TRAILER = re.compile(
    rb"^co-authored-by:[ \t]*([^<>\r\n]*)<([^<>\r\n]+)>[ \t]*\r?$", re.IGNORECASE | re.MULTILINE
)
_MOST_BESIDE = 20
_LONGEST_MESSAGE = 100_000
# Programs that commit, or that put themselves beside whoever commits: none of them is a student.
_BOT_NAME = re.compile(
    r"\[bot\]$|[-_ ]bot$|^(github-actions|dependabot|renovate|claude( (code|opus|sonnet|haiku).*)?|copilot|"
    r"github copilot|cursor( agent)?|cursoragent|codex|chatgpt|gemini( code assist)?|aider( \(.*\))?|devin( ai)?)$",
    re.IGNORECASE,
)
_BOT_EMAIL = re.compile(
    r"\[bot\]@|^(\d+\+)?copilot@|^(noreply|codex|no-reply)@(anthropic|openai)\.com$|@(cursor\.com|aider\.chat|devin\.ai)$|"
    r"^(project|group)_\d+_bot",
    re.IGNORECASE,
)


def authors_of(commit: pygit2.Commit, mailmap: Mailmap) -> list[Identity]:
    """Return who made a commit, the author first; nobody where a program did."""
    author = mailmap.resolve(identity(commit.author))
    if is_bot(author):
        return []
    found = [author]
    message = commit.raw_message[:_LONGEST_MESSAGE]
    for name, email in _TRAILER.findall(message)[:_MOST_BESIDE]:
        one = mailmap.resolve(_identity(name, email))
        if one not in found and not is_bot(one):
            found.append(one)
    return found


def identity(signature: pygit2.Signature) -> Identity:
    """Return the name and address of a signature, whatever bytes it has."""
    # Not `.name`: it is decoded as the commit says, which may be no encoding at all.
    return _identity(signature.raw_name, signature.raw_email)


def _identity(name: bytes, email: bytes) -> Identity:
    address = tidy(_text(email)).casefold()
    return Identity(tidy(_text(name)) or address or "?", address)


def is_bot(one: Identity) -> bool:
    """Whether this is a program."""
    return bool(_BOT_NAME.search(one.name) or _BOT_EMAIL.search(one.email))


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")
