"""The deck as one HTML file: reveal.js inlined with its licence, everything else as escaped text and data.

A content security policy allows exactly the scripts and styles that we put there, by their hashes,
and nothing from outside. So even markup that slipped through could not run.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from coursekit.report.charts import WEB_FONT
from coursekit.report.deck import Deck
from coursekit.report.formulas import inline_svg
from coursekit.report.highlight import words
from coursekit.report.plain import Plain, plain_deck
from coursekit.report.rendering import Rendered, Renderer
from coursekit.report.theme import Theme

if TYPE_CHECKING:
    from jinja2 import Environment

_HERE = Path(__file__).parent / "web"
_FONTS = (("normal", 400, "regular"), ("normal", 600, "semibold"), ("italic", 400, "italic"))


def render(deck: Deck, theme: Theme) -> Rendered:
    """Return the deck as a self-contained HTML file."""
    from markupsafe import Markup

    plain = plain_deck(deck, theme, chart_font=WEB_FONT)
    styles = [_reveal("reveal.css"), font_faces(), _css(plain, theme)]
    scripts = [_reveal("reveal.js"), _reveal("plugin/notes.js"), (_HERE / "start.js").read_text("utf-8")]
    speaker = _speaker_view()
    # Styles and scripts are files of ours and of reveal.js; what comes from data is escaped by Jinja.
    text = (
        templates()
        .get_template("deck.html.jinja")
        .render(
            deck=plain.data,
            images={
                name: inline_formula(plain, name) or embedded(name, content)
                for name, content in plain.images.items()
            },
            styles=[Markup(style) for style in styles],  # noqa: S704 - ours
            scripts=[Markup(script) for script in scripts],  # noqa: S704 - ours
            policy=policy([*scripts, *speaker[0]], [*styles, *speaker[1]]),
        )
    )
    return Rendered(text.encode("utf-8"))


def policy(scripts: list[str], styles: list[str]) -> str:
    """Return a content security policy that allows these and nothing else."""
    allowed = {"script-src": scripts, "style-src": styles}
    parts = ["default-src 'none'", "img-src data:", "font-src data:", "base-uri 'none'", "form-action 'none'"]
    # The speaker view shows the deck itself in frames.
    parts.append("frame-src file: 'self'")
    for name, texts in allowed.items():
        parts.append(" ".join([name, *(f"'{digest(text)}'" for text in texts)]))
    return "; ".join(parts)


def digest(text: str) -> str:
    """Return a script's or style's hash as a policy writes it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def highlight(source: str, language: str) -> str:
    """Return source code as escaped HTML, Python's with its words marked."""
    from markupsafe import Markup, escape

    parts = []
    for piece, kind in words(source, language):
        shown = str(escape(piece))
        parts.append(f'<span class="{kind}">{shown}</span>' if kind else shown)
    return Markup("".join(parts))  # noqa: S704 - every part is escaped above


@lru_cache(maxsize=1)
def templates() -> Environment:
    """Return our templates, which escape everything that comes from data."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True
    )
    environment.filters["px"] = lambda value: f"{float(value):.1f}".rstrip("0").rstrip(".").replace(".", "_")
    environment.filters["highlight"] = highlight
    return environment


def web_file(name: str) -> str:
    """Return a file of ours."""
    return (_HERE / name).read_text("utf-8")


@lru_cache(maxsize=8)
def _reveal(name: str) -> str:
    """Return a file of reveal.js; a script must not hold what would end it."""
    text = (_reveal_folder() / "dist" / name).read_text("utf-8").replace("\r\n", "\n")
    if name == "reveal.js":
        licence = (_reveal_folder() / "LICENSE").read_text("utf-8").replace("*/", "* /")
        text = f"/*!\n{licence.strip()}\n*/\n{text}"
    if name == "plugin/notes.js":
        # The policy blocks style attributes, and tells of it in the console. These hide the pacing timer until there are
        # times; here there always are.
        text = re.sub(r' style=\\?"display: none\\?"', "", text)
    if name.endswith(".css"):
        text = _without_print_rules(text)
    if name.endswith(".js"):
        # Inside of strings these mean the same, and the browser's parser does not see them.
        text = text.replace("</script", "<\\/script").replace("<!--", "<\\!--")
    return text


def _without_print_rules(css: str) -> str:
    """Leave out how reveal.js prints: as running text. Ours are pages."""
    while (start := css.find("@media print")) >= 0:
        depth, end = 0, css.index("{", start)
        while True:
            depth += {"{": 1, "}": -1}.get(css[end], 0)
            end += 1
            if not depth:
                break
        css = css[:start] + css[end:]
    return css


@lru_cache(maxsize=1)
def _reveal_folder() -> Path:
    import importlib.util

    spec = importlib.util.find_spec("pyreveal")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "revealjs"


@lru_cache(maxsize=1)
def _speaker_view() -> tuple[list[str], list[str]]:
    """Return the scripts and styles of the speaker view, which inherits the deck's policy."""
    text = (
        (_reveal_folder() / "plugin" / "notes" / "speaker-view.html").read_text("utf-8").replace("\r\n", "\n")
    )
    return re.findall(r"<script>(.*?)</script>", text, re.DOTALL), re.findall(
        r"<style>(.*?)</style>", text, re.DOTALL
    )


@lru_cache(maxsize=1)
def font_faces() -> str:
    """Return Source Sans Pro as it comes with reveal.js, with its licence."""
    folder = _reveal_folder() / "css" / "theme" / "fonts" / "source-sans-pro"
    licence = (folder / "LICENSE").read_text("utf-8").replace("*/", "* /").replace("<", "(").replace(">", ")")
    rules = [f"/*!\n{licence.strip()}\n*/"]
    for style, weight, name in _FONTS:
        data = base64.b64encode((folder / f"source-sans-pro-{name}.woff").read_bytes()).decode("ascii")
        rules.append(
            f'@font-face{{font-family:"Deck";font-style:{style};font-weight:{weight};'
            f'src:url(data:font/woff;base64,{data}) format("woff")}}'
        )
    return "\n".join(rules)


def _css(plain: Plain, theme: Theme) -> str:
    """Return our style sheet with rules for the sizes and widths that this deck uses.

    Style attributes are what a strict policy forbids, so every size is a class. All of them are numbers.
    """
    sizes: set[float] = set()
    widths: set[float] = set()
    gaps: set[float] = set()
    _collect(plain.data["slides"], sizes, widths, gaps)
    px = templates().filters["px"]
    rules = [f".reveal .fs{px(size)}{{font-size:{size:.1f}px}}" for size in sorted(sizes)]
    rules += [f".reveal .w{px(width)}{{width:{width:.1f}px}}" for width in sorted(widths)]
    for size in sorted(gaps):
        rules.append(f".reveal .g{px(size)}>*+*{{margin-top:{size * 0.62:.1f}px}}")
        rules.append(f".reveal .g{px(size)}>.label+*{{margin-top:{size * 0.1:.1f}px}}")
    return (_HERE / "deck.css").read_text("utf-8") % theme.colors() + "\n".join(rules) + "\n"


def _collect(node: object, sizes: set[float], widths: set[float], gaps: set[float]) -> None:
    if isinstance(node, list):
        for item in node:
            _collect(item, sizes, widths, gaps)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in {"size", "title_size"} and isinstance(value, int | float):
                sizes.add(value)
                if key == "size" and "layout" in node:
                    gaps.add(value)
            elif key in {"width", "aside_width"} and isinstance(value, int | float):
                widths.add(value)
            else:
                _collect(value, sizes, widths, gaps)


def inline_formula(plain: Plain, name: str) -> str:
    """Return a formula that stands in a line of text; empty for any other picture."""
    from markupsafe import Markup

    if name not in plain.formulas:
        return ""
    return Markup(inline_svg(*plain.formulas[name], plain.color))  # noqa: S704 - numbers only


def embedded(name: str, content: bytes) -> str:
    """Return a picture as it stands in the page: our own SVG inline, all others as data URLs."""
    from markupsafe import Markup

    if name.endswith(".svg"):
        return Markup(content.decode("utf-8"))  # noqa: S704 - drawn by charts.py, which escapes all text
    kind = "png" if name.endswith(".png") else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}"


RENDERER = Renderer("html", ".html", render, (b"<!--", b"-->"))
