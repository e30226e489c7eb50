"""The first slide: the project's name, cover image, members, and the date of the last change."""

from __future__ import annotations

import re
from collections.abc import Sequence

from coursekit.evidence.slides import cover
from coursekit.evidence.summary import summary
from coursekit.model import Text
from coursekit.report.convert import visible
from coursekit.report.deck import Block, Bullets, Figure, Paragraph, Slide
from coursekit.report.mark import is_our_png
from coursekit.report.pictures import picture_at
from coursekit.report.section import Context, Section
from coursekit.submission import Span, Submission, UnreadableError
from coursekit.submission.markdown import plain

_COVER = Text("Cover image of the project “{title}”", "Titelbild des Projekts „{title}“")
_MAX_COVER = 50_000_000
_GROUP = re.compile(
    r"(our )?(group|team|members|group members|team members|authors|participants|gruppe|mitglieder|autoren)"
)


def own_covers(submission: Submission) -> tuple[str, ...]:
    """Return the cover images that the group made itself."""

    def ours(path: str) -> bool:
        try:
            return is_our_png(submission.read(path, _MAX_COVER))
        except UnreadableError:
            return False

    return tuple(path for path in submission.once(cover).own if not ours(path))


def project_title(submission: Submission) -> str:
    """Return the project's title: of `project.toml`, the README, or the folder's name."""
    project = submission.project
    title = (project.title if project else "") or submission.once(summary).title.own
    if " " not in title.strip() and len(re.findall(r"[-_]", title)) >= 2:
        title = title.replace("_", " ").replace("-", " ")  # a repository's name, not a heading
    return visible(title).strip() or visible(submission.name.replace("-", " ").replace("_", " ")).strip()


def task(submission: Submission) -> str:
    """Return the project's task: of `project.toml` or the README."""
    project = submission.project
    found = (project.task if project else "") or submission.once(summary).task.own
    return visible(found).strip()[:120]


def members(context: Context) -> tuple[str, ...]:
    """Return the members' names, of `project.toml` or of the README's section on the group."""
    project = context.submission.project
    if project and project.members:
        return tuple(visible(member.name).strip() for member in project.members)
    for passage in context.passages("root"):
        if passage.trail and _GROUP.fullmatch(passage.trail[-1]):
            names = [
                plain(item.spans)
                for block in passage.blocks
                if isinstance(block, Bullets)
                for item in block.items
                if item.level == 0
            ]
            return tuple(name for name in names if len(name) <= 60)[:12]
    return ()


def build(context: Context) -> Sequence[Slide]:
    """Return the title slide."""
    submission = context.submission
    title = project_title(submission)
    project = submission.project
    what = task(submission)
    course = " · ".join(
        visible(part) for part in ((project.course, project.semester) if project else ()) if part
    )
    body: list[Block] = []
    if what:
        body.append(Paragraph((Span(what),), "lead"))
    names = members(context)
    if names:
        body.append(Paragraph((Span(", ".join(names)),)))
    for line in (course, context.date):
        if line:
            body.append(Paragraph((Span(line),), "muted"))
    aside: list[Block] = []
    # A cover that the report made of this slide would only repeat it.
    for path in own_covers(submission):
        picture = picture_at(submission, path, (1200, 1200))
        if picture:
            aside.append(Figure(picture, context.t(_COVER.format(title=title))))
            break
    return [Slide(title, tuple(body), tuple(aside), 0.5, layout="title")]


SECTION = Section(
    key="title",
    order=0,
    title=Text("Title", "Titel"),
    slides=(1, 1),
    seconds=30,
    build=build,
    article=lambda _: (),
)
