"""What those need who do not see the slides, or do not see them well: alt texts, contrast."""

from __future__ import annotations

import math
from collections.abc import Iterator

from coursekit.model import Location, Text
from coursekit.report.contrast import LARGE, TEXT, contrast
from coursekit.report.deck import Figure
from coursekit.report.lint import Found, Lint, Seen, filled
from coursekit.text import one_line


class AltTexts(Lint):
    """Every picture on the slides says what it shows."""

    code = "SLD301"
    title = Text("Alt texts", "Alternativtexte")
    hint = Text(
        "Right-click the picture in your slides, choose 'Edit Alt Text', and say in a sentence what it shows.",
        "Rechtsklick auf das Bild in euren Folien, 'Alternativtext bearbeiten', und in einem Satz sagen, was es zeigt.",
    )

    def look(self, seen: Seen) -> Iterator[Found]:
        """Look at the pictures that get onto the deck's slides, and at those of the group's own files."""
        for number, slide in enumerate(seen.deck.slides, 1):
            for block in (*slide.body, *slide.aside):
                if isinstance(block, Figure) and not block.described and block.source:
                    yield _figure(number, block.source)
        for file in seen.files:
            pictures = sum(slide.pictures for slide in file.slides)
            if not file.tagged and pictures:
                text = Text(
                    "the PDF has {n} pictures and no alt texts: it is not tagged",
                    "die PDF-Datei hat {n} Bilder und keine Alternativtexte: sie ist nicht ausgezeichnet (tagged)",
                )
                hint = Text(
                    "Export it again as an accessible (tagged) PDF, with alt texts in the slides that it is made of.",
                    "Exportiert sie noch einmal als barrierefreie (tagged) PDF-Datei, mit Alternativtexten in den Folien.",
                )
                yield Found(text.format(n=pictures), Location(file.path), hint)
            for one in file.slides:
                if one.undescribed:
                    text = Text("{n} without an alt text: {names}", "{n} ohne Alternativtext: {names}")
                    names = one_line(", ".join(one.undescribed[:4]), 80)
                    where = Location(file.path, slide=one.number)
                    yield Found(text.format(n=len(one.undescribed), names=names), where)


def _figure(slide: int, source: Location) -> Found:
    text = Text(
        "a picture that slide {n} shows has no alt text",
        "ein Bild, das Folie {n} zeigt, hat keinen Alternativtext",
    )
    if source.path.endswith(".ipynb") and source.cell:
        hint = Text(
            "Give the plot a title that says what it shows: 'plt.title(\"…\")'; or an alt text, if it is an image in Markdown.",
            "Gebt dem Diagramm einen Titel, der sagt, was es zeigt: 'plt.title(\"…\")'; einem Bild im Markdown einen Alternativtext.",
        )
    else:
        hint = Text(
            "Write in the brackets what the picture shows: '![Errors per class, most for 8](plot.png)'.",
            "Schreibt in die Klammern, was das Bild zeigt: '![Fehler je Klasse, die meisten bei 8](plot.png)'.",
        )
    return Found(text.format(n=slide), source, hint)


class Contrast(Lint):
    """Text stands out from its ground."""

    code = "SLD302"
    title = Text("Contrast", "Kontrast")
    hint = Text(
        "Take a darker color on a light ground, or a lighter one on a dark ground; a projector takes some contrast away.",
        "Nehmt eine dunklere Farbe auf hellem Grund oder eine hellere auf dunklem; ein Beamer nimmt noch Kontrast weg.",
    )

    def look(self, seen: Seen) -> Iterator[Found]:
        """Reckon the theme's pairs, and those of the group's own slides that state both colors."""
        for ink, ground, one, other, needed in seen.theme.pairs():
            ratio = contrast(one, other)
            if ratio < needed:
                text = Text(
                    "the theme's {ink} ({a}) on {ground} ({b}) has a contrast of {r}, less than {needed}",
                    "{ink} ({a}) auf {ground} ({b}) im Thema hat einen Kontrast von {r}, weniger als {needed}",
                )
                hint = Text(
                    "Change one of the two colors in course.toml.",
                    "Ändert eine der beiden Farben in course.toml.",
                )
                values: dict[str, float | str] = {
                    "ink": ink,
                    "ground": ground,
                    "a": one,
                    "b": other,
                    "r": _down(ratio),
                    "needed": needed,
                }
                yield Found(filled(text, **values), None, hint)
        for file in seen.files:
            for slide in file.slides:
                weak = [
                    (ratio, colored)
                    for colored in slide.colored
                    if (ratio := contrast(colored.ink, colored.ground))
                    < (LARGE if colored.size >= 24 else TEXT)
                ]
                if weak:
                    ratio, colored = min(weak, key=lambda pair: pair[0])
                    text = Text(
                        "“{t}”: {a} on {b} has a contrast of {r}",
                        "„{t}“: {a} auf {b} hat einen Kontrast von {r}",
                    )
                    told: dict[str, float | str] = {
                        "t": one_line(colored.sample, 40),
                        "a": colored.ink,
                        "b": colored.ground,
                        "r": _down(ratio),
                    }
                    yield Found(filled(text, **told), Location(file.path, slide=slide.number))


def _down(ratio: float) -> float:
    """Return a contrast so that one just below a limit does not look like the limit."""
    return math.floor(ratio * 10) / 10
