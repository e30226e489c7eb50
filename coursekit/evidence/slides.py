"""The slides and the cover image of a submission."""

from __future__ import annotations

import hashlib
import posixpath
import re
from dataclasses import dataclass

from coursekit.evidence.links import is_url, resolve
from coursekit.evidence.prompts import known
from coursekit.submission import SLIDE_ENDINGS, Document, Link, Submission, UnreadableError
from coursekit.submission.image import IMAGE_ENDINGS

#: What marks a written report of ours at its end: it lies beside the slides, and is none.
PAPER = b"coursekit-paper"
_REPORT = re.compile(r"report(-coursekit)?\.pdf")
_MAX_REPORT = 50_000_000
_MARKED = 200


@dataclass(frozen=True, slots=True)
class Slides:
    """What stands for the slides.

    Attributes
    ----------
    folders : tuple of str
        The presentation folders.
    files : tuple of str
        Slides files in them (PDF, PPT, PPTX, ODP), in sub-folders too.
    readme : Document or None
        The presentation folder's README.
    web : tuple of Link
        The README's links to slides on the web, also bare or bracketed URLs.
    linked : tuple of str
        Those of `files` that the README links to.
    """

    folders: tuple[str, ...]
    files: tuple[str, ...]
    readme: Document | None
    web: tuple[Link, ...]
    linked: tuple[str, ...]


def slides(submission: Submission) -> Slides:
    """Find the slides. Use as ``submission.once(slides)``."""
    folders = submission.milestone_folders("presentation")
    files = tuple(
        path
        for path in submission.in_folders(folders)
        if posixpath.splitext(path)[1].lower() in SLIDE_ENDINGS
        and not posixpath.basename(path).startswith("~$")
        and not _is_report(submission, path)
    )
    readme = next((found for folder in folders if (found := submission.readme(folder))), None)
    web: list[Link] = []
    linked: list[str] = []
    if readme:
        for link in [*readme.links, *_bare_urls(readme)]:
            if is_url(link.target):
                if not link.image and link.target.lower().startswith(("http://", "https://", "www.")):
                    web.append(link)
            else:
                path = resolve(link.target, readme.path)
                if path is None or path not in submission.files or _is_report(submission, path):
                    continue
                if posixpath.splitext(path)[1].lower() in SLIDE_ENDINGS:
                    linked.append(path)
    return Slides(folders, files, readme, tuple(web), tuple(linked))


def _is_report(submission: Submission, path: str) -> bool:
    if not _REPORT.fullmatch(posixpath.basename(path)):
        return False
    try:
        return PAPER in submission.read(path, _MAX_REPORT)[-_MARKED:]
    except UnreadableError:
        return False


def _bare_urls(document: Document) -> list[Link]:
    found = []
    for number, line in enumerate(document.source.split("\n"), 1):
        for match in re.finditer(r"(?:https?://|\bwww\.)[^\s\])>\"']+", line, re.IGNORECASE):
            found.append(Link(match[0], match[0], number))
    return found


@dataclass(frozen=True, slots=True)
class Cover:
    """The images of the cover folder, the group's own apart from the templates' placeholders."""

    folders: tuple[str, ...]
    own: tuple[str, ...]
    placeholders: tuple[str, ...]


def cover(submission: Submission) -> Cover:
    """Find the cover image. Use as ``submission.once(cover)``."""
    folders = submission.milestone_folders("cover")
    own: list[str] = []
    placeholders: list[str] = []
    for path in submission.in_folders(folders):
        if posixpath.splitext(path)[1].lower() not in IMAGE_ENDINGS:
            continue
        (placeholders if _is_template_file(submission, path) else own).append(path)
    return Cover(folders, tuple(own), tuple(placeholders))


def _is_template_file(submission: Submission, path: str) -> bool:
    try:
        data = submission.read(path, 50_000_000)
    except UnreadableError:
        return False
    return hashlib.sha256(data).hexdigest() in known().files
