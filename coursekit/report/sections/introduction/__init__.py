"""What the project is about: the README's description, the kind of task, the data, the result."""

from __future__ import annotations

from collections.abc import Sequence

from coursekit.evidence.summary import summary
from coursekit.model import Text
from coursekit.report.convert import block_of, visible
from coursekit.report.deck import Block, Fact, Facts, Paragraph, Part, Slide
from coursekit.report.digest import digest, notes_of
from coursekit.report.fit import full_text
from coursekit.report.material import Passage
from coursekit.report.numbers import number
from coursekit.report.prose import parts_of
from coursekit.report.section import Context, Section
from coursekit.submission import Span

TITLE = Text("Introduction", "Einführung")
_TASK = Text("Task", "Aufgabe")
_DATA = Text("Data", "Daten")
_BEST = Text("Best model", "Bestes Modell")
_BASELINE = Text("baseline {value}", "Basismodell {value}")
_LONG_VALUE = 44
_QUESTION = Text("Question: {question}", "Fragestellung: {question}")
_SOURCE = Text("Data: {name}", "Daten: {name}")
_ABOUT = (
    r"introduction|motivation|background|goal|objective|problem|research question|hypothes|purpose|about|context|"
    r"einfuhrung|einleitung|hintergrund|ziel|fragestellung|forschungsfrage|hypothese"
)


def _facts(context: Context) -> tuple[Fact, ...]:
    project = context.submission.project
    stated = context.submission.once(summary)
    metrics = context.results.metrics
    facts = [Fact(context.t(_TASK), (project.task if project else "") or stated.task.own)]
    if project and project.data_name:
        facts.append(Fact(context.t(_DATA), project.data_name, project.data_license))
    best = (
        (metrics.best_model if metrics else "")
        or (project.results.best_model if project else "")
        or stated.best_model.own
    )
    facts.append(Fact(context.t(_BEST), best))
    if metrics and metrics.value is not None:
        note = ""
        if metrics.baseline_value is not None:
            note = context.t(_BASELINE.format(value=number(metrics.baseline_value, context.language)))
        facts.append(Fact(metrics.metric, number(metrics.value, context.language), note))
    else:
        facts.append(Fact(stated.metric.own, stated.result.own))
    made = [
        Fact(visible(f.label).strip().rstrip(":.")[:40], visible(f.value).strip(" .*`_"), visible(f.note))
        for f in facts
    ]
    return tuple(fact for fact in made if fact.label and 0 < len(fact.value) <= _LONG_VALUE)


def _described(context: Context) -> list[Block]:
    submission = context.submission
    project = submission.project
    described = [made for block in submission.once(summary).description_blocks if (made := block_of(block))]
    if not described and project and project.description:
        described = [Paragraph((Span(visible(project.description)),))]
    return list(described)


def build(context: Context) -> Sequence[Slide]:
    """Return the introduction: the description, and tiles with the main facts."""
    described = _described(context)
    passage = Passage("", (), "README.md", described)
    body: list[Block] = list(digest([passage], 110))
    facts = _facts(context)
    if not body and len(facts) < 2:
        return []
    if facts:
        body.append(Facts(facts[:4]))
    return [Slide(context.t(TITLE), tuple(body), notes=notes_of([passage]))]


def article(context: Context) -> Sequence[Part]:
    """Return the whole description, what the project asks and with which data, and what the README says before it starts."""
    project = context.submission.project
    described = _described(context)
    if project and project.question:
        described.append(Paragraph((Span(context.t(_QUESTION.format(question=visible(project.question)))),)))
    if project and project.data_name:
        data = " · ".join(
            visible(part) for part in (project.data_name, project.data_source, project.data_license) if part
        )
        described.append(Paragraph((Span(context.t(_SOURCE.format(name=data))),)))
    parts = [Part("", tuple(described))] if described else []
    told = {full_text((block,)) for block in described}
    passages = [
        p
        for p in context.passages("root")
        if len(p.trail) > 1 and p.headed(_ABOUT) and not told & {full_text((block,)) for block in p.blocks}
    ]
    return [*parts, *parts_of(passages, figures=3)]


SECTION = Section(
    key="introduction",
    order=10,
    title=TITLE,
    slides=(1, 2),
    seconds=60,
    build=build,
    article=article,
    missing=Text(
        "Say in README.md, under “Description”, which problem you work on, with which data, and how.",
        "Beschreibt in README.md unter „Description“, welches Problem ihr mit welchen Daten wie angeht.",
    ),
)
