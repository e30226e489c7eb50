"""The written report as PDF: A4, tagged, drawn by Typst with a template of ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from coursekit.model import Text
from coursekit.pdf import compile_pdf
from coursekit.report.charts import PDF_FONT
from coursekit.report.deck import Deck
from coursekit.report.paper import breakable, on_paper, plain_article
from coursekit.report.renderers.pdf import code_theme
from coursekit.report.rendering import Rendered, Renderer, without_font
from coursekit.report.theme import Theme

_TEMPLATE = Path(__file__).parent / "typst" / "paper.typ"
#: Read by programs: an address in two parts leads nowhere, and a picture's name is a file's.
_AS_IT_IS = {"target", "link", "name", "kind", "style", "role", "alt"}
_FIXED = {"colors", "title", "authors"}


def render(deck: Deck, theme: Theme) -> Rendered:
    """Return the written report as an accessible PDF."""
    look = on_paper(theme)
    plain = plain_article(deck, look, chart_font=PDF_FONT)
    for reference in plain.data["references"]:
        reference["shown"] = reference["link"]
    data = {key: value if key in _FIXED else _breakable(value) for key, value in plain.data.items()}
    data["heading"] = breakable(deck.title)
    pdf = compile_pdf(
        _TEMPLATE, data, images={**plain.images, "code.tmTheme": code_theme(look)}, moment=deck.date
    )
    return Rendered(pdf.data, without_font(pdf.missing))


def _breakable(node: Any) -> Any:
    if isinstance(node, str):
        return breakable(node)
    if isinstance(node, list):
        return [_breakable(item) for item in node]
    if isinstance(node, dict):
        fixed = _AS_IT_IS | {"source"} if node.get("kind") == "code" else _AS_IT_IS
        return {key: value if key in fixed else _breakable(value) for key, value in node.items()}
    return node


RENDERER = Renderer(
    "paper-pdf",
    ".pdf",
    render,
    (b"%", b""),
    default=False,
    group="paper",
    stem="report",
    article=True,
    link=Text("Written report", "Schriftlicher Bericht"),
)
