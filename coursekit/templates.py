"""The templates that projects start from: a folder each, found by looking.

A template of ours is a folder in `templates/` with a `template.toml` (title, description, task types, tags) and a
cookiecutter folder ``{{cookiecutter.slug}}``. What several share is a folder of the same form, their base, which is no
template itself (`offered = false`). An instructor's own may also be any cookiecutter template, by its path.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from coursekit.assets import asset
from coursekit.errors import InputError
from coursekit.text import nearest, one_line
from coursekit.tomlread import Table, parse

COMMON = "common"
METADATA = "template.toml"
# What cookiecutter would run before and after it bakes.
_HOOKS = {"pre_prompt", "pre_gen_project", "post_gen_project"}


@dataclass(frozen=True, slots=True)
class DataSet:
    """The real data that a template starts on: who made them, and under which licence they may be passed on."""

    name: str
    source: str
    license: str
    citation: str


@dataclass(frozen=True, slots=True)
class Template:
    """A template.

    Attributes
    ----------
    name : str
        Its folder's name.
    folder : Path
    title, description : str
    tasks : tuple of str
        The task types it is meant for; the first one is what a project gets that states none.
    tags : tuple of str
    ours : bool
        Whether it has a `template.toml`, and so uses our variables as they are.
    bases : tuple of Path
        The folders that lie under it, the lowest first: `common`, and whatever it names as its base.
    data : DataSet or None
        What its notebooks start on; None where that is made up, or nothing is said.
    offered : bool
        Whether it can be chosen; else it is only a base of others.
    core : bool
        Whether its projects carry core_lib.
    revision : str
        The commit that it was fetched at, if it came from a git repository.
    notes : tuple of str
        What whoever uses it should know.
    """

    name: str
    folder: Path
    title: str = ""
    description: str = ""
    tasks: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    ours: bool = False
    bases: tuple[Path, ...] = ()
    data: DataSet | None = None
    offered: bool = True
    core: bool = True
    revision: str = ""
    notes: tuple[str, ...] = ()

    @property
    def layers(self) -> tuple[Path, ...]:
        """The folders to bake, one over the other."""
        return (*self.bases, self.folder)

    def version(self) -> str:
        """Return a hash of everything that the template is made of; of a fetched one the commit."""
        return self.revision or content_hash(self.layers)


def all_templates() -> list[Template]:
    """Return the templates that coursekit carries, by name."""
    folders = (path.parent for path in sorted(asset("templates").glob(f"*/{METADATA}")))
    found = [_read(folder) for folder in folders if folder.name != COMMON]
    return [template for template in found if template.offered]


def find_template(name: str) -> Template:
    """Return the template called `name`, or the one in the folder `name` if that is a path.

    Raises
    ------
    InputError
        If there is none; with the nearest name.
    """
    known = {template.name: template for template in all_templates()}
    if name in known:
        return known[name]
    folder = Path(name).expanduser()
    is_path = any(sign in name for sign in "/\\") or name.startswith((".", "~"))
    if is_path and folder.is_dir():
        return template_in(folder.resolve(), name)
    if is_path:
        raise InputError(f"expected a folder with a template, but there is none at {one_line(name, 200)}")
    close = nearest(name, list(known))
    raise InputError(
        f"expected one of the templates {', '.join(known)}, but found {one_line(name, 60)!r}",
        f"Did you mean {close!r}?"
        if close
        else "A template of your own is given by its path, such as ./my-template.",
    )


def template_in(folder: Path, name: str) -> Template:
    """Return the cookiecutter template in a folder, which messages call `name`.

    Raises
    ------
    InputError
        If there is none.
    """
    inside = folder.iterdir() if folder.is_dir() else ()
    if not any("cookiecutter" in path.name and "{{" in path.name and path.is_dir() for path in inside):
        raise InputError(
            f"expected a cookiecutter template in {one_line(name, 200)}, but it has no folder whose name is "
            "like {{cookiecutter.slug}}",
            "Give the folder that holds that one, and usually a cookiecutter.json.",
        )
    hooks = sorted(
        path.name for path in (folder / "hooks").glob("*") if path.stem in _HOOKS and path.is_file()
    )
    found = _read(folder)
    if not hooks:
        return found
    note = f"its hooks ({', '.join(hooks)}) are not run, as no code of a template ever is"
    return dataclasses.replace(found, notes=(note,))


def _read(folder: Path, over: tuple[Path, ...] = ()) -> Template:
    """Read a template and its bases; `over` are the folders that lie over it."""
    file = folder / METADATA
    over = (*over, folder)
    if not file.is_file():
        return Template(folder.name, folder, title=folder.name, bases=_bases(COMMON, over))
    table = parse(file.read_bytes(), f"{folder.name}/{METADATA}")
    common = table.flag("common", True) and folder != asset("templates") / COMMON
    base = table.text("base") or (COMMON if common else "")
    template = Template(
        folder.name,
        folder,
        title=table.text("title", required=True),
        description=table.text("description"),
        tasks=table.texts("tasks"),
        tags=table.texts("tags"),
        ours=True,
        bases=_bases(base, over) if base else (),
        data=_data(table.table("data")) if "data" in table else None,
        offered=table.flag("offered", True),
        core=table.flag("core_lib", True),
    )
    table.done()
    return template


def _data(table: Table) -> DataSet:
    found = DataSet(*(table.text(field.name, required=True) for field in dataclasses.fields(DataSet)))
    table.done()
    return found


def _bases(name: str, over: tuple[Path, ...]) -> tuple[Path, ...]:
    """Return the folders of the base called `name` and of what lies under it, the lowest first."""
    known = {path.parent.name: path.parent for path in sorted(asset("templates").glob(f"*/{METADATA}"))}
    known = {one: folder for one, folder in known.items() if folder not in over}
    if name not in known:
        raise InputError(
            f"expected the base of the template {one_line(over[-1].name, 60)} to be one of {', '.join(known)}, "
            f"but found {one_line(name, 60)!r}",
            f"Correct  base = …  in its {METADATA}; a base cannot lie over itself.",
        )
    return _read(known[name], over).layers


def core_files() -> dict[str, bytes]:
    """Return the files of core_lib as a project carries them, by their path in it."""
    folder = asset("core_lib")
    return {
        f"core_lib/{path.relative_to(folder).as_posix()}": with_lf(path.read_bytes())
        for path in source_files(folder)
    }


def core_version() -> str:
    """Return a hash of core_lib."""
    return content_hash([asset("core_lib")])


def source_files(folder: Path) -> list[Path]:
    """Return every file in a folder, but for what tools leave behind."""
    left = {"__pycache__", ".ipynb_checkpoints", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".DS_Store"}
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".pyc")
    return [path for path in paths if not left & set(path.relative_to(folder).parts)]


def content_hash(folders: Iterable[Path]) -> str:
    """Return a hash of the files in some folders: paths and bytes, line endings aside."""
    total = hashlib.sha256()
    for folder in folders:
        for path in source_files(folder):
            data = with_lf(path.read_bytes())
            total.update(f"{path.relative_to(folder).as_posix()}\0{len(data)}\0".encode())
            total.update(data)
    return total.hexdigest()[:12]


def with_lf(data: bytes) -> bytes:
    """Return a text file's bytes with LF line ends; a binary file's as they are."""
    return data if b"\0" in data else data.replace(b"\r\n", b"\n")
