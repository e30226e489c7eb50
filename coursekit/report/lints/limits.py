"""The limits of the course: slides in each section, minutes, the size of files."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from coursekit.evidence.slides import slides
from coursekit.model import Level, Location, Text
from coursekit.report.deck import Figure
from coursekit.report.lint import Found, Lint, Seen, filled
from coursekit.submission import SLIDE_ENDINGS

MEGABYTES = 25
_MB = 1_000_000


class Structure(Lint):
    """Every section has as many slides as the course's structure gives it."""

    code = "SLD401"
    title = Text("Slides in each section", "Folien je Abschnitt")
    hint = Text(
        "Write in the repository what the section is made of, or take slides away.",
        "Schreibt ins Repositorium, woraus der Abschnitt entsteht, oder nehmt Folien weg.",
    )

    def look(self, seen: Seen) -> Iterator[Found]:
        """Compare the deck section by section; of the group's own file only the number of slides is known."""
        limits = {section.key: section for section in seen.sections}
        number = 1
        for outline in seen.deck.outline:
            section = limits.get(outline.key)
            least, most = section.slides if section else (0, outline.slides)
            wanted = str(least) if least == most else f"{least}–{most}"
            where = seen.place(number) if outline.slides else None
            number += outline.slides
            if outline.missing and least:
                text = Text(
                    "{title}: nothing found; slides planned: {wanted}",
                    "{title}: nichts gefunden; geplante Folien: {wanted}",
                )
                yield Found(
                    text.format(title=outline.title, wanted=wanted),
                    where,
                    section.missing if section else None,
                )
            elif not least <= outline.slides <= most:
                text = Text(
                    "{title}: {n}; slides planned: {wanted}", "{title}: {n}; geplante Folien: {wanted}"
                )
                yield Found(text.format(title=outline.title, n=outline.slides, wanted=wanted), where)
        least = sum(section.slides[0] for section in seen.sections)
        most = sum(section.slides[1] for section in seen.sections)
        for file in seen.files:
            if not file.known:
                text = Text("its slides could not be read", "die Folien darin waren nicht lesbar")
                yield Found(text, Location(file.path), open=True)
            elif not least <= file.count <= most:
                text = Text(
                    "{n} slides; the course's structure has {least} to {most}",
                    "{n} Folien; der Aufbau des Kurses hat {least} bis {most}",
                )
                hint = Text(
                    "Merge slides or part them, so that each section has its place and its time.",
                    "Fasst Folien zusammen oder teilt sie, damit jeder Abschnitt seinen Platz und seine Zeit hat.",
                )
                yield Found(text.format(n=file.count, least=least, most=most), Location(file.path), hint)


class Time(Lint):
    """The presentation fits into its time."""

    code = "SLD402"
    title = Text("Time", "Zeit")
    hint = Text(
        "Switch a section off or give it less time.",
        "Schaltet einen Abschnitt ab oder gebt ihm weniger Zeit.",
    )
    level = Level.REQUIRED

    def look(self, seen: Seen) -> Iterator[Found]:
        """Add up what is planned."""
        if seen.deck.seconds > seen.budget:
            text = Text("{n} minutes planned, {most} allowed", "{n} Minuten geplant, {most} erlaubt")
            yield Found(text.format(n=_minutes(seen.deck.seconds), most=_minutes(seen.budget)))


def _minutes(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02d}" if seconds % 60 else str(seconds // 60)


class FileSize(Lint):
    """The files can be uploaded."""

    code = "SLD403"
    title = Text("File size", "Dateigröße")
    hint = Text(
        "Compress the pictures (PowerPoint: Compress Pictures; PDF: export for screen) until the file is small enough.",
        "Verkleinert die Bilder (PowerPoint: Bilder komprimieren; PDF: für Bildschirm exportieren), bis die Datei passt.",
    )
    level = Level.REQUIRED

    def look(self, seen: Seen) -> Iterator[Found]:
        """Look at the slides that lie there, and at the pictures that the deck takes up."""
        submission = seen.submission
        text = Text("{n} MB, more than {most}", "{n} MB, mehr als {most}")
        for path in submission.in_folders(submission.once(slides).folders):
            ending = posixpath.splitext(path)[1].lower()
            size = submission.files[path].size
            if ending not in SLIDE_ENDINGS | {".html"}:
                continue
            if size is None:
                unknown = Text(
                    "left out of the clone, so its size is not known (over 10 MB)",
                    "beim Klonen ausgelassen, ihre Größe ist nicht bekannt (über 10 MB)",
                )
                yield Found(unknown, Location(path), open=True)
            elif size > MEGABYTES * _MB:
                yield Found(filled(text, n=round(size / _MB, 1), most=MEGABYTES), Location(path))
        figures = [
            (len(block.picture.data), number)
            for number, slide in enumerate(seen.deck.slides, 1)
            for block in (*slide.body, *slide.aside)
            if isinstance(block, Figure)
        ]
        total = sum(size for size, _ in figures)
        if total * 4 / 3 > MEGABYTES * _MB:  # as base64 in the HTML
            largest = max(figures)[1]
            deck = Text("the deck's pictures alone have {n} MB", "allein die Bilder der Folien haben {n} MB")
            yield Found(filled(deck, n=round(total / _MB, 1)), seen.place(largest))
