"""The deck as PDF: Typst draws the plain deck with a template of ours."""

from __future__ import annotations

from pathlib import Path

from coursekit.pdf import compile_pdf
from coursekit.report.charts import PDF_FONT
from coursekit.report.deck import Deck
from coursekit.report.plain import plain_deck
from coursekit.report.rendering import Rendered, Renderer
from coursekit.report.theme import Theme

_TEMPLATE = Path(__file__).parent / "typst" / "slides.typ"


def render(deck: Deck, theme: Theme) -> Rendered:
    """Return the deck as an accessible PDF."""
    plain = plain_deck(deck, theme, chart_font=PDF_FONT)
    pdf = compile_pdf(_TEMPLATE, plain.data, images=plain.images, moment=deck.date)
    if not pdf.missing:
        return Rendered(pdf.data)
    remark = (
        f"No font here has {' '.join(sorted(pdf.missing)[:20])}; the PDF shows a box instead. "
        "Install a font for that script (for Chinese, Japanese and Korean: the package manimgx-fonts-cjk)."
    )
    return Rendered(pdf.data, (remark,))


RENDERER = Renderer("pdf", ".pdf", render, (b"%", b""), slides=True)
