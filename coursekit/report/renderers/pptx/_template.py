"""An empty presentation in the report's theme: master, layouts, colors, fonts. Slides are put into it.

A layout has a place for the title and one for each block of a slide's columns, so that whatever
stands on a slide can be exchanged, moved and reset like in any deck that was made by hand.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from coursekit.report import layout as page
from coursekit.report.contrast import luminance
from coursekit.report.deck import HEIGHT, WIDTH
from coursekit.report.plain import LOGO_ALT, logo_size
from coursekit.report.renderers.pptx import _parts as parts
from coursekit.report.renderers.pptx._xml import (
    NAMESPACES,
    Box,
    emu,
    fill,
    hundredths,
    insets,
    line,
    picture,
    placeholder,
    shape,
)
from coursekit.report.theme import Theme

TITLE_BOX: Box = (page.MARGIN, 42.0, page.body_width(), 66.0)
EYEBROW_BOX: Box = (page.MARGIN, 20.0, page.body_width(), 20.0)
FOOTER_BOX: Box = (page.MARGIN, 507.0, 760.0, 20.0)
NUMBER_BOX: Box = (WIDTH - page.MARGIN - 70.0, 507.0, 70.0, 20.0)
MISSING_BOX: Box = (page.MARGIN, 150.0, page.body_width(), 230.0)
COVER_PICTURE: Box = (500.0, 50.0, *page.COVER_BOX)
COVER_WIDTH = (page.body_width(), 400.0)
MISSING_SIZE = 23.0
LOGO_BOTTOM = 84.0
#: Numbers by which a slide's shapes name their places in the layout.
EYEBROW, FOOTER, NUMBER, PICTURE, LEFT, RIGHT = 10, 11, 12, 13, 1, 21
MOST_REGIONS = 8

_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAP = (
    'bg1="lt1" tx1="dk1" bg2="lt2" tx2="dk2" accent1="accent1" accent2="accent2" accent3="accent3" '
    'accent4="accent4" accent5="accent5" accent6="accent6" hlink="hlink" folHlink="folHlink"'
)
# On the dark ground of the first and last slide, links are light.
_COVER_MAP = "<p:clrMapOvr><a:overrideClrMapping {}/></p:clrMapOvr>"
MASTER_MAP = "<p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr>"


def cover_map(theme: Theme) -> str:
    """Return which of the theme's colors the first and last slide take by their usual names."""
    light = "lt1" if luminance(theme.page) > luminance(theme.ink) else "dk1"
    mapping = _MAP.replace('hlink="hlink" folHlink="folHlink"', f'hlink="{light}" folHlink="{light}"')
    return _COVER_MAP.format(mapping)


@dataclass(frozen=True, slots=True, order=True)
class Kind:
    """A kind of layout: how it looks, and how many blocks its columns hold (for a cover, whether it has a picture)."""

    look: Literal["content", "title", "missing"]
    left: int = 0
    right: int = 0

    @property
    def name(self) -> str:
        """What office programs call it."""
        if self.look == "title":
            return "Title with picture" if self.right else "Title"
        if self.look == "missing":
            return "To be written"
        known = {(0, 0): "Title only", (1, 0): "Title and content", (1, 1): "Two columns"}
        stacked = f"{self.left} + {self.right} blocks" if self.right else f"{self.left} blocks"
        return known.get((self.left, self.right), stacked)


#: What a group can choose from, used or not.
_ALWAYS = (Kind("title"), Kind("content", 1), Kind("content", 1, 1), Kind("content"))


def kinds(used: Iterable[Kind]) -> list[Kind]:
    """Return the layouts of a deck, the usual ones first."""
    return [*_ALWAYS, *sorted(set(used) - set(_ALWAYS))]


def regions(kind: Kind, share: float = 0.5) -> dict[int, Box]:
    """Return where a layout's blocks stand before a slide moves them."""
    height = page.body_height(hint=False)
    aside = (page.body_width() - page.GUTTER) * share if kind.right else 0.0
    width = page.body_width() - (aside + page.GUTTER if kind.right else 0.0)
    made: dict[int, Box] = {}
    for first, count, x, wide in (
        (LEFT, kind.left, page.MARGIN, width),
        (RIGHT, kind.right, page.MARGIN + width + page.GUTTER, aside),
    ):
        each = (height - 14.0 * (count - 1)) / count if count else 0.0
        for number in range(count):
            made[first + number] = (x, page.TOP + number * (each + 14.0), wide, each)
    return made


def template(theme: Theme, layouts: list[Kind], language: str) -> bytes:
    """Return an empty presentation with these layouts, in this order."""
    files = {
        "_rels/.rels": parts.relations(
            ("officeDocument", "ppt/presentation.xml"),
            ("extended-properties", "docProps/app.xml"),
            ("metadata/core-properties", "docProps/core.xml"),
        ),
        "docProps/app.xml": parts.app(),
        "docProps/core.xml": parts.core(),
        "ppt/_rels/presentation.xml.rels": parts.relations(
            ("slideMaster", "slideMasters/slideMaster1.xml"),
            ("presProps", "presProps.xml"),
            ("viewProps", "viewProps.xml"),
            ("theme", "theme/theme1.xml"),
            ("tableStyles", "tableStyles.xml"),
        ),
        "ppt/presProps.xml": f"<p:presentationPr {NAMESPACES}/>",
        "ppt/presentation.xml": parts.presentation(language),
        "ppt/slideMasters/_rels/slideMaster1.xml.rels": parts.relations(
            *(("slideLayout", f"../slideLayouts/slideLayout{n}.xml") for n in range(1, len(layouts) + 1)),
            ("theme", "../theme/theme1.xml"),
        ),
        "ppt/slideMasters/slideMaster1.xml": _master(theme, len(layouts), language),
        "ppt/tableStyles.xml": parts.table_styles(theme),
        "ppt/theme/theme1.xml": parts.theme_part(theme),
        "ppt/viewProps.xml": f"<p:viewPr {NAMESPACES}/>",
    }
    logo = f"image1.{'png' if theme.logo.mime == 'image/png' else 'jpg'}" if theme.logo else ""
    for number, kind in enumerate(layouts, 1):
        shown = [("image", f"../media/{logo}")] if logo and kind.look == "title" else []
        files[f"ppt/slideLayouts/slideLayout{number}.xml"] = _layout(theme, kind, language)
        files[f"ppt/slideLayouts/_rels/slideLayout{number}.xml.rels"] = parts.relations(
            ("slideMaster", "../slideMasters/slideMaster1.xml"), *shown
        )
    files["[Content_Types].xml"] = parts.content_types([*files, *([logo] if logo else [])])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in sorted(files):
            archive.writestr(name, _DECLARATION + files[name])
        if theme.logo:
            archive.writestr(f"ppt/media/{logo}", theme.logo.data)
    return out.getvalue()


def _tree(shapes: Iterable[str]) -> str:
    return (
        '<p:spTree><p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
        f"{''.join(shapes)}</p:spTree>"
    )


def _prompt(text: str, level: int = 0) -> str:
    return f'<a:p><a:pPr lvl="{level}"/><a:r><a:rPr/><a:t>{text}</a:t></a:r></a:p>'


def _level(number: int, size: float, color: str, *, bullet: bool, more: str = "", bold: bool = False) -> str:
    indent = emu(page.BULLET_INDENT * size)
    place = f' marL="{indent * number}" indent="{-indent}"' if bullet else ' marL="0" indent="0"'
    mark = (
        '<a:buClr><a:schemeClr val="accent1"/></a:buClr><a:buFont typeface="Arial"/><a:buChar char="•"/>'
        if bullet
        else "<a:buNone/>"
    )
    strong = ' b="1"' if bold else ""
    return (
        f'<a:lvl{number}pPr{place} algn="l" defTabSz="914400" rtl="0" eaLnBrk="1" latinLnBrk="0" hangingPunct="1">{more}{mark}'
        f'<a:defRPr sz="{hundredths(size)}"{strong} kern="1200">{fill(color)}<a:latin typeface="+mn-lt"/>'
        f'<a:ea typeface="+mn-ea"/><a:cs typeface="+mn-cs"/></a:defRPr></a:lvl{number}pPr>'
    )


def styles(size: float, color: str = "", *, bold: bool = False, align: str = "l") -> str:
    """Return a shape's own style: text without bullets."""
    strong = ' b="1"' if bold else ""
    colored = fill(color) if color else ""
    return (
        f'<a:lstStyle><a:lvl1pPr marL="0" indent="0" algn="{align}"><a:spcBef><a:spcPts val="0"/></a:spcBef><a:buNone/>'
        f'<a:defRPr sz="{hundredths(size)}"{strong}>{colored}</a:defRPr></a:lvl1pPr></a:lstStyle>'
    )


def _master(theme: Theme, layouts: int, language: str) -> str:
    title = _level(
        1,
        page.TITLE_SIZES[0],
        "tx2" if theme.heading == theme.deep else theme.heading,
        bullet=False,
        bold=True,
        more='<a:lnSpc><a:spcPct val="95000"/></a:lnSpc>',
    )
    title = title.replace("+mn-", "+mj-")
    gap = '<a:lnSpc><a:spcPct val="100000"/></a:lnSpc><a:spcBef><a:spcPts val="700"/></a:spcBef>'
    body = "".join(
        _level(number, size, "tx1", bullet=True, more=gap)
        for number, size in enumerate((24.0, 21.0, 19.0, 18.0, 18.0), 1)
    )
    shapes = [
        _bar(theme, 2),
        shape(3, "Title", ph=placeholder("title"), box=TITLE_BOX, look=_RECT, body=insets(0, 0, fit="shrink"), paragraphs=_prompt("Title")),
        shape(
            4,
            "Text",
            ph=placeholder("body", 1),
            box=regions(Kind("content", 1))[LEFT],
            look=_RECT,
            body=insets(0, 0, fit="shrink"),
            paragraphs=_prompt("Text") + _prompt("Second level", 1) + _prompt("Third level", 2),
        ),
        shape(5, "Footer", ph=placeholder("ftr", 3, "quarter"), box=FOOTER_BOX, look=_RECT, body=insets(0, 0, anchor="ctr"), styles=styles(13, theme.muted)),
        shape(
            6,
            "Slide number",
            ph=placeholder("sldNum", 4, "quarter"),
            box=NUMBER_BOX,
            look=_RECT,
            body=insets(0, 0, anchor="ctr"),
            styles=styles(13, theme.muted, align="r"),
            paragraphs=NUMBER_FIELD.format(lang=language, number="‹#›"),
        ),
    ]  # fmt: skip
    ids = "".join(
        f'<p:sldLayoutId id="{2147483648 + number}" r:id="rId{number}"/>' for number in range(1, layouts + 1)
    )
    return (
        f"<p:sldMaster {NAMESPACES}><p:cSld><p:bg><p:bgPr>{fill('bg1')}<a:effectLst/></p:bgPr></p:bg>{_tree(shapes)}</p:cSld>"
        f'<p:clrMap {_MAP}/><p:sldLayoutIdLst>{ids}</p:sldLayoutIdLst><p:hf hdr="0" dt="0"/>'
        f"<p:txStyles><p:titleStyle>{title}</p:titleStyle><p:bodyStyle>{body}</p:bodyStyle>"
        f'<p:otherStyle><a:defPPr><a:defRPr lang="{language}"/></a:defPPr></p:otherStyle></p:txStyles></p:sldMaster>'
    )


#: The one field in the deck. A group's text is never in one.
NUMBER_FIELD = (
    '<a:p><a:fld id="{{5F0A3B7E-2C1D-5E4F-8A90-1B2C3D4E5F60}}" type="slidenum"><a:rPr lang="{lang}"/>'
    "<a:t>{number}</a:t></a:fld></a:p>"
)
_RECT = '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'


def _bar(theme: Theme, number: int) -> str:
    """Return the colored edge at the top."""
    look = fill(theme.primary) + line("", 0)
    return shape(number, "Edge", box=(0.0, 0.0, WIDTH, 7.0), look=look)


def _layout(theme: Theme, kind: Kind, language: str) -> str:
    if kind.look == "title":
        return _cover_layout(theme, kind, language)
    known = {(0, 0): ' type="titleOnly"', (1, 0): ' type="obj"', (1, 1): ' type="twoObj"'}
    form = known.get((kind.left, kind.right), "") if kind.look == "content" else ""
    shapes = [
        shape(2, "Title", ph=placeholder("title"), paragraphs=_prompt("Title")),
        shape(
            3,
            "Section",
            ph=placeholder("body", EYEBROW, "quarter"),
            box=EYEBROW_BOX,
            look=_RECT,
            styles=styles(14, "accent1", bold=True),
            paragraphs=_prompt("Section"),
        ),
    ]
    if kind.look == "missing":
        shapes.append(
            shape(
                4,
                "Text",
                ph=placeholder("body", LEFT),
                box=MISSING_BOX,
                look=_RECT + fill(theme.warn_ground) + line(theme.warn, 1.5, dash="dash"),
                body=insets(36, 20, anchor="ctr", fit="shrink"),
                styles=styles(MISSING_SIZE, theme.warn),
                paragraphs=_prompt("What is to be written"),
            )
        )
    for index, box in regions(kind).items() if kind.look == "content" else ():
        shapes.append(
            shape(
                10 + index,
                f"Content {index}",
                ph=placeholder("", index, size_of(kind)),
                box=box,
                look=_RECT,
                paragraphs=_prompt("Text, picture, table or chart"),
            )
        )
    shapes.append(shape(4 + 40, "Footer", ph=placeholder("ftr", FOOTER, "quarter")))
    shapes.append(
        shape(
            5 + 40,
            "Slide number",
            ph=placeholder("sldNum", NUMBER, "quarter"),
            paragraphs=NUMBER_FIELD.format(lang="en-US", number="‹#›"),
        )
    )
    return _layout_xml(kind, form, "", _tree(shapes), MASTER_MAP)


def size_of(kind: Kind) -> str:
    """Return how the format calls the share of the slide that a place takes."""
    count = kind.left + kind.right
    return "" if count <= 1 else "half" if count == 2 else "quarter"


def _cover_layout(theme: Theme, kind: Kind, language: str) -> str:
    width = COVER_WIDTH[kind.right]
    ground = f"<p:bg><p:bgPr>{fill('dk2')}<a:effectLst/></p:bgPr></p:bg>"
    shapes = [
        shape(
            2,
            "Accent",
            box=(0.0, 0.0, 14.0, HEIGHT),
            look=fill(theme.mark) + line("", 0),
        ),
        shape(
            3,
            "Title",
            ph=placeholder("ctrTitle"),
            box=(page.MARGIN, 60.0, width, 200.0),
            look=_RECT,
            body=insets(0, 0, anchor="b", fit="shrink"),
            styles=styles(46, theme.on_deep, bold=True),
            paragraphs=_prompt("Title"),
        ),
        shape(
            4,
            "Subtitle",
            ph=placeholder("subTitle", 1),
            box=(page.MARGIN, 280.0, width, 200.0),
            look=_RECT,
            body=insets(0, 0, fit="shrink"),
            styles=styles(20, theme.on_deep),
            paragraphs=_prompt("Names, date"),
        ),
    ]
    if kind.right:
        shapes.append(
            shape(
                5,
                "Picture",
                ph=placeholder("pic", PICTURE),
                box=COVER_PICTURE,
                look=_RECT,
                styles=styles(16, theme.on_deep),
                paragraphs=_prompt("Picture"),
            )
        )
    if theme.logo:
        width, height = logo_size(theme.logo)
        plate: Box = (page.MARGIN, LOGO_BOTTOM - height - 12.0, width + 20.0, height + 12.0)
        shapes.append(shape(6, "Plate", box=plate, look=fill("#ffffff") + line("", 0), geometry="roundRect"))
        image: Box = (plate[0] + 10.0, plate[1] + 6.0, width, height)
        shapes.append(picture(7, "Logo", image, "", "rId2", alt=LOGO_ALT.in_(language[:2])))
    form = "" if kind.right else ' type="title"'
    return _layout_xml(kind, form, ground, _tree(shapes), cover_map(theme), master_shapes=False)


def _layout_xml(
    kind: Kind, form: str, ground: str, tree: str, mapping: str, *, master_shapes: bool = True
) -> str:
    shown = "" if master_shapes else ' showMasterSp="0"'
    return (
        f'<p:sldLayout {NAMESPACES}{shown}{form} preserve="1"><p:cSld name="{kind.name}">{ground}{tree}</p:cSld>{mapping}'
        "</p:sldLayout>"
    )
