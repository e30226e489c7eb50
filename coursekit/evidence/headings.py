"""Matches headings and labels by meaning: numbering, case, emphasis, language and small rewordings do not matter."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from coursekit.submission import Document, Section

#: What the README's sections and labels are called, as patterns over `normal` text.
README = {
    "repository": r"(git ?(hub|lab) )?(repository|repo|repositorium)( (link|url|adresse))?|git ?(hub|lab)( (link|url))?|"
    r"link (to|zum) (the )?(git ?(hub|lab) )?(repository|repo|repositorium)|(projekt|project) (repository|repo|link)",
    "description": r"(short |brief |kurz ?)?(project ?|projekt ?)?(description|beschreibung)( of the project| des projekts)?|"
    r"about( (the|this) project)?|uber das projekt|(project |projekt ?)?(overview|uberblick|ubersicht)|abstract|"
    r"(project )?(introduction|summary)|einleitung|einfuhrung|zusammenfassung|motivation",
    "task": r"(type of )?(the )?(ml |machine learning |learning )?(task|problem)( type)?|aufgaben? ?(typ|art|stellung)?|"
    r"(art|typ) der aufgabe|problem ?(typ|art)",
    "results": r"(summary of |overview of |main |key |final |our )?(the )?results?( summary| overview)?|"
    r"(zusammenfassung der |wichtigste )?ergebnis(se)?( zusammenfassung| ubersicht)?|"
    r"ergebnis ?(zusammenfassung|ubersicht)|performance( summary)?",
    "best_model": r"(the |our |das )?(best|final|winning|top|bestes?|finales)( performing)? ?(model|modell|approach|architecture)"
    r"( name)?|model( name)?|modell",
    "metric": r"(main |primary |used |wichtigste )?(evaluation |performance |evaluierungs ?|bewertungs ?|evaluations ?)?"
    r"(metric|metrik)(s|en)?( used)?|(evaluation|bewertung)( measures?)?",
    "result": r"(the |our |final |best |test |overall |model |end ?|bestes |finales )*"
    r"(results?|performance|score|ergebnis(se)?|leistung)( (on the )?test( set)?)?|"
    r"(final |test |best )(accuracy|f1|f1 score|rmse|mse|mae|r2|auc|genauigkeit)",
}


def normal(text: str) -> str:
    """Return a heading without numbering, punctuation, emoji, case and accents."""
    text = unicodedata.normalize("NFKD", text.replace("ß", "ss")).casefold()
    text = "".join(char for char in text if not unicodedata.combining(char))
    text = re.sub(r"[^\w]+|_+", " ", text)
    text = re.sub(r"^(\s*(\d+[a-z]?|[ivx]+)\b)+", " ", text)
    return " ".join(text.split())


def means(text: str, pattern: str) -> bool:
    """Return whether a heading or label says what `pattern` (of this module) stands for."""
    return len(text) <= 200 and re.fullmatch(pattern, normal(text)) is not None


def find(document: Document, patterns: Iterable[str]) -> list[Section]:
    """Return the sections whose heading has one of the meanings, in order."""
    chosen = list(patterns)
    return [s for s in document.sections if s.heading and any(means(s.title, pattern) for pattern in chosen)]
