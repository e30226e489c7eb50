"""LIT: the literature review: which works it names, and what it says of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coursekit.checker.rule import Outcome, Rule, met, not_judged, not_met
from coursekit.evidence.literature import Literature, literature
from coursekit.model import Location, Text
from coursekit.submission import Submission
from coursekit.text import one_line

_MOST_PLACES = 50
_ASPECTS = {
    "objective": Text("objective", "Ziel"),
    "methods": Text("methods", "Methoden"),
    "outcomes": Text("outcomes", "Ergebnisse"),
}


def _too_few(found: Literature, least: int) -> Outcome:
    text = Text(
        "fewer than {least} sources are named (LIT201)", "weniger als {least} Quellen sind genannt (LIT201)"
    )
    return not_judged(text.format(least=least), Location(found.path) if found.path else None)


class Sources(Rule):
    """The literature review names enough sources with their titles."""

    code = "LIT201"
    title = Text("Sources", "Quellen")
    what = Text(
        "The literature review names enough sources with their titles.",
        "Die Literaturübersicht nennt genug Quellen mit ihren Titeln.",
    )
    why = Text(
        "Others have worked on your problem or a similar one; whoever knows their work need not begin at nothing.",
        "Andere haben an eurem oder einem ähnlichen Problem gearbeitet; wer das kennt, fängt nicht bei null an.",
    )
    hint = Text(
        "Name at least two works (papers, articles, other projects) with their titles in 0_LiteratureReview/README.md.",
        "Nennt mindestens zwei Arbeiten (Veröffentlichungen, Artikel, andere Projekte) mit Titel in 0_LiteratureReview/README.md.",
    )
    example = "- **Source 1**: [Title of Source 1]"
    parameters = {"sources": 2}

    def check(self, submission: Submission, parameters: Mapping[str, Any]) -> Outcome:
        """Count the works that have a title of their own."""
        found = submission.once(literature)
        count, least = len(found.sources), parameters["sources"]
        if count >= least:
            names = "; ".join(one_line(source.title, 60) for source in found.sources[:3])
            more = count - 3
            text = Text(
                "{count} sources: {names}" + (" …" if more > 0 else ""),
                "{count} Quellen: {names}" + (" …" if more > 0 else ""),
            )
            places = (source.location for source in found.sources[:_MOST_PLACES])
            return met(text.format(count=count, names=names), *places)
        if found.unread:
            text = Text(
                "{path} may hold the review; such files are not read, look yourself",
                "{path} enthält vielleicht den Literaturüberblick; solche Dateien werden nicht gelesen, bitte selbst ansehen",
            )
            return not_judged(text.format(path=one_line(found.unread[0], 80)), Location(found.unread[0]))
        if not found.path:
            if not found.folders:
                return not_met(
                    Text("there is no folder 0_LiteratureReview", "der Ordner 0_LiteratureReview fehlt")
                )
            text = Text("{folder} holds no README.md", "{folder} enthält kein README.md")
            return not_met(text.format(folder=one_line(found.folders[0], 60)), Location(found.folders[0]))
        if not count:
            text = Text("no source with a title is named", "keine Quelle mit Titel ist genannt")
            return not_met(text, Location(found.path))
        text = Text(
            "{count} of at least {least} sources with a title: {name}",
            "{count} von mindestens {least} Quellen mit Titel: {name}",
        )
        name = one_line(found.sources[0].title, 60)
        return not_met(text.format(count=count, least=least, name=name), found.sources[0].location)


class SourceLinks(Rule):
    """Each source has a link."""

    code = "LIT202"
    title = Text("Links to the sources", "Links zu den Quellen")
    what = Text("Each source has a link.", "Zu jeder Quelle gibt es einen Link.")
    why = Text(
        "A link saves everybody the search, and shows that the work exists.",
        "Ein Link erspart allen die Suche und zeigt, dass es die Arbeit gibt.",
    )
    hint = Text(
        "Write each source's address on the web beside its title, best the one that begins with https://doi.org/.",
        "Schreibt zu jeder Quelle ihre Adresse im Netz, am besten die mit https://doi.org/.",
    )
    example = "- **Source 1**: A survey of time series models\n  - **[Link]()**"
    parameters = {"sources": 2}

    def check(self, submission: Submission, parameters: Mapping[str, Any]) -> Outcome:
        """Look for an address at each source."""
        found = submission.once(literature)
        if len(found.sources) < parameters["sources"]:
            return _too_few(found, parameters["sources"])
        without = [source for source in found.sources if not source.link]
        if not without:
            count = len(found.sources)
            return met(Text(f"{count} of {count} sources", f"{count} von {count} Quellen"))
        names = "; ".join(one_line(source.title, 60) for source in without[:3])
        text = Text("{count} without a link: {names}", "{count} ohne Link: {names}")
        places = (source.location for source in without[:_MOST_PLACES])
        return not_met(text.format(count=len(without), names=names), *places)


class SourceSummaries(Rule):
    """Enough sources are summarized: what was sought, how, and what came out."""

    code = "LIT203"
    title = Text("Summaries of the sources", "Zusammenfassungen der Quellen")
    what = Text(
        "Enough sources are summarized: what was sought, how, and what came out.",
        "Genug Quellen sind zusammengefasst: was gesucht wurde, wie, und was herauskam.",
    )
    why = Text(
        "A title alone helps nobody; what was tried and how well it worked tells what to try next.",
        "Ein Titel allein hilft niemandem; was versucht wurde und wie gut es ging, sagt, was als Nächstes zu tun ist.",
    )
    hint = Text(
        "Say for at least two sources, in a sentence each: what the authors wanted, how they did it, what came out.",
        "Sagt zu mindestens zwei Quellen in je einem Satz, was gesucht war, wie vorgegangen wurde und was herauskam.",
    )
    example = "- **Objective**: Forecast bread sales\n- **Methods**:\n- **Outcomes**:"
    parameters = {"sources": 2}

    def check(self, submission: Submission, parameters: Mapping[str, Any]) -> Outcome:
        """Look for own text behind the labels, or in running prose."""
        found = submission.once(literature)
        least = parameters["sources"]
        if len(found.sources) < least:
            return _too_few(found, least)
        told = [(source, source.told()) for source in found.sources]
        complete = [source for source, aspects in told if len(aspects) == len(_ASPECTS)]
        if len(complete) >= least:
            text = Text("{count} sources are summarized", "{count} Quellen sind zusammengefasst")
            return met(
                text.format(count=len(complete)), *(source.location for source in complete[:_MOST_PLACES])
            )
        lacking = [(source, aspects) for source, aspects in told if len(aspects) < len(_ASPECTS)]
        parts = [_lacking(source.title, aspects) for source, aspects in lacking[:3]]
        text = Text(
            f"{len(complete)} of at least {least}; missing: " + "; ".join(part.en for part in parts),
            f"{len(complete)} von mindestens {least}; es fehlt: " + "; ".join(part.de for part in parts),
        )
        return not_met(text, *(source.location for source, _ in lacking[:_MOST_PLACES]))


def _lacking(title: str, aspects: frozenset[str]) -> Text:
    names = [name for key, name in _ASPECTS.items() if key not in aspects]
    title = one_line(title, 40)
    return Text(
        ", ".join(name.en for name in names) + f" ({title})",
        ", ".join(name.de for name in names) + f" ({title})",
    )
