"""What stands on a slide beside text: tables, confusion matrices, tiles, networks, pictures, all of native shapes."""

from __future__ import annotations

import math
from typing import Any

from coursekit.report import layout as page
from coursekit.report.contrast import ink_on, mix
from coursekit.report.deck import Facts, Layer, Matrix, Network, Table
from coursekit.report.measure import text_width
from coursekit.report.plain import FACT_GAP, shortened, tiles
from coursekit.report.renderers.pptx._parts import TABLE_STYLE
from coursekit.report.renderers.pptx._place import lettered
from coursekit.report.renderers.pptx._template import styles
from coursekit.report.renderers.pptx._text import Writer
from coursekit.report.renderers.pptx._xml import (
    Box,
    emu,
    escaped,
    fill,
    frame,
    insets,
    line,
    paragraph,
    run,
    shape,
    spacing,
)

#: Larger matrices become a picture: their cells are too small for a table.
MOST_CLASSES = 24
_WIDER = 1.1  # other fonts, by what is measured


def graphic(number: int, name: str, box: Box, ph: str, uri: str, inner: str, *, alt: str) -> str:
    """Return a frame that holds a table or a chart."""
    return (
        f'<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="{number}" name="{escaped(name)}" descr="{escaped(alt)}"/>'
        f'<p:cNvGraphicFramePr><a:graphicFrameLocks noGrp="1"/></p:cNvGraphicFramePr><p:nvPr>{ph}</p:nvPr>'
        f"</p:nvGraphicFramePr>{frame(box, 'p:xfrm')}<a:graphic>"
        f'<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/{uri}">{inner}</a:graphicData>'
        "</a:graphic></p:graphicFrame>"
    )


def _cell(
    paragraphs: str,
    *,
    pad: tuple[float, float],
    ground: str = "",
    below: str = "",
    beside: str = "",
    turned: bool = False,
) -> str:
    """Return a cell; `below` and `beside` are the colors of the lines at its lower and right edges."""
    sides = "".join(
        f'<a:{side} w="{emu(0.7)}">{fill(color)}</a:{side}>'
        if color
        else f'<a:{side} w="0"><a:noFill/></a:{side}>'
        for side, color in (("lnL", ""), ("lnR", beside), ("lnT", ""), ("lnB", below))
    )
    vertical = ' vert="vert270"' if turned else ""
    return (
        f"<a:tc><a:txBody><a:bodyPr/><a:lstStyle/>{paragraphs}</a:txBody>"
        f'<a:tcPr marL="{emu(pad[0])}" marR="{emu(pad[0])}" marT="{emu(pad[1])}" marB="{emu(pad[1])}"{vertical} anchor="ctr">'
        f"{sides}{fill(ground) if ground else '<a:noFill/>'}</a:tcPr></a:tc>"
    )


def _grid(widths: list[float], rows: list[tuple[float, list[str]]], *, header: bool = True) -> str:
    columns = "".join(f'<a:gridCol w="{emu(width)}"/>' for width in widths)
    lines = "".join(f'<a:tr h="{emu(height)}">{"".join(cells)}</a:tr>' for height, cells in rows)
    first = ' firstRow="1"' if header else ""
    return (
        f"<a:tbl><a:tblPr{first}><a:tableStyleId>{TABLE_STYLE}</a:tableStyleId></a:tblPr>"
        f"<a:tblGrid>{columns}</a:tblGrid>{lines}</a:tbl>"
    )


def table(block: Table, width: float, writer: Writer) -> str:
    """Return a table as the slide's own."""
    size = block.size or page.TABLE_SIZES[0]
    widths = list(block.widths or page.table_widths(block, width, size))
    heights = page.table_row_heights(block, width, size)
    rows = []
    for number, (row, height) in enumerate(zip(block.rows, heights, strict=True)):
        strong = number in {0, block.strong}
        ground = "dk2" if number == 0 else "lt2" if strong else ""
        cells = []
        for column, spans in enumerate(row):
            align = "r" if block.numeric and block.numeric[column] else "l"
            color = writer.theme.on_deep if number == 0 else ""
            text = writer.runs(lettered(spans), size, inherited=False, color=color, bold=strong)
            end = f'<a:endParaRPr lang="{writer.language}" sz="{round(size * 100)}"/>'
            cells.append(
                _cell(
                    paragraph(text + end, properties=f' algn="{align}"'),
                    ground=ground,
                    below=writer.theme.line,
                    pad=page.TABLE_PAD,
                )
            )
        rows.append((height, cells))
    return _grid(widths, rows)


def matrix_box(box: Box, block: Matrix) -> tuple[Box, float, float, bool]:
    """Return a matrix' place, the side of a cell, the room for labels, and whether those below are turned."""
    x, y, width, height = box
    count = len(block.labels)
    axis = 22.0
    longest = max(text_width(label, 14.0) for label in block.labels) * _WIDER + 10
    room = min(longest, width * 0.28)
    side = min((width - axis - room) / count, (height - axis - 26) / count, 60.0)
    turned = longest > side
    below = min(longest, height * 0.28) if turned else 26.0
    side = min(side, (height - axis - below) / count)
    wide, tall = room + side * count, below + side * count
    left = x + axis + max((width - axis - wide) / 2, 0.0)
    return (left, y, wide, tall), side, (below if turned else 26.0), turned


def matrix(block: Matrix, box: Box, writer: Writer) -> tuple[Box, str]:
    """Return a confusion matrix' place and the table: cells shaded by their share of the row's class."""
    place, side, below, turned = matrix_box(box, block)
    room = place[2] - side * len(block.labels)
    theme = writer.theme
    small = max(min(14.0, side * 0.62), 6.0)

    def label(text: str, width: float, align: str, *, turn: bool = False) -> str:
        shown = shortened(text, small * _WIDER, max(width - 8, 4.0))
        runs = run(shown, writer.language, size=small)
        return _cell(paragraph(runs, properties=f' algn="{align}"'), pad=(4, 0), turned=turn)

    rows: list[tuple[float, list[str]]] = []
    for i, counts in enumerate(block.counts):
        total = sum(counts) or 1
        cells = [label(block.labels[i], room, "r")]
        for j, value in enumerate(counts):
            share = 0.06 + 0.94 * (value / total) ** 0.6
            color = theme.primary if i == j else theme.accent
            ground = mix(color, theme.page, share) if value else theme.code_ground
            inner = max(min(16.0, side * 0.45, side * 0.9 / max(len(str(value)) * 0.52, 1)), 1.0)
            shown = value and inner >= 6.5
            text = (
                run(str(value), writer.language, size=inner, color=ink_on(ground, theme.ink, theme.page))
                if shown
                else ""
            )
            # An empty cell has text of some size, too, and must not stretch its row.
            end = f'<a:endParaRPr lang="{writer.language}" sz="{round(max(inner, 1.0) * 100)}"/>'
            cells.append(
                _cell(
                    paragraph(text + end, properties=' algn="ctr"'),
                    ground=ground,
                    below=theme.page,
                    beside=theme.page,
                    pad=(0, 0),
                )
            )
        rows.append((side, cells))
    corner = _cell(f'<a:p><a:endParaRPr lang="{writer.language}" sz="600"/></a:p>', pad=(0, 0))
    width = below if turned else side
    rows.append(
        (
            below,
            [corner, *(label(text, width, "r" if turned else "ctr", turn=turned) for text in block.labels)],
        )
    )
    return place, _grid([room] + [side] * len(block.labels), rows, header=False)


def matrix_labels(number: int, block: Matrix, place: Box, writer: Writer) -> list[str]:
    """Return what the axes of a matrix are called, as two shapes."""
    x, y, width, height = place
    theme = writer.theme

    def said(text: str) -> str:
        return paragraph(run(text, writer.language), properties=' algn="ctr"')

    below = shape(
        number,
        "Columns",
        paragraphs=said(block.column_label),
        box=(x, y + height, width, 20.0),
        body=insets(0, 0, anchor="ctr"),
        styles=styles(13, theme.muted),
    )
    turned = insets(0, 0, anchor="ctr").replace("<a:bodyPr", '<a:bodyPr vert="vert270"')
    beside = shape(
        number + 1,
        "Rows",
        paragraphs=said(block.row_label),
        box=(x - 22.0, y, 20.0, height),
        body=turned,
        styles=styles(13, theme.muted),
    )
    return [beside, below]


def matrix_picture(block: Matrix, writer: Writer) -> bytes:
    """Return a matrix of many classes as a PNG, a square of pixels a cell."""
    import io

    from PIL import Image

    count = len(block.labels)
    cells = Image.new("RGB", (count, count), writer.theme.code_ground)
    for i, counts in enumerate(block.counts):
        total = sum(counts) or 1
        for j, value in enumerate(counts):
            if value:
                color = writer.theme.primary if i == j else writer.theme.accent
                cells.putpixel(
                    (j, i), _rgb(mix(color, writer.theme.page, 0.06 + 0.94 * (value / total) ** 0.6))
                )
    scale = max(800 // count, 1)
    out = io.BytesIO()
    cells.resize((count * scale, count * scale), Image.Resampling.NEAREST).save(out, "PNG")
    return out.getvalue()


def _rgb(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def group(number: int, name: str, box: Box, shapes: list[str], *, alt: str) -> str:
    """Return shapes as one."""
    place = frame(box).removesuffix("</a:xfrm>")
    x, y, width, height = (emu(value) for value in box)
    place += f'<a:chOff x="{x}" y="{y}"/><a:chExt cx="{width}" cy="{height}"/></a:xfrm>'
    return (
        f'<p:grpSp><p:nvGrpSpPr><p:cNvPr id="{number}" name="{escaped(name)}" descr="{escaped(alt)}"/><p:cNvGrpSpPr/>'
        f"<p:nvPr/></p:nvGrpSpPr><p:grpSpPr>{place}</p:grpSpPr>{''.join(shapes)}</p:grpSp>"
    )


def facts(block: Facts, box: Box, number: int, writer: Writer) -> str:
    """Return tiles in a row."""
    x, y, width, height = box
    theme = writer.theme
    shapes: list[str] = []
    for item in tiles(block, width):
        shapes.append(
            shape(
                number + len(shapes) + 1, "Edge", box=(x, y, 4.0, height), look=fill("accent1") + line("", 0)
            )
        )
        shapes.append(
            shape(
                number + len(shapes) + 1,
                item["label"],
                paragraphs=_tile(item, writer),
                box=(x + 4.0, y, item["width"] - 4.0, height),
                look=fill("lt2") + line("", 0),
                body=insets(10, 8, fit="shrink"),
                styles=styles(14, theme.muted),
            )
        )
        x += item["width"] + FACT_GAP
    alt = "; ".join(" ".join(part for part in (f"{f.label}:", f.value, f.note) if part) for f in block.items)
    taken = x - FACT_GAP - box[0]
    return group(number, "Facts", (box[0], y, taken, height), shapes, alt=alt)


def _tile(item: dict[str, Any], writer: Writer) -> str:
    value = run(item["value"], writer.language, size=item["size"], bold=True, color=writer.theme.heading)
    made = paragraph(run(item["label"], writer.language)) + paragraph(value, inner=spacing(2))
    if item["note"]:
        made += paragraph(run(item["note"], writer.language, size=13), inner=spacing(2))
    return made


def network(block: Network, box: Box, number: int, writer: Writer) -> str:
    """Return a network's layers as boxes, with lines that stay tied to them."""
    x, y, width, height = box
    layers = block.layers
    count = len(layers)
    per_row = count if count <= 5 else min(6, math.ceil(count / math.ceil(count / 6)))
    rows = math.ceil(count / per_row)
    gap, between = 26.0, 28.0
    wide = min((width - gap * (per_row - 1)) / per_row, 190.0)
    tall = min((height - between * (rows - 1)) / rows, 136.0)
    used = wide * per_row + gap * (per_row - 1)
    left = x + (width - used) / 2
    top = y + max((height - tall * rows - between * (rows - 1)) / 2, 0.0)
    places: list[Box] = []
    shapes: list[str] = []
    for index, layer in enumerate(layers):
        row, column = divmod(index, per_row)
        places.append((left + column * (wide + gap), top + row * (tall + between), wide, tall))
        shapes.append(_layer(number + 1 + index, layer, places[-1], writer, last=index == count - 1))
    for index in range(count - 1):
        ids = (number + 1 + index, number + 2 + index)
        shapes.append(_connector(number + 1 + count + index, ids, places[index], places[index + 1], writer))
    whole = (left, top, used, tall * rows + between * (rows - 1))
    return group(number, "Network", whole, shapes, alt=block.alt)


def _layer(number: int, layer: Layer, box: Box, writer: Writer, *, last: bool) -> str:
    theme = writer.theme
    inner = box[2] - 12
    ink, soft = (theme.on_deep, theme.soft) if last else ("tx1", theme.muted)
    rows = [
        (layer.kind, 19.0, True, ink),
        (layer.name, 14.0, False, soft),
        (layer.shape, 16.0, False, ink),
        (layer.parameters, 14.0, False, soft),
    ]
    rows = [row for row in rows if row[0]]
    highest = (box[3] - 8) / max(len(rows), 1) / 1.22
    text = []
    for words, size, bold, color in rows:
        fitting = min(size, highest)
        while fitting > 10 and text_width(words, fitting, strong=bold) * _WIDER > inner:
            fitting -= 0.5
        shown = shortened(words, fitting * _WIDER, inner)
        runs = run(shown, writer.language, size=fitting, bold=bold, color=color)
        text.append(paragraph(runs, properties=' algn="ctr"'))
    look = fill("dk2" if last else "lt2") + line("" if last else theme.line, 1.0)
    return shape(
        number,
        layer.kind,
        paragraphs="".join(text),
        box=box,
        look=look,
        body=insets(4, 2, anchor="ctr", fit="shrink"),
        geometry="roundRect",
    )


def _connector(number: int, ids: tuple[int, int], start: Box, end: Box, writer: Writer) -> str:
    """Return an arrow from one box' right edge to the next one's left, or from its foot to a lower row's head."""
    below = end[1] > start[1]
    # The places of a rectangle where lines may end are numbered from its head, against the clock.
    sites = (2, 0) if below else (3, 1)
    if below:
        a = (start[0] + start[2] / 2, start[1] + start[3])
        b = (end[0] + end[2] / 2, end[1])
        form, turn = "bentConnector3", ' rot="5400000"'
        across, down = a[0] - b[0], b[1] - a[1]
        # Turned by a right angle, width and height change places around the same middle.
        middle = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
        box = (middle[0] - down / 2, middle[1] - across / 2, down, across)
    else:
        a, b = (start[0] + start[2], start[1] + start[3] / 2), (end[0], end[1] + end[3] / 2)
        form, turn, box = "straightConnector1", "", (a[0], a[1], b[0] - a[0], 0.0)
    place = frame(box).replace("<a:xfrm>", f"<a:xfrm{turn}>")
    look = f'<a:ln w="{emu(1.6)}">{fill(writer.theme.muted)}<a:tailEnd type="triangle"/></a:ln>'
    return (
        f'<p:cxnSp><p:nvCxnSpPr><p:cNvPr id="{number}" name="Arrow"/><p:cNvCxnSpPr><a:stCxn id="{ids[0]}" idx="{sites[0]}"/>'
        f'<a:endCxn id="{ids[1]}" idx="{sites[1]}"/></p:cNvCxnSpPr><p:nvPr/></p:nvCxnSpPr><p:spPr>{place}'
        f'<a:prstGeom prst="{form}"><a:avLst/></a:prstGeom>{look}</p:spPr></p:cxnSp>'
    )
