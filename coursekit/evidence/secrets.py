"""Keys, tokens and passwords in a repository: their kinds and places, never they themselves.

The patterns are those of detect-secrets, in the edition that is kept (the package bc-detect-secrets), and some of services
that students of machine learning use. Nothing is asked of any service whether a key is valid. What detect-secrets knows
only by how random it looks is left out: notebooks are full of hashes.
"""

from __future__ import annotations

import math
import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any

from coursekit.model import Location
from coursekit.submission import Submission, UnreadableError

_MAX_FILE = 500_000
_MAX_TOTAL = 5_000_000
_MAX_LINE = 2000
_MAX_PRINTED = 20_000
_MOST_SIGNS = 500
_MOST = 100
# So many characters of a notebook are looked over at once.
_AT_ONCE = 100_000

_TEXT = frozenset(
    {
        "", ".py", ".md", ".markdown", ".txt", ".rst", ".toml", ".yml", ".yaml", ".json", ".ini", ".cfg", ".conf", ".env", ".sh",
        ".bat", ".ps1", ".r", ".rmd", ".js", ".ts", ".html", ".pem", ".key", ".ppk", ".properties", ".tex", ".qmd", ".sql",
    }
)  # fmt: skip
_NOT_OWN = {"site-packages", "node_modules", ".git", "venv", ".venv"}

#: Of detect-secrets: the module and the class.
_PLUGINS = (
    ("artifactory", "ArtifactoryDetector"),
    ("aws", "AWSKeyDetector"),
    ("azure_storage_key", "AzureStorageKeyDetector"),
    ("basic_auth", "BasicAuthDetector"),
    ("jwt", "JwtTokenDetector"),
    ("mailchimp", "MailchimpDetector"),
    ("npm", "NpmDetector"),
    ("private_key", "PrivateKeyDetector"),
    ("sendgrid", "SendGridDetector"),
    ("slack", "SlackDetector"),
    ("square_oauth", "SquareOAuthDetector"),
    ("stripe", "StripeDetector"),
)

#: Of services that it does not know.
_MORE = {
    "Hugging Face Token": r"hf_[A-Za-z]{34,40}",
    "OpenAI or Anthropic API Key": r"sk-(?:proj-|ant-[a-z0-9]+-|svcacct-)?[A-Za-z0-9_-]{32,200}",
    "Google API Key": r"AIza[0-9A-Za-z_-]{35}",
    "GitHub Token": r"github_pat_[A-Za-z0-9_]{60,100}|gh[opusr]_[A-Za-z0-9]{36}",
    "GitLab Token": r"gl(?:pat|ptt|dt|rt)-[A-Za-z0-9_-]{20,60}",
    "PyPI Token": r"pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,200}",
    "Telegram Bot Token": r"\d{8,10}:AA[A-Za-z0-9_-]{33}",
    "Kaggle Key": r"\"key\"\s*:\s*\"[0-9a-f]{32}\"",
}
_BOUNDARY = r"(?<![A-Za-z0-9+=_-])(?:{})(?![A-Za-z0-9+/=_-])"
_MORE_PATTERNS = {kind: re.compile(_BOUNDARY.format(pattern)) for kind, pattern in _MORE.items()}

_ASSIGNED = re.compile(
    r"(?P<name>api[_-]?key|access[_-]?key|secret[_-]?key|secret|token|passwd|password|passwort|pwd)"
    r"[\"'\]]{0,2}\s{0,5}(?:[:=]|,)\s{0,5}[\"'](?P<value>[^\"'\s]{6,200})[\"']",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"x{3,}|\*{2,}|\.{3}|your|my[_-]?(?:key|token|secret|pass)|example|sample|dummy|placeholder|change|insert|enter|here|todo|"
    r"null|none|test|fake|demo|env|secret|passw|token|key|default|hidden|redacted|user|[<>{}$%\[\]()]",
    re.IGNORECASE,
)
# A line is looked at closely only where a sign, which is found fast, is followed by what makes it likely: most
# repositories then need no detector at all.
_SIGNS = {
    **dict.fromkeys(
        ("AKIA", "ASIA", "ABIA", "ACCA", "A3T"), re.compile(r"\b(?:A3T[A-Z0-9]|A[BCKS][CI]A)[0-9A-Z]{16}\b")
    ),
    **dict.fromkeys(("aws", "AWS"), re.compile(r"(?<![A-Za-z])aws.{1,60}[0-9A-Za-z/+]{40}", re.IGNORECASE)),
    **dict.fromkeys(("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), re.compile(r"gh[opusr]_[A-Za-z0-9]{36}")),
    **dict.fromkeys(("AccountKey", "account_key"), re.compile(r"[A-Za-z0-9+/]{80}")),
    **dict.fromkeys(("npm_", "_authToken"), re.compile(r"[A-Za-z0-9-]{36}")),
    **dict.fromkeys(
        ("glpat-", "glptt-", "gldt-", "glrt-", "github_pat_", "pypi-AgE"), re.compile(r"[\w-]{20}")
    ),
    **dict.fromkeys(
        ("xoxa-", "xoxb-", "xoxp-", "xoxo-", "xoxs-", "xoxr-", "hooks.slack", "sq0csp", "k_live_"),
        re.compile(r"\w{8}"),
    ),
    "AKC": re.compile(r"AKC[A-Za-z0-9]{10}"),
    "eyJ": re.compile(r"eyJ[\w-]{10,}\."),
    "-us": re.compile(r"[0-9a-z]{32}-us\d"),
    "PRIVATE KEY": re.compile(r"BEGIN [A-Z0-9 ]*PRIVATE KEY"),
    "PuTTY-User": re.compile(r"PuTTY-User-Key-File"),
    "SG.": re.compile(r"SG\.[\w-]{22}\."),
    "hf_": re.compile(r"hf_[A-Za-z]{34}"),
    "sk-": re.compile(r"(?<![A-Za-z0-9])sk-[\w-]{32}"),
    "AIza": re.compile(r"AIza[\w-]{35}"),
    ":AA": re.compile(r"\d{8}:AA[\w-]{33}"),
    '"key"': re.compile(r"\"key\"\s*:\s*\"[0-9a-f]{32}"),
    "://": re.compile(r"://[^/\s:@]{1,100}:[^/\s@]{1,200}@"),
}
_NAMES = ("key", "token", "secret", "passw", "pwd")


@dataclass(frozen=True, slots=True)
class Secret:
    """What kind of secret stands where."""

    kind: str
    location: Location


@dataclass(frozen=True, slots=True)
class Secrets:
    """What was found, and how many files were too large to look into."""

    found: tuple[Secret, ...]
    skipped: tuple[str, ...]


def secrets(submission: Submission) -> Secrets:
    """Look for secrets in texts and notebooks. Use as ``submission.once(secrets)``."""
    found: list[Secret] = []
    skipped: list[str] = []
    total = 0
    for path, entry in submission.files.items():
        if _NOT_OWN.intersection(path.split("/")) or not submission.committed(path):
            continue
        name = posixpath.basename(path).lower()
        ending = posixpath.splitext(name)[1] if not name.startswith(".env") else ".env"
        if ending == ".ipynb":
            pieces = _notebook(submission, path)
        elif ending in _TEXT:
            if entry.size is None or entry.size > _MAX_FILE or total > _MAX_TOTAL:
                skipped.append(path)
                continue
            total += entry.size
            pieces = _file(submission, path)
        else:
            continue
        found += [Secret(kind, Location(path, line, cell)) for kind, line, cell in _in_pieces(pieces)]
        if len(found) > _MOST:
            break
    return Secrets(tuple(dict.fromkeys(found)), tuple(skipped))


def _file(submission: Submission, path: str) -> Iterator[tuple[str, int | None, bool]]:
    try:
        data = submission.read(path, _MAX_FILE)
    except UnreadableError:
        return
    if b"\0" not in data[:1000]:
        yield data.decode("utf-8", "replace"), None, True


def _notebook(submission: Submission, path: str) -> Iterator[tuple[str, int | None, bool]]:
    book = submission.notebook(path)
    for cell in book.cells if book else ():
        yield cell.source, cell.number, True
        if cell.kind == "code":
            yield cell.printed[:_MAX_PRINTED], cell.number, False


def _in_pieces(
    pieces: Iterable[tuple[str, int | None, bool]],
) -> Iterator[tuple[str, int | None, int | None]]:
    """Give kinds, lines and cells; many pieces are looked over at once, since most hold nothing that is like a secret."""
    several: list[tuple[str, int | None, bool]] = []
    size = 0
    for piece in pieces:
        several.append(piece)
        size += len(piece[0])
        if size > _AT_ONCE:
            yield from _in_several(several)
            several, size = [], 0
    yield from _in_several(several)


def _in_several(
    pieces: Sequence[tuple[str, int | None, bool]],
) -> Iterator[tuple[str, int | None, int | None]]:
    whole = "\n".join(text for text, _, _ in pieces)
    signs = [sign for sign in _SIGNS if sign in whole]
    whole = whole.lower()
    names = [name for name in _NAMES if name in whole]
    for text, cell, by_line in pieces if signs or names else ():
        for kind, line in _in_text(text, signs, names):
            yield kind, line if by_line else None, cell


def _in_text(text: str, signs: Iterable[str], names: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Give the kinds and lines of what a text holds, of which is known that it holds no other signs and names."""
    lines = text.split("\n")
    for number in sorted(_suspects(text, signs)):
        line = lines[number][:_MAX_LINE]
        if "PRIVATE KEY" in line:
            line = "\n".join(one[:_MAX_LINE] for one in lines[number : number + 3])
        yield from ((kind, number + 1) for kind in _kinds(line))
    small = text.lower()
    named = {number for name in names for number, _ in _lines_with(small, name)}
    for number in sorted(named):
        for match in _ASSIGNED.finditer(lines[number][:_MAX_LINE]):
            if _is_secret(match["name"], match["value"]):
                yield "Password" if _is_password(match["name"]) else "API Key or Token", number + 1


def _suspects(text: str, signs: Iterable[str]) -> set[int]:
    """Return the lines, counted from 0, that hold a sign by which a secret of some kind is known."""
    return {number for sign in signs for number, line in _lines_with(text, sign) if _SIGNS[sign].search(line)}


def _lines_with(text: str, sign: str) -> Iterator[tuple[int, str]]:
    """Give the lines that hold a sign, with their numbers from 0; only so many, and only so much of each."""
    number = counted = 0
    at = text.find(sign)
    for _ in range(_MOST_SIGNS):
        if at < 0:
            return
        number += text.count("\n", counted, at)
        counted = at
        start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
        end = len(text) if end < 0 else end
        yield number, text[start : min(end, start + _MAX_LINE)]
        at = text.find(sign, end)


def _kinds(line: str) -> Iterator[str]:
    for kind, pattern in _MORE_PATTERNS.items():
        match = pattern.search(line)
        if match and _random(match[0], 3.0) and not _made_up(match[0]):
            yield kind
    for plugin in _plugins():
        for value in plugin.analyze_string(line):
            if not _made_up(value):
                yield str(plugin.secret_type)
                break


@lru_cache(maxsize=1)
def _plugins() -> tuple[Any, ...]:
    # Late: they bring a library for requests, which is never made, and most repositories need none of them.
    return tuple(
        getattr(import_module(f"detect_secrets.plugins.{module}"), name)() for module, name in _PLUGINS
    )


def _is_password(name: str) -> bool:
    return bool(re.search(r"pass|pwd", name, re.IGNORECASE))


def _is_secret(name: str, value: str) -> bool:
    """Whether what is assigned to a telling name is no placeholder, path, or name of a model."""
    if _PLACEHOLDER.search(value) or _made_up(value) or re.search(r"[/\\]|https?:", value):
        return False
    if _is_password(name):
        return bool(re.search(r"\d|[^\w]", value)) and bool(re.search(r"[A-Za-z]", value))
    words = len(re.findall(r"[a-z]{4,}", value))
    return (
        len(value) >= 16
        and words <= 2
        and bool(re.search(r"\d", value))
        and bool(re.search(r"[A-Za-z]", value))
        and _random(value, 3.3)
    )


def _made_up(value: str) -> bool:
    """Whether a value only stands for one: the same signs over and over, or a sequence."""
    return len(set(value.lower())) < 5 or bool(
        re.search(r"x{4,}|\*{3,}|\.{3}|0123456|1234567|abcdef|example|your|placeholder", value, re.IGNORECASE)
    )


def _random(value: str, bits: float) -> bool:
    counts = Counter(value)
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values()) >= bits
