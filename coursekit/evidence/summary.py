"""What a README says about its project: title, link, description, task, best model, metric, result."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from coursekit.evidence import prompts
from coursekit.evidence.headings import README, find, means
from coursekit.evidence.prompts import known
from coursekit.model import Location
from coursekit.submission import Block, Document, Section, Span, Submission
from coursekit.submission.markdown import plain
from coursekit.text import one_line


@dataclass(frozen=True, slots=True)
class Stated:
    """A thing that a README states.

    Attributes
    ----------
    own : str
        The group's own text, empty where there is none.
    there : bool
        Whether its heading or label is there at all.
    location : Location or None
        Where it stands, or where it would belong.
    prompt : str
        The template's prompt that is still there, if any.
    """

    own: str = ""
    there: bool = False
    location: Location | None = None
    prompt: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """A README's statements. `results` are the blocks of its results summary."""

    title: Stated = Stated()
    repository: Stated = Stated()
    description: Stated = Stated()
    task: Stated = Stated()
    best_model: Stated = Stated()
    metric: Stated = Stated()
    result: Stated = Stated()
    description_blocks: tuple[Block, ...] = ()
    result_blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class _Line:
    """A paragraph, a list entry or a table row of a README, with the text that a label may open."""

    text: str
    line: int
    level: int
    kind: str
    linked: bool  # whether there is nothing but links


_NO_TITLE = r"documentation|dokumentation|cover ?image|titelbild|table of contents|contents|inhalt(sverzeichnis)?|license|lizenz"
_LABEL_END = re.compile(r"[:=|]")
_URL = re.compile(
    r"(?:https?://|git@|ssh://|www\.)[^\s\]>)]+|\b(?:github|gitlab)\.com/[^\s\]>)]+", re.IGNORECASE
)
METRIC_WORDS = re.compile(
    r"\b(accur\w{2,6}|genauigkeit|f1|f-?1[- ]?score|f-?score|precision|recall|sensitivity|specificity|auc|roc|auroc|"
    r"mse|rmse|mae|mape|r2|r\^2|log[- ]?loss|cross[- ]?entropy|perplexity|bleu|rouge|iou|miou|dice|map|"
    r"mean (squared|absolute) error|silhouette|mcc|kappa|loss|fid|wer|cer)\b|r²",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d+[.,]\d+|\d+\s*%|\b\d{2,}\b")
_KIND = (
    r"(classification|regression|clustering|segmentation|forecasting|forecast|detection|prediction|recognition|"
    r"generation|question answering|chatbot|recommendation|klassifikation|klassifizierung|vorhersage|prognose|"
    r"segmentierung|erkennung)"
)
_TASK_IN_PROSE = re.compile(
    rf"\b(task|problem|aufgabe|problemstellung)\b[^.\n]{{0,60}}\b{_KIND}\b|\b{_KIND}[ -]?(task|problem|aufgabe|sproblem|saufgabe)\b",
    re.IGNORECASE,
)
_NO_BEST = re.compile(
    r"best(es)?\W? (performing )?model(l)?\b.{0,80}\b(not|no|none|kein)|\b(no|none|kein)\b.{0,40}\bbest",
    re.IGNORECASE,
)
_BEST_IN_PROSE = re.compile(
    r"\b(best(?! alternative)|outperform\w*|winning|superior|bestes?)\b[^.\n]{0,120}\b(model|modell|network|classifier|regression|forest|cnn|lstm|"
    r"mlp|net|transformer|boost\w*)|\b(model|modell|network|classifier|regression|forest|cnn|lstm|mlp|transformer|\w*boost)\b"
    r"[^.\n]{0,120}\b(best|outperform\w*|highest|lowest)\b",
    re.IGNORECASE,
)


def summary(submission: Submission) -> Summary:
    """Read the root README's statements. Use as ``submission.once(summary)``."""
    document = submission.readme()
    if document is None:
        return Summary()
    description = find(document, [README["description"]])
    results = find(document, [README["results"]])
    labels = list(_labels(document, results))
    blocks = [block for section in results for block in _own_blocks(document, section)]
    return Summary(
        title=_title(document),
        repository=_repository(document),
        description=_description(document, description),
        task=_task(document),
        best_model=_best_model(document, labels, results),
        metric=_metric(document, labels, results),
        result=_result(document, labels, blocks, results),
        description_blocks=tuple(b for s in description[:1] for b in _own_blocks(document, s)),
        result_blocks=tuple(blocks),
    )


def _title(document: Document) -> Stated:
    top = [s for s in document.sections if s.heading and s.level <= 2]
    sections = sorted(top[:3], key=lambda s: s.level) or [s for s in document.sections if s.heading][:1]
    for section in sections:
        if any(means(section.title, pattern) for pattern in (*README.values(), _NO_TITLE)):
            continue
        own = prompts.own_text(section.title)
        if own:
            return Stated(own, True, Location(document.path, section.line))
    if sections:
        left = prompts.left(sections[0].title)
        return Stated("", bool(left), Location(document.path, sections[0].line), left[0] if left else "")
    return Stated(location=Location(document.path, 1))


def _repository(document: Document) -> Stated:
    sections = find(document, [README["repository"]])
    for section in sections:
        # Some link the heading itself.
        own = [(link.target, link.line) for link in document.links if link.line == section.line]
        for block in section.blocks:
            own += [
                (url, block.line)
                for url in [*(link.target for link in block.links), *_URL.findall(block.text)]
            ]
        for url, at in own:
            if _URL.match(url) and not _placeholder(url):
                return Stated(url, True, Location(document.path, at))
    for line in _lines(document):
        label = _split(line.text)
        if label and means(label[0], README["repository"]):
            found = [url for url in _URL.findall(line.text) if not _placeholder(url)]
            if found:
                return Stated(found[0], True, Location(document.path, line.line))
            return Stated("", True, Location(document.path, line.line))
    if not sections:
        return Stated(location=Location(document.path, 1))
    prompt = prompts.left(sections[0].text)
    return Stated("", True, Location(document.path, sections[0].line), prompt[0] if prompt else "")


def _placeholder(url: str) -> bool:
    return not prompts.own_text(f"[{url}]") or bool(
        re.search(r"your[-_]?(user)?name|your[-_]project", url, re.IGNORECASE)
    )


def _own_blocks(document: Document, section: Section) -> list[Block]:
    """Return a section's blocks with those of its sub-sections that have no meaning of their own."""
    blocks = list(section.blocks)
    skipping: int | None = None
    for inner in document.under(section)[1:]:
        if skipping is not None and inner.level > skipping:
            continue
        skipping = None
        own_meaning = any(
            means(inner.title, README[key]) for key in ("repository", "description", "task", "results")
        ) or means(inner.title, r"documentation|dokumentation|cover image|titelbild")
        if own_meaning:
            skipping = inner.level
            continue
        blocks += inner.blocks
    return blocks


def _prose(document: Document, sections: list[Section]) -> Stated:
    texts: list[str] = []
    left: list[str] = []
    for section in sections:
        for block in _own_blocks(document, section):
            if block.kind in {"code", "rule", "math"}:
                continue
            texts.append(prompts.own_text(block.text))
            left += prompts.left(block.text)
            if known().is_prose(block.text):
                left.append(one_line(block.text, 60))
    own = " ".join(text for text in texts if text)
    if not sections:
        return Stated(location=Location(document.path, 1))
    return Stated(own, True, Location(document.path, sections[0].line), left[0] if left else "")


def _description(document: Document, sections: list[Section]) -> Stated:
    """Read the description's section; without one, the text that stands directly under the title."""
    if sections:
        return _prose(document, sections)
    opening = [s for s in document.sections[:3] if s.level <= 1]
    own = " ".join(
        prompts.own_text(block.text) for s in opening for block in s.blocks if block.kind == "paragraph"
    ).strip()
    line = next((s.line for s in opening if s.blocks), 1)
    return Stated(own, bool(own), Location(document.path, line))


def _task(document: Document) -> Stated:
    sections = find(document, [README["task"]])
    found = _prose(document, sections)
    if found.own:
        return found
    for section in sections:
        # '**Image classification**' alone on its line looks like a heading.
        bold = [inner for inner in document.under(section)[1:] if prompts.own_text(inner.title)]
        if (
            bold
            and not found.prompt
            and not any(means(bold[0].title, pattern) for pattern in README.values())
        ):
            return Stated(prompts.own_text(bold[0].title), True, Location(document.path, bold[0].line))
    for line in _lines(document):
        label = _split(line.text)
        if label and means(label[0], README["task"]):
            return Stated(
                prompts.own_text(label[1]),
                True,
                Location(document.path, line.line),
                (prompts.left(label[1]) or [""])[0],
            )
    if not found.there:
        # Who wrote a README of their own says it in a sentence.
        for line in _lines(document):
            own = prompts.own_text(line.text)
            if line.kind == "paragraph" and _TASK_IN_PROSE.search(own):
                return Stated(own, True, Location(document.path, line.line))
    return found


# -- the results summary -------------------------------------------------------------------------


@dataclass(slots=True)
class _Label:
    """A label in the README with all that stands under it."""

    name: str
    line: int
    values: list[_Line]

    def text(self, *, with_links: bool = True) -> str:
        return " ".join(value.text for value in self.values if with_links or not value.linked)


def _lines(document: Document, sections: list[Section] | None = None) -> Iterator[_Line]:
    chosen = (
        document.sections if sections is None else [s for first in sections for s in document.under(first)]
    )
    for section in chosen:
        if sections is not None and section.heading and section not in sections:
            # A sub-heading may itself be the label ("#### Best Model").
            yield _Line(section.title + ":", section.line, -1, "heading", False)
        for block in section.blocks:
            if block.kind == "list":
                for item in block.items:
                    yield _Line(item.text, item.line, item.level, "item", _only_links(item.spans))
            elif block.kind == "table":
                for offset, row in enumerate(block.rows):
                    cells = [plain(cell) for cell in row]
                    yield _Line(
                        ": ".join(cells[:1]) + ": " + " ".join(cells[1:]),
                        block.line + offset,
                        0,
                        "table",
                        False,
                    )
            elif block.kind in {"paragraph", "html"}:
                for offset, text in enumerate(block.text.split("\n")):
                    yield _Line(text, block.line + offset, 0, block.kind, _only_links(block.spans))


def _only_links(spans: tuple[Span, ...]) -> bool:
    """Whether a label is followed by nothing but links and punctuation."""
    rest = "".join(span.text for span in spans if span.style not in {"link"})
    after = rest.split(":", 1)[-1] if ":" in rest else rest
    return any(span.style == "link" for span in spans) and not re.search(r"\w", after)


def _split(text: str) -> tuple[str, str] | None:
    """Split ``Label: value``; None where no label opens the line."""
    end = _LABEL_END.search(text, 0, 100)
    return (text[: end.start()], text[end.end() :].strip()) if end else None


def _label_of(text: str) -> str:
    """Return which of the results summary's labels opens a line, or the empty string."""
    label = _split(text)
    keys = ("best_model", "metric", "result")
    return next((key for key in keys if label and means(label[0], README[key])), "")


def _labels(document: Document, sections: list[Section]) -> Iterator[_Label]:
    """Give every label of the results summary (or, without one, of the README) with its value."""
    current: _Label | None = None
    level = 0
    for line in _lines(document, sections or None):
        label = _split(line.text)
        name = _label_of(line.text)
        if label and name:
            if current:
                yield current
            current, level = _Label(name, line.line, []), line.level
            if label[1]:
                current.values.append(_Line(label[1], line.line, line.level, line.kind, line.linked))
        elif current and (line.kind in {"paragraph", "table", "html"} or line.level > level or not label):
            current.values.append(line)
        elif current:
            yield current
            current = None
    if current:
        yield current


def _stated(
    document: Document, label: _Label | None, sections: list[Section], *, with_links: bool = True
) -> Stated:
    if label is None:
        line = sections[0].line if sections else 1
        return Stated(there=False, location=Location(document.path, line))
    text = label.text(with_links=with_links)
    left = prompts.left(label.text())
    return Stated(prompts.own_text(text), True, Location(document.path, label.line), left[0] if left else "")


def _pick(labels: list[_Label], name: str) -> _Label | None:
    """Return the label with own text, else the first of that name."""
    named = [label for label in labels if label.name == name]
    return next((label for label in named if prompts.own_text(label.text())), named[0] if named else None)


def _prose_line(
    document: Document, sections: list[Section], pattern: re.Pattern[str]
) -> tuple[str, int] | None:
    """Return the first line of the results summary, labels aside, whose own text says what `pattern` looks for."""
    for line in _lines(document, sections) if sections else ():
        own, label = prompts.own_text(line.text), _split(line.text)
        if label and prompts.left(line.text) and not prompts.own_text(label[1]):
            continue  # another label of the template, still with its prompt
        if line.kind != "heading" and not _label_of(line.text) and own and pattern.search(own):
            return own, line.line
    return None


def _best_model(document: Document, labels: list[_Label], sections: list[Section]) -> Stated:
    stated = _stated(document, _pick(labels, "best_model"), sections)
    if stated.own:
        return stated
    found = _prose_line(document, sections, _NO_BEST) or _prose_line(document, sections, _BEST_IN_PROSE)
    return Stated(found[0], True, Location(document.path, found[1])) if found else stated


def _metric(document: Document, labels: list[_Label], sections: list[Section]) -> Stated:
    stated = _stated(document, _pick(labels, "metric"), sections)
    if stated.own:
        return stated
    found = _prose_line(document, sections, METRIC_WORDS)
    return Stated(found[0], True, Location(document.path, found[1])) if found else stated


def _result(document: Document, labels: list[_Label], blocks: list[Block], sections: list[Section]) -> Stated:
    stated = _stated(document, _pick(labels, "result"), sections, with_links=False)
    if stated.own:
        return stated
    tables = [block for block in blocks if block.kind == "table" and prompts.own_text(block.text)]
    if tables:
        return Stated(prompts.own_text(tables[0].text), True, Location(document.path, tables[0].line))
    found = None if stated.there and stated.prompt else _prose_line(document, sections, _NUMBER)
    return Stated(found[0], True, Location(document.path, found[1])) if found else stated
