"""The model: its architecture, the choices behind it, its code, and how it was tuned and evaluated."""

from __future__ import annotations

from collections.abc import Sequence

from coursekit.model import Text
from coursekit.report.deck import Block, Fact, Facts, Layer, Network, Part, Slide, Table
from coursekit.report.digest import digest, figures_of, notes_of, share_for
from coursekit.report.material import Passage
from coursekit.report.numbers import count, number, value_text
from coursekit.report.prose import TECHNICAL, parts_of
from coursekit.report.section import Context, Section
from coursekit.report.sections.model.excerpt import own_layer, training_code
from coursekit.submission import Span
from coursekit.submission.results import Metrics, NetworkLayer, NetworkSummary

TITLE = Text("Model definition and evaluation", "Modell und Auswertung")
_ARCHITECTURE = Text("Architecture", "Architektur")
_CHOICE = Text("Model and features", "Modell und Merkmale")
_TUNING = Text("Tuning and evaluation", "Abstimmung und Auswertung")
_OWN_CODE = Text("Our own layer: {name}", "Eigene Schicht: {name}")
_CODE = Text("How it is implemented", "So ist es umgesetzt")
_PARAMETERS = Text("{n} parameters", "{n} Parameter")
_TOTAL = Text(
    "Layers of the network from input to output: {layers}. {n} parameters in all.",
    "Schichten des Netzes von der Eingabe zur Ausgabe: {layers}. Insgesamt {n} Parameter.",
)
_LAYERS = Text("Layers", "Schichten")
_WEIGHTS = Text("Parameters", "Parameter")
_MORE = Text("{n} more layers", "{n} weitere Schichten")
_TRIAL = Text("Trial", "Versuch")
_SEARCH = Text("The best of {n} trials of the search", "Die besten von {n} Versuchen der Suche")
_SKIPPED = r"import|setup|load|prepare data|notebook"
_ABOUT_TUNING = r"hyperparam|tuning|abstimmung|evaluation|metric|metrik|auswertung|training"
_ABOUT_OTHER = (
    r"comparative|discussion|diskussion|vergleich|conclusion|fazit|challeng|error|fehler|limitation"
)
_MOST_LAYERS = 12
_MOST_ROWS = 40
_LAYER = Text("Layer", "Schicht")
_KIND = Text("Kind", "Art")
_SHAPE = Text("Output", "Ausgabe")
_TABLE = Text(
    "The layers with the shapes of their outputs and their parameters, {n} in all",
    "Die Schichten mit den Formen ihrer Ausgaben und ihren Parametern, insgesamt {n}",
)


def _diagram(context: Context, network: NetworkSummary) -> Network:
    layers = list(network.layers)
    boxes = [_box(context, layer) for layer in layers]
    if len(boxes) > _MOST_LAYERS:
        keep = _MOST_LAYERS // 2
        left = boxes[keep : len(boxes) - keep + 1]
        boxes = [*boxes[:keep], Layer("…", context.t(_MORE.format(n=len(left))), "", ""), *boxes[-keep + 1 :]]
    names = ", ".join(f"{layer.kind} ({' × '.join(layer.output_shape)})" for layer in layers[:_MOST_LAYERS])
    return Network(
        tuple(boxes), context.t(_TOTAL.format(layers=names, n=count(_total(network), context.language)))
    )


def _box(context: Context, layer: NetworkLayer) -> Layer:
    parameters = (
        context.t(_PARAMETERS.format(n=count(layer.parameters, context.language))) if layer.parameters else ""
    )
    name = layer.name if layer.name.casefold() != layer.kind.casefold() else ""
    return Layer(layer.kind, name, " × ".join(layer.output_shape), parameters)


def _size(context: Context, network: NetworkSummary) -> Facts:
    kinds = list(dict.fromkeys(layer.kind for layer in network.layers))
    facts = [Fact(context.t(_LAYERS), count(len(network.layers), context.language), ", ".join(kinds))]
    facts.append(Fact(context.t(_WEIGHTS), count(_total(network), context.language)))
    return Facts(tuple(facts))


def _total(network: NetworkSummary) -> int:
    if network.parameters is not None:
        return network.parameters
    return sum(layer.parameters or 0 for layer in network.layers)


def _search(context: Context, metrics: Metrics) -> Table | None:
    """Return the best trials of the hyperparameter search."""
    trials = sorted(
        metrics.search,
        key=lambda trial: (trial.value, -trial.number),
        reverse=metrics.search_higher_is_better,
    )
    if len(trials) < 2:
        return None
    names = list(dict.fromkeys(name for trial in trials for name in trial.params))[:5]
    header = (
        (Span(context.t(_TRIAL)),),
        *((Span(name),) for name in names),
        (Span(metrics.search_metric or "–"),),
    )
    rows = [header]
    for trial in trials[:6]:
        cells = tuple((Span(value_text(trial.params.get(name, "–"), context.language)),) for name in names)
        rows.append(((Span(str(trial.number)),), *cells, (Span(number(trial.value, context.language)),)))
    numeric = (True, *(False for _ in names), True)
    return Table(tuple(rows), numeric, 1, context.t(_SEARCH.format(n=len(trials))))


def build(context: Context) -> Sequence[Slide]:
    """Return up to four slides: architecture, choices, code, tuning and evaluation."""
    title = context.t(TITLE)
    passages = [p for p in context.passages("model") if not p.headed(_SKIPPED) and not p.about(_ABOUT_OTHER)]
    tuning = [p for p in passages if p.about(_ABOUT_TUNING)]
    choice = [p for p in passages if p not in tuning]
    slides: list[Slide] = []
    network = context.results.network
    if network:
        diagram = _diagram(context, network)
        slides.append(Slide(context.t(_ARCHITECTURE), (_size(context, network), diagram), notes=diagram.alt))
    slides += _prose(choice, context.t(_CHOICE), tables=())
    layer = own_layer(context.submission)
    if layer:
        name, code = layer
        slides.append(Slide(context.t(_OWN_CODE.format(name=name)), (code,)))
    elif training := training_code(context.passages("model")):
        slides.append(Slide(context.t(_CODE), (training,)))
    search = _search(context, context.results.metrics) if context.results.metrics else None
    slides += _prose(tuning, context.t(_TUNING), tables=(search,) if search else ())
    if slides and not network:
        slides[0] = Slide(title, slides[0].body, slides[0].aside, slides[0].share, notes=slides[0].notes)
    return slides[:4]


def _prose(passages: list[Passage], title: str, tables: tuple[Table, ...]) -> list[Slide]:
    text: tuple[Block, ...] = digest(passages, 50 if tables else 90)
    notes = notes_of(passages)
    if tables:
        return [Slide(title, (*text, *tables), notes=notes)]
    figures = figures_of(passages, 1)
    if text and figures:
        return [Slide(title, digest(passages, 75), (figures[0],), share_for(figures[0]), notes=notes)]
    return [Slide(title, text, notes=notes)] if text else []


def article(context: Context) -> Sequence[Part]:
    """Return the architecture as diagram and table, the choices in full, the code, and the search."""
    parts = []
    network = context.results.network
    if network:
        parts.append(
            Part(context.t(_ARCHITECTURE), (_diagram(context, network), _layer_table(context, network)))
        )
    parts += parts_of([p for p in context.passages("model") if not p.headed(TECHNICAL)])
    layer = own_layer(context.submission)
    if layer:
        parts.append(Part(context.t(_OWN_CODE.format(name=layer[0])), (layer[1],)))
    training = training_code(context.passages("model"))
    if training:
        parts.append(Part(context.t(_CODE), (training,)))
    search = _search(context, context.results.metrics) if context.results.metrics else None
    return [*parts, Part(context.t(_TUNING), (search,))] if search else parts


def _layer_table(context: Context, network: NetworkSummary) -> Table:
    language = context.language
    rows: list[tuple[tuple[Span, ...], ...]] = [
        tuple((Span(context.t(text)),) for text in (_LAYER, _KIND, _SHAPE, _WEIGHTS))
    ]
    for layer in network.layers[:_MOST_ROWS]:
        weights = count(layer.parameters, language) if layer.parameters else "–"
        rows.append(
            tuple((Span(cell),) for cell in (layer.name, layer.kind, " × ".join(layer.output_shape), weights))
        )
    if len(network.layers) > _MOST_ROWS:
        more = context.t(_MORE.format(n=len(network.layers) - _MOST_ROWS))
        rows.append(((Span(more),), (), (), ()))
    total = count(_total(network), language)
    return Table(tuple(rows), (False, False, False, True), caption=context.t(_TABLE.format(n=total)))


SECTION = Section(
    key="model",
    order=50,
    title=TITLE,
    slides=(3, 4),
    seconds=210,
    build=build,
    article=article,
    missing=Text(
        "Describe your model in the notebook in 3_Model: why this one, its features, its layers, how it was tuned.",
        "Beschreibt euer Modell im Notebook in 3_Model: warum dieses, Merkmale, Schichten, wie es abgestimmt wurde.",
    ),
)
