"""Compares a repository's copy of core_lib with the tool's own: what was changed or removed, by name.

A file that is the same byte for byte (line ends aside) is intact. Others are compared as syntax trees, which are read,
never run. Comments, formatting, docstrings and annotations of arguments do not count; nor do functions, methods, classes
and files that were added, unless they take the place of something: a second definition of a name, a method that hides
an inherited one, a module that hides another. What is private counts where something public uses it, which is then named.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from coursekit.checker.core_reference import (
    Module,
    Reference,
    ancestors,
    bound_by,
    last_part,
    module_of,
    reference_of,
    shape_of,
    without_text,
)
from coursekit.evidence.code import core_folder, parse
from coursekit.model import Location
from coursekit.submission import Submission, UnreadableError
from coursekit.templates import core_version, with_lf

_MAX_FILE = 400_000
_MOST = 200
_BUILTINS = frozenset(dir(builtins))
_COMPILED = re.compile(r"^(\w+)(?:\.[\w.-]+)?\.(?:so|pyd)$")


@dataclass(frozen=True, slots=True)
class Change:
    """A public name of core_lib that is not what it was.

    Attributes
    ----------
    name : str
        ``Dense.backward``; a module's file name where all of it is affected.
    location : Location
    through : str
        The private name, or what took its place, by which it is changed.
    gone : bool
        Whether it is not there at all.
    """

    name: str
    location: Location
    through: str = ""
    gone: bool = False


@dataclass(frozen=True, slots=True)
class CoreCopy:
    """What became of core_lib.

    Attributes
    ----------
    folder : str
        Where it lies; empty where there is none.
    version : str
        Of the tool's core_lib that it was compared with.
    known : bool
        Whether the version that `project.toml` names is one of the tool's.
    changes : tuple of Change
    unread : tuple of str
        Its files that could not be read.
    added : tuple of str
        Its Python files that core_lib does not have, or that differ from it.
    classes : frozenset of str
        The names of all classes that core_lib itself has.
    layers : frozenset of str
        Those of them that are layers.
    """

    folder: str
    version: str
    known: bool
    changes: tuple[Change, ...] = ()
    unread: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    classes: frozenset[str] = frozenset()
    layers: frozenset[str] = frozenset()


def core_copy(submission: Submission) -> CoreCopy:
    """Compare the copy. Use as ``submission.once(core_copy)``."""
    # Here, as reading git takes a third of a checker's memory, and most submissions are folders without it.
    from coursekit.git.released import released_core

    recorded = submission.project.core_version if submission.project else ""
    known = released_core(recorded) if recorded else None
    version = recorded if known is not None else core_version()
    reference = reference_of(version)
    folder = core_folder(submission)
    if not folder:
        return CoreCopy("", version, known is not None, (), (), (), reference.classes, reference.layers)
    changes: list[Change] = []
    unread: list[str] = []
    added: list[str] = []
    here = {path[len(folder) + 1 :]: path for path in submission.files if path.startswith(folder + "/")}
    for name in (name for name in reference.files if name.endswith(".py")):
        path = here.get(name)
        if path is None:
            changes.append(Change(name, Location(folder), gone=True))
            continue
        data = _read(submission, path)
        if data is None:
            unread.append(path)
        elif with_lf(data) != reference.files[name]:
            added.append(path)
            changes += _compared_or_unlike(reference, name, path, data)
    for name, path in here.items():
        hidden = _hidden_module(name, reference)
        if hidden:
            changes.append(Change(hidden, Location(path), through=name))
        if name not in reference.files and name.endswith(".py"):
            added.append(path)
            data = _read(submission, path)
            if data is None:
                unread.append(path)
            else:
                changes += _taken_places(reference, path, data)
    return CoreCopy(
        folder,
        version,
        known is not None,
        tuple(changes[:_MOST]),
        tuple(unread),
        tuple(added),
        reference.classes,
        reference.layers,
    )


def _read(submission: Submission, path: str) -> bytes | None:
    try:
        return submission.read(path, _MAX_FILE)
    except UnreadableError:
        return None


# -- one file against another ---------------------------------------------------------------------


def _compared_or_unlike(reference: Reference, name: str, path: str, data: bytes) -> list[Change]:
    try:
        return list(_compared(reference, name, path, data))
    except RecursionError:  # nested more deeply than anything of ours
        return [Change(name, Location(path))]


def _compared(reference: Reference, name: str, path: str, data: bytes) -> Iterator[Change]:
    """Give what is not the same in a module that has other bytes."""
    ours = reference.modules[name]
    tree = parse(data.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n"))
    if tree is None:
        yield Change(name, Location(path))
        return
    theirs = module_of(tree, path)
    touched: dict[str, Location] = {}  # names of the top level that are not what they were
    for key, statements in ours.names.items():
        found = theirs.names.get(key, [])
        if [shape_of(one) for one in statements] == [shape_of(one) for one in found]:
            continue
        if _public(key) and len(statements) == 1 and isinstance(statements[0], ast.ClassDef):
            changes = list(_class_changes(reference, statements[0], found, path))
            yield from changes
            if changes:
                continue
            if len(found) == 1:
                continue
        touched[key] = _place(found, statements, path)
    for key, found in theirs.names.items():
        # What is new and is called like a built-in function changes everything that calls that.
        if key not in ours.names and key in _BUILTINS:
            touched[key] = _place(found, found, path)
        elif key not in ours.names and reference.public.get(key, name) != name and _defines(found):
            yield Change(key, _place(found, found, path), through=path)
    ours_others = {shape_of(one) for one in ours.others}
    for statement in theirs.others:
        if shape_of(statement) not in ours_others:
            mentioned = [key for key in _mentions(statement) if key in ours.names]
            touched.update((key, Location(path, statement.lineno)) for key in mentioned)
    theirs_others = {shape_of(one) for one in theirs.others}
    for statement in ours.others:
        if shape_of(statement) not in theirs_others:
            touched.update((key, Location(path)) for key in _mentions(statement) if key in ours.names)
    yield from _named(reference, ours, theirs, touched)


def _named(
    reference: Reference, ours: Module, theirs: Module, touched: Mapping[str, Location]
) -> Iterator[Change]:
    """Name what is public of what was touched, and what is public and uses what is private."""
    private = {key for key in touched if not _public(key) or not _defines(ours.names.get(key, []))}
    for key, place in touched.items():
        if key not in private:
            yield Change(key, place, gone=key not in theirs.names)
    for key in sorted(private):
        users = _users(ours, key) or [
            user
            for module in reference.modules.values()
            if key in module.names
            for user in _users(module, key)
        ]
        for user in [one for one in users if one not in touched or one in private][:10]:
            yield Change(user, touched[key], through=key)


def _users(module: Module, name: str) -> list[str]:
    """Return the public functions and classes of a module that use a name, directly or through private ones."""
    uses = {
        key: {word for one in statements for word in _mentions(one)}
        for key, statements in module.names.items()
    }
    reached, left = {name}, [name]
    while left:
        wanted = left.pop()
        for key, words in uses.items():
            if wanted in words and key not in reached:
                reached.add(key)
                # Who uses what is public uses that, and it is named itself.
                if not (_public(key) and _defines(module.names[key])):
                    left.append(key)
    return sorted(key for key in reached - {name} if _public(key) and _defines(module.names[key]))


def _mentions(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def _public(name: str) -> bool:
    return not name.startswith("_") or (
        name.startswith("__") and name.endswith("__") and name != "__version__"
    )


def _defines(statements: Iterable[ast.stmt]) -> bool:
    return any(isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) for one in statements)


def _place(found: list[ast.stmt], ours: list[ast.stmt], path: str) -> Location:
    """Return where the first definition stands that is not one of ours."""
    shapes = {shape_of(one) for one in ours} if found is not ours else set()
    return Location(path, next((one.lineno for one in found if shape_of(one) not in shapes), None))


def _class_changes(
    reference: Reference, ours: ast.ClassDef, found: list[ast.stmt], path: str
) -> Iterator[Change]:
    """Give the methods of a class that were changed, removed, or hide inherited ones; or the class."""
    theirs = found[-1] if found else None
    if not isinstance(theirs, ast.ClassDef) or len(found) > 1:
        yield Change(ours.name, _place(found, [ours], path), gone=not found)
        return
    heads = [
        [*(shape_of(base) for base in one.bases), "|", *(shape_of(k) for k in one.keywords), "|"]
        + [shape_of(d) for d in one.decorator_list]
        for one in (ours, theirs)
    ]
    if heads[0] != heads[1]:
        yield Change(ours.name, Location(path, theirs.lineno))
    mine, others = _members(ours), _members(theirs)
    for key, shapes in mine.items():
        if [shape for shape, _ in others.get(key, [])] != [shape for shape, _ in shapes]:
            known = {shape for shape, _ in shapes}
            line = next((line for shape, line in others.get(key, []) if shape not in known), theirs.lineno)
            name = f"{ours.name}.{key}" if key else ours.name
            yield Change(name, Location(path, line), gone=bool(key) and key not in others)
    inherited = {
        method for base in ancestors(ours.name, reference.bases) for method in reference.methods.get(base, ())
    }
    for key, shapes in others.items():
        if key and key not in mine and key in inherited:
            yield Change(f"{ours.name}.{key}", Location(path, shapes[0][1]))


def _members(one: ast.ClassDef) -> dict[str, list[tuple[str, int]]]:
    """Return the shapes and lines of a class's parts by name; what has no name has the empty one."""
    found: dict[str, list[tuple[str, int]]] = {}
    for part in without_text(one.body):
        for name in list(bound_by(part)) or [""]:
            found.setdefault(name, []).append((shape_of(part), part.lineno))
    return found


# -- what was added and takes a place -------------------------------------------------------------


def _hidden_module(name: str, reference: Reference) -> str:
    """Return the module that a file hides: a package or a compiled module of its name is imported first."""
    head, _, rest = name.partition("/")
    compiled = _COMPILED.match(head) if not rest else None
    module = f"{head}.py" if rest == "__init__.py" else f"{compiled[1]}.py" if compiled else ""
    return module if module in reference.files else ""


def _taken_places(reference: Reference, path: str, data: bytes) -> Iterator[Change]:
    """Give the names of core_lib that a file defines which was added: they are found there instead."""
    tree = parse(data.decode("utf-8-sig", "replace"))
    for statement in tree.body if tree else ():
        if isinstance(statement, ast.FunctionDef | ast.ClassDef) and statement.name in reference.public:
            yield Change(statement.name, Location(path, statement.lineno), through=path)
        elif not isinstance(statement, ast.FunctionDef | ast.ClassDef):
            for node in ast.walk(statement):
                if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                    owner = last_part(node.value)
                    if owner in reference.public:
                        yield Change(f"{owner}.{node.attr}", Location(path, statement.lineno), through=path)
