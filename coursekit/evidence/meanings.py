"""What the sections of the milestones' notebooks are called, in English and German, as patterns over `normal` text.

A pattern is searched in a heading, so that a combined heading counts for each of its parts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from coursekit.evidence.headings import normal
from coursekit.model import Text

_DATA = r"(?:data ?(?:sets?|frames?)?|daten(?:satz(?:es)?|satze|basis)?)"
_SHOWN = (
    r"(?:overviews?|descriptions?|characteristics?|summary|information|infos?|structure|introduction|profile|layout|"
    r"inspection|understanding|details|ubersicht|uberblick|beschreibung|charakteristi\w+|zusammenfassung|struktur|"
    r"informationen|eigenschaften|aufbau|vorstellung|einfuhrung)"
)
_MODEL = r"(?:(?:base ?line|basis|vergleichs?|ml|final)? ?(?:models?|modells?|modelle|algorith\w+|classifiers?|architectures?)|base ?lines?)"
_CHOICE = r"(?:choices?|chosen|choose|choosing|selections?|selected|selecting|definitions?|descriptions?|rationale|justification|explanation|auswahl|wahl|definition|beschreibung)"
_FEATURE = (
    r"(?:features?|variables?|attributes?|predictors?|inputs?|merkmale?n?|merkmals|variablen|attribute)"
)
_EVALUATION = (
    r"\bevaluat\w*|\bevaluier\w*|\bevaluation\w*|\bauswertung\w*|\w*bewertung\w*|\bperformance\b|\bmetrics?\b|\w*metrik(?:en)?\b|"
    r"\bassess\w*|\bgutemass\w*"
)
_IMPLEMENTATION = (
    r"\bimplement\w*|\w*implementierung\w*|\bumsetzung\w*|\brealisierung|"
    rf"\b{_MODEL} (?:building|build|construction|setup)\b|\bbuild(?:ing)? (?:\w+ ){{0,3}}{_MODEL}\b|\bmodellaufbau\b|\bmodellbau\b"
)
# 'Feature selection for the model' chooses features.
_OF_FEATURES = "".join(
    f"(?<!{word} )"
    for word in ("feature", "features", "variable", "variables", "attribute", "parameter", "hyperparameter")
)
_MODEL_CHOICE = (
    rf"\b{_MODEL} (?:(?!feature|variable|hyper|param|merkmal)\w+ ){{0,2}}?{_CHOICE}\b|"
    rf"{_OF_FEATURES}\b{_CHOICE} (?:\w+ ){{0,3}}?{_MODEL}\b|\bmodell?(?:aus)?wahl\b|\bmodelldefinition\b|"
    rf"\bwhy (?:\w+ ){{0,3}}{_MODEL}\b|\b{_MODEL} (?:and|und) {_FEATURE} ?(?:selection|auswahl|choice)\b"
)

#: A milestone's sections by key: how we name them, and the pattern that finds them.
SECTIONS: Mapping[str, Mapping[str, tuple[Text, str]]] = {
    "data": {
        "overview": (
            Text("Dataset overview", "Überblick über die Daten"),
            (
                rf"\b{_DATA} ?(?:\w+ ){{0,3}}?{_SHOWN}\b|\b{_SHOWN} (?:\w+ ){{0,3}}{_DATA}\b|\babout (?:the |our )?{_DATA}\b|"
                rf"^(?:the |our |unser |der )?(?:{_DATA}|(?:general |initial |basic |quick |first |short |brief )?(?:overview|uberblick|ubersicht))$|\bdaten\w*(?:ubersicht|uberblick|beschreibung)\b"
            ),
        ),
        "missing": (
            Text("Missing values", "Fehlende Werte"),
            r"\bmissings?\b|\bnans?\b|\bnull(?:s| values?| werte)?\b|\bimput\w+|\bfehlende\w*|\bfehlwerte?n?\b|\bmissingness\b",
        ),
        "distributions": (
            Text("Feature distributions", "Verteilungen der Merkmale"),
            r"\bdistribut\w*|\w*verteilung\w*|\bhistogram\w*",
        ),
        "biases": (
            Text("Possible biases", "Mögliche Verzerrungen"),
            (
                r"\bbias\w*|\b(?:im|un)balanced?\b|\b(?:im|un)balances?\b|\bclass balance\b|\bfairness\b|\w*verzerrung\w*|"
                r"\w*ungleichgewicht\w*|\bunausgewogen\w*|\bvoreingenommenheit\w*"
            ),
        ),
        "correlations": (
            Text("Correlations", "Korrelationen"),
            r"\b(?:auto|inter|cross)?correlat\w*|\b\w*korrelation\w*|\brelationships? (?:between|among)\b|\bzusammenhange?\b",
        ),
    },
    "baseline": {
        "choice": (Text("Model choice", "Wahl des Modells"), _MODEL_CHOICE),
        "features": (
            Text("Feature selection", "Auswahl der Merkmale"),
            (
                rf"\b{_FEATURE} (?:\w+ ){{0,3}}?(?:selections?|selected|selecting|choices?|chosen|used|importances?|auswahl|selektion)\b|"
                rf"\b(?:selections?|selected|selecting|choice|choosing|chosen|relevant|used|auswahl|wahl|relevante) (?:\w+ ){{0,2}}?{_FEATURE}\b|"
                rf"^(?:the |our )?(?:input |model )?{_FEATURE}(?: (?:and|und) (?:targets?|labels?|ziel\w*))?$|\b(?:feature|merkmals?|variablen)n? ?(?:auswahl|selektion)\b"
            ),
        ),
        "implementation": (Text("Implementation", "Umsetzung"), _IMPLEMENTATION),
        "evaluation": (Text("Evaluation", "Auswertung"), _EVALUATION),
    },
    "model": {
        "choice": (Text("Model selection", "Auswahl des Modells"), _MODEL_CHOICE),
        "features": (
            Text("Feature engineering", "Aufbereitung der Merkmale"),
            (
                rf"\b{_FEATURE} ?(?:\w+ ){{0,3}}?(?:engineer\w*|construction|extraction|creation|generation|transformations?|preprocessing|processing|preparation|konstruktion|"
                rf"entwicklung|extraktion|generierung|erzeugung|aufbereitung)\b|\b(?:engineer\w*|creating|extracting) (?:\w+ ){{0,2}}?{_FEATURE}\b|"
                r"\bmerkmals(?:konstruktion|entwicklung|extraktion|generierung|aufbereitung)\b"
            ),
        ),
        "tuning": (
            Text("Hyperparameter tuning", "Abstimmung der Hyperparameter"),
            r"\bhyper ?param\w*|\w*hyperparameter\w*|\b(?:fine ?)?tuning\b|\bparameter ?(?:optimi\w+|search|suche|abstimmung)\b|\bgrid ?search\b",
        ),
        "implementation": (Text("Implementation", "Umsetzung"), _IMPLEMENTATION),
        "metrics": (Text("Evaluation metrics", "Metriken"), _EVALUATION),
        "comparison": (
            Text("Comparative analysis", "Vergleich"),
            r"\bcompar\w*|\w*vergleich(?:e|s|ende\w*|sanalyse)?\b|\bversus\b|\bvs\b|\bgegenuberstellung\w*|\bbenchmark\w*",
        ),
    },
}

#: What a notebook's title says already in the templates; a title is no section.
_TITLES = (
    r"(?:final )?model definition(?: and)? evaluation(?: overview| notebook)?|modell ?definition (?:und )?\w+|"
    r"exploratory data analysis(?: eda)?|eda|base ?line ?model|model|modell|explorative daten ?analyse"
)
#: The heading of a table of contents.
CONTENTS = r"(?:the )?(?:table of )?contents?|inhalt(?:sverzeichnis|sangabe|e|subersicht)?|toc|outline|gliederung|agenda|index"

# Long words that people misspell; a word that is nearly one of them counts as it.
_SPELLED = (
    "distribution", "distributions", "correlation", "correlations", "implementation", "evaluation", "hyperparameter",
    "hyperparameters", "engineering", "selection", "comparative", "comparison", "missing", "feature", "features", "biases",
    "verteilung", "verteilungen", "korrelation", "korrelationen", "implementierung", "overview", "description", "dataset",
)  # fmt: skip


@lru_cache(maxsize=4096)
def meanings(title: str, milestone: str) -> frozenset[str]:
    """Return which of a milestone's sections (a key of `SECTIONS`) a heading stands for; mostly none."""
    if len(title) > 200:
        return frozenset()
    text = normal(title)
    if not text or re.fullmatch(_TITLES, text):
        return frozenset()
    found = _matches(text, milestone)
    return found or _matches(" ".join(_spelled(word) for word in text.split()), milestone)


def _matches(text: str, milestone: str) -> frozenset[str]:
    return frozenset(key for key, (_, pattern) in SECTIONS[milestone].items() if re.search(pattern, text))


def _spelled(word: str) -> str:
    """Return the long word that `word` misspells by a letter or two, else `word`."""
    if len(word) < 6 or word in _SPELLED:
        return word
    for right in _SPELLED:
        if (
            word[0] == right[0]
            and abs(len(word) - len(right)) <= 1
            and _distance(word, right) <= 1 + (len(right) > 9)
        ):
            return right
    return word


def _distance(a: str, b: str) -> int:
    """Return how many letters must be changed, added, dropped or swapped with their neighbor."""
    before, row = [0] * (len(b) + 1), list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        above, before, row = before, row, [i]
        for j, y in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, above[j - 2] + 1)
            row.append(cost)
    return row[-1]
