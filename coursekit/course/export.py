"""`coursekit export`: hands the course's results on, in the form that another system takes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from coursekit.config import Course
from coursekit.course.bundles import make_bundles
from coursekit.course.places import group_places
from coursekit.errors import InputError
from coursekit.files import write_bytes
from coursekit.jobs import Progress
from coursekit.store import open_store
from coursekit.text import one_line
from coursekit.tracking.exports import Export, LeftOut, find_export
from coursekit.tracking.exports.export import Bundle, Made
from coursekit.tracking.exports.results import read_data


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote, or would write.

    Attributes
    ----------
    files : tuple of Path
        New ones, and those that were as they should be.
    made : Made
    bundles : tuple of Bundle
        Of exports that give each group a file.
    dry_run : bool
    """

    files: tuple[Path, ...]
    made: Made
    bundles: tuple[Bundle, ...]
    dry_run: bool

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """Who or what is not in it, and why."""
        return self.made.left_out

    @property
    def complete(self) -> bool:
        """Whether nothing went wrong; who is left out for a reason is no mistake."""
        return not any(one.failed for one in self.bundles)


def export_results(
    course: Course,
    name: str,
    options: Mapping[str, Any],
    *,
    output: Path | None = None,
    dry_run: bool = False,
    force: bool = False,
    now: dt.datetime | None = None,
    progress: Callable[[Progress], object] | None = None,
) -> Exported:
    """Write an export.

    Parameters
    ----------
    course : Course
    name : str
        The export's; see `coursekit.tracking.exports.kinds`.
    options : mapping
        Its options; for those that are not given, its defaults count.
    output : Path, optional
        The file, or the folder for exports of several files; by default below ``exports`` in the course's folder.
    dry_run : bool, optional
        Make everything, and write nothing.
    force : bool, optional
        Replace files that are there.
    now : datetime, optional
        Sessions that end later are still to come.
    progress : callable, optional
        As for `coursekit.jobs.run_job`.

    Raises
    ------
    InputError
        If there is no such export, an option is wrong, there is nothing to export, or a file is there already.
    """
    course = replace(course, folder=course.folder.resolve())
    export = find_export(name)
    given = _with_defaults(export, name, options)
    with open_store(course.store, create=False) as store:
        with store.read() as view:
            places = group_places(course, view)
            data = read_data(course, view, folders={one.group.id: one.name for one in places}, now=now)
        if not data.results:
            raise InputError("expected students in the course, found none", "coursekit roster import FILE")
        target = output or course.folder / export.output
        bundles: tuple[Bundle, ...] = ()
        if export.bundle:
            if target.exists() and not target.is_dir():
                raise InputError(
                    f"expected a folder at {one_line(str(target))}, but found something else",
                    "Name another with --output.",
                )
            if not dry_run and not force:
                # Before the work, not after it. The tables are written last, so that a run that was cut short goes on.
                _check_absent(target / name for name in export.make(data, given, ()).files)
            bundles = make_bundles(
                course, store, name, data, places, target, dry_run=dry_run, force=force, progress=progress
            )
    made = export.make(data, given, bundles)
    files = _targets(export, made, target, output is not None)
    if not dry_run:
        _check_free(files, force=force)
    if not dry_run:
        for path, content in files.items():
            if not (path.is_file() and path.read_bytes() == content):
                write_bytes(path, content)
    return Exported(tuple(files), made, bundles, dry_run)


def _with_defaults(export: Export, name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    known = {option.name.replace("-", "_"): option for option in export.options}
    unknown = sorted(set(options) - set(known))
    if unknown:
        raise InputError(
            f"expected options of the export {name}, found {', '.join(unknown)}",
            f"coursekit export {name} --help",
        )
    given = {key: option.default for key, option in known.items()} | dict(options)
    for key, option in known.items():
        if option.required and given[key] is None:
            what = f"--{option.name} {option.metavar}".rstrip()
            raise InputError(
                f"expected {what} for the export {name}", f"coursekit export {name} --help  says what it is."
            )
    return given


def _targets(export: Export, made: Made, target: Path, named: bool) -> dict[Path, bytes]:
    """Return where each file goes: one alone may be given a name, or the folder to go to."""
    if export.bundle or len(made.files) > 1:
        return {target / name: content for name, content in made.files.items()}
    ((name, content),) = made.files.items()
    if target.is_dir() or (not named and export.output.endswith("/")):
        target /= name
    return {target: content}


def _check_absent(paths: Iterable[Path]) -> None:
    for path in paths:
        if path.exists():
            raise InputError(
                f"expected no earlier export at {one_line(str(path.parent))}, but {path.name} is there already",
                "Say --force to make it anew, or name another folder with --output; nothing was written.",
            )


def _check_free(files: Mapping[Path, bytes], *, force: bool) -> None:
    for path, content in files.items():
        if path.is_dir():
            raise InputError(
                f"expected a file at {one_line(str(path))}, but found a folder", "Name another with --output."
            )
        if path.is_symlink() or (path.exists() and path.read_bytes() != content and not force):
            what = (
                "is a link to another place" if path.is_symlink() else "is there already, with other content"
            )
            raise InputError(
                f"expected nothing at {one_line(str(path))}, but it {what}",
                "Say --force to replace it, or name another with --output; nothing was written."
                if not path.is_symlink()
                else "Remove it, or name another with --output; nothing was written.",
            )
