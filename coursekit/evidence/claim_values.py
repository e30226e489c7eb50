"""What the results files say of which model and metric, and whether a figure in a text says the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from coursekit.evidence.figures import Figure, agrees, figures, told
from coursekit.model import Location, Text
from coursekit.submission import Submission, UnreadableError
from coursekit.submission.results import Metrics, results, results_paths
from coursekit.text import one_line

_MOST_NUMBERS = 5000
_MAX_JSON = 3_000_000


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

    def told(self) -> Text:
        """Say what stands where, and what the results say instead."""
        path = one_line(self.location.path, 80)
        slide = Text(f"{path}, slide {self.slide},", f"{path}, Folie {self.slide},")
        where = slide if self.slide else Text(path, path)
        said = self.against_results()
        return Text(f"{where.en} says {said.en}", f"{where.de} sagt {said.de}")

    def against_results(self) -> Text:
        """Say what is written, and what the results say instead; where it stands is said beside."""
        text = Text(
            "{shown}, results/metrics.json says {expected} ({metric}, {model})",
            "{shown}, results/metrics.json sagt {expected} ({metric}, {model})",
        )
        return text.format(
            shown=one_line(self.shown, 40),
            expected=self.expected,
            metric=one_line(self.metric, 40),
            model=one_line(self.model, 60),
        )


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
BASELINE = r"base ?line(?:s|-?model|[- ]?modell?s?)?|basis ?modells?"
_BEST = (
    r"\b(?:(?:our|the|unser|das|best|final|bestes?|finales?) (?:\w+ ){0,2}?(?:model|network|net|modell|netz|cnn|mlp|rnn|lstm|gru|"
    r"transformer|classifier)|best model|bestes modell|we (?:\w+ )?(?:reach|achieve|get|obtain)\w*|(?:reach|erreich)en wir|"
    r"wir (?:\w+ )?(?:erreich|erziel)\w+)\b"
)
OTHER = re.compile(
    r"\b(?:train(?:ing|ed)?|trainings?\w*|validation|validierung\w*|val|dev|development|entwicklungs\w*|cross[- ]?valid\w*|kreuzvalid\w*|"
    r"cv|folds?|epochs?|epochen?|intervals?|intervall|confidence|konfidenz\w*|et al|state[- ]of[- ]the[- ]art|sota|literature|"
    r"literatur|papers?|published|humans?|menschen?|chance|random\w*|guess\w*|raten|zufall\w*|goal|aim|target|ziel|want\w*|expect\w*|"
    r"should|would|could|might|hope\w*|improv\w*|verbesser\w*|increas\w*|decreas\w*|drop\w*|points?|prozentpunkte?|differ\w*|"
    r"unterschied\w*|class|klasse|without|ohne|ablation|first|initial\w*|earlier|previous\w*|before|after|zuerst|vorher|new|neue?n?|"
    r"unknown|unseen|instead|if|wenn|falls|seeds?|average|mean of|std|deviation|per|each|noise|variance|varianz|explain\w*|"
    r"components?|threshold|dropout|learning rate|lernrate|worst|errors?|fehler\w*|misclassif\w*|wrong\w*|falsch\w*)\b|±|\+/-",
    re.IGNORECASE,
)
NEUTRAL = re.compile(
    r"mean (?:squared?|absolute) error|root mean|(?:quadratische|absolute)[rn]? fehler", re.IGNORECASE
)
RIGHT = re.compile(r"\b(?:correct\w*|right|richtig\w*|korrekt\w*)\b", re.IGNORECASE)
SHARE = re.compile(
    r"(?<![\w.,])(\d{1,9}) (?:out of|of|von|aus) (?:the |den )?(\d{1,9})(?![\w.,]*\d)", re.IGNORECASE
)


# Between a figure and the name of its metric.
_DIRECTLY = re.compile(r"\s*(?:test|overall|classification|top-1)?\s*", re.IGNORECASE)
_TURN = re.compile(
    r"[;()|]|\b(?:and|und|but|aber|than|als|compared|versus|vs|by|to|gegenüber)\b", re.IGNORECASE
)


class Judge:
    """Knows the true values, and compares figures with them."""

    def __init__(self, submission: Submission, metrics: Metrics) -> None:
        self.metrics = metrics
        self.models = {model.name: model.metrics for model in metrics.models}
        self.known = _known_numbers(submission, metrics)
        most = 100 if kind_of(metrics.metric) in _SHARES else 1  # some write percentages into the results
        self.is_share = metrics.value is not None and 0 <= metrics.value <= most
        names = {metrics.metric, *(name for values in self.models.values() for name in values)}
        self.words = {
            name: re.compile(rf"\b(?:{_word(name)})(?!\w)", re.IGNORECASE) for name in sorted(names)
        }
        self.best = re.compile("|".join([_BEST, *_as_words([metrics.best_model])]), re.IGNORECASE)
        self.baseline = re.compile(
            "|".join([rf"\b(?:{BASELINE})\b", *_as_words([metrics.baseline_model])]), re.IGNORECASE
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
            if kind_of(key) == kind_of(metric) and not (model in stated and key == self.metrics.metric)
        ]
        if model in stated and kind_of(metric) == kind_of(self.metrics.metric):
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


def kind_of(metric: str) -> str:
    """Return what people call a metric: f1 of macro_f1."""
    text = " ".join(re.split(r"[\W_]+", metric.casefold())).replace("r 2", "r2")
    return next((kind for kind, word in _METRICS.items() if re.search(rf"\b(?:{word})\b", text)), text)


def _word(metric: str) -> str:
    kind = kind_of(metric)
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
