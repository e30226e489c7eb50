"""The baseline: which model has to be beaten, and what it reaches."""

from __future__ import annotations

from collections.abc import Sequence

from coursekit.model import Text
from coursekit.report.deck import Block, Fact, Facts, Part, Slide
from coursekit.report.digest import digest, figures_of, notes_of, share_for
from coursekit.report.numbers import number
from coursekit.report.prose import TECHNICAL, parts_of, sentence
from coursekit.report.section import Context, Section

TITLE = Text("Baseline model", "Basismodell")
_MODEL = Text("Baseline", "Basismodell")
_REACHES = Text("{model} reaches {metric} {value}.", "{model} erreicht {metric} {value}.")
_SKIPPED = r"import|setup|load|read data|notebook|next step"
_MAIN = r"model choice|model selection|evaluation|performance|modellwahl|auswertung|bewertung|ergebnis"
_RESULT = r"evaluation|result|performance|metric|bewertung|ergebnis|auswertung"


def build(context: Context) -> Sequence[Slide]:
    """Return one slide: what the baseline is and why, with its result."""
    passages = [p for p in context.passages("baseline") if not p.headed(_SKIPPED)]
    metrics = context.results.metrics
    facts = []
    if metrics and metrics.baseline_value is not None:
        if metrics.baseline_model:
            facts.append(Fact(context.t(_MODEL), metrics.baseline_model))
        facts.append(Fact(metrics.metric or "–", number(metrics.baseline_value, context.language)))
    figures = figures_of([p for p in passages if p.about(_RESULT)] + passages, 1)
    text: tuple[Block, ...] = digest(passages, 75 if figures else 100, prefer=_MAIN, most=3)
    body = (*text, Facts(tuple(facts))) if facts else text
    if not body and not figures:
        return []
    notes = notes_of(passages)
    if body and figures:
        return [Slide(context.t(TITLE), body, (figures[0],), share_for(figures[0]), notes=notes)]
    return [Slide(context.t(TITLE), body or (figures[0],), notes=notes)]


def article(context: Context) -> Sequence[Part]:
    """Return everything that is said of the baseline, and its result."""
    parts = parts_of([p for p in context.passages("baseline") if not p.headed(TECHNICAL)], figures=5)
    metrics = context.results.metrics
    if metrics and metrics.baseline_value is not None:
        value = number(metrics.baseline_value, context.language)
        said = _REACHES.format(
            model=metrics.baseline_model or context.t(_MODEL),
            metric=metrics.metric.replace("_", " "),
            value=value,
        )
        parts.append(sentence(context.t(said)))
    return parts


SECTION = Section(
    key="baseline",
    order=40,
    title=TITLE,
    slides=(1, 1),
    seconds=60,
    build=build,
    article=article,
    missing=Text(
        "Say in the notebook in 2_BaselineModel which simple model you chose, why, and what it reaches.",
        "Sagt im Notebook in 2_BaselineModel, welches einfache Modell ihr gewählt habt, warum, und was es erreicht.",
    ),
)
