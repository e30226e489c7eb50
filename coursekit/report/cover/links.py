"""Makes the READMEs show the cover image, and touches nothing else in them (as bytes, whatever their encoding)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection
from urllib.parse import quote

from coursekit.evidence.links import is_url, resolve
from coursekit.model import Text

# An image in Markdown, or in HTML: what stands before its target, the target.
_IMAGE = re.compile(
    r"(!\[(?:[^\[\]\n]|\[[^\[\]\n]*\])*\]\(\s*)(<[^<>\n]*>|[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)"
    r"|(<img\b[^<>]*?\bsrc\s*=\s*[\"'])([^\"'<>]*)",
    re.IGNORECASE,
)
_COVER_HEADING = re.compile(r"^#{1,6}[ \t].*\b(?:cover|titelbild).*$", re.IGNORECASE | re.MULTILINE)
_FIRST_HEADING = re.compile(r"^#[ \t].*$|^[^\s#].*\n=+[ \t]*$", re.MULTILINE)
_ALT = Text("Cover image", "Titelbild")


def with_cover(
    readme: bytes,
    *,
    path: str,
    image: str,
    gone: Collection[str],
    there: Collection[str],
    folders: Collection[str],
    language: str,
    add: bool,
) -> bytes | None:
    """Return the README with the cover image shown, or None when it needs no change.

    Parameters
    ----------
    path : str
        The README's.
    image : str
        The cover's path in the repository.
    gone : collection of str
        Images that the cover takes the place of.
    there : collection of str
        The files of the repository: an image in the cover's folder that is none of them is meant to be the cover.
    folders : collection of str
        The cover's folders.
    add : bool
        Whether to show the cover where no image of its folder is shown.
    """
    text = readme.decode("utf-8", "surrogateescape")
    target = quote(posixpath.relpath(image, posixpath.dirname(path) or "."))
    shown = False

    def changed(match: re.Match[str]) -> str:
        nonlocal shown
        before, written = (match[1], match[2]) if match[1] is not None else (match[3], match[4])
        meant = resolve(written.strip("<>"), path) if not is_url(written.strip("<>")) else None
        if not meant or meant.split("/", 1)[0] not in folders:
            return match[0]
        shown = True
        return f"{before}{target}" if meant in gone or (meant not in there and meant != image) else match[0]

    new = _IMAGE.sub(changed, text)
    if not shown and add:
        new = _added(new, f"![{_ALT.in_(language)}]({target})")
    return None if new == text else new.encode("utf-8", "surrogateescape")


def _added(text: str, image: str) -> str:
    """Return the text with the image below the heading that asks for it, or below the first."""
    end = "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"
    heading = _COVER_HEADING.search(text) or _FIRST_HEADING.search(text)
    at = len(text[: heading.end()].rstrip("\r")) if heading else 0
    before, after = text[:at], text[at:].lstrip("\r\n")
    return f"{before}{end * 2 if before else ''}{image}{end * 2 if after else end}{after}"
