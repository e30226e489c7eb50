"""The sections of a milestone's notebooks: which of those that the course names are there, and what stands under them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from coursekit.evidence import prompts
from coursekit.evidence.headings import normal
from coursekit.evidence.meanings import CONTENTS, meanings
from coursekit.model import Location
from coursekit.submission import Cell, Document, Notebook, Submission

#: The templates' notebooks, by milestone.
MAIN = {
    "data": "exploratory_data_analysis.ipynb",
    "baseline": "baseline_model.ipynb",
    "model": "model_definition_evaluation.ipynb",
}

_BOLD = 7  # the level of a line in bold
# Nobody writes more; what is longer is not read.
_MOST_CELLS = 10_000
_MOST_MARKDOWN = 3_000_000
_MOST_CODE = 200_000

_FENCE = re.compile(r" {0,3}(?:```|~~~)")
_IN_LIST = re.compile(r"^\s*(?:[-*+]|\d{1,3}[.)])\s+(?=#{1,6}\s)")
_NO_SPACE = re.compile(r"^\s{0,3}(#{1,6})(?=[^\W\d_]|\*\*)")
# A line that opens with bold words which a colon or the line's end closes: a heading, with its text behind or below.
_RUN_IN = re.compile(
    r"^\s{0,3}(?:<(?:u|font|big|center|span|mark|p|div)\b[^>]{0,200}>\s*){0,4}(?:\d{1,2}[.)]?\s*)?"
    r"(?:\*\*|__|<(?:b|strong|u)>)(?P<title>[^*_<>\n]{2,80})(?:\*\*|__|</(?:b|strong|u)>)"
    r"(?:(?<=:\*\*)|(?<=:__)|(?<=:</b>)|\s*(?:</\w{1,10}>\s*){0,4}(?::|<br\s*/?>|$))"
)
_TO_ANCHOR = re.compile(r"\]\(\s*#[^)\s]")
_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|no|not|ist|sind|war|waren|hat|haben|keine?)\b", re.IGNORECASE
)


@dataclass
class Part:
    """A named section as it stands in one notebook.

    Attributes
    ----------
    keys : frozenset of str
        What it stands for (keys of `meanings.SECTIONS`).
    level : int
    location : Location
    written : bool
        Whether own text or own code stands under it.
    sample : bool
        Whether a template's code stands under it, unchanged.
    """

    keys: frozenset[str]
    level: int
    location: Location
    written: bool = False
    sample: bool = False


@dataclass(frozen=True)
class Book:
    """What the notebooks of a milestone hold.

    Attributes
    ----------
    folders : tuple of str
        The milestone's folders.
    paths : tuple of str
        The notebooks in them, readable or not.
    left_out : tuple of str
        Notebooks that were left out of the clone because of their size.
    notebooks : tuple of Notebook
        Those that can be read.
    parts : tuple of Part
        Their named sections.
    prompts : tuple of (str, Location)
        The template's prompts that are left, and where.
    """

    folders: tuple[str, ...]
    paths: tuple[str, ...]
    left_out: tuple[str, ...]
    notebooks: tuple[Notebook, ...]
    parts: tuple[Part, ...]
    prompts: tuple[tuple[str, Location], ...]

    def of(self, key: str) -> list[Part]:
        """Return the parts that stand for one section."""
        return [part for part in self.parts if key in part.keys]


def books(submission: Submission) -> Mapping[str, Book]:
    """Read the notebooks of the three milestones. Use as ``submission.once(books)``."""
    return _Books(submission)


class _Books(dict[str, Book]):
    """Reads a milestone's notebooks when they are asked for."""

    def __init__(self, submission: Submission) -> None:
        super().__init__()
        self._submission = submission

    def __missing__(self, milestone: str) -> Book:
        submission = self._submission
        paths = submission.notebook_paths(milestone)
        left_out = tuple(path for path in paths if submission.files[path].size is None)
        notebooks = tuple(
            found for path in paths if path not in left_out and (found := submission.notebook(path))
        )
        parts: list[Part] = []
        left: list[tuple[str, Location]] = []
        for notebook in notebooks:
            parts += read_notebook(notebook, milestone)
            left += _prompts(notebook)
        folders = submission.milestone_folders(milestone)
        self[milestone] = book = Book(folders, tuple(paths), left_out, notebooks, tuple(parts), tuple(left))
        return book


def main_notebook(submission: Submission, milestone: str) -> Notebook | None:
    """Return the milestone's main notebook: the template's by its name, else the largest one that can be read."""
    notebooks = submission.once(books)[milestone].notebooks

    def rank(notebook: Notebook) -> tuple[bool, int, int]:
        named = posixpath.basename(notebook.path).casefold() == MAIN[milestone]
        depth = notebook.path.count("/") if named else 0
        return named, -depth, submission.files[notebook.path].size or 0

    return max(notebooks, key=rank, default=None)


@dataclass(frozen=True, slots=True)
class Run:
    """How far a notebook was run.

    Attributes
    ----------
    cells : int
        Code cells that are not empty.
    executed : int
        Those with an execution count or an output.
    errors : tuple of int
        The numbers of the cells whose output is an error.
    """

    cells: int
    executed: int
    errors: tuple[int, ...]


def run_of(notebook: Notebook) -> Run:
    """Return how far a notebook was run."""
    code = notebook.code_cells
    executed = sum(cell.execution_count is not None or bool(cell.output_kinds) for cell in code)
    errors = tuple(
        cell.number for cell in notebook.cells if cell.kind == "code" and "error" in cell.output_kinds
    )
    return Run(len(code), executed, errors)


def _texts(notebook: Notebook) -> Iterator[Cell]:
    """Give the cells that are not empty, in order, up to what anybody writes."""
    total = 0
    for cell in notebook.cells[:_MOST_CELLS]:
        total += len(cell.source) if cell.kind != "code" else 0
        if total > _MOST_MARKDOWN:
            return
        if cell.source.strip():
            yield cell


def _prompts(notebook: Notebook) -> Iterator[tuple[str, Location]]:
    for cell in _texts(notebook):
        if cell.kind == "code":
            continue
        where = Location(notebook.path, cell=cell.number)
        found = prompts.left(cell.source) if "[" in cell.source else []
        for prompt in found:
            yield " ".join(prompt.split()), where
        if not found:
            # Some take the brackets away and leave the prompt.
            for paragraph in re.split(r"\n\s*\n", cell.source):
                if len(paragraph) < 2000 and prompts.known().is_prompt(paragraph.strip(" \n\t*_->")):
                    yield " ".join(paragraph.split()), where


def read_notebook(notebook: Notebook, milestone: str) -> list[Part]:
    """Return the named sections of a notebook, in order, and whether something of the group's own stands under each."""
    parts: list[Part] = []
    open_parts: list[Part] = []
    for cell in _texts(notebook):
        if cell.kind == "code":
            if any(not part.written for part in open_parts):
                own = _own_code(cell)
                for part in open_parts:
                    part.written |= own
                    part.sample |= not own
            continue
        contents = 0  # the level of a table of contents that is open in this cell
        for piece in _pieces(cell):
            if piece.title:
                if contents and piece.level > contents:
                    continue
                contents = piece.level if re.fullmatch(CONTENTS, normal(piece.title)) else 0
                open_parts = [part for part in open_parts if part.level < piece.level]
                keys = meanings(piece.title, milestone)
                if keys:
                    part = Part(keys, piece.level, Location(notebook.path, piece.line, cell.number))
                    parts.append(part)
                    open_parts.append(part)
                own = _is_sentence(piece.title, piece.level, bool(keys)) or bool(prompts.own_text(piece.text))
            else:
                own = not contents and bool(prompts.own_text(piece.text))
            if own:
                for part in open_parts:
                    part.written = True
    return parts


def _is_sentence(title: str, level: int, named: bool) -> bool:
    """Whether a heading says something: some set a whole sentence in bold or as a heading."""
    words = prompts.words(prompts.own_text(title))
    if named:
        return words >= 5 and _VERB.search(title) is not None
    return words >= (4 if level == _BOLD else 9)


def _own_code(cell: Cell) -> bool:
    """Whether a code cell holds a line that is no template's."""
    known = prompts.known()
    if known.is_code_cell(cell.source):
        return False
    return any(not known.is_code_line(line) for line in cell.source[:_MOST_CODE].split("\n"))


@dataclass(frozen=True, slots=True)
class _Piece:
    """A heading (with what stands in its line or paragraph), or a text without one."""

    title: str
    level: int
    line: int
    text: str


def _pieces(cell: Cell) -> Iterator[_Piece]:
    if cell.kind != "markdown":  # a raw cell is shown as it is
        yield _Piece("", 0, 1, cell.source)
        return
    document = _tidied(cell.source)
    lines = document.source.split("\n")
    for section in document.sections:
        if section.heading and not _TO_ANCHOR.search(_line(lines, section.line)):
            yield _Piece(section.title, section.level, section.line, "")
        for block in section.blocks:
            text = block.text
            if block.kind == "paragraph" and (match := _RUN_IN.match(_line(lines, block.line))):
                title = match["title"].strip(" :")
                yield _Piece(title, _BOLD, block.line, text.replace(title, "", 1))
            elif block.kind != "rule":
                for link in block.links:
                    if link.target.startswith("#"):
                        text = text.replace(link.text, "", 1)  # a way back to the contents says nothing
                yield _Piece(
                    "", 0, block.line, text + (" x" if any(link.image for link in block.links) else "")
                )


def _line(lines: list[str], number: int) -> str:
    return lines[number - 1] if 0 < number <= len(lines) else ""


def _tidied(source: str) -> Document:
    """Parse Markdown as people mean it: ``##Title`` and ``1. ## Title`` are headings."""
    lines = source.split("\n")
    fenced = False
    for index, line in enumerate(lines):
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced and "#" in line:
            line = _IN_LIST.sub("", line)
            # One mark alone may be a comment or a hashtag: it closes no section.
            lines[index] = _NO_SPACE.sub(
                lambda match: (match[1] if len(match[1]) > 1 else "#" * 6) + " ", line
            )
    return Document("\n".join(lines))
