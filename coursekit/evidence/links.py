"""Relative links of a submission, and whether they lead anywhere."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from coursekit.submission import Document, Link, Submission

_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:|^//", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """A link that leads nowhere."""

    path: str
    line: int
    target: str
    image: bool


def is_url(target: str) -> bool:
    """Return whether a link's target is a URL of any scheme, not a path."""
    return bool(_SCHEME.match(target)) or target.lower().startswith("www.")


def resolve(target: str, base: str) -> str | None:
    """Return the path that a relative `target` in the file `base` means, or None outside the repository.

    The empty string is the root folder.
    """
    path = unquote(target.split("#", 1)[0].split("?", 1)[0], errors="surrogateescape").strip()
    path = path.replace("\\", "/")
    folder = "" if path.startswith("/") else posixpath.dirname(base)
    joined = posixpath.normpath(posixpath.join(folder, path.lstrip("/")))
    if joined == ".." or joined.startswith("../"):
        return None
    return "" if joined == "." else joined


def broken_links(submission: Submission, document: Document) -> list[BrokenLink]:
    """Return the relative links and images of `document` that lead to no file or folder, case included."""
    found = []
    for link in document.links:
        if not _leads_somewhere(submission, document, link):
            found.append(BrokenLink(document.path, link.line, link.target, link.image))
    return found


def _leads_somewhere(submission: Submission, document: Document, link: Link) -> bool:
    target = link.target.strip()
    if target.startswith("#") and len(target) > 1:
        return True
    if not target or target == "#":
        return False
    if is_url(target):
        return True
    path = resolve(target, document.path)
    if path is None:
        return False
    return path == "" or path in submission.files or path in submission.folders


def meant(submission: Submission, link: BrokenLink) -> str | None:
    """Return the file that differs from the target only in case, ending or folder, if there is just one."""
    path = resolve(link.target, link.path) if link.target.strip() else None
    if not path:
        return None
    folded = path.casefold()
    names = [*submission.files, *submission.folders]
    for candidates in (
        [name for name in names if name.casefold() == folded],
        [name for name in names if posixpath.splitext(name)[0].casefold() == folded],
        [name for name in names if posixpath.basename(name).casefold() == posixpath.basename(folded)],
    ):
        if len(candidates) == 1:
            return posixpath.relpath(candidates[0], posixpath.dirname(link.path) or ".")
    return None


def is_public(url: str) -> bool:
    """Whether an address looks like one on the web: http or https, and a host that is not private. Nothing is asked."""
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme not in {"http", "https"} or parts.username is not None:
        return False
    try:
        return ip_address(host).is_global
    except ValueError:
        return bool(re.fullmatch(r"(?:[\w-]+\.)+[a-z]{2,}", host)) and not host.endswith(
            (".local", ".localhost", ".internal")
        )
