"""Slides as groups make them with other tools: small PPTX and PDF files, written by hand."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_P = "http://schemas.openxmlformats.org/presentationml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_NS = f'xmlns:a="{_A}" xmlns:p="{_P}" xmlns:r="{_R}"'

THEME = (
    f"<a:theme {_NS}><a:themeElements><a:clrScheme>"
    '<a:dk1><a:sysClr val="windowText" lastClr="000000"/></a:dk1><a:lt1><a:srgbClr val="FFFFFF"/></a:lt1>'
    '<a:accent1><a:srgbClr val="4472C4"/></a:accent1><a:hlink><a:srgbClr val="FFFF00"/></a:hlink>'
    "</a:clrScheme></a:themeElements></a:theme>"
)
MASTER = (
    f'<p:sldMaster {_NS}><p:cSld><p:bg><p:bgRef idx="1001"><a:schemeClr val="bg1"/></p:bgRef></p:bg>'
    '<p:spTree><p:sp><p:nvSpPr><p:cNvPr id="2" name="Title"/><p:nvPr><p:ph type="title"/></p:nvPr></p:nvSpPr>'
    '<p:spPr><a:xfrm><a:off x="600000" y="300000"/><a:ext cx="11000000" cy="1200000"/></a:xfrm></p:spPr>'
    "<p:txBody><a:bodyPr><a:normAutofit/></a:bodyPr><a:lstStyle/></p:txBody></p:sp></p:spTree></p:cSld>"
    '<p:clrMap bg1="lt1" tx1="dk1" bg2="lt1" tx2="dk1" accent1="accent1" hlink="hlink"/>'
    '<p:txStyles><p:titleStyle><a:lvl1pPr><a:defRPr sz="4400"><a:solidFill><a:schemeClr val="tx1"/></a:solidFill>'
    '</a:defRPr></a:lvl1pPr></p:titleStyle><p:bodyStyle><a:lvl1pPr><a:defRPr sz="2800"/></a:lvl1pPr></p:bodyStyle>'
    "</p:txStyles></p:sldMaster>"
)
LAYOUT = (
    f'<p:sldLayout {_NS}><p:cSld><p:spTree><p:sp><p:nvSpPr><p:cNvPr id="2" name="Title"/><p:nvPr>'
    '<p:ph type="ctrTitle"/></p:nvPr></p:nvSpPr><p:spPr/></p:sp></p:spTree></p:cSld></p:sldLayout>'
)


def text_box(
    text: str,
    *,
    size: int = 2400,
    color: str = "",
    at: tuple[int, int, int, int] = (600_000, 1_800_000, 11_000_000, 4_000_000),
    fill: str = "",
    body: str = "",
    attributes: str = "",
) -> str:
    """Return a text box; lengths in EMU, sizes in hundredths of a point."""
    ink = f'<a:solidFill><a:srgbClr val="{color}"/></a:solidFill>' if color else ""
    ground = f'<a:solidFill><a:srgbClr val="{fill}"/></a:solidFill>' if fill else ""
    stated = f' sz="{size}"' if size else ""
    return (
        f'<p:sp {attributes}><p:nvSpPr><p:cNvPr id="9" name="Box"/><p:nvPr/></p:nvSpPr><p:spPr><a:xfrm>'
        f'<a:off x="{at[0]}" y="{at[1]}"/><a:ext cx="{at[2]}" cy="{at[3]}"/></a:xfrm>{ground}</p:spPr><p:txBody>'
        f"<a:bodyPr>{body}</a:bodyPr><a:lstStyle/><a:p><a:r><a:rPr{stated}>{ink}</a:rPr><a:t>{text}</a:t></a:r></a:p>"
        "</p:txBody></p:sp>"
    )


def title(text: str) -> str:
    """Return a title that inherits everything."""
    return (
        '<p:sp><p:nvSpPr><p:cNvPr id="3" name="Title 1"/><p:nvPr><p:ph type="title"/></p:nvPr></p:nvSpPr><p:spPr/>'
        f"<p:txBody><a:bodyPr/><a:lstStyle/><a:p><a:r><a:rPr/><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"
    )


def picture(alt: str = "", name: str = "Picture 4", at: tuple[int, int, int, int] = (0, 0, 900, 900)) -> str:
    """Return a picture; its file is not needed."""
    described = f' descr="{alt}"' if alt else ""
    return (
        f'<p:pic><p:nvPicPr><p:cNvPr id="4" name="{name}"{described}/><p:nvPr/></p:nvPicPr><p:spPr><a:xfrm>'
        f'<a:off x="{at[0]}" y="{at[1]}"/><a:ext cx="{at[2]}" cy="{at[3]}"/></a:xfrm></p:spPr></p:pic>'
    )


def group(shapes: str, scale: int = 2) -> str:
    """Return shapes in a group that is drawn `scale` times as large."""
    return (
        f'<p:grpSp><p:nvGrpSpPr/><p:grpSpPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{scale * 1_000_000}" '
        f'cy="{scale * 1_000_000}"/><a:chOff x="0" y="0"/><a:chExt cx="1000000" cy="1000000"/></a:xfrm></p:grpSpPr>'
        f"{shapes}</p:grpSp>"
    )


def _relations(*targets: tuple[str, str]) -> str:
    inner = "".join(
        f'<Relationship Id="rId{n}" Type="{_R}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>'


def pptx(
    slides: Sequence[str], *, hidden: Sequence[int] = (), background: str = "", prefix: str = ""
) -> bytes:
    """Return a PPTX file with slides of the given shapes."""
    ids = "".join(f'<p:sldId id="{255 + n}" r:id="rId{n}"/>' for n in range(1, len(slides) + 1))
    parts = {
        "ppt/presentation.xml": f"<p:presentation {_NS}><p:sldIdLst>{ids}</p:sldIdLst>"
        '<p:sldSz cx="12192000" cy="6858000"/></p:presentation>',
        "ppt/_rels/presentation.xml.rels": _relations(
            *(("slide", f"slides/slide{n}.xml") for n in range(1, len(slides) + 1))
        ),
        "ppt/theme/theme1.xml": THEME,
        "ppt/slideMasters/slideMaster1.xml": MASTER,
        "ppt/slideMasters/_rels/slideMaster1.xml.rels": _relations(("theme", "../theme/theme1.xml")),
        "ppt/slideLayouts/slideLayout1.xml": LAYOUT,
        "ppt/slideLayouts/_rels/slideLayout1.xml.rels": _relations(
            ("slideMaster", "../slideMasters/slideMaster1.xml")
        ),
    }
    for number, shapes in enumerate(slides, 1):
        show = ' show="0"' if number in hidden else ""
        parts[f"ppt/slides/slide{number}.xml"] = (
            f"{prefix}<p:sld {_NS}{show}><p:cSld>{background}<p:spTree>{shapes}</p:spTree></p:cSld></p:sld>"
        )
        parts[f"ppt/slides/_rels/slide{number}.xml.rels"] = _relations(
            ("slideLayout", "../slideLayouts/slideLayout1.xml")
        )
    return archive(parts)


def archive(parts: dict[str, str]) -> bytes:
    """Return a ZIP archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return file.getvalue()


def pdf(pages: Sequence[Sequence[tuple[float, str]]], *, width: int = 960, height: int = 540) -> bytes:
    """Return an untagged PDF whose pages hold lines of text with their sizes."""
    count = len(pages)
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {count} /Kids [{' '.join(f'{4 + 2 * n} 0 R' for n in range(count))}] >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    picture_ = "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1 >>\nstream\n0\nendstream"
    for number, lines in enumerate(pages):
        content = "\n".join(
            f"BT /F1 {size} Tf 1 0 0 1 40 {height - 40 - 30 * row} Tm ({text}) Tj ET"
            for row, (size, text) in enumerate(lines)
        )
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Contents {5 + 2 * number} 0 R "
            f"/Resources << /Font << /F1 3 0 R >> /XObject << /Im1 {4 + 2 * count} 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
    objects.append(picture_)
    made, places = "%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(made))
        made += f"{number} 0 obj\n{body}\nendobj\n"
    start = len(made)
    made += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n"
    made += "".join(f"{place:010d} 00000 n \n" for place in places)
    made += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    return made.encode("latin-1")
