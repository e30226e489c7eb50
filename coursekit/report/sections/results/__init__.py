"""The results: the best model against the baseline, learning curves, the confusion matrix."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from coursekit.evidence.summary import summary
from coursekit.model import Text
from coursekit.report.convert import block_of
from coursekit.report.curves import recovered
from coursekit.report.deck import (
    Block,
    Bullet,
    Bullets,
    Fact,
    Facts,
    Figure,
    LineChart,
    Matrix,
    Paragraph,
    Part,
    Series,
    Slide,
    Table,
)
from coursekit.report.digest import digest, figures_of, notes_of, share_for, tables_of
from coursekit.report.material import Passage
from coursekit.report.numbers import aligned, difference, number
from coursekit.report.prose import TECHNICAL, parts_of
from coursekit.report.section import Context, Section
from coursekit.submission import Span
from coursekit.submission.markdown import plain
from coursekit.submission.results import Confusion, History, Metrics

TITLE = Text("Results", "Ergebnisse")
_MODEL = Text("Model", "Modell")
_TO_BASELINE = Text("vs. baseline", "ggü. Basismodell")
_BASELINE = Text("Baseline", "Basismodell")
_BEST = Text("Best model", "Bestes Modell")
_DIFFERENCE = Text("Difference", "Unterschied")
_CURVES = Text("Learning curves", "Lernkurven")
_CONFUSION = Text("Confusion matrix", "Konfusionsmatrix")
_WHERE = Text("Where the model errs", "Wo sich das Modell irrt")
_TRUE = Text("true class", "wahre Klasse")
_PREDICTED = Text("predicted class", "vorhergesagte Klasse")
_EPOCH = Text("epoch", "Epoche")
_RIGHT = Text(
    "{right} of {total} test examples are classified correctly.",
    "{right} von {total} Testbeispielen sind richtig klassifiziert.",
)
_CONFUSED = Text("{a} taken for {b}: {n}×", "{a} für {b} gehalten: {n}×")
_MISTAKES = Text("Most frequent confusions", "Häufigste Verwechslungen")
_CURVE_ALT = Text("Line chart by epoch: {series}.", "Liniendiagramm nach Epoche: {series}.")
_FROM_TO = Text("{name} from {first} to {last}", "{name} von {first} bis {last}")
_COMPARED = Text("The models on the same data", "Die Modelle auf denselben Daten")
_AGAINST = Text("The best model against the baseline", "Das beste Modell gegenüber dem Basismodell")
_PRINTED = Text(
    "Drawn from what the training printed ({path}, cell {cell}).",
    "Gezeichnet aus den Ausgaben des Trainings ({path}, Zelle {cell}).",
)
_ABOUT = r"evaluation|result|metric|performance|ergebnis|auswertung|metrik|comparative|vergleich"


def _tiles(context: Context, metrics: Metrics) -> Facts | None:
    language = context.language
    facts = []
    known = [value for value in (metrics.value, metrics.baseline_value) if value is not None]
    shown = dict(zip(known, aligned(known, language), strict=True))
    if metrics.value is not None:
        facts.append(
            Fact(
                context.t(_BEST),
                shown[metrics.value],
                " · ".join(x for x in (metrics.best_model, metrics.metric) if x),
            )
        )
    if metrics.baseline_value is not None:
        facts.append(Fact(context.t(_BASELINE), shown[metrics.baseline_value], metrics.baseline_model))
        if metrics.value is not None:
            facts.append(
                Fact(
                    context.t(_DIFFERENCE),
                    difference(metrics.value - metrics.baseline_value, language),
                    metrics.metric,
                )
            )
    return Facts(tuple(facts)) if facts else None


def _comparison(context: Context, metrics: Metrics) -> Table | None:
    """Return the table of all models, with the difference to the baseline in the main metric."""
    if not metrics.models:
        return None
    language = context.language
    main = metrics.metric
    names = list(dict.fromkeys(name for model in metrics.models for name in model.metrics))
    names = ([main] if main in names else []) + [name for name in names if name != main]
    compared = metrics.baseline_value is not None and main in names
    header = [context.t(_MODEL), *names[:5]]
    if compared:
        header.insert(2, f"{context.t(_TO_BASELINE)}")
    rows = [tuple((Span(cell.replace("_", " ")),) for cell in header)]
    strong = -1
    models = metrics.models[:8]
    columns = [_column([model.metrics.get(name) for model in models], language) for name in names[:5]]
    for index, model in enumerate(models):
        cells = [model.name, *(column[index] for column in columns)]
        if compared and metrics.baseline_value is not None:
            value = model.metrics.get(main)
            is_base = model.name == metrics.baseline_model
            cells.insert(
                2, "–" if value is None or is_base else difference(value - metrics.baseline_value, language)
            )
        if model.name == metrics.best_model:
            strong = len(rows)
        rows.append(tuple((Span(cell),) for cell in cells))
    return Table(tuple(rows), (False, *(True for _ in header[1:])), strong)


def _column(values: Sequence[float | None], language: str) -> list[str]:
    """Return a metric's values for all models, aligned; a dash where one is missing."""
    texts = iter(aligned([value for value in values if value is not None], language))
    return ["–" if value is None else next(texts) for value in values]


def _charts(context: Context, history: History) -> list[LineChart]:
    """Return one chart for the losses and one for what else was recorded."""
    losses = {name: values for name, values in history.series.items() if "loss" in name.casefold()}
    others = {name: values for name, values in history.series.items() if name not in losses}
    charts = []
    for group in (losses, others):
        if not group:
            continue
        names = {name: name.replace("_", " ") for name in list(group)[:4]}
        parts = []
        for name, label in names.items():
            known = [value for value in group[name] if value is not None]
            first, last = number(known[0], context.language), number(known[-1], context.language)
            parts.append(context.t(_FROM_TO.format(name=label, first=first, last=last)))
        kinds = list(dict.fromkeys(label.split()[-1] for label in names.values()))
        title = ", ".join(kinds[:3])
        charts.append(
            LineChart(
                title[:1].upper() + title[1:],
                context.t(_EPOCH),
                history.epochs,
                tuple(Series(label, group[name]) for name, label in names.items()),
                context.t(_CURVE_ALT.format(series="; ".join(parts))),
            )
        )
    return charts


def _errors(context: Context, confusion: Confusion) -> tuple[Matrix, tuple[Block, ...]]:
    total = sum(map(sum, confusion.counts))
    right = sum(row[i] for i, row in enumerate(confusion.counts))
    said = context.t(_RIGHT.format(right=right, total=total))
    pairs = sorted(
        ((n, i, j) for i, row in enumerate(confusion.counts) for j, n in enumerate(row) if i != j and n),
        key=lambda pair: (-pair[0], pair[1], pair[2]),
    )
    items = [
        context.t(_CONFUSED.format(a=confusion.labels[i], b=confusion.labels[j], n=n))
        for n, i, j in pairs[:4]
    ]
    matrix = Matrix(
        "",
        context.t(_TRUE),
        context.t(_PREDICTED),
        confusion.labels,
        confusion.counts,
        f"{context.t(_CONFUSION)}. {said} " + "; ".join(items),
    )
    text: list[Block] = [Paragraph((Span(said),))]
    if items:
        text.append(Paragraph((Span(context.t(_MISTAKES)),), "label"))
        text.append(Bullets(tuple(_bullet(item) for item in items)))
    return matrix, tuple(text)


def _bullet(text: str) -> Bullet:
    return Bullet((Span(text),))


def build(context: Context) -> Sequence[Slide]:
    """Return up to three slides, from the results files where there are some, else from text and outputs."""
    metrics, history = context.results.metrics, context.results.history
    source = ""
    if history is None and (found := context.submission.once(recovered)):
        history = found.history
        source = context.t(_PRINTED.format(path=found.path.rsplit("/", 1)[-1], cell=found.cell))
    slides: list[Slide] = []
    title = context.t(TITLE)
    if metrics:
        tiles, table = _tiles(context, metrics), _comparison(context, metrics)
        body = tuple(block for block in (tiles, table) if block)
        if body:
            slides.append(Slide(title, body, notes=notes_of(_told(context))))
    if not slides:
        slides += _from_text(context)
    if history:
        charts = _charts(context, history)
        if charts:
            slides.append(
                Slide(
                    context.t(_CURVES),
                    (charts[0],),
                    tuple(charts[1:2]),
                    0.5,
                    notes=" ".join([*(c.alt for c in charts), source]).strip(),
                )
            )
    if metrics and metrics.confusion:
        matrix, text = _errors(context, metrics.confusion)
        slides.append(Slide(context.t(_WHERE), text, (matrix,), 0.56, notes=matrix.alt))
    if len(slides) < 2:
        used = {block.picture.data for slide in slides for block in slide.aside if isinstance(block, Figure)}
        slides += _from_outputs(context, used)
    return slides[:3]


def _told(context: Context) -> list[Passage]:
    return [p for p in context.passages("model") if p.about(_ABOUT)]


def _from_text(context: Context) -> list[Slide]:
    """Return what the README's results summary says, with its table or the notebook's."""
    blocks = [made for block in context.submission.once(summary).result_blocks if (made := block_of(block))]
    blocks = [block for block in blocks if not _bare_label(block)]
    passage = Passage("", (), "README.md", list(blocks))
    written = [block for block in blocks if isinstance(block, Table)]
    tables = (
        written
        or tables_of(_told(context), outputs=False)
        or [t for t in tables_of(_told(context)) if len(t.rows) <= 12]
    )
    text = digest([passage], 80 if not tables else 55)
    body = (*text, *tables[:1])
    if not body:
        return []
    figures = figures_of(_told(context), 1)
    if text and figures and not tables:
        return [
            Slide(context.t(TITLE), text, (figures[0],), share_for(figures[0]), notes=notes_of([passage]))
        ]
    return [Slide(context.t(TITLE), body, notes=notes_of([passage]))]


def _bare_label(block: Block) -> bool:
    return isinstance(block, Paragraph) and re.fullmatch(r"[^.]{0,40}:", plain(block.spans)) is not None


def _from_outputs(context: Context, used: set[bytes]) -> list[Slide]:
    """Return a slide of the model notebook's figures that are not shown yet."""
    figures = figures_of(_told(context), 4) or figures_of(context.passages("model"), 2)
    figures = [figure for figure in figures if figure.picture.data not in used]
    title = (
        context.t(_WHERE) if any("confusion" in f.caption.casefold() for f in figures) else context.t(TITLE)
    )
    if len(figures) >= 2:
        return [Slide(title, (figures[0],), (figures[1],), 0.5)]
    return [Slide(title, (figures[0],), (), share_for(figures[0]))] if figures else []


def article(context: Context) -> Sequence[Part]:
    """Return the comparison with the baseline, the curves, the errors, and what is written about them."""
    metrics, history = context.results.metrics, context.results.history
    written = [made for block in context.submission.once(summary).result_blocks if (made := block_of(block))]
    parts = [Part("", tuple(block for block in written if not _bare_label(block)))] if written else []
    if metrics:
        table = _comparison(context, metrics)
        caption = context.t(_COMPARED if table else _AGAINST)
        table = table or _against(context, metrics)
        if table:
            parts.insert(0, Part("", (replace(table, caption=caption),)))
    charts = _charts(context, history) if history else []
    if charts:
        parts.append(Part(context.t(_CURVES), tuple(charts)))
    if metrics and metrics.confusion:
        matrix, text = _errors(context, metrics.confusion)
        parts.append(Part(context.t(_WHERE), (*text, replace(matrix, title=context.t(_CONFUSION)))))
    return [*parts, *parts_of([p for p in _told(context) if not p.headed(TECHNICAL)])]


def _against(context: Context, metrics: Metrics) -> Table | None:
    """Return the two values that are known where there is no list of models."""
    if metrics.value is None:
        return None
    language = context.language
    known = [value for value in (metrics.baseline_value, metrics.value) if value is not None]
    shown = aligned(known, language)
    rows = [
        [context.t(_MODEL), (metrics.metric or "–").replace("_", " ")],
        [metrics.best_model or context.t(_BEST), shown[-1]],
    ]
    if metrics.baseline_value is not None:
        rows[0].append(context.t(_TO_BASELINE))
        rows[1].append(difference(metrics.value - metrics.baseline_value, language))
        rows.insert(1, [metrics.baseline_model or context.t(_BASELINE), shown[0], "–"])
    cells = tuple(tuple((Span(cell),) for cell in row) for row in rows)
    return Table(cells, (False, *(True for _ in rows[0][1:])), len(rows) - 1)


SECTION = Section(
    key="results",
    order=60,
    title=TITLE,
    slides=(2, 3),
    seconds=150,
    build=build,
    article=article,
    missing=Text(
        "State the result in README.md under “Results summary”, and let the training write results/metrics.json.",
        "Nennt das Ergebnis in README.md unter „Results summary“, und lasst das Training results/metrics.json schreiben.",
    ),
)
