"""`make_cover`: the cover image in its folder, in place of the template's placeholder, and never of a group's own."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coursekit import __version__
from coursekit.config import Course, ReportSettings
from coursekit.errors import InputError
from coursekit.evidence.slides import cover
from coursekit.files import write_bytes
from coursekit.report.cover.draw import HEIGHT, WIDTH, draw_cover
from coursekit.report.cover.links import with_cover
from coursekit.report.mark import marked_png
from coursekit.report.section import Context
from coursekit.report.sections.title import own_covers, project_title
from coursekit.report.theme import theme_of
from coursekit.report.write import check_writable
from coursekit.submission import Submission, open_submission
from coursekit.text import one_line

FOLDER = "CoverImage"
NAME = "cover_image.png"


@dataclass(frozen=True, slots=True)
class Cover:
    """What `make_cover` did.

    Attributes
    ----------
    file : Path
        The cover image.
    state : str
        ``created``, ``replaced``, ``unchanged``, or ``kept`` where the group has one of its own.
    linked : tuple of Path
        READMEs that show it now.
    missing : frozenset of str
        Characters of the title that no font here has.
    """

    title: str
    file: Path
    state: str
    size: int
    linked: tuple[Path, ...] = ()
    missing: frozenset[str] = frozenset()

    def as_dict(self) -> dict[str, Any]:
        """Return what ``--format json`` prints."""
        return {
            "tool": "coursekit",
            "version": __version__,
            "title": self.title,
            "cover": {"path": str(self.file), "state": self.state, "bytes": self.size},
            "linked": [str(path) for path in self.linked],
            "missing": sorted(self.missing),
        }

    def as_text(self) -> str:
        """Return what the command prints."""
        file = one_line(str(self.file))
        if self.state == "kept":
            return f"{file} is a cover image of your own: it is kept. With --force one is made beside or over it.\n"
        lines = [f"{one_line(self.title, 70)}: cover image of {WIDTH} × {HEIGHT} pixels"]
        lines.append(f"  {self.state:9}  {file}  ({max(self.size // 1000, 1)} kB)")
        lines += [f"  shown in   {one_line(str(path))}" for path in self.linked]
        if self.missing:
            lines.append(
                f"No font here has {' '.join(sorted(self.missing)[:20])}; the image shows a box instead. Install a "
                "font for that script (for Chinese, Japanese and Korean: the package manimgx-fonts-cjk)."
            )
        return "\n".join(lines) + "\n"


def make_cover(
    path: Path,
    *,
    lang: str | None = None,
    theme: str = "",
    course: Course | None = None,
    force: bool = False,
) -> Cover:
    """Make a cover image for the repository at `path`, unless the group has one.

    Parameters
    ----------
    path : Path
        A group's folder.
    lang : str, optional
        ``en`` or ``de``; by default the language of `project.toml`, else English.
    theme : str
        As for `build_report`.
    course : Course, optional
        Whose logo and colors count.
    force : bool
        Make one although the group has its own; a file of the same name is replaced.

    Raises
    ------
    InputError
        If `path` is no group's folder that can be written to.
    """
    look = theme_of(theme, course.report if course else ReportSettings(), course.folder if course else None)
    submission = open_submission(path)
    if not isinstance(getattr(submission.source, "root", None), Path):
        raise InputError(
            f"expected a folder to write the cover image to, but {one_line(str(path))} is read from git",
            "Clone the repository, and give the clone's folder.",
        )
    found = submission.once(cover)
    title = project_title(submission)
    own = own_covers(submission)
    if own and not force:
        return Cover(title, path / own[0], "kept", submission.files[own[0]].size or 0)
    wrong = next(
        (p for p in submission.problems if p.path in {"project.toml", submission.readme_path()}), None
    )
    if wrong and not force:
        raise InputError(
            wrong.told(), f"{wrong.hint.en} Nothing was written; --force makes the cover without it."
        )
    target = _target(submission)
    _check(path, target)
    language = "de" if (lang or (submission.project.language if submission.project else "")) == "de" else "en"
    drawn = draw_cover(Context(submission, language), look)
    data = marked_png(drawn.data)
    file = path / target
    before = file.read_bytes() if file.is_file() else None
    # What else the template left there says nothing beside the cover.
    gone = [old for old in found.placeholders if old != target]
    readmes = _readmes(submission, path, target, gone, language)
    if before != data:
        write_bytes(file, data)
    for readme, content in readmes.items():
        write_bytes(readme, content)
    for old in gone:
        (path / old).unlink(missing_ok=True)
    state = "created" if before is None else "unchanged" if before == data else "replaced"
    return Cover(title, file, state, len(data), tuple(readmes), drawn.missing)


def _target(submission: Submission) -> str:
    """Return where the cover goes: over one that we made, over the placeholder, or under the usual name."""
    found = submission.once(cover)
    theirs = own_covers(submission)
    made = [one for one in found.own if one not in theirs]
    taken = [one for one in found.placeholders if one.lower().endswith(".png")]
    return next(iter((*made, *taken)), f"{(found.folders or (FOLDER,))[0]}/{NAME}")


def _check(root: Path, target: str) -> None:
    """Refuse to write through links, which may lead anywhere."""
    parts = [root.joinpath(*target.split("/")[: n + 1]) for n in range(target.count("/") + 1)]
    for part in parts:
        if part.is_symlink():
            raise InputError(
                f"expected {one_line(str(part))} to be in the repository, but it is a link to another place",
                "Replace it: what a repository links to is not written.",
            )
    if parts[-1].is_dir():
        raise InputError(f"expected a file at {one_line(str(parts[-1]))}, but found a folder", "Remove it.")
    check_writable(parts[-1].parent)


def _readmes(
    submission: Submission, root: Path, target: str, gone: list[str], language: str
) -> dict[Path, bytes]:
    """Return the READMEs that have to change, with their new content."""
    folders = set(submission.once(cover).folders) | {posixpath.dirname(target).split("/", 1)[0]}
    made: dict[Path, bytes] = {}
    for folder in ("", *sorted(folder for folder in submission.folders if "/" not in folder)):
        name = submission.readme_path(folder)
        if name is None or (root / name).is_symlink() or not submission.readme(folder):
            continue
        content = with_cover(
            (root / name).read_bytes(),
            path=name,
            image=target,
            gone=gone,
            there=submission.files,
            folders=folders,
            language=language,
            add=folder == "",
        )
        if content is not None:
            made[root / name] = content
    return made
