"""Writes the link to the slides into the presentation folder's README, and touches nothing else in it.

The README is changed as bytes: what the group wrote stays as it is, whatever its encoding and line ends.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from coursekit.evidence.links import is_url, resolve
from coursekit.evidence.prompts import bracketed, left, own_text
from coursekit.model import Text
from coursekit.submission import Document

_TITLE = Text("Presentation", "Präsentation")
#: What a link to slides says, and what it says beside a group's own.
SLIDES = Text("Slides", "Folien")
OURS = Text("Slides made by coursekit", "Folien von coursekit")
# What templates put where the file's name belongs.
_PLACEHOLDER = re.compile(
    r"name_of_your_\w*|your[_-](?:slides|presentation|file)\S*|(?:path|link)[_-]to[_-]\S*|<[^>]*>|\.{3}|…",
    re.IGNORECASE,
)
_INLINE = re.compile(r"\[([^\[\]\n]*)\]\(([^()\n]*)\)")


def with_link(
    readme: bytes | None, target: str, *, path: str, language: str, label: Text = SLIDES, slides: bool = True
) -> bytes | None:
    """Return the README with a link to `target`, or None when it has one already.

    Parameters
    ----------
    readme : bytes or None
        What it holds now; None when there is none.
    target : str
        The file's name, in the same folder.
    path : str
        The README's name in the submission.
    language : str
        Of our own words.
    label : Text
        What the link says.
    slides : bool
        Whether it is the link to the slides, for which templates keep a place.
    """
    link = f"[{label.in_(language)}]({quote(target)})"
    if readme is None:
        return f"# {_TITLE.in_(language)}\n\n{link}\n".encode()
    text = readme.decode("utf-8", "surrogateescape")
    if _links_to(text, target, path):
        return None
    end = "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"
    changed = _in_place_of_placeholder(text, quote(target), link) if slides else None
    if changed is None:
        gap = (
            "" if not text or text.endswith(("\n\n", "\r\n\r\n")) else end if text.endswith("\n") else end * 2
        )
        changed = f"{text}{gap}{link}{end}"
    return changed.encode("utf-8", "surrogateescape")


def _links_to(text: str, target: str, path: str) -> bool:
    folder = path.rsplit("/", 1)[0] + "/" if "/" in path else ""
    document = Document(text, path)
    return any(
        not is_url(link.target) and resolve(link.target, path) == folder + target for link in document.links
    )


def _in_place_of_placeholder(text: str, target: str, link: str) -> str | None:
    """Return the text with a template's placeholder replaced, or None when there is none."""
    for match in _INLINE.finditer(text):
        if not match[2].strip() or _PLACEHOLDER.fullmatch(match[2].strip()):
            return text[: match.start(2)] + target + text[match.end(2) :]
    for start, end in bracketed(text):
        stretch = text[start:end]
        if not text[end:].startswith("(") and left(stretch) and not own_text(stretch):
            return text[:start] + link + text[end:]
    return None
