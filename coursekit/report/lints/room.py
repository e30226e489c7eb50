"""Whether what is on the slides has room, and can be read from the last row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from coursekit.evidence.slide_facts import FileFacts
from coursekit.model import Location, Text
from coursekit.report import layout as page
from coursekit.report.deck import Block, Bullets, Code, Paragraph, Slide, Table
from coursekit.report.fit import SHORTENED
from coursekit.report.lint import Found, Lint, Seen, filled
from coursekit.text import one_line

#: Words on a slide, without its tables: more than the report itself ever sets on one, and more than a minute to read.
MOST_WORDS = 160
#: Points on a page 540 points high, which is what PowerPoint's and our pages are.
SMALLEST = 12.0
_MANY = 40  # letters: fewer are a page number, a source or a label


class Overfull(Lint):
    """Every slide has room for what it says."""

    code = "SLD201"
    title = Text("Overfull slides", "Überfüllte Folien")
    hint = Text(
        "Say it in fewer words or on two slides; the rest belongs into the speaker notes.",
        "Sagt es mit weniger Worten oder auf zwei Folien; der Rest gehört in die Notizen.",
    )

    def look(self, seen: Seen) -> Iterator[Found]:
        """Ask the deck what had to be cut, and the group's own slides for words and boxes."""
        for number, slide in enumerate(seen.deck.slides, 1):
            if SHORTENED.in_(seen.deck.language) in slide.hints:
                text = Text("“{t}” was shortened to fit", "„{t}“ wurde gekürzt, damit es passt")
                hint = Text(
                    "Put the main point into fewer words in the README or notebook that the slide is made of; "
                    "what was cut is in the speaker notes.",
                    "Fasst den Kern in dem README oder Notebook kürzer, aus dem die Folie entsteht; was gekürzt wurde, "
                    "steht in den Notizen.",
                )
                yield Found(text.format(t=one_line(slide.title, 60)), seen.place(number), hint)
        for file in seen.files:
            for one in file.slides:
                where = Location(file.path, slide=one.number)
                if one.words > MOST_WORDS:
                    text = Text("{n} words, more than {most}", "{n} Wörter, mehr als {most}")
                    yield Found(text.format(n=one.words, most=MOST_WORDS), where)
                for crowded in one.crowded[:3]:
                    text = _CROWDED[crowded.kind] if crowded.kind in _CROWDED else _CROWDED["over"]
                    yield Found(text.format(n=crowded.percent, t=one_line(crowded.sample, 50)), where)


_CROWDED = {
    "shrunk": Text(
        "PowerPoint shrank the text from “{t}” on to {n} %",
        "PowerPoint hat den Text ab „{t}“ auf {n} % verkleinert",
    ),
    "outside": Text("“{t}” reaches beyond the slide", "„{t}“ ragt über die Folie hinaus"),
    "over": Text(
        "the text from “{t}” on needs about {n} % of its box",
        "der Text ab „{t}“ braucht etwa {n} % seines Rahmens",
    ),
}


class FontSize(Lint):
    """Nothing is set so small that it cannot be read in a room."""

    code = "SLD202"
    title = Text("Font size", "Schriftgröße")
    hint = Text(
        "Set text in 18 points or more, tables and code in 12 or more: show fewer rows, columns or lines instead.",
        "Setzt Text in 18 Punkt oder größer, Tabellen und Code in 12 oder größer: zeigt lieber weniger Zeilen und Spalten.",
    )

    def look(self, seen: Seen) -> Iterator[Found]:
        """Compare the smallest sizes with the limit."""
        text = Text("{size} points, below {limit}: “{t}”", "{size} Punkt, unter {limit}: „{t}“")
        for number, slide in enumerate(seen.deck.slides, 1):
            smallest = min(_sizes(slide), default=(SMALLEST, ""))
            if smallest[0] < SMALLEST - 0.05:
                values: dict[str, float | str] = {
                    "size": smallest[0],
                    "limit": SMALLEST,
                    "t": one_line(smallest[1], 50),
                }
                yield Found(filled(text, **values), seen.place(number))
        for file in seen.files:
            feet = _feet(file)
            for one in file.slides:
                small = [
                    letters
                    for letters in one.letters
                    if letters.size < SMALLEST - 0.05 and (letters.size, letters.sample) not in feet
                ]
                if sum(letters.count for letters in small) >= _MANY:
                    most = max(small, key=lambda letters: letters.count)
                    told: dict[str, float | str] = {
                        "size": most.size,
                        "limit": SMALLEST,
                        "t": one_line(most.sample, 50),
                    }
                    yield Found(filled(text, **told), Location(file.path, slide=one.number))


def _feet(file: FileFacts) -> set[tuple[float, str]]:
    """Return what stands on most of the slides in the same way: feet, which nobody has to read."""
    seen = Counter((letters.size, letters.sample) for slide in file.slides for letters in slide.letters)
    return {key for key, count in seen.items() if len(file.slides) > 2 and count > len(file.slides) / 2}


def _sizes(slide: Slide) -> Iterator[tuple[float, str]]:
    for block in (*slide.body, *slide.aside):
        yield from _of_block(block, slide.size or page.SIZES[0])


def _of_block(block: Block, size: float) -> Iterator[tuple[float, str]]:
    if isinstance(block, Paragraph):
        yield page.paragraph_size(block, size), "".join(span.text for span in block.spans)
    elif isinstance(block, Bullets):
        for item in block.items:
            yield page.bullet_size(item.level, size), "".join(span.text for span in item.spans)
    elif isinstance(block, Table):
        yield block.size or size, " ".join(span.text for cell in block.rows[0] for span in cell)
    elif isinstance(block, Code):
        yield block.size or size, block.source.strip().split("\n")[0]
