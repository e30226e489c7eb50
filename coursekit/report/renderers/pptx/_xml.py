"""Pieces of PresentationML as text: every text of a group's passes through `escaped` on its way in."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

NAMESPACES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
)
#: What XML 1.0 cannot hold, and what breaks a line.
_ILLEGAL = re.compile("[^\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SPACE = re.compile("[\t\n\r\x0b\x0c\x85\u2028\u2029]")

# Links take the theme's color for links, unless they say that they have one of their own.
_OWN_COLOR = (
    '<a:extLst><a:ext uri="{A12FA001-AC4F-418D-AE19-62706E023703}"><ahyp:hlinkClr val="tx" '
    'xmlns:ahyp="http://schemas.microsoft.com/office/drawing/2018/hyperlinkcolor"/></a:ext></a:extLst>'
)

Box = tuple[float, float, float, float]


def emu(points: float) -> int:
    """Return a length in the unit of the format."""
    return round(points * 12700)


def hundredths(points: float) -> int:
    """Return a size of text in the unit of the format."""
    return round(points * 100)


def clean(text: str) -> str:
    """Return text on one line, without what XML cannot hold."""
    return _ILLEGAL.sub("", _SPACE.sub(" ", text))


def escaped(text: str) -> str:
    """Return text as it stands in an element or an attribute."""
    return escape(clean(text), {'"': "&quot;"})


def frame(box: Box, tag: str = "a:xfrm") -> str:
    """Return a shape's place."""
    x, y, width, height = box
    return f'<{tag}><a:off x="{emu(x)}" y="{emu(y)}"/><a:ext cx="{emu(width)}" cy="{emu(height)}"/></{tag}>'


def fill(color: str) -> str:
    """Return a filling: ``#rrggbb``, or the name of a color of the theme."""
    if color.startswith("#"):
        return f'<a:solidFill><a:srgbClr val="{color[1:].upper()}"/></a:solidFill>'
    return f'<a:solidFill><a:schemeClr val="{color}"/></a:solidFill>'


def line(color: str, width: float, *, dash: str = "") -> str:
    """Return an outline, or none for an empty color."""
    if not color:
        return "<a:ln><a:noFill/></a:ln>"
    dashed = f'<a:prstDash val="{dash}"/>' if dash else ""
    return f'<a:ln w="{emu(width)}">{fill(color)}{dashed}</a:ln>'


def placeholder(kind: str = "", index: int = 0, size: str = "") -> str:
    """Return what makes a shape a placeholder of its layout."""
    attributes = "".join(
        f' {name}="{value}"' for name, value in (("type", kind), ("sz", size), ("idx", index)) if value
    )
    return f"<p:ph{attributes}/>"


def shape(
    number: int,
    name: str,
    *,
    paragraphs: str = "",
    ph: str = "",
    box: Box | None = None,
    look: str = "",
    body: str = "<a:bodyPr/>",
    styles: str = "<a:lstStyle/>",
    alt: str = "",
    geometry: str = "rect",
) -> str:
    """Return a shape with text: a placeholder, or without `ph` a shape by itself."""
    described = f' descr="{escaped(alt)}"' if alt else ""
    place = frame(box) if box else ""
    if ph:
        locks, drawn = '<p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr>', ""
    else:
        locks = '<p:cNvSpPr txBox="1"/>' if not look else "<p:cNvSpPr/>"
        drawn = f'<a:prstGeom prst="{geometry}"><a:avLst/></a:prstGeom>'
    text = paragraphs or "<a:p/>"
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="{escaped(name)}"{described}/>{locks}<p:nvPr>{ph}</p:nvPr>'
        f"</p:nvSpPr><p:spPr>{place}{drawn}{look}</p:spPr><p:txBody>{body}{styles}{text}</p:txBody></p:sp>"
    )


def picture(number: int, name: str, box: Box, ph: str, relation: str, *, alt: str) -> str:
    """Return a picture; `relation` is the slide's to the image."""
    return (
        f'<p:pic><p:nvPicPr><p:cNvPr id="{number}" name="{escaped(name)}" descr="{escaped(alt)}"/>'
        f'<p:cNvPicPr><a:picLocks noGrp="1" noChangeAspect="1"/></p:cNvPicPr><p:nvPr>{ph}</p:nvPr></p:nvPicPr>'
        f'<p:blipFill><a:blip r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch></p:blipFill>'
        f'<p:spPr>{frame(box)}<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr></p:pic>'
    )


def insets(left: float, top: float, *, anchor: str = "t", wrap: str = "square", fit: str = "none") -> str:
    """Return how a text stands in its shape. `fit` is ``none``, or ``shrink`` when more is written into it."""
    fitted = "<a:normAutofit/>" if fit == "shrink" else "<a:noAutofit/>"
    return (
        f'<a:bodyPr wrap="{wrap}" lIns="{emu(left)}" tIns="{emu(top)}" rIns="{emu(left)}" bIns="{emu(top)}" '
        f'rtlCol="0" anchor="{anchor}">{fitted}</a:bodyPr>'
    )


def paragraph(runs: str, *, properties: str = "", inner: str = "") -> str:
    """Return a paragraph; `properties` are attributes, `inner` elements of its format."""
    form = f"<a:pPr{properties}>{inner}</a:pPr>" if properties or inner else ""
    return f"<a:p>{form}{runs}</a:p>"


def spacing(points: float) -> str:
    """Return the space before a paragraph."""
    return f'<a:spcBef><a:spcPts val="{hundredths(points)}"/></a:spcBef>'


def run(
    text: str,
    language: str,
    *,
    size: float = 0.0,
    bold: bool = False,
    italic: bool = False,
    color: str = "",
    mono: str = "",
    link: str = "",
) -> str:
    """Return a stretch of text in one style; `mono` is a font's name, `link` the id of a relationship."""
    attributes = f' lang="{language}"'
    attributes += f' sz="{hundredths(size)}"' if size else ""
    attributes += ' b="1"' if bold else ""
    attributes += ' i="1"' if italic else ""
    attributes += ' noProof="1"' if mono else ""
    inner = fill(color) if color else ""
    if mono:
        inner += f'<a:latin typeface="{escaped(mono)}"/><a:cs typeface="{escaped(mono)}"/>'
    if link:
        inner += f'<a:hlinkClick r:id="{link}">{_OWN_COLOR if color else ""}</a:hlinkClick>'
    return f"<a:r><a:rPr{attributes}>{inner}</a:rPr><a:t>{escaped(text)}</a:t></a:r>"
