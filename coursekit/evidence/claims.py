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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from coursekit.evidence.claim_values import BASELINE, NEUTRAL, OTHER, RIGHT, SHARE, Claim, Judge, kind_of
from coursekit.evidence.figures import figures
from coursekit.evidence.headings import normal
from coursekit.evidence.slide_texts import slide_texts
from coursekit.evidence.slides import slides
from coursekit.evidence.summary import summary
from coursekit.model import Location
from coursekit.submission import Document, Submission
from coursekit.submission.markdown import plain
from coursekit.submission.results import results

_MOST_CLAIMS = 300
_MOST_DECKS = 3


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
    judge = Judge(submission, metrics)
    found: list[Claim] = []
    for part in (_in_project, _in_summary, _in_texts, _on_slides):
        for claim in part(submission, judge):
            found.append(claim)
            if len(found) >= _MOST_CLAIMS:
                break
    return Claims(tuple(dict.fromkeys(found)), True)


# -- where claims stand -----------------------------------------------------------------------------


def _in_project(submission: Submission, judge: Judge) -> Iterator[Claim]:
    claimed = submission.project.results if submission.project else None
    if claimed is None or (claimed.metric and kind_of(claimed.metric) != kind_of(judge.metrics.metric)):
        return
    for model, value in (("best", claimed.value), ("baseline", claimed.baseline_value)):
        for figure in figures(f" {value!r}") if value is not None else ():
            yield from judge.claim(figure, Location("project.toml"), model, judge.metrics.metric, strict=True)


def _in_summary(submission: Submission, judge: Judge) -> Iterator[Claim]:
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


def _first_figure(text: str, place: Location, model: str, judge: Judge) -> Iterator[Claim]:
    beside = {figure.start: metric for metric, figure in judge.metrics_beside(text)}
    for figure in figures(text):
        metric = beside.get(figure.start, judge.metrics.metric)
        found = list(judge.claim(figure, place, model, metric, strict=True))
        # Where nothing says of which metric a number is, only shares can be told from other numbers.
        if found and (judge.is_share or figure.start in beside):
            yield from found
            return


def _shares(
    text: str, place: Location, judge: Judge, *, right: bool, slide: int | None = None
) -> Iterator[Claim]:
    """Give what is said like '268 of 270', where that many were tested."""
    for match in SHARE.finditer(text):
        if judge.tested and int(match[2]) == judge.tested and (right or RIGHT.search(text)):
            counts = {judge.right} | {
                round(value * judge.tested)
                for model in judge.models
                for value in judge.values(model, "accuracy")
            }
            yield Claim(
                place, slide, match[0], judge.metrics.best_model, "accuracy", f"{judge.right} / {judge.tested}",
                int(match[1]) in counts,
            )  # fmt: skip


def _in_texts(submission: Submission, judge: Judge) -> Iterator[Claim]:
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


def _in_table(rows: Sequence[Sequence[str]], place: Location, judge: Judge) -> Iterator[Claim]:
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


def _model_named(text: str, judge: Judge) -> str:
    name = normal(text)
    for model in judge.models:
        if name and name == normal(model):
            return model
    if re.fullmatch(rf"(?:the |our )?(?:{BASELINE})", name):
        return "baseline"
    return (
        "best"
        if re.fullmatch(r"(?:the |our )?(?:best|final) (?:model|network)|bestes modell|finales modell", name)
        else ""
    )


def _metric_named(text: str, judge: Judge) -> str:
    found = {metric for metric, word in judge.words.items() if word.search(text)}
    kinds = {kind_of(metric) for metric in found}
    return min(found) if len(kinds) == 1 else ""


def _in_prose(text: str, place: Location, judge: Judge) -> Iterator[Claim]:
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
    return bool(OTHER.search(NEUTRAL.sub(" ", text)))


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


def _on_slides(submission: Submission, judge: Judge) -> Iterator[Claim]:
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


def _on_slide(lines: Sequence[str], number: int, place: Location, judge: Judge) -> Iterator[Claim]:
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
            if re.fullmatch(BASELINE, line, re.IGNORECASE)
            else "best"
            if _ALONE.fullmatch(line)
            else ""
        )
        alone = [figure for figure in figures(following) if figure.shown == following]
        stated = re.fullmatch(rf"(?:{BASELINE}):? (\S+)", line, re.IGNORECASE)
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
