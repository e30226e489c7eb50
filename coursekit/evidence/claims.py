"""What people say of their results, in the README, in notebooks and on slides, beside what the results files say.

Not every number is a claim. Counted are

- in project.toml the values of the best model and the baseline;
- in the README's results summary, the first figure of the result, and what follows the word baseline;
- in tables, cells in the row of a model and the column of a metric (or the other way round) that the results files have;
- in sentences and lines of slides, figures that stand right beside the name of a metric, where the best model or the
  baseline is spoken of.

What is said of training, validation, intervals, other people's work, goals or differences is left alone, and a figure in a
sentence is only wrong where it agrees with no number in the results files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from coursekit.evidence.figures import Figure, agrees, figures, told
from coursekit.evidence.headings import normal
from coursekit.evidence.slide_texts import slide_texts
from coursekit.evidence.slides import slides
from coursekit.evidence.summary import summary
from coursekit.model import Location
from coursekit.submission import Document, Submission, UnreadableError
from coursekit.submission.markdown import plain
from coursekit.submission.results import Metrics, results, results_paths

_MOST_CLAIMS = 300
_MOST_NUMBERS = 5000
_MAX_JSON = 3_000_000
_MOST_DECKS = 3


@dataclass(frozen=True, slots=True)
class Claim:
    """A figure that is said to be a model's.

    Attributes
    ----------
    location : Location
    slide : int or None
        Of slides, which one, counted from 1.
    shown : str
        The figure as it is written.
    model, metric : str
    expected : str
        What the results files say, written in the same way.
    agrees : bool
    """

    location: Location
    slide: int | None
    shown: str
    model: str
    metric: str
    expected: str
    agrees: bool


@dataclass(frozen=True, slots=True)
class Claims:
    """All claims; `comparable` is whether there are results to compare with."""

    found: tuple[Claim, ...]
    comparable: bool

    @property
    def wrong(self) -> tuple[Claim, ...]:
        """Those that the results files contradict."""
        return tuple(claim for claim in self.found if not claim.agrees)


def claims(submission: Submission) -> Claims:
    """Collect the claims. Use as ``submission.once(claims)``."""
    metrics = submission.once(results).metrics
    if metrics is None or metrics.value is None or not metrics.metric:
        return Claims((), False)
    judge = _Judge(submission, metrics)
    found: list[Claim] = []
    for part in (_in_project, _in_summary, _in_texts, _on_slides):
        for claim in part(submission, judge):
            found.append(claim)
            if len(found) >= _MOST_CLAIMS:
                break
    return Claims(tuple(dict.fromkeys(found)), True)


# -- what is true ---------------------------------------------------------------------------------

#: What metrics are called in texts; the others are called by their names.
_METRICS = {
    "accuracy": r"accurac(?:y|ies)|(?:treffer)?genauigkeit|korrektklassifikationsrate|classified correctly",
    "f1": r"f1(?:[- ]?(?:score|wert|maß))?|f-?score",
    "precision": r"precision|präzision",
    "recall": r"recall|sensitivity|sensitivität|trefferquote",
    "auc": r"(?:roc[- ]?)?auc|auroc",
    "rmse": r"rmse|root[- ]mean[- ]squared?[- ]error",
    "mse": r"mse|(?<!root )mean[- ]squared?[- ]error|mittlere[rn]? quadratische[rn]? fehler",
    "mae": r"mae|mean[- ]absolute[- ]error|mittlere[rn]? absolute[rn]? fehler",
    "mape": r"mape",
    "r2": r"r2|r²|r\^2|bestimmtheitsmaß",
    "perplexity": r"perplexity|perplexität",
}
_SHARES = {"accuracy", "f1", "precision", "recall", "auc"}
_BASELINE = r"base ?line(?:s|-?model|[- ]?modell?s?)?|basis ?modells?"
_BEST = (
    r"\b(?:(?:our|the|unser|das|best|final|bestes?|finales?) (?:\w+ ){0,2}?(?:model|network|net|modell|netz|cnn|mlp|rnn|lstm|gru|"
    r"transformer|classifier)|best model|bestes modell|we (?:\w+ )?(?:reach|achieve|get|obtain)\w*|(?:reach|erreich)en wir|"
    r"wir (?:\w+ )?(?:erreich|erziel)\w+)\b"
)
_OTHER = re.compile(
    r"\b(?:train(?:ing|ed)?|trainings?\w*|validation|validierung\w*|val|dev|development|entwicklungs\w*|cross[- ]?valid\w*|kreuzvalid\w*|"
    r"cv|folds?|epochs?|epochen?|intervals?|intervall|confidence|konfidenz\w*|et al|state[- ]of[- ]the[- ]art|sota|literature|"
    r"literatur|papers?|published|humans?|menschen?|chance|random\w*|guess\w*|raten|zufall\w*|goal|aim|target|ziel|want\w*|expect\w*|"
    r"should|would|could|might|hope\w*|improv\w*|verbesser\w*|increas\w*|decreas\w*|drop\w*|points?|prozentpunkte?|differ\w*|"
    r"unterschied\w*|class|klasse|without|ohne|ablation|first|initial\w*|earlier|previous\w*|before|after|zuerst|vorher|new|neue?n?|"
    r"unknown|unseen|instead|if|wenn|falls|seeds?|average|mean of|std|deviation|per|each|noise|variance|varianz|explain\w*|"
    r"components?|threshold|dropout|learning rate|lernrate|worst|errors?|fehler\w*|misclassif\w*|wrong\w*|falsch\w*)\b|±|\+/-",
    re.IGNORECASE,
)
_NEUTRAL = re.compile(
    r"mean (?:squared?|absolute) error|root mean|(?:quadratische|absolute)[rn]? fehler", re.IGNORECASE
)
_RIGHT = re.compile(r"\b(?:correct\w*|right|richtig\w*|korrekt\w*)\b", re.IGNORECASE)
_SHARE = re.compile(
    r"(?<![\w.,])(\d{1,9}) (?:out of|of|von|aus) (?:the |den )?(\d{1,9})(?![\w.,]*\d)", re.IGNORECASE
)


# Between a figure and the name of its metric.
_DIRECTLY = re.compile(r"\s*(?:test|overall|classification|top-1)?\s*", re.IGNORECASE)
_TURN = re.compile(
    r"[;()|]|\b(?:and|und|but|aber|than|als|compared|versus|vs|by|to|gegenüber)\b", re.IGNORECASE
)


class _Judge:
    """Knows the true values, and compares figures with them."""

    def __init__(self, submission: Submission, metrics: Metrics) -> None:
        self.metrics = metrics
        self.models = {model.name: model.metrics for model in metrics.models}
        self.known = _known_numbers(submission, metrics)
        most = 100 if _kind(metrics.metric) in _SHARES else 1  # some write percentages into the results
        self.is_share = metrics.value is not None and 0 <= metrics.value <= most
        names = {metrics.metric, *(name for values in self.models.values() for name in values)}
        self.words = {
            name: re.compile(rf"\b(?:{_word(name)})(?!\w)", re.IGNORECASE) for name in sorted(names)
        }
        self.best = re.compile("|".join([_BEST, *_as_words([metrics.best_model])]), re.IGNORECASE)
        self.baseline = re.compile(
            "|".join([rf"\b(?:{_BASELINE})\b", *_as_words([metrics.baseline_model])]), re.IGNORECASE
        )
        matrix = metrics.confusion
        self.tested = sum(map(sum, matrix.counts)) if matrix else 0
        self.right = sum(row[i] for i, row in enumerate(matrix.counts)) if matrix else 0

    def values(self, model: str, metric: str) -> list[float]:
        """Return what the files say of a model's metric, also of others that people call by the same word."""
        stated = {"best": self.metrics.value, "baseline": self.metrics.baseline_value}
        name = {"best": self.metrics.best_model, "baseline": self.metrics.baseline_model}.get(model, model)
        found = [
            value
            for key, value in self.models.get(name, {}).items()
            if _kind(key) == _kind(metric) and not (model in stated and key == self.metrics.metric)
        ]
        if model in stated and _kind(metric) == _kind(self.metrics.metric):
            value = stated[model]
            found = [value, *found] if value is not None else found
        return found

    def claim(
        self,
        figure: Figure,
        place: Location,
        model: str,
        metric: str,
        *,
        strict: bool,
        slide: int | None = None,
    ) -> Iterator[Claim]:
        """Compare, where the files have such a value, and the figure is of its kind."""
        values = self.values(model, metric)
        if not values or not _plausible(figure, values[0]):
            return
        right = any(agrees(figure, value) for value in values)
        right = right or (not strict and any(agrees(figure, value) for value in self.known))
        name = {
            "best": self.metrics.best_model or "best",
            "baseline": self.metrics.baseline_model or "baseline",
        }
        yield Claim(
            place, slide, figure.shown, name.get(model, model), metric, told(figure, values[0]), right
        )

    def metrics_beside(self, text: str) -> Iterator[tuple[str, Figure]]:
        """Give the figures that stand right beside the name of a metric, each once."""
        taken: set[int] = set()
        numbers = list(figures(text))
        for metric, word in self.words.items():
            for match in word.finditer(text):
                after = next((f for f in numbers if f.start >= match.end()), None)
                before = next((f for f in reversed(numbers) if f.end <= match.start()), None)
                gap = text[match.end() : after.start] if after else ""
                if before and _DIRECTLY.fullmatch(text[before.end : match.start()]):
                    chosen = before
                elif after and len(gap) <= 40 and not _TURN.search(gap):
                    chosen = after
                else:
                    continue
                if chosen.start not in taken:
                    taken.add(chosen.start)
                    yield metric, chosen


def _kind(metric: str) -> str:
    """Return what people call a metric: f1 of macro_f1."""
    text = " ".join(re.split(r"[\W_]+", metric.casefold())).replace("r 2", "r2")
    return next((kind for kind, word in _METRICS.items() if re.search(rf"\b(?:{word})\b", text)), text)


def _word(metric: str) -> str:
    kind = _kind(metric)
    own = re.escape(metric).replace("_", r"[ _-]")
    return f"{_METRICS[kind]}|{own}" if kind in _METRICS else own


def _as_words(names: Iterable[str]) -> list[str]:
    return [rf"(?<!\w){re.escape(name)}(?!\w)" for name in names if len(name) > 2]


def _plausible(figure: Figure, truth: float) -> bool:
    """Whether a figure may be meant as such a value: a share is a percentage or at most 1."""
    if 0 <= truth <= 1:
        return 0 <= figure.value <= (100 if figure.percent else 1) and (figure.percent or figure.digits > 0)
    return not figure.percent or truth > 1


def _known_numbers(submission: Submission, metrics: Metrics) -> tuple[float, ...]:
    """Return all numbers that a program left in results/, but for curves: those hold about every number."""
    found: list[float] = [v for model in metrics.models for v in model.metrics.values()]
    found += [trial.value for trial in metrics.search]
    history = submission.once(results).history
    for series in history.series.values() if history else ():
        numbers = [value for value in series if value is not None]
        found += [numbers[-1], min(numbers), max(numbers)] if numbers else []
    for name, path in results_paths(submission).items():
        if name not in {"metrics.json", "history.json", "network.json"}:
            try:
                left: list[Any] = [msgspec.json.decode(submission.read(path, _MAX_JSON))]
            except (UnreadableError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                continue
            while left and len(found) < _MOST_NUMBERS:
                one = left.pop()
                if isinstance(one, dict | list):
                    left += list(one.values() if isinstance(one, dict) else one)[:2000]
                elif isinstance(one, float):
                    found.append(one)
    return tuple(found)


# -- where claims stand -----------------------------------------------------------------------------


def _in_project(submission: Submission, judge: _Judge) -> Iterator[Claim]:
    claimed = submission.project.results if submission.project else None
    if claimed is None or (claimed.metric and _kind(claimed.metric) != _kind(judge.metrics.metric)):
        return
    for model, value in (("best", claimed.value), ("baseline", claimed.baseline_value)):
        for figure in figures(f" {value!r}") if value is not None else ():
            yield from judge.claim(figure, Location("project.toml"), model, judge.metrics.metric, strict=True)


def _in_summary(submission: Submission, judge: _Judge) -> Iterator[Claim]:
    said = submission.once(summary)
    result, place = said.result, said.result.location
    tables = {block.line for block in said.result_blocks if block.kind == "table"}
    if not result.own or place is None or place.line in tables:
        return
    if said.metric.own and not any(word.search(said.metric.own) for word in judge.words.values()):
        return  # another metric than the results files have
    for number, sentence in enumerate(_sentences(result.own)):
        baseline = judge.baseline.search(sentence)
        first = sentence[: baseline.start()] if baseline else sentence
        if number == 0 and not _said_of_other(re.split(r"[;(]", first)[0]):
            yield from _first_figure(first, place, "best", judge)
            yield from _shares(first, place, judge, right=True)
        if baseline and not _said_of_other(sentence):
            yield from _first_figure(sentence[baseline.end() :], place, "baseline", judge)


def _first_figure(text: str, place: Location, model: str, judge: _Judge) -> Iterator[Claim]:
    beside = {figure.start: metric for metric, figure in judge.metrics_beside(text)}
    for figure in figures(text):
        metric = beside.get(figure.start, judge.metrics.metric)
        found = list(judge.claim(figure, place, model, metric, strict=True))
        # Where nothing says of which metric a number is, only shares can be told from other numbers.
        if found and (judge.is_share or figure.start in beside):
            yield from found
            return


def _shares(
    text: str, place: Location, judge: _Judge, *, right: bool, slide: int | None = None
) -> Iterator[Claim]:
    """Give what is said like '268 of 270', where that many were tested."""
    for match in _SHARE.finditer(text):
        if judge.tested and int(match[2]) == judge.tested and (right or _RIGHT.search(text)):
            counts = {judge.right} | {
                round(value * judge.tested)
                for model in judge.models
                for value in judge.values(model, "accuracy")
            }
            yield Claim(
                place, slide, match[0], judge.metrics.best_model, "accuracy", f"{judge.right} / {judge.tested}",
                int(match[1]) in counts,
            )  # fmt: skip


def _in_texts(submission: Submission, judge: _Judge) -> Iterator[Claim]:
    for document, path, cell in _documents(submission):
        for section in document.sections:
            for block in section.blocks:
                place = Location(path, block.line, cell)
                if block.kind == "table":
                    yield from _in_table([[plain(c) for c in row] for row in block.rows], place, judge)
                elif block.kind == "list":
                    for item in block.items:
                        yield from _in_prose(item.text, replace(place, line=item.line), judge)
                elif block.kind == "paragraph":
                    yield from _in_prose(block.text, place, judge)


def _documents(submission: Submission) -> Iterator[tuple[Document, str, int | None]]:
    """Give the README and the model's and the presentation's texts; the other folders speak of other things."""
    for folder in ["", *submission.milestone_folders("model"), *submission.milestone_folders("presentation")]:
        readme = submission.readme(folder)
        if readme:
            yield readme, readme.path, None
    for key in ("model", "presentation"):
        for book in submission.notebooks(key):
            for cell in book.cells:
                if cell.kind == "markdown":
                    yield cell.document, book.path, cell.number


def _in_table(rows: Sequence[Sequence[str]], place: Location, judge: _Judge) -> Iterator[Claim]:
    """Compare the cells that a model's name and a metric's name stand over and before."""
    if len(rows) < 2 or not rows[0] or _said_of_other(" ".join(rows[0])):
        return
    heads = rows[0]
    for offset, row in enumerate(rows[1:100], 2):
        if not row or _said_of_other(row[0]):
            continue
        for head, content in list(zip(heads, row, strict=False))[1:20]:
            model = _model_named(row[0], judge) or _model_named(head, judge)
            metric = _metric_named(head, judge) or _metric_named(row[0], judge)
            numbers = list(figures(content))
            if model and metric and len(numbers) == 1 and "±" not in content and "+/-" not in content:
                at = replace(place, line=(place.line or 1) + offset - (offset == 1))
                yield from judge.claim(numbers[0], at, model, metric, strict=True)


def _model_named(text: str, judge: _Judge) -> str:
    name = normal(text)
    for model in judge.models:
        if name and name == normal(model):
            return model
    if re.fullmatch(rf"(?:the |our )?(?:{_BASELINE})", name):
        return "baseline"
    return (
        "best"
        if re.fullmatch(r"(?:the |our )?(?:best|final) (?:model|network)|bestes modell|finales modell", name)
        else ""
    )


def _metric_named(text: str, judge: _Judge) -> str:
    found = {metric for metric, word in judge.words.items() if word.search(text)}
    kinds = {_kind(metric) for metric in found}
    return min(found) if len(kinds) == 1 else ""


def _in_prose(text: str, place: Location, judge: _Judge) -> Iterator[Claim]:
    for sentence in _sentences(text):
        if _said_of_other(sentence):
            continue
        best, baseline = judge.best.search(sentence), judge.baseline.search(sentence)
        if bool(best) == bool(baseline):
            continue  # of neither, or of both: it is not clear of which
        for metric, figure in judge.metrics_beside(sentence):
            yield from judge.claim(figure, place, "best" if best else "baseline", metric, strict=False)
        if best:
            yield from _shares(sentence, place, judge, right=False)


def _said_of_other(text: str) -> bool:
    return bool(_OTHER.search(_NEUTRAL.sub(" ", text)))


def _sentences(text: str) -> list[str]:
    return re.split(r"(?<=[^\d\s][.!?;])\s+|(?<=[%)\d][.!?;])\s+(?=[A-ZÄÖÜ])|\n{2,}", text)[:500]


# -- slides -----------------------------------------------------------------------------------------

_ALONE = re.compile(r"(?:best model|bestes modell|final model|our model)", re.IGNORECASE)
_NOT_RESULTS = re.compile(
    r"literature|literatur|related|review|references|quellen|data ?set|daten|exploratory|motivation|introduction|einleitung|outlook",
    re.IGNORECASE,
)
# A slide of this title speaks of the best model, where it does not say of which.
_OF_RESULTS = (
    r"(?:our |the |final |main |unsere |finale )?(?:test )?(?:results?|evaluations?|conclusions?|summary|performance|ergebnisse?|fazit|"
    r"auswertung|zusammenfassung)(?: summary| overview| on the test set| auf den testdaten)?"
)

# A sentence that is broken before its figure.
_GOES_ON = re.compile(
    r"(?:\b(?:of|is|at|to|reaches|achieves|von|bei|ist|erreicht|beträgt)|[:=])$", re.IGNORECASE
)


def _on_slides(submission: Submission, judge: _Judge) -> Iterator[Claim]:
    files = submission.once(slides).files
    # The same slides are often there as PPTX and as PDF; the PDF takes long to read.
    files = tuple(sorted(files, key=lambda path: path.lower().endswith(".pdf")))
    stems: set[str] = set()
    for path in files[:20]:
        stem = path.rpartition(".")[0]
        if stem in stems or len(stems) >= _MOST_DECKS:
            continue
        texts = slide_texts(submission, path)
        if texts:
            stems.add(stem)
        for number, text in enumerate(texts, 1):
            yield from _on_slide(text.split("\n"), number, Location(path), judge)


def _on_slide(lines: Sequence[str], number: int, place: Location, judge: _Judge) -> Iterator[Claim]:
    metric = judge.metrics.metric
    title = normal(lines[0]) if lines else ""
    about = "best" if re.fullmatch(_OF_RESULTS, title) else ""
    if judge.baseline.search(title) and not judge.best.search(title):
        about = "baseline"
    elsewhere = bool(lines) and bool(_NOT_RESULTS.search(lines[0]))
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if _GOES_ON.search(line):
            line = f"{line} {following}"
        named = (
            "baseline"
            if re.fullmatch(_BASELINE, line, re.IGNORECASE)
            else "best"
            if _ALONE.fullmatch(line)
            else ""
        )
        alone = [figure for figure in figures(following) if figure.shown == following]
        stated = re.fullmatch(rf"(?:{_BASELINE}):? (\S+)", line, re.IGNORECASE)
        if named and alone:  # a label, and a number below it
            yield from judge.claim(alone[0], place, named, metric, strict=True, slide=number)
        elif stated:
            for figure in figures(line):
                yield from judge.claim(figure, place, "baseline", metric, strict=True, slide=number)
        elif not elsewhere and not _said_of_other(line):
            best, baseline = judge.best.search(line), judge.baseline.search(line)
            model = "" if best and baseline else "best" if best else "baseline" if baseline else about
            if not model:
                continue
            for beside, figure in judge.metrics_beside(line):
                yield from judge.claim(figure, place, model, beside, strict=False, slide=number)
            if model == "best":
                yield from _shares(line, place, judge, right=False, slide=number)
