"""The parts around an empty presentation's master: types, relations, colors, fonts, the style of tables."""

from __future__ import annotations

from coursekit.report.deck import HEIGHT, WIDTH
from coursekit.report.renderers.pptx._xml import NAMESPACES, emu, fill
from coursekit.report.theme import Theme

#: Tables in the theme's colors; ours by this name.
TABLE_STYLE = "{6D1A1C2B-8C0E-5B57-9E55-3C7A0F6B2D11}"

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument."


def relations(*targets: tuple[str, str]) -> str:
    """Return the relations of a part, numbered from 1."""
    made = []
    for number, (kind, target) in enumerate(targets, 1):
        base = f"{_PACKAGE}/relationships" if kind.startswith("metadata") else _OFFICE
        made.append(f'<Relationship Id="rId{number}" Type="{base}/{kind}" Target="{target}"/>')
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{"".join(made)}</Relationships>'


def content_types(names: list[str]) -> str:
    """Return what kind of part each file is."""
    kinds_of = {
        "ppt/presentation.xml": "presentationml.presentation.main",
        "ppt/presProps.xml": "presentationml.presProps",
        "ppt/viewProps.xml": "presentationml.viewProps",
        "ppt/tableStyles.xml": "presentationml.tableStyles",
        "ppt/theme/": "theme",
        "ppt/slideMasters/": "presentationml.slideMaster",
        "ppt/slideLayouts/": "presentationml.slideLayout",
        "docProps/app.xml": "extended-properties",
    }
    parts = [
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    ]
    parts.append('<Default Extension="xml" ContentType="application/xml"/>')
    parts += ['<Default Extension="png" ContentType="image/png"/>'] * any(n.endswith(".png") for n in names)
    parts += ['<Default Extension="jpg" ContentType="image/jpeg"/>'] * any(n.endswith(".jpg") for n in names)
    for name in sorted(names):
        kind = next((v for k, v in kinds_of.items() if name.startswith(k) and name.endswith(".xml")), "")
        if kind:
            parts.append(f'<Override PartName="/{name}" ContentType="{_TYPES}{kind}+xml"/>')
    core = "application/vnd.openxmlformats-package.core-properties+xml"
    parts.append(f'<Override PartName="/docProps/core.xml" ContentType="{core}"/>')
    return f'<Types xmlns="{_PACKAGE}/content-types">{"".join(parts)}</Types>'


def app() -> str:
    """Return which program made the file."""
    return (
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
        "<Application>coursekit</Application></Properties>"
    )


def core() -> str:
    """Return empty properties of the file."""
    return (
        f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"/>'
    )


def presentation(language: str) -> str:
    """Return the presentation itself, without slides."""
    return (
        f'<p:presentation {NAMESPACES} autoCompressPictures="0">'
        '<p:sldMasterIdLst><p:sldMasterId id="2147483648" r:id="rId1"/></p:sldMasterIdLst><p:sldIdLst/>'
        f'<p:sldSz cx="{emu(WIDTH)}" cy="{emu(HEIGHT)}"/><p:notesSz cx="6858000" cy="9144000"/>'
        f'<p:defaultTextStyle><a:defPPr><a:defRPr lang="{language}"/></a:defPPr></p:defaultTextStyle></p:presentation>'
    )


def theme_part(theme: Theme) -> str:
    """Return colors and fonts."""
    colors = {
        "dk1": theme.ink,
        "lt1": theme.page,
        "dk2": theme.deep,
        "lt2": theme.pale,
        "accent1": theme.primary,
        **{f"accent{n}": theme.series[(n - 1) % len(theme.series)] for n in range(2, 7)},
        "hlink": theme.primary,
        "folHlink": theme.muted,
    }
    scheme = "".join(
        f'<a:{name}><a:srgbClr val="{color[1:].upper()}"/></a:{name}>' for name, color in colors.items()
    )
    fonts = "".join(
        f'<a:{name}><a:latin typeface="{theme.office_font}"/><a:ea typeface=""/><a:cs typeface=""/></a:{name}>'
        for name in ("majorFont", "minorFont")
    )
    plain = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
    outlines = "".join(f'<a:ln w="{width}">{plain}</a:ln>' for width in (6350, 12700, 19050))
    effects = "<a:effectStyle><a:effectLst/></a:effectStyle>" * 3
    return (
        '<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" name="coursekit"><a:themeElements>'
        f'<a:clrScheme name="coursekit">{scheme}</a:clrScheme><a:fontScheme name="coursekit">{fonts}</a:fontScheme>'
        f'<a:fmtScheme name="coursekit"><a:fillStyleLst>{plain * 3}</a:fillStyleLst><a:lnStyleLst>{outlines}</a:lnStyleLst>'
        f"<a:effectStyleLst>{effects}</a:effectStyleLst><a:bgFillStyleLst>{plain * 3}</a:bgFillStyleLst></a:fmtScheme>"
        "</a:themeElements><a:objectDefaults/><a:extraClrSchemeLst/></a:theme>"
    )


def color(value: str) -> str:
    """Return a color by itself."""
    return f'<a:srgbClr val="{value[1:].upper()}"/>'


def table_styles(theme: Theme) -> str:
    """Return the style of new tables."""
    rule = f'<a:ln w="{emu(0.7)}">{fill(theme.line)}</a:ln>'
    sides = "".join(f"<a:{side}>{rule}</a:{side}>" for side in ("bottom", "insideH"))
    return (
        f'<a:tblStyleLst xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" def="{TABLE_STYLE}">'
        f'<a:tblStyle styleId="{TABLE_STYLE}" styleName="coursekit">'
        f'<a:wholeTbl><a:tcTxStyle><a:schemeClr val="tx1"/></a:tcTxStyle><a:tcStyle><a:tcBdr>{sides}</a:tcBdr></a:tcStyle></a:wholeTbl>'
        f'<a:firstRow><a:tcTxStyle b="on">{color(theme.on_deep)}</a:tcTxStyle><a:tcStyle><a:tcBdr/>'
        f"<a:fill>{fill('dk2')}</a:fill></a:tcStyle></a:firstRow></a:tblStyle></a:tblStyleLst>"
    )
