"""Draws the slides: each block into its place in the layout, and what the speaker says into the notes."""

from __future__ import annotations

import io
from typing import Any

from pptx import Presentation
from pptx.opc.constants import RELATIONSHIP_TYPE as RT
from pptx.oxml import parse_xml

from coursekit.model import Text
from coursekit.report import layout as page
from coursekit.report.deck import (
    HEIGHT,
    Block,
    Code,
    Deck,
    Facts,
    Figure,
    LineChart,
    Matrix,
    Network,
    Paragraph,
    Slide,
    Table,
)
from coursekit.report.fit import full_text, title_size
from coursekit.report.measure import LEADING, lines_of
from coursekit.report.plain import cover_size, footer, shortened
from coursekit.report.renderers.pptx import _chart, _objects
from coursekit.report.renderers.pptx._about import notes, notes_master, properties, sections
from coursekit.report.renderers.pptx._formula import formula_shape
from coursekit.report.renderers.pptx._place import (
    CAPTION_HEIGHT,
    TEXT,
    Drawn,
    Placed,
    caption_of,
    in_letters,
    kind_of,
    place,
    text_height,
)
from coursekit.report.renderers.pptx._template import (
    COVER_PICTURE,
    COVER_WIDTH,
    EYEBROW,
    FOOTER,
    LEFT,
    LOGO_BOTTOM,
    NUMBER,
    NUMBER_FIELD,
    PICTURE,
    Kind,
    cover_map,
    kinds,
    regions,
    size_of,
    styles,
    template,
)
from coursekit.report.renderers.pptx._text import Writer, text_styles
from coursekit.report.renderers.pptx._xml import (
    NAMESPACES,
    Box,
    fill,
    hundredths,
    insets,
    line,
    paragraph,
    picture,
    placeholder,
    run,
    shape,
    spacing,
)
from coursekit.report.theme import Theme
from coursekit.submission import Span

_CODE = Text("Source code", "Quelltext")
_TABLE = Text("Table: {title}", "Tabelle: {title}")
_TIGHT = 1.24  # the line's height of a large title
_SPACE = 20.0  # between title and subtitle of the first slide


def draw(deck: Deck, theme: Theme) -> bytes:
    """Return the deck as a package, as python-pptx writes it."""
    language = {"de": "de-DE"}.get(deck.language, "en-US")
    needed = [kind_of(slide) for slide in deck.slides]
    layouts = kinds(needed)
    presentation = Presentation(io.BytesIO(template(theme, layouts, language)))
    by_kind = dict(zip(layouts, presentation.slide_layouts, strict=True))
    start = 0
    for number, (slide, kind) in enumerate(zip(deck.slides, needed, strict=True), 1):
        made = presentation.slides.add_slide(by_kind[kind])
        _Page(made, slide, kind, number, deck, theme, language).draw()
        notes(made, slide, start, deck, language)
        start += slide.seconds
    notes_master(presentation)
    sections(presentation, deck)
    properties(presentation, deck)
    out = io.BytesIO()
    presentation.save(out)
    return out.getvalue()


class _Page:
    """One slide while it is drawn."""

    def __init__(
        self, made: Any, slide: Slide, kind: Kind, number: int, deck: Deck, theme: Theme, language: str
    ) -> None:
        self.made, self.slide, self.kind, self.number = made, slide, kind, number
        self.deck, self.theme, self.language = deck, theme, language
        self.links: dict[str, str] = {}
        self.writer = Writer(theme, language, self._link)
        self.shapes: list[str] = []
        self._last = 1

    def draw(self) -> None:
        """Replace what the layout put there by what the deck says."""
        tree = self.made.shapes._spTree
        for element in list(tree.iterchildren("{*}sp", "{*}pic", "{*}graphicFrame")):
            tree.remove(element)
        if self.kind.look == "title":
            self._cover()
            mapping = parse_xml(cover_map(self.theme).replace("<p:clrMapOvr", f"<p:clrMapOvr {NAMESPACES}"))
            old = self.made._element.find("{*}clrMapOvr")
            old.getparent().replace(old, mapping)
        else:
            self._content()
        # One parse for the slide; the namespaces are declared by what is around.
        for element in parse_xml(f"<p:spTree {NAMESPACES}>{''.join(self.shapes)}</p:spTree>"):
            tree.append(element)

    def _next(self, count: int = 1) -> int:
        """Return the first of `count` numbers for shapes."""
        self._last += count
        return self._last - count + 1

    def _link(self, target: str) -> str:
        if target not in self.links:
            self.links[target] = self.made.part.relate_to(target, RT.HYPERLINK, is_external=True)
        return self.links[target]

    def _image(self, data: bytes) -> str:
        _, relation = self.made.part.get_or_add_image_part(io.BytesIO(data))
        return str(relation)

    # -- the first and last slide ------------------------------------------------------------------

    def _cover(self) -> None:
        width = COVER_WIDTH[self.kind.right]
        start = 24.0 if self.theme.logo is None else LOGO_BOTTOM + 12.0
        for share in (1.0, 0.9, 0.8, 0.7, 0.6):
            size = cover_size(self.slide) * share
            tall = lines_of((Span(self.slide.title),), width, size, strong=True) * size * _TIGHT
            lines, below = self._subtitle(width, share)
            if tall + _SPACE + below <= HEIGHT - 24.0 - start:
                break
        top = max((HEIGHT - tall - _SPACE - below) / 2, start)
        self.shapes.append(
            shape(
                self._next(),
                "Title",
                ph=placeholder("ctrTitle"),
                box=(page.MARGIN, top, width, tall),
                styles=styles(size, self.theme.on_deep, bold=True),
                paragraphs=paragraph(run(self.slide.title, self.language)),
            )
        )
        if lines:
            under = top + tall + _SPACE
            self.shapes.append(
                shape(
                    self._next(),
                    "Subtitle",
                    ph=placeholder("subTitle", 1),
                    box=(page.MARGIN, under, width, below),
                    paragraphs="".join(lines),
                )
            )
        for block in self.slide.aside:
            if isinstance(block, Figure):
                x, y, room, height = COVER_PICTURE
                w, h = block.box
                box = (x + (room - w) / 2, y + (height - h) / 2, w, h)
                relation = self._image(block.picture.data)
                ph = placeholder("pic", PICTURE)
                self.shapes.append(picture(self._next(), "Picture", box, ph, relation, alt=self._alt(block)))
                break

    def _subtitle(self, width: float, share: float) -> tuple[list[str], float]:
        lines: list[str] = []
        height = 0.0
        for block in self.slide.body:
            if not isinstance(block, Paragraph):
                continue
            size = {"lead": 22.0, "muted": 16.0}.get(block.role, 19.0) * share
            before = 14.0 if lines else 0.0
            color = self.theme.soft if block.role == "muted" else self.theme.on_deep
            runs = self.writer.runs(block.spans, size, inherited=False, color=color)
            lines.append(paragraph(runs, inner=spacing(before)))
            height += before + lines_of(block.spans, width, size) * size * LEADING
        return lines, height

    # -- all others --------------------------------------------------------------------------------

    def _content(self) -> None:
        slide, language = self.slide, self.language
        size = title_size(slide.title)
        self.shapes.append(
            shape(
                self._next(),
                "Title",
                ph=placeholder("title"),
                styles=f'<a:lstStyle><a:lvl1pPr><a:defRPr sz="{hundredths(size)}"/></a:lvl1pPr></a:lstStyle>'
                if size != page.TITLE_SIZES[0]
                else "<a:lstStyle/>",
                paragraphs=paragraph(run(slide.title, language)),
            )
        )
        if slide.eyebrow:
            ph = placeholder("body", EYEBROW, "quarter")
            said = paragraph(run(shortened(slide.eyebrow, 14.0, page.body_width()), language))
            self.shapes.append(shape(self._next(), "Section", ph=ph, paragraphs=said))
        if self.kind.look == "missing":
            said = "".join(
                paragraph(self.writer.runs(block.spans, 23.0))
                for block in slide.body
                if isinstance(block, Paragraph)
            )
            self.shapes.append(shape(self._next(), "Text", ph=placeholder("body", LEFT), paragraphs=said))
        else:
            for placed in place(slide):
                self._block(placed)
        if slide.hints:
            self._hint("  ".join(slide.hints))
        foot = placeholder("ftr", FOOTER, "quarter")
        self.shapes.append(
            shape(
                self._next(),
                "Footer",
                ph=foot,
                paragraphs=paragraph(run(footer(self.deck.title), language)),
            )
        )
        field = NUMBER_FIELD.format(lang=language, number=self.number)
        number = placeholder("sldNum", NUMBER, "quarter")
        self.shapes.append(shape(self._next(), "Slide number", ph=number, paragraphs=field))

    def _hint(self, text: str) -> None:
        size = 14.0
        while size > 10 and lines_of((Span(text),), page.body_width() - 24, size) > 1:
            size -= 0.5
        said = paragraph(run(shortened(text, size, page.body_width() - 24), self.language))
        self.shapes.append(
            shape(
                self._next(),
                "Note to the group",
                paragraphs=said,
                box=(page.MARGIN, page.BOTTOM - 26.0, page.body_width(), 28.0),
                look=fill(self.theme.warn_ground) + line("", 0),
                body=insets(12, 0, anchor="ctr"),
                styles=styles(size, self.theme.warn),
            )
        )

    def _block(self, placed: Placed) -> None:
        block, box = placed.blocks[0], placed.box
        ph = placeholder("", placed.region, size_of(self.kind)) if placed.region else ""
        if isinstance(block, TEXT):
            self._text(placed, ph)
        elif isinstance(block, Drawn):
            self.shapes.append(formula_shape(self._next(), block.formula, block.source, box, self.theme.ink))
        elif isinstance(block, Table):
            inner = _objects.table(block, box[2], self.writer)
            self._graphic("Table", box, ph, "table", inner, alt=self._alt(block))
        elif isinstance(block, Code):
            self._code(block, box, ph)
        elif isinstance(block, Facts):
            number = self._next(1 + 2 * len(block.items))
            self.shapes.append(_objects.facts(block, box, number, self.writer))
        elif isinstance(block, Figure):
            relation = self._image(block.picture.data)
            self.shapes.append(picture(self._next(), "Picture", box, ph, relation, alt=self._alt(block)))
        elif isinstance(block, LineChart):
            self._chart(block, box, ph)
        elif isinstance(block, Matrix):
            self._matrix(block, box, ph)
        elif isinstance(block, Network):
            number = self._next(2 * len(block.layers) + 1)
            self.shapes.append(_objects.network(block, box, number, self.writer))
        if caption := caption_of(block):
            self._caption(caption, placed, centered=isinstance(block, Figure))

    def _text(self, placed: Placed, ph: str) -> None:
        full = size = self.slide.size or page.SIZES[0]
        # Formulas in letters may be longer than the ones that the page was measured with.
        blocks = tuple(in_letters(block) for block in placed.blocks)
        while size > full * 0.6 and text_height(blocks, placed.width, size) > placed.box[3] + 0.5:
            size -= 0.5
        home = regions(self.kind, self.slide.share).get(placed.region)
        layout_home = regions(self.kind).get(placed.region)
        moved = home is None or not _same(home, placed.box) or not _same(layout_home, placed.box)
        self.shapes.append(
            shape(
                self._next(),
                "Text",
                ph=ph,
                box=placed.box if moved else None,
                body="<a:bodyPr><a:normAutofit/></a:bodyPr>" if ph else insets(0, 0),
                styles=text_styles(size),
                paragraphs=self.writer.text(blocks, size),
            )
        )

    def _code(self, block: Code, box: Box, ph: str) -> None:
        look = fill(self.theme.code_ground) + line(self.theme.line, 0.7)
        mono = f'<a:latin typeface="{self.theme.office_mono}"/>'
        own = (
            f'<a:lstStyle><a:lvl1pPr marL="0" indent="0"><a:spcBef><a:spcPts val="0"/></a:spcBef><a:buNone/>'
            f'<a:defRPr sz="{hundredths(block.size)}">{mono}</a:defRPr></a:lvl1pPr></a:lstStyle>'
        )
        self.shapes.append(
            shape(
                self._next(),
                _CODE.in_(self.deck.language),
                ph=ph,
                box=box,
                look=look,
                body=insets(page.CODE_PAD, page.CODE_PAD, fit="shrink"),
                styles=own,
                paragraphs=self.writer.code(block),
                alt=self._alt(block),
            )
        )

    def _chart(self, block: LineChart, box: Box, ph: str) -> None:
        kind, data = _chart.chart_data(block)
        part = self.made.part
        relation = part.add_chart_part(kind, data)
        _chart.style(part.related_part(relation).chart, block, self.theme, self.language)
        inner = (
            f'<c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" r:id="{relation}"/>'
        )
        self._graphic("Chart", box, ph, "chart", inner, alt=block.alt)

    def _matrix(self, block: Matrix, box: Box, ph: str) -> None:
        if len(block.labels) <= _objects.MOST_CLASSES:
            place, inner = _objects.matrix(block, box, self.writer)
            self._graphic("Confusion matrix", place, ph, "table", inner, alt=block.alt)
        else:
            side = min(box[2], box[3] - 24.0)
            place = (box[0] + (box[2] - side) / 2, box[1], side, side)
            relation = self._image(_objects.matrix_picture(block, self.writer))
            self.shapes.append(picture(self._next(), "Confusion matrix", place, ph, relation, alt=block.alt))
        self.shapes += _objects.matrix_labels(self._next(2), block, place, self.writer)

    def _graphic(self, name: str, box: Box, ph: str, uri: str, inner: str, *, alt: str) -> None:
        self.shapes.append(_objects.graphic(self._next(), name, box, ph, uri, inner, alt=alt))

    def _caption(self, caption: str, placed: Placed, *, centered: bool) -> None:
        _, y, _, height = placed.box
        shown = shortened(caption, page.CAPTION, placed.width)
        align = ' algn="ctr"' if centered else ""
        self.shapes.append(
            shape(
                self._next(),
                "Caption",
                paragraphs=paragraph(run(shown, self.language), properties=align),
                box=(placed.left, y + height + 3.0, placed.width, CAPTION_HEIGHT + 1.0),
                body=insets(0, 0),
                styles=styles(page.CAPTION, self.theme.muted, align="ctr" if centered else "l"),
            )
        )

    def _alt(self, block: Block) -> str:
        """Return what a block shows; where it does not say so itself, the slide's title."""
        if isinstance(block, Table):
            return _TABLE.format(title=block.caption or self.slide.title).in_(self.deck.language)
        if isinstance(block, Code):
            return block.caption or _CODE.in_(self.deck.language)
        return getattr(block, "alt", "") or self.slide.title or full_text((block,))


def _same(a: Box | None, b: Box) -> bool:
    return a is not None and all(abs(x - y) < 0.01 for x, y in zip(a, b, strict=True))
