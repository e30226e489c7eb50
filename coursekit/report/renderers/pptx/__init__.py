"""The deck as a PowerPoint file that a group can go on editing: native text, tables and charts on a master of ours."""

from __future__ import annotations

from importlib.util import find_spec

from coursekit.errors import MissingExtraError
from coursekit.report.deck import Deck
from coursekit.report.renderers.pptx._package import COMMENT, fixed, mark_size
from coursekit.report.rendering import Rendered, Renderer
from coursekit.report.theme import Theme


def render(deck: Deck, theme: Theme) -> Rendered:
    """Return the deck as a presentation for office programs.

    Raises
    ------
    MissingExtraError
        If python-pptx is not installed.
    """
    if find_spec("pptx") is None:
        raise MissingExtraError(
            "expected the package python-pptx, which writes PowerPoint files, but it is not installed",
            'Install it:  pip install "coursekit-dl[pptx]"  (from a checkout:  pip install ".[pptx]").',
        )
    from coursekit.report.renderers.pptx._slides import draw

    return Rendered(fixed(draw(deck, theme), deck.date, comment=mark_size()))


RENDERER = Renderer("pptx", ".pptx", render, COMMENT, slides=True, default=False)
