"""`slides.md`: what a group wrote for its slides itself. It replaces what was found for a section.

A file in the presentation folder, in simple Markdown. A line ``# Results`` begins a section, by its title in
English or German or its key; ``## …`` a further slide with a title of its own, ``---`` one without; ``Note:``
what the speaker sees. A section with nothing below its heading stays as it is found. ``skip: …`` between two
lines ``---`` at the very top leaves sections out. A heading that is no section's becomes a slide of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from coursekit.evidence.headings import normal
from coursekit.model import Text
from coursekit.report.convert import block_of, visible
from coursekit.report.deck import Block, Figure, Slide
from coursekit.report.digest import share_for
from coursekit.report.material import images_in
from coursekit.report.section import Section
from coursekit.submission import Document, Submission

NAME = "slides.md"
_MAX = 200_000
_MAX_SLIDES = 60
_MAX_NOTES = 4000
_HEADING = re.compile(r"(#{1,2})(?!#)\s*(.*?)\s*#*\s*")
_FENCE = re.compile(r" {0,3}(```+|~~~+)")
_NOTE = re.compile(r"\s*(?:notes?|notiz(?:en)?)\s*:\s*(.*)", re.IGNORECASE)
_SKIP = re.compile(r"\s*skip\s*:\s*\[?(.*?)\]?\s*", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
UNKNOWN = Text(
    "{path}: it says to skip {names}, which is no section ({known}).",
    "{path}: {names} soll fehlen, ist aber kein Abschnitt ({known}).",
)


@dataclass
class _Written:
    title: str = ""
    lines: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass
class _Part:
    heading: str
    slides: list[_Written] = field(default_factory=list)


@dataclass(frozen=True)
class Overrides:
    """What `slides.md` says.

    Attributes
    ----------
    slides : dict
        A section's slides by its key.
    own : dict
        Slides of headings that are no section's, by the key of the section before them (empty: before all).
    skipped : frozenset of str
        The keys of the sections to leave out.
    remarks : tuple of str
        What the group should know.
    """

    slides: dict[str, tuple[Slide, ...]] = field(default_factory=dict)
    own: dict[str, tuple[Slide, ...]] = field(default_factory=dict)
    skipped: frozenset[str] = frozenset()
    remarks: tuple[str, ...] = ()


def overrides(
    submission: Submission, sections: Sequence[Section], translate: Callable[[Text], str]
) -> Overrides:
    """Read the group's `slides.md`; without one nothing is overridden."""
    path = find_slides_md(submission)
    if path is None:
        return Overrides()
    source = submission.text(path)
    if source is None:
        return Overrides()
    names = _names(sections)
    front, text = _front(source[:_MAX])
    skipped, unknown = _skipped(front, names)
    slides: dict[str, tuple[Slide, ...]] = {}
    own: dict[str, tuple[Slide, ...]] = {}
    last = ""
    count = 0
    for part in _parts(text):
        key = names.get(normal(part.heading), "")
        section = next((one for one in sections if one.key == key), None)
        title = translate(section.title) if section else visible(part.heading)[:140]
        made = [slide for one in part.slides if (slide := _slide(one, submission, path, title))]
        made = made[: max(_MAX_SLIDES - count, 0)]
        count += len(made)
        if section:
            last = key
            if made:
                slides[key] = (*slides.get(key, ()), *made)
        elif made and title:
            own[last] = (*own.get(last, ()), *made)
    remarks: tuple[str, ...] = ()
    if unknown:
        said = translate(UNKNOWN).format(
            path=path, names=", ".join(unknown), known=", ".join(one.key for one in sections)
        )
        remarks = (said,)
    return Overrides(slides, own, frozenset(skipped), remarks)


def find_slides_md(submission: Submission) -> str | None:
    """Return the path of the group's `slides.md`, or None."""
    for folder in submission.milestone_folders("presentation"):
        for path in submission.in_folders((folder,)):
            if path.casefold() == f"{folder}/{NAME}".casefold():
                return path
    return None


def _names(sections: Sequence[Section]) -> dict[str, str]:
    found: dict[str, str] = {}
    for section in sections:
        for name in (section.key, section.title.en, section.title.de):
            found[normal(name)] = section.key
    return found


def _front(text: str) -> tuple[list[str], str]:
    """Part the settings between two lines of dashes at the top from the rest."""
    lines = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if lines and lines[0].rstrip() == "---":
        for number, line in enumerate(lines[1:21], 1):
            if line.rstrip() == "---":
                return lines[1:number], "\n".join(lines[number + 1 :])
    return [], "\n".join(lines)


def _skipped(front: list[str], names: dict[str, str]) -> tuple[set[str], list[str]]:
    keys, unknown = set(), []
    for line in front:
        match = _SKIP.fullmatch(line)
        for name in match[1].split(",") if match else ():
            name = visible(name).strip(" \"'")
            if name:
                key = names.get(normal(name))
                if key:
                    keys.add(key)
                else:
                    unknown.append(name[:40])
    return keys, unknown


def _parts(text: str) -> list[_Part]:
    """Read line by line: headings and dashes begin slides, but not within listings."""
    parts: list[_Part] = []
    fence = ""
    noting = False
    for line in _COMMENT.sub("", text).split("\n"):
        mark = _FENCE.match(line)
        if mark and (not fence or mark[1].startswith(fence)):
            fence = "" if fence else mark[1]
        heading = None if fence else _HEADING.fullmatch(line)
        if heading and len(heading[1]) == 1:
            parts.append(_Part(heading[2], [_Written()]))
            noting = False
            continue
        if not parts:
            continue  # what stands before the first heading explains the file
        slides = parts[-1].slides
        if heading:
            if slides[-1].lines or slides[-1].title or slides[-1].notes:
                slides.append(_Written())
            slides[-1].title = heading[2]
            noting = False
        elif not fence and line.strip() and not line.strip(" -") and line.count("-") >= 3:
            slides.append(_Written())
            noting = False
        elif not fence and (note := _NOTE.fullmatch(line)):
            slides[-1].notes.append(note[1])
            noting = True
        elif noting:
            slides[-1].notes.append(line)
        elif line.strip() or slides[-1].lines:
            slides[-1].lines.append(line)
    return parts


def _slide(written: _Written, submission: Submission, path: str, title: str) -> Slide | None:
    """Return a slide, or None when nothing stands on it."""
    document = Document("\n".join(written.lines), path)
    blocks: list[Block] = [made for block in document.blocks if (made := block_of(block))]
    figures: list[Figure] = []
    for block in document.blocks:
        for candidate in images_in(submission, path, block.links, written.title or title):
            if len(figures) < 2 and (figure := candidate.figure()):
                figures.append(figure)
    if not blocks and not figures:
        return None
    heading = visible(written.title)[:140] or title
    notes = "\n".join(visible(line) for line in written.notes).strip()[:_MAX_NOTES]
    if blocks and figures:
        return Slide(heading, tuple(blocks), tuple(figures[:1]), share_for(figures[0]), notes=notes)
    if len(figures) == 2:
        return Slide(heading, (figures[0],), (figures[1],), 0.5, notes=notes)
    return Slide(heading, tuple(blocks) or tuple(figures), notes=notes)
