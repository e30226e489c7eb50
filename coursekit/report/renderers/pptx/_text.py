"""Paragraphs of a slide: spans in their styles, lists with real bullets and numbers, listings in their colors."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from coursekit.report import highlight
from coursekit.report import layout as page
from coursekit.report.convert import safe_link
from coursekit.report.deck import Block, Bullets, Code, Math, Paragraph
from coursekit.report.renderers.pptx._place import Drawn, spaced
from coursekit.report.renderers.pptx._xml import clean, emu, fill, hundredths, paragraph, run, spacing
from coursekit.report.theme import Theme
from coursekit.submission import Span

_MONO_SHARE = 0.86  # of the text around it
_MATH_SHARE = 0.9
_QUOTE = 16.0
_ADDRESS = re.compile(
    r"(https?://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?)((?:[/?#].*)?)\Z", re.IGNORECASE
)
_IN_ADDRESS = "/?&=:;,+$@!*'()~-._%"


def web_address(target: str) -> str:
    """Return an address of the web as RFC 3986 writes it, or nothing: office programs call a file with any other damaged."""
    match = _ADDRESS.match(clean(target))
    if not match:
        return ""
    path, _, fragment = match[2].partition("#")
    rest = quote(path, safe=_IN_ADDRESS) + ("#" + quote(fragment, safe=_IN_ADDRESS) if fragment else "")
    return match[1] + re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", rest)


@dataclass(frozen=True)
class Writer:
    """Writes text of one slide.

    Attributes
    ----------
    theme : Theme
        Colors and fonts.
    language : str
        As the format names it (``en-US``).
    link : callable
        Takes an address, returns the id of the slide's relationship to it.
    """

    theme: Theme
    language: str
    link: Callable[[str], str]

    def runs(
        self,
        spans: tuple[Span, ...],
        size: float,
        *,
        inherited: bool = True,
        color: str = "",
        bold: bool = False,
    ) -> str:
        """Return spans as runs; with `inherited`, what holds them sets the size already."""
        made = []
        for span in spans:
            if span.style == "break":
                made.append("<a:br/>")
                continue
            mono = self.theme.office_mono if span.style in {"code", "math"} else ""
            made.append(
                run(
                    span.text,
                    self.language,
                    size=size * _MONO_SHARE if mono else 0.0 if inherited else size,
                    bold=bold or span.style == "strong",
                    italic=span.style == "em",
                    color=color,
                    mono=mono,
                    link=self._link(span),
                )
            )
        return "".join(made)

    def _link(self, span: Span) -> str:
        # Checked once more where it is written: office programs follow any address without asking twice.
        target = web_address(safe_link(span.target)) if span.style == "link" else ""
        return self.link(target) if target else ""

    def text(self, blocks: tuple[Block | Drawn, ...], size: float) -> str:
        """Return paragraphs, lists and formulas one below the other."""
        made: list[str] = []
        for block, before in spaced(blocks, size):
            if isinstance(block, Paragraph):
                made.append(self._paragraph(block, size, before))
            elif isinstance(block, Bullets):
                made += self._list(block, size, before)
            elif isinstance(block, Math):
                source = run(
                    block.source, self.language, size=size * _MATH_SHARE, mono=self.theme.office_mono
                )
                made.append(paragraph(source, properties=_FLUSH, inner=spacing(before + 4) + _NO_BULLET))
        return "".join(made)

    def _paragraph(self, block: Paragraph, size: float, before: float) -> str:
        inner = page.paragraph_size(block, size)
        color = {"label": "accent1", "muted": self.theme.muted}.get(block.role, "")
        indent = f' marL="{emu(_QUOTE)}" indent="0"' if block.role == "quote" else _FLUSH
        runs = self.runs(block.spans, inner, inherited=inner == size, color=color, bold=block.role == "label")
        return paragraph(runs, properties=indent, inner=spacing(before) + _NO_BULLET)

    def _list(self, block: Bullets, size: float, before: float) -> Iterator[str]:
        starts: dict[int, int] = {}
        for position, item in enumerate(block.items):
            starts = {level: start for level, start in starts.items() if level <= item.level}
            inner = page.bullet_size(item.level, size)
            indent = emu(page.BULLET_INDENT * size)
            mark = '<a:buFont typeface="Arial"/><a:buChar char="•"/>'
            if item.number:
                # A list goes on with its first number; programs count from there.
                start = starts.setdefault(item.level, item.number)
                mark = f'<a:buFont typeface="+mj-lt"/><a:buAutoNum type="arabicPeriod" startAt="{start}"/>'
            else:
                starts.pop(item.level, None)
            space = spacing(before if not position else page.bullet_gap(size))
            level = f' lvl="{item.level}"' if item.level else ""
            yield paragraph(
                self.runs(item.spans, inner),
                properties=f' marL="{indent * (item.level + 1)}"{level} indent="{-indent}"',
                inner=f'{space}<a:buClr><a:schemeClr val="accent1"/></a:buClr>{mark}',
            )

    def code(self, block: Code) -> str:
        """Return a listing, a paragraph a line, the words of Python in their colors."""
        lines: list[list[str]] = [[]]
        for piece, kind in highlight.words(block.source, block.language):
            for number, part in enumerate(piece.split("\n")):
                if number:
                    lines.append([])
                if part:
                    lines[-1].append(self._word(part, kind))
        space = spacing(0) + _NO_BULLET
        return "".join(paragraph("".join(line), properties=_FLUSH, inner=space) for line in lines)

    def _word(self, text: str, kind: str) -> str:
        return run(
            text,
            self.language,
            italic=kind == "c",
            color=getattr(self.theme, highlight.COLORS[kind]) if kind else "",
            mono=self.theme.office_mono,
        )


_FLUSH = ' marL="0" indent="0"'
_NO_BULLET = "<a:buNone/>"


def text_styles(size: float, color: str = "") -> str:
    """Return a place's own style: what is written there later has the slide's size, too."""
    colored = fill(color) if color else ""
    levels = "".join(
        f'<a:lvl{number}pPr><a:defRPr sz="{hundredths(page.bullet_size(number - 1, size))}">{colored}</a:defRPr></a:lvl{number}pPr>'
        for number in (1, 2, 3)
    )
    return f"<a:lstStyle>{levels}</a:lstStyle>"
