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
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from coursekit.evidence.code import core_folder, parse
from coursekit.git.released import released_core
from coursekit.model import Location
from coursekit.submission import Submission, UnreadableError
from coursekit.templates import core_files, core_version, with_lf

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


@dataclass(slots=True)
class _Module:
    """A module's top level: for each name its definitions, and all other statements."""

    path: str
    tree: ast.Module
    names: dict[str, list[ast.stmt]] = field(default_factory=dict)
    others: list[ast.stmt] = field(default_factory=list)


def core_copy(submission: Submission) -> CoreCopy:
    """Compare the copy. Use as ``submission.once(core_copy)``."""
    recorded = submission.project.core_version if submission.project else ""
    known = released_core(recorded) if recorded else None
    version = recorded if known is not None else core_version()
    reference = _reference(version)
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


# -- what core_lib is -----------------------------------------------------------------------------


# Reading a class's head is much faster than a syntax tree, which is needed only where something differs.
_CLASS = re.compile(r"^class (\w+)(?:\[[^\]]*\])?(?:\(([^()]*)\))?:", re.MULTILINE)


@dataclass(frozen=True)
class _Reference:
    """The tool's core_lib of a version."""

    files: Mapping[str, bytes]
    bases: Mapping[str, tuple[str, ...]]

    @cached_property
    def classes(self) -> frozenset[str]:
        return frozenset(self.bases)

    @cached_property
    def layers(self) -> frozenset[str]:
        return frozenset(name for name in self.bases if "Layer" in {name, *_ancestors(name, self.bases)})

    @cached_property
    def modules(self) -> Mapping[str, _Module]:
        return {
            name: _module(tree, name)
            for name, data in self.files.items()
            if name.endswith(".py") and (tree := parse(data.decode("utf-8"))) is not None
        }

    @cached_property
    def public(self) -> Mapping[str, str]:
        """The public functions and classes, with their modules."""
        return {
            name: module.path
            for module in self.modules.values()
            for name, made in module.names.items()
            if not name.startswith("_") and isinstance(made[-1], ast.FunctionDef | ast.ClassDef)
        }

    @cached_property
    def methods(self) -> Mapping[str, frozenset[str]]:
        """For each class its own methods."""
        return {
            one.name: frozenset(part.name for part in one.body if isinstance(part, ast.FunctionDef))
            for module in self.modules.values()
            for one in module.tree.body
            if isinstance(one, ast.ClassDef)
        }


@lru_cache(maxsize=4)
def _reference(version: str) -> _Reference:
    files = released_core(version)
    files = core_files() if files is None else files
    files = {path.removeprefix("core_lib/"): data for path, data in files.items()}
    heads = (
        match
        for name, data in files.items()
        if name.endswith(".py")
        for match in _CLASS.finditer(data.decode("utf-8"))
    )
    bases = {match[1]: tuple(re.findall(r"(\w+)(?=\s*(?:,|\[|$))", match[2] or "")) for match in heads}
    return _Reference(files, bases)


def _ancestors(name: str, bases: Mapping[str, tuple[str, ...]]) -> set[str]:
    found: set[str] = set()
    left = [name]
    while left:
        for base in bases.get(left.pop(), ()):
            if base not in found:
                found.add(base)
                left.append(base)
    return found


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Subscript):
        node = node.value
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _module(tree: ast.Module, path: str) -> _Module:
    module = _Module(path, tree)
    for statement in tree.body:
        bound = list(_bound(statement))
        for name, one in zip(bound, _one_by_one(statement) or [statement] * len(bound), strict=True):
            module.names.setdefault(name, []).append(one)
        is_text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        if not bound and not is_text and not _for_editors(statement):
            module.others.append(statement)
    return module


def _one_by_one(statement: ast.stmt) -> list[ast.stmt]:
    """Return an import as one for each name, so that one that imports more is no other one."""
    if isinstance(statement, ast.ImportFrom):
        return [
            ast.copy_location(ast.ImportFrom(statement.module, [alias], statement.level), statement)
            for alias in statement.names
        ]
    if isinstance(statement, ast.Import):
        return [ast.copy_location(ast.Import([alias]), statement) for alias in statement.names]
    return []


def _for_editors(statement: ast.stmt) -> bool:
    """Whether it is ``if TYPE_CHECKING``, in which an extension adds a line."""
    return isinstance(statement, ast.If) and _last(statement.test) == "TYPE_CHECKING" and not statement.orelse


def _bound(statement: ast.stmt) -> Iterator[str]:
    """Give the names that a statement at the top of a module binds, wherever in it they stand."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield statement.name
    elif isinstance(statement, ast.Import | ast.ImportFrom):
        for alias in statement.names:
            yield alias.asname or alias.name.split(".")[0]
    elif not _for_editors(statement):
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
                yield node.id
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
                yield from _root(node)
            elif node is not statement and isinstance(
                node, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom
            ):
                yield from _bound(node)


def _root(node: ast.expr) -> Iterator[str]:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id


# -- one file against another ---------------------------------------------------------------------


def _compared_or_unlike(reference: _Reference, name: str, path: str, data: bytes) -> list[Change]:
    try:
        return list(_compared(reference, name, path, data))
    except RecursionError:  # nested more deeply than anything of ours
        return [Change(name, Location(path))]


def _compared(reference: _Reference, name: str, path: str, data: bytes) -> Iterator[Change]:
    """Give what is not the same in a module that has other bytes."""
    ours = reference.modules[name]
    tree = parse(data.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n"))
    if tree is None:
        yield Change(name, Location(path))
        return
    theirs = _module(tree, path)
    touched: dict[str, Location] = {}  # names of the top level that are not what they were
    for key, statements in ours.names.items():
        found = theirs.names.get(key, [])
        if [_shape(one) for one in statements] == [_shape(one) for one in found]:
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
    ours_others = {_shape(one) for one in ours.others}
    for statement in theirs.others:
        if _shape(statement) not in ours_others:
            mentioned = [key for key in _mentions(statement) if key in ours.names]
            touched.update((key, Location(path, statement.lineno)) for key in mentioned)
    theirs_others = {_shape(one) for one in theirs.others}
    for statement in ours.others:
        if _shape(statement) not in theirs_others:
            touched.update((key, Location(path)) for key in _mentions(statement) if key in ours.names)
    yield from _named(reference, ours, theirs, touched)


def _named(
    reference: _Reference, ours: _Module, theirs: _Module, touched: Mapping[str, Location]
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


def _users(module: _Module, name: str) -> list[str]:
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
    shapes = {_shape(one) for one in ours} if found is not ours else set()
    return Location(path, next((one.lineno for one in found if _shape(one) not in shapes), None))


def _class_changes(
    reference: _Reference, ours: ast.ClassDef, found: list[ast.stmt], path: str
) -> Iterator[Change]:
    """Give the methods of a class that were changed, removed, or hide inherited ones; or the class."""
    theirs = found[-1] if found else None
    if not isinstance(theirs, ast.ClassDef) or len(found) > 1:
        yield Change(ours.name, _place(found, [ours], path), gone=not found)
        return
    heads = [
        [*(_shape(base) for base in one.bases), "|", *(_shape(k) for k in one.keywords), "|"]
        + [_shape(d) for d in one.decorator_list]
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
        method
        for base in _ancestors(ours.name, reference.bases)
        for method in reference.methods.get(base, ())
    }
    for key, shapes in others.items():
        if key and key not in mine and key in inherited:
            yield Change(f"{ours.name}.{key}", Location(path, shapes[0][1]))


def _members(one: ast.ClassDef) -> dict[str, list[tuple[str, int]]]:
    """Return the shapes and lines of a class's parts by name; what has no name has the empty one."""
    found: dict[str, list[tuple[str, int]]] = {}
    for part in _without_text(one.body):
        for name in list(_bound(part)) or [""]:
            found.setdefault(name, []).append((_shape(part), part.lineno))
    return found


def _without_text(body: list[ast.stmt]) -> list[ast.stmt]:
    return [
        part
        for part in body
        if not isinstance(part, ast.Pass)
        and not (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))
    ]


def _shape(node: ast.AST) -> str:
    """Return a text that is the same for what does the same: without docstrings and arguments' annotations."""
    parts: list[str] = []
    _write(node, parts)
    return "".join(parts)


def _write(node: object, parts: list[str]) -> None:
    if isinstance(node, ast.AST):
        parts.append(type(node).__name__ + "(")
        for name, value in ast.iter_fields(node):
            if name in {"type_comment", "ctx", "kind", "returns"} or (
                isinstance(node, ast.arg) and name == "annotation"
            ):
                continue
            if name == "body" and isinstance(value, list):
                value = _without_text(value)
            parts.append(name + "=")
            _write(value, parts)
        parts.append(")")
    elif isinstance(node, list):
        parts.append("[")
        for one in node:
            _write(one, parts)
        parts.append("]")
    else:
        parts.append(f"{node!r},")


# -- what was added and takes a place -------------------------------------------------------------


def _hidden_module(name: str, reference: _Reference) -> str:
    """Return the module that a file hides: a package or a compiled module of its name is imported first."""
    head, _, rest = name.partition("/")
    compiled = _COMPILED.match(head) if not rest else None
    module = f"{head}.py" if rest == "__init__.py" else f"{compiled[1]}.py" if compiled else ""
    return module if module in reference.files else ""


def _taken_places(reference: _Reference, path: str, data: bytes) -> Iterator[Change]:
    """Give the names of core_lib that a file defines which was added: they are found there instead."""
    tree = parse(data.decode("utf-8-sig", "replace"))
    for statement in tree.body if tree else ():
        if isinstance(statement, ast.FunctionDef | ast.ClassDef) and statement.name in reference.public:
            yield Change(statement.name, Location(path, statement.lineno), through=path)
        elif not isinstance(statement, ast.FunctionDef | ast.ClassDef):
            for node in ast.walk(statement):
                if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                    owner = _last(node.value)
                    if owner in reference.public:
                        yield Change(f"{owner}.{node.attr}", Location(path, statement.lineno), through=path)
