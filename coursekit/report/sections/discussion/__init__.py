"""What the results mean: the comparison with the baseline, strengths, limits."""

from __future__ import annotations

from collections.abc import Sequence

from coursekit.model import Text
from coursekit.report.deck import Part, Slide
from coursekit.report.digest import digest, notes_of, passage_words
from coursekit.report.prose import parts_of
from coursekit.report.section import Context, Section

TITLE = Text("Discussion", "Diskussion")
ABOUT = r"discussion|limitation|comparative|comparison|interpretation|insight|diskussion|einschrankung|grenzen|vergleich|einordnung"


def build(context: Context) -> Sequence[Slide]:
    """Return one slide from the passages that discuss the results, or two when there is much to say."""
    passages = [
        p for p in context.passages("model", "root", "presentation") if p.headed(ABOUT) and passage_words(p)
    ]
    if not passages:
        return []
    title = context.t(TITLE)
    if len(passages) > 3:
        half = (len(passages) + 1) // 2
        return [
            Slide(title, digest(part, 95), notes=notes_of(part))
            for part in (passages[:half], passages[half:])
        ]
    return [Slide(title, digest(passages, 130), notes=notes_of(passages))]


def article(context: Context) -> Sequence[Part]:
    """Return these passages, and what stands under their headings."""
    return parts_of(
        [p for p in context.passages("model", "root", "presentation") if p.about(ABOUT)], figures=4
    )


SECTION = Section(
    key="discussion",
    order=80,
    title=TITLE,
    slides=(1, 2),
    seconds=90,
    build=build,
    article=article,
    missing=Text(
        "Compare your model with the baseline and name its limits, under “Comparative analysis” or “Discussion” in 3_Model.",
        "Vergleicht euer Modell mit dem Basismodell und nennt seine Grenzen, unter „Diskussion“ in 3_Model.",
    ),
)
