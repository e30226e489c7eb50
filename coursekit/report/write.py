"""Where a deck's files go, and how they get there without replacing anything of a group's."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from coursekit.errors import InputError
from coursekit.evidence.slides import slides
from coursekit.files import write_bytes
from coursekit.report.links import OURS, SLIDES, with_link
from coursekit.report.mark import is_ours, marked
from coursekit.report.rendering import Renderer
from coursekit.submission import Submission, UnreadableError

FOLDER = "4_Presentation"
_MAX_OLD = 200 * 1000 * 1000


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written. `state` is ``created``, ``replaced`` or ``unchanged``."""

    format: str
    path: Path
    size: int
    state: str


@dataclass(frozen=True, slots=True)
class Target:
    """Where the files go: a folder, and the README to link them from (None outside of the repository)."""

    folder: Path
    readme: Path | None
    readme_name: str = ""


def find_target(submission: Submission, root: Path, output: Path | None) -> Target:
    """Return the folder for the deck: `output`, or the presentation folder, found by its meaning.

    Raises
    ------
    InputError
        If the folder cannot be written to, or is a link, or there is only a bare repository.
    """
    if output is not None:
        check_writable(output)
        return Target(output, None)
    if not isinstance(getattr(submission.source, "root", None), Path):
        raise InputError(
            f"expected a folder to write the presentation to, but {root} is read from git",
            "Say where it should go with --output DIR.",
        )
    folders = submission.milestone_folders("presentation")
    name = folders[0] if folders else FOLDER
    folder = root / name
    if folder.is_symlink():
        raise InputError(
            f"expected a folder called {name}, but it is a link to another place",
            "Replace it by a folder: what a repository links to is not written. Or say --output DIR.",
        )
    check_writable(folder)
    readme = submission.readme_path(name) or f"{name}/README.md"
    if (root / readme).is_symlink():
        raise InputError(f"expected a regular file at {readme}, but it is a link", "Replace it by a file.")
    return Target(folder, root / readme, readme)


def check_writable(folder: Path) -> None:
    """Refuse a folder that cannot be written to, or made."""
    existing = folder
    while not existing.exists() and existing != existing.parent:
        existing = existing.parent
    if not existing.is_dir():
        raise InputError(f"expected a folder at {existing}, but found a file", "Give another folder.")
    if not os.access(existing, os.W_OK | os.X_OK):
        raise InputError(
            f"expected a folder that can be written to, but {existing} is read-only; nothing was written",
            "Give yourself the right to write there, or another folder with --output DIR.",
        )


def choose_name(target: Target, endings: list[str], *, force: bool, stem: str = "presentation") -> str:
    """Return the files' common name without ending: one under which nothing of somebody else's lies.

    Raises
    ------
    InputError
        If even our second name is taken by files that were changed, and `force` is not set.
    """
    names = (stem, f"{stem}-coursekit")
    for name in names:
        if all(_free(target.folder / f"{name}{ending}") for ending in endings):
            return name
    if force:
        return names[-1]
    taken = next(e for e in endings if not _free(target.folder / f"{names[-1]}{e}"))
    raise InputError(
        f"expected {names[-1]}{taken} in {target.folder} to be as coursekit wrote it, but it was changed since",
        "Give it another name to keep it, or say --force to replace it.",
    )


def _free(path: Path) -> bool:
    """Return whether a file may be written here: there is none, or it is as we wrote it."""
    if path.is_symlink() or path.is_dir():
        return False
    if not path.exists():
        return True
    try:
        return path.stat().st_size <= _MAX_OLD and is_ours(path.read_bytes())
    except OSError:
        return False


def write_deck(
    submission: Submission,
    target: Target,
    contents: Mapping[str, bytes],
    renderers: Mapping[str, Renderer],
    *,
    language: str,
    force: bool,
) -> tuple[tuple[Written, ...], Path | None]:
    """Write the rendered files and the link to the slides; return them, and the README if it was changed.

    Everything that can fail is tried before the first byte is written.
    """
    chosen = [renderers[format_] for format_ in contents]
    names = {
        stem: choose_name(target, [r.ending for r in chosen if r.stem == stem], force=force, stem=stem)
        for stem in dict.fromkeys(renderer.stem for renderer in chosen)
    }
    readme = _new_readme(submission, target, names, chosen, language)
    written = []
    for format_, content in contents.items():
        renderer = renderers[format_]
        path = target.folder / f"{names[renderer.stem]}{renderer.ending}"
        data = marked(content, renderer.comment, article=renderer.article)
        before = path.read_bytes() if path.is_file() else None
        if before != data:
            write_bytes(path, data)
        state = "created" if before is None else "unchanged" if before == data else "replaced"
        written.append(Written(format_, path, len(data), state))
    if readme is None or target.readme is None:
        return tuple(written), None
    write_bytes(target.readme, readme)
    return tuple(written), target.readme


def _new_readme(
    submission: Submission,
    target: Target,
    names: Mapping[str, str],
    chosen: Sequence[Renderer],
    language: str,
) -> bytes | None:
    """Return the README with the links to the files, or None when nothing has to be written."""
    if target.readme is None:
        return None
    found = submission.once(slides)
    theirs = bool(found.web) or any(not _is_deck(submission, path) for path in found.files)
    readme = target.readme.read_bytes() if target.readme.is_file() else None
    before = readme
    linked = {renderer.stem: renderer for renderer in reversed(chosen) if renderer.slides or renderer.link}
    for renderer in reversed(linked.values()):  # one link for each kind of document, slides first
        file = f"{names[renderer.stem]}{renderer.ending}"
        label = OURS if renderer.slides and theirs else renderer.link or SLIDES
        link = with_link(
            readme, file, path=target.readme_name, language=language, label=label, slides=renderer.slides
        )
        readme = readme if link is None else link
    return readme if readme != before else None


def _is_deck(submission: Submission, path: str) -> bool:
    try:
        return is_ours(submission.read(path, _MAX_OLD))
    except UnreadableError:
        return False
