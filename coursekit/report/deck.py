"""The deck: what a presentation says, in values that every renderer draws in its own way.

A section makes slides of blocks; `fit` gives every block its place; a renderer draws what it is
given. Text is plain text in styled spans, never markup of any kind.

Lengths are in points on a page of 960 × 540 (16:9).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from coursekit.model import Location
from coursekit.submission import Span

WIDTH = 960.0
HEIGHT = 540.0


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph. `role` says how it is meant: a renderer chooses size and color by it."""

    spans: tuple[Span, ...]
    role: Literal["text", "lead", "label", "quote", "muted"] = "text"


@dataclass(frozen=True, slots=True)
class Bullet:
    """An entry of a list; `number` is 0 for an unordered one."""

    spans: tuple[Span, ...]
    level: int = 0
    number: int = 0


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list, flat: nested entries follow their parent."""

    items: tuple[Bullet, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first row is its header.

    Attributes
    ----------
    rows : tuple of rows
        Cells as spans, all rows of one length.
    numeric : tuple of bool
        The columns that hold numbers (set flush right).
    strong : int
        The row to bring out, or -1.
    caption : str
        What the table is, for those who do not see it, and small print below it.
    widths : tuple of float
        The columns' shares of the width; filled in by `fit`.
    size : float
        The size of its text; filled in by `fit`.
    """

    rows: tuple[tuple[tuple[Span, ...], ...], ...]
    numeric: tuple[bool, ...] = ()
    strong: int = -1
    caption: str = ""
    widths: tuple[float, ...] = ()
    size: float = 0.0


@dataclass(frozen=True, slots=True)
class Code:
    """A piece of source code; `size` is filled in by `fit`."""

    source: str
    language: str = ""
    caption: str = ""
    size: float = 0.0


@dataclass(frozen=True, slots=True)
class Math:
    """A formula as TeX source."""

    source: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A number or a name worth a tile of its own."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Tiles in a row."""

    items: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG or JPEG image, decoded and written anew by us."""

    data: bytes
    mime: Literal["image/png", "image/jpeg"]
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture.

    Attributes
    ----------
    alt : str
        What it shows.
    box : tuple of float
        Width and height; filled in by `fit`, as in all visuals.
    source : Location or None
        Where the group shows it.
    described : bool
        Whether the group itself says what it shows; else `alt` is made of what stands around it.
    """

    picture: Picture
    alt: str
    caption: str = ""
    box: tuple[float, float] = (0.0, 0.0)
    source: Location | None = None
    described: bool = True


@dataclass(frozen=True, slots=True)
class Series:
    """A named line of a chart; a gap is None."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class LineChart:
    """Lines over common x values."""

    title: str
    x_label: str
    x: tuple[float, ...]
    series: tuple[Series, ...]
    alt: str
    box: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Matrix:
    """A confusion matrix: rows are true classes, columns predicted ones."""

    title: str
    row_label: str
    column_label: str
    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    alt: str
    box: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Layer:
    """A box in the picture of a network."""

    kind: str
    name: str
    shape: str
    parameters: str


@dataclass(frozen=True, slots=True)
class Network:
    """A network's layers, from input to output."""

    layers: tuple[Layer, ...]
    alt: str
    box: tuple[float, float] = (0.0, 0.0)


Visual = Figure | LineChart | Matrix | Network
VISUALS = (Figure, LineChart, Matrix, Network)
Block = Paragraph | Bullets | Table | Code | Math | Facts | Visual


@dataclass(frozen=True, slots=True)
class Slide:
    """One slide.

    Attributes
    ----------
    title : str
        Its heading.
    body, aside : tuple of Block
        The main column, and a second one beside it (often empty).
    share : float
        The second column's share of the width.
    layout : str
        ``title`` for the first slide, ``closing`` for the last, ``missing`` for a section of which
        nothing was found.
    notes : str
        What the speaker sees.
    seconds : int
        Time planned for it.
    hints : tuple of str
        Visible notes to the group; only in a draft.
    section : str
        The section's key; filled in when the deck is put together.
    eyebrow : str
        The section's title above the slide's own, where they differ.
    size : float
        The size of its text; filled in by `fit`.
    """

    title: str
    body: tuple[Block, ...] = ()
    aside: tuple[Block, ...] = ()
    share: float = 0.5
    layout: Literal["content", "title", "closing", "missing"] = "content"
    notes: str = ""
    seconds: int = 0
    hints: tuple[str, ...] = ()
    section: str = ""
    eyebrow: str = ""
    size: float = 0.0


@dataclass(frozen=True, slots=True)
class Outline:
    """A section as it came out: how many slides and seconds it has, and whether anything was found."""

    key: str
    title: str
    slides: int
    seconds: int
    missing: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the written report; `title` is the group's own heading, empty right below the chapter's."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """A section in the written report; `note` says what to write where nothing was found (only in a draft)."""

    key: str
    title: str
    parts: tuple[Part, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """A work of the literature review."""

    title: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    """The written report: the same sections as the slides, with everything that the group wrote in them.

    Attributes
    ----------
    context : str
        The course and semester, empty where they are not stated.
    abstract : tuple of Block
    chapters : tuple of Chapter
    references : tuple of Reference
        Numbered from 1; the chapters refer to them by these numbers.
    contributions : tuple of Block
        What git recorded of each member, or who the members are.
    """

    context: str
    abstract: tuple[Block, ...]
    chapters: tuple[Chapter, ...]
    references: tuple[Reference, ...]
    contributions: tuple[Block, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """The titles of the chapters of which nothing was found."""
        return tuple(chapter.title for chapter in self.chapters if not chapter.parts)


@dataclass(frozen=True, slots=True)
class Deck:
    """A presentation.

    Attributes
    ----------
    title : str
        The project's.
    authors : tuple of str
        The members' names.
    language : str
        ``en`` or ``de``: of the headings and labels; a group's text is in its own.
    date : datetime
        When the project last changed: the same input gives the same deck.
    final : bool
        Without notes to the group.
    article : Article or None
        The same as prose, where a written report is asked for.
    """

    title: str
    authors: tuple[str, ...]
    language: str
    date: dt.datetime
    final: bool
    slides: tuple[Slide, ...]
    outline: tuple[Outline, ...]
    article: Article | None = None

    @property
    def seconds(self) -> int:
        """How long the presentation takes."""
        return sum(slide.seconds for slide in self.slides)
