"""What the group takes from it, and what it would do next."""

from __future__ import annotations

from collections.abc import Sequence

from coursekit.model import Text
from coursekit.report.deck import Block, Bullet, Bullets, Part, Slide
from coursekit.report.digest import digest, first_words, notes_of
from coursekit.report.prose import parts_of
from coursekit.report.section import Context, Section
from coursekit.submission.markdown import plain

TITLE = Text("Conclusion and future work", "Fazit und Ausblick")
ABOUT = r"conclusion|future|outlook|next steps|fazit|ausblick|schlussfolgerung|take ?aways?|zukunft"
_LABELS = ("conclusion", "future work", "outlook", "fazit", "ausblick", "next steps")


def build(context: Context) -> Sequence[Slide]:
    """Return one slide from the passages that conclude, or from labels such as “Conclusion:” in the README."""
    passages = [p for p in context.passages("root", "model", "presentation") if p.headed(ABOUT)]
    body: tuple[Block, ...] = digest(passages, 110)
    if not body:
        body = _labelled(context)
    return [Slide(context.t(TITLE), body, notes=notes_of(passages))] if body else []


def _labelled(context: Context) -> tuple[Block, ...]:
    found = []
    for passage in context.passages("root"):
        for block in passage.blocks:
            for item in block.items if isinstance(block, Bullets) else ():
                if plain(item.spans).split(":", 1)[0].strip().casefold() in _LABELS:
                    found.append(Bullet(first_words(item.spans, 60)))
    return (Bullets(tuple(found)),) if found else ()


def article(context: Context) -> Sequence[Part]:
    """Return these passages in full."""
    parts = parts_of(
        [p for p in context.passages("root", "model", "presentation") if p.headed(ABOUT)], figures=2
    )
    labelled = () if parts else _labelled(context)
    return parts or ([Part("", labelled)] if labelled else [])


SECTION = Section(
    key="conclusion",
    order=90,
    title=TITLE,
    slides=(1, 1),
    seconds=60,
    build=build,
    article=article,
    missing=Text(
        "Write under a heading “Conclusion” in README.md what you take from the project and what you would do next.",
        "Schreibt in README.md unter „Fazit“, was ihr aus dem Projekt mitnehmt und was ihr als Nächstes tätet.",
    ),
)
