"""What a group wrote and showed, by milestone: passages of text with their figures, tables and code.

A passage is a heading with what follows it up to the next one, in a README or a notebook. Pictures
stay encoded until a section chooses them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

from coursekit.evidence.headings import normal
from coursekit.evidence.links import is_url, resolve
from coursekit.evidence.prompts import known, own_text
from coursekit.model import Location
from coursekit.report.convert import block_of, code_text, html_table, visible
from coursekit.report.deck import Block, Code, Figure, Table
from coursekit.report.pictures import picture_at, picture_from_base64
from coursekit.submission import Cell, Document, Notebook, Submission
from coursekit.submission.image import IMAGE_ENDINGS

_MILESTONES = ("literature", "data", "baseline", "model", "presentation")
_CONTENTS = re.compile(r"(table of )?contents?|inhalt(sverzeichnis)?|toc|outline")
_TITLE = re.compile(r"""\b(?:title|suptitle|set_title)\(\s*(?:["']{1})((?:[^"'\\\n{}%]|\\.){3,90})["']""")
_SAYS_NOTHING = re.compile(
    r"(?:my |the |ein |das )?(?:image|img|picture|pic|figure|fig|photo|plot|alt(?: ?text)?|bild|grafik|abbildung|abb|"
    r"screenshot|image description|untitled)?[\s\d._-]*|\S+\.(?:png|jpe?g|gif|svg|bmp|webp|tiff?)",
    re.IGNORECASE,
)
_NOTEBOOK_FIRST = {
    "data": "exploratory_data_analysis",
    "baseline": "baseline_model",
    "model": "model_definition_evaluation",
}
_MAX_FIGURES = 60
_MAX_CODE = 20_000


@dataclass(frozen=True)
class Candidate:
    """A figure that a section may choose: an output of a notebook, or an image file."""

    submission: Submission
    path: str
    caption: str
    alt: str
    base64: str = ""
    source: Location | None = None
    described: bool = False

    def figure(self) -> Figure | None:
        """Decode it; None when it cannot be shown."""
        found = picture_from_base64(self.base64) if self.base64 else picture_at(self.submission, self.path)
        if found is None:
            return None
        return Figure(
            found,
            self.alt or self.caption,
            self.caption,
            source=self.source or Location(self.path),
            described=self.described,
        )


@dataclass
class Passage:
    """A heading with what belongs to it.

    Attributes
    ----------
    title : str
        The heading; empty for text before the first.
    trail : tuple of str
        The headings above it, normalized, its own last.
    path : str
        The file.
    blocks : list of Block
        Own text, lists, tables, formulas, in order.
    figures, tables, code : list
        What the notebook's code cells below it hold: pictures, tables from outputs, sources.
    """

    title: str
    trail: tuple[str, ...]
    path: str
    blocks: list[Block] = field(default_factory=list)
    figures: list[Candidate] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    code: list[Code] = field(default_factory=list)

    @property
    def is_readme(self) -> bool:
        """Whether it stands in a Markdown file rather than a notebook."""
        return not self.path.lower().endswith(".ipynb")

    def about(self, pattern: str) -> bool:
        """Return whether its heading, or one above it but the document's title, has words that match `pattern`."""
        inner = self.trail[1:] if len(self.trail) > 1 else self.trail
        return any(re.search(rf"\b(?:{pattern})", heading) for heading in inner)

    def headed(self, pattern: str) -> bool:
        """Return whether its own heading has words that match `pattern`."""
        return bool(self.trail) and re.search(rf"\b(?:{pattern})", self.trail[-1]) is not None


class Material:
    """The passages of a submission, read milestone by milestone when asked for."""

    def __init__(self, submission: Submission) -> None:
        self._submission = submission
        self._passages: dict[str, list[Passage]] = {}

    def of(self, key: str) -> list[Passage]:
        """Return a milestone's passages, its README's first; ``root`` for the repository's README."""
        if key not in self._passages:
            self._passages[key] = list(self._read(key))
        return self._passages[key]

    def everywhere(self) -> list[Passage]:
        """Return the passages of the whole submission."""
        return [passage for key in ("root", *_MILESTONES) for passage in self.of(key)]

    def _read(self, key: str) -> Iterator[Passage]:
        submission = self._submission
        folders = [""] if key == "root" else list(submission.milestone_folders(key))
        for folder in folders:
            document = submission.readme(folder)
            if document:
                yield from _from_document(submission, document)
        if key in _NOTEBOOK_FIRST:
            main = _NOTEBOOK_FIRST[key]
            notebooks = submission.notebooks(key)
            notebooks.sort(key=lambda notebook: (main not in notebook.path, notebook.path))
            for notebook in notebooks:
                yield from _from_notebook(submission, notebook)


def read_material(submission: Submission) -> Material:
    """Return the submission's material. Use as ``submission.once(read_material)``."""
    return Material(submission)


class _Trail:
    """Keeps the headings above the current one."""

    def __init__(self) -> None:
        self._open: list[tuple[int, str]] = []

    def enter(self, level: int, title: str) -> tuple[str, ...]:
        while self._open and self._open[-1][0] >= level:
            self._open.pop()
        self._open.append((level, normal(title)))
        return tuple(heading for _, heading in self._open)


def _heading(title: str) -> str:
    return visible(own_text(title).strip(" :#*"))[:140]


def _from_document(submission: Submission, document: Document) -> Iterator[Passage]:
    trail = _Trail()
    for section in document.sections:
        title = _heading(section.title)
        path = trail.enter(section.level, title) if section.heading else ()
        if _CONTENTS.fullmatch(normal(title)):
            continue
        passage = Passage(title, path, document.path)
        passage.blocks = [made for block in section.blocks if (made := block_of(block))]
        for block in section.blocks:
            passage.figures += images_in(submission, document.path, block.links, title)
        yield passage


def says_something(alt: str) -> bool:
    """Whether an alt text is more than what editors fill in: 'image', 'alt text', a file's name."""
    return bool(re.search(r"\w", alt)) and not _SAYS_NOTHING.fullmatch(alt.strip())


def images_in(
    submission: Submission, base: str, links: object, title: str, cell: Cell | None = None
) -> list[Candidate]:
    """Return the images that a Markdown text links to: files of the submission, and a notebook cell's own."""
    found = []
    for link in links if isinstance(links, tuple) else ():
        attached = unquote(link.target.removeprefix("attachment:")) if cell else ""
        if cell and link.image and link.target.startswith("attachment:") and attached in cell.attachments:
            told = says_something(visible(link.text))
            alt = visible(link.text).strip()[:160] if told else title or base.rsplit("/", 1)[-1]
            place = Location(base, cell=cell.number)
            data = cell.attachments[attached]
            found.append(Candidate(submission, base, title, alt, data, source=place, described=told))
            continue
        if not link.image or is_url(link.target):
            continue  # nothing from outside is ever loaded
        path = resolve(link.target, base)
        if path and path in submission.files and path.lower().endswith(tuple(IMAGE_ENDINGS)):
            alt = visible(link.text).strip()[:160]
            found.append(
                Candidate(
                    submission,
                    path,
                    title,
                    alt or title or path.rsplit("/", 1)[-1],
                    source=Location(base, cell=cell.number) if cell else Location(base, link.line),
                    described=says_something(alt),
                )
            )
    return found


def _from_notebook(submission: Submission, notebook: Notebook) -> Iterator[Passage]:
    trail = _Trail()
    passage = Passage("", (), notebook.path)
    figures = 0
    for cell in notebook.cells:
        if cell.kind == "markdown":
            for section in cell.document.sections:
                if section.heading:
                    if not _CONTENTS.fullmatch(passage.trail[-1] if passage.trail else ""):
                        yield passage
                    title = _heading(section.title)
                    passage = Passage(title, trail.enter(section.level, title), notebook.path)
                passage.blocks += [made for block in section.blocks if (made := block_of(block))]
                for block in section.blocks:
                    passage.figures += images_in(submission, notebook.path, block.links, passage.title, cell)
        elif cell.kind == "code" and not known().is_code_cell(
            cell.source
        ):  # starter code shows nothing of the group's
            if cell.source.strip() and len(cell.source) <= _MAX_CODE:
                passage.code.append(Code(code_text(cell.source), "python"))
            if figures < _MAX_FIGURES:
                shown = list(_cell_figures(submission, notebook, cell, passage.title))
                passage.figures += shown
                figures += len(shown)
            passage.tables += list(_cell_tables(cell))
    yield passage


def _cell_figures(submission: Submission, notebook: Notebook, cell: Cell, title: str) -> Iterator[Candidate]:
    if not {"display_data", "execute_result"} & set(cell.output_kinds):
        return
    # What the code writes above its plots says best what they show.
    captions = [visible(match) for match in _TITLE.findall(cell.source[:_MAX_CODE])]
    number = 0
    for output in cell.outputs:
        data = output.data.get("image/png") or output.data.get("image/jpeg")
        if data:
            caption = captions[number] if number < len(captions) else title
            name = notebook.path.rsplit("/", 1)[-1]
            yield Candidate(
                submission,
                notebook.path,
                caption,
                f"{caption or name} ({name}, cell {cell.number})",
                data,
                Location(notebook.path, cell=cell.number),
                described=number < len(captions),
            )
            number += 1


def _cell_tables(cell: Cell) -> Iterator[Table]:
    if not {"display_data", "execute_result"} & set(cell.output_kinds):
        return
    for output in cell.outputs:
        source = output.data.get("text/html", "")
        if 'class="dataframe"' in source:
            table = html_table(source)
            if table:
                yield table
