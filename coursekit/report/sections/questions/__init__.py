"""The last slide: thanks, questions, and where to find the project."""

from __future__ import annotations

from collections.abc import Sequence

from coursekit.evidence.summary import summary
from coursekit.model import Text
from coursekit.report.convert import safe_link
from coursekit.report.deck import Block, Paragraph, Slide
from coursekit.report.section import Context, Section
from coursekit.submission import Span

TITLE = Text("Questions?", "Fragen?")
_THANKS = Text("Thank you for listening", "Danke fürs Zuhören")


def build(context: Context) -> Sequence[Slide]:
    """Return the closing slide, with the repository's address where it is stated."""
    project = context.submission.project
    address = (project.repository if project else "") or context.submission.once(summary).repository.own
    link = safe_link(address)
    body: list[Block] = [Paragraph((Span(context.t(_THANKS)),), "lead")]
    if link:
        shown = link.removeprefix("https://").removeprefix("http://").rstrip("/")
        body.append(Paragraph((Span(shown, "link", link),)))
    return [Slide(context.t(TITLE), tuple(body), layout="closing")]


SECTION = Section(
    key="questions",
    order=100,
    title=TITLE,
    slides=(1, 1),
    seconds=0,
    build=build,
    article=lambda _: (),
)
