"""Puts a figure of the same milestone beside a slide that has only a sentence or two, or shows one again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from coursekit.report.deck import Bullets, Figure, Paragraph, Slide
from coursekit.report.digest import figures_of, share_for, words
from coursekit.report.fit import full_text
from coursekit.report.section import Context

_SPARSE = 36  # words
_LOOKED_AT = 6
_MILESTONES = {
    "dataset": "data",
    "baseline": "baseline",
    "model": "model",
    "results": "model",
    "challenges": "model",
    "discussion": "model",
}


def enriched(made: Sequence[Slide], key: str, context: Context, before: Iterable[Slide]) -> list[Slide]:
    """Return a section's slides, sparse ones with a figure that no slide shows yet; so are those that repeat one."""
    slides = list(made)
    milestone = _MILESTONES.get(key)
    earlier = {figure.picture.data for slide in before for figure in _figures(slide)}
    if milestone is None or not any(_sparse(slide) or _repeats(slide, earlier) for slide in slides):
        return slides
    shown = earlier | {figure.picture.data for slide in slides for figure in _figures(slide)}
    unused = [
        figure
        for figure in figures_of(context.passages(milestone), _LOOKED_AT)
        if figure.picture.data not in shown
    ]
    for number, slide in enumerate(slides):
        if unused and (_sparse(slide) or _repeats(slide, earlier)):
            figure = unused.pop(0)
            slides[number] = replace(slide, aside=(figure,), share=share_for(figure))
    return slides


def _sparse(slide: Slide) -> bool:
    """Return whether a slide has nothing but a few words."""
    return (
        slide.layout == "content"
        and not slide.aside
        and all(isinstance(block, Paragraph | Bullets) for block in slide.body)
        and words(full_text(slide.body)) < _SPARSE
    )


def _repeats(slide: Slide, earlier: set[bytes]) -> bool:
    """Return whether the one figure beside a slide's text was shown before."""
    return len(slide.aside) == 1 and any(
        isinstance(block, Figure) and block.picture.data in earlier for block in slide.aside
    )


def _figures(slide: Slide) -> list[Figure]:
    return [block for block in (*slide.body, *slide.aside) if isinstance(block, Figure)]
