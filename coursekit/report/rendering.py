"""What a renderer is, and how renderers are found: a module each in `renderers/`, nothing else lists them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pkgutil import iter_modules

from coursekit.model import Text
from coursekit.report.deck import Deck
from coursekit.report.theme import Theme


@dataclass(frozen=True, slots=True)
class Rendered:
    """A file's content, and what its reader should know (characters that no font has, …)."""

    data: bytes
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Renderer:
    """A format.

    Attributes
    ----------
    name : str
        As in ``--to``.
    ending : str
        Of the file.
    render : callable
        Makes the file; it must be the same for the same deck and theme.
    comment : tuple of bytes
        What opens and closes a comment at the file's end, for our mark.
    slides : bool
        Whether the file counts as slides to hand in, which the README links to.
    default : bool
        Whether it is made when no format is named.
    group : str
        What ``--to`` calls it, together with others; empty where that is its name.
    stem : str
        The file's name without ending.
    article : bool
        Whether it shows the written report and not the slides.
    link : Text or None
        What a link to it in the README says, where it is not slides; None where the README does not link to it.
    """

    name: str
    ending: str
    render: Callable[[Deck, Theme], Rendered]
    comment: tuple[bytes, bytes]
    slides: bool = False
    default: bool = True
    group: str = ""
    stem: str = "presentation"
    article: bool = False
    link: Text | None = None


def without_font(missing: frozenset[str]) -> tuple[str, ...]:
    """Return what to tell of a PDF with characters that no font here has."""
    if not missing:
        return ()
    remark = (
        f"No font here has {' '.join(sorted(missing)[:20])}; the PDF shows a box instead. "
        "Install a font for that script (for Chinese, Japanese and Korean: the package manimgx-fonts-cjk)."
    )
    return (remark,)


@lru_cache(maxsize=1)
def find_renderers() -> dict[str, Renderer]:
    """Return every renderer by name, the slides to hand in first."""
    package = import_module("coursekit.report.renderers")
    found = [
        import_module(f"{package.__name__}.{module.name}").RENDERER
        for module in iter_modules(package.__path__)
        if not module.name.startswith("_")
    ]
    return {renderer.name: renderer for renderer in sorted(found, key=lambda r: (not r.slides, r.name))}
