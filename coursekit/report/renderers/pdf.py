"""The deck as PDF: Typst draws the plain deck with a template of ours."""

from __future__ import annotations

from pathlib import Path

from coursekit.pdf import compile_pdf
from coursekit.report.charts import PDF_FONT
from coursekit.report.deck import Deck
from coursekit.report.plain import plain_deck
from coursekit.report.rendering import Rendered, Renderer, without_font
from coursekit.report.theme import Theme

_TEMPLATE = Path(__file__).parent / "typst" / "slides.typ"


def render(deck: Deck, theme: Theme) -> Rendered:
    """Return the deck as an accessible PDF."""
    plain = plain_deck(deck, theme, chart_font=PDF_FONT)
    pdf = compile_pdf(
        _TEMPLATE, plain.data, images={**plain.images, "code.tmTheme": code_theme(theme)}, moment=deck.date
    )
    return Rendered(pdf.data, without_font(pdf.missing))


def code_theme(theme: Theme) -> bytes:
    """Return the theme's colors of source code in the form that Typst reads."""
    scopes = {"comment": "comment", "string": "string", "keyword, storage": "keyword", "constant": "number"}
    rules = "".join(
        f"<dict><key>scope</key><string>{scope}</string><key>settings</key>"
        f"<dict><key>foreground</key><string>{getattr(theme, color)}</string></dict></dict>"
        for scope, color in scopes.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><plist version="1.0"><dict><key>settings</key><array>'
        f"<dict><key>settings</key><dict><key>foreground</key><string>{theme.ink}</string></dict></dict>"
        f"{rules}</array></dict></plist>"
    ).encode()


RENDERER = Renderer("pdf", ".pdf", render, (b"%", b""), slides=True)
