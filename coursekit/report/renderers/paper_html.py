"""The written report as one HTML file, without a script: everything in it is escaped text, pictures and our style sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursekit.report.charts import WEB_FONT
from coursekit.report.contrast import nearest_readable
from coursekit.report.deck import Deck
from coursekit.report.paper import on_paper, plain_article
from coursekit.report.renderers.html import digest, embedded, font_faces, inline_formula, templates, web_file
from coursekit.report.rendering import Rendered, Renderer
from coursekit.report.theme import DARK, Theme

if TYPE_CHECKING:
    from collections.abc import Iterator


def render(deck: Deck, theme: Theme) -> Rendered:
    """Return the written report as a self-contained HTML file."""
    from markupsafe import Markup

    look = on_paper(theme)
    plain = plain_article(deck, look, chart_font=WEB_FONT)
    colors = look.colors()
    style = font_faces() + "\n" + web_file("paper.css") % (colors | _dark(look))
    text = (
        templates()
        .get_template("paper.html.jinja")
        .render(
            paper=plain.data,
            images={
                name: inline_formula(plain, name) or embedded(name, content)
                for name, content in plain.images.items()
            },
            style=Markup(style),  # noqa: S704 - ours
            policy="; ".join(_policy(style)),
        )
    )
    return Rendered(text.encode("utf-8"))


def _dark(look: Theme) -> dict[str, str]:
    """Return the colors for readers who want a dark page: the dark theme's, with the first color of this one."""
    primary = nearest_readable(look.primary, DARK.page, DARK.pale)
    return {f"dark_{name}": color for name, color in (DARK.colors() | {"primary": primary}).items()}


def _policy(style: str) -> Iterator[str]:
    """Give a policy under which nothing runs, and nothing is loaded or sent."""
    yield "default-src 'none'"
    yield f"style-src '{digest(style)}'"
    yield from ("img-src data:", "font-src data:", "base-uri 'none'", "form-action 'none'")


RENDERER = Renderer(
    "paper-html",
    ".html",
    render,
    (b"<!--", b"-->"),
    default=False,
    group="paper",
    stem="report",
    article=True,
)
