"""Takes a complete project out of the catalogue, with the core_lib that it was kept without."""

from __future__ import annotations

from pathlib import Path

from coursekit.assets import asset
from coursekit.config import parse_project, update_project
from coursekit.errors import InputError
from coursekit.files import folder_in_one_step
from coursekit.gallery.catalogue import ideas
from coursekit.templates import all_templates, core_files, core_version, source_files, with_lf
from coursekit.text import nearest, one_line


def unpack(name: str, target: Path, *, catalogue: Path | None = None) -> Path:
    """Write the complete past project `name` to the new folder `target`, and return that.

    Parameters
    ----------
    name : str
        The project's name in the catalogue.
    target : Path
        A folder that does not exist yet, or is empty.
    catalogue : Path, optional
        By default the one that coursekit carries.

    Raises
    ------
    InputError
        If there is no such project, only its entry is there, or the target is taken; nothing is written then.
    """
    complete = [idea.name for idea in ideas(catalogue) if idea.complete]
    if name not in complete:
        known = [idea.name for idea in ideas(catalogue) if idea.kind == "project"]
        listed = ", ".join(complete) if complete else "none yet"
        if name in known:
            raise InputError(
                f"expected a complete project, but of {name!r} there is only the entry in the catalogue",
                f"Complete ones: {listed}. Of this one, see its links:  coursekit ideas {name}",
            )
        close = nearest(name, complete)
        raise InputError(
            f"expected a past project, but there is none called {one_line(name, 60)!r}",
            f"Did you mean {close!r}?" if close else f"Complete ones: {listed}.",
        )
    source = (catalogue or asset("past_projects")) / name
    files = {path.relative_to(source).as_posix(): with_lf(path.read_bytes()) for path in source_files(source)}
    files["project.toml"] = _as_of_today(files["project.toml"])
    with folder_in_one_step(target) as folder:
        for file, data in {**core_files(), **files}.items():
            path = folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    return target


def _as_of_today(facts: bytes) -> bytes:
    """State the versions that an update goes on from.

    It gets today's core_lib, whichever it was made with. Complete projects are kept in step with their template, too,
    and what they were made with may be a version that was never released, which no update could begin with.
    """
    template = parse_project(facts).template
    versions = {one.name: one.version() for one in all_templates() if one.name == template}
    changed = {"template_version": versions[template]} if versions else {}
    return update_project(facts.decode("utf-8"), core_version=core_version(), **changed).encode("utf-8")
