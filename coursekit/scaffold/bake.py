"""Bakes a template with cookiecutter, without any value that a person typed.

Cookiecutter would render a name as a template, and so run what stands in it. Here it only ever sees tokens (private
characters around a variable's name). The tokens are then replaced in the files, each value escaped for the
kind of file that it goes into. So a template is rendered once for any number of projects.

An instructor's own cookiecutter template may compute with the values, so it gets the real ones, as data of a finished
context: they are never rendered, and what comes out of an expression is escaped all the same.
"""

from __future__ import annotations

import contextlib
import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from coursekit.errors import InputError
from coursekit.scaffold.escape import Value, escape
from coursekit.templates import Template, source_files, with_lf
from coursekit.text import one_line, slug

#: The variables that a template may use.
VARIABLES = (
    *("title", "slug", "description", "task", "repository", "members"),
    *("course", "semester", "group", "coursekit_source"),
)
#: Those whose form was checked, so that they stand as they are.
PLAIN = {"slug", "repository", "coursekit_source"}
#: What usual cookiecutter templates call our variables.
ALIASES = {
    "title": ("title", "project_title", "project_name", "name"),
    "slug": ("slug", "project_slug", "repo_name", "repository_name"),
    "description": ("description", "project_description", "project_short_description", "short_description"),
    "task": ("task", "task_type"),
    "repository": ("repository", "repository_url", "repo_url", "url"),
    "members": ("members", "authors", "author", "author_name", "full_name"),
}

_TOKEN = re.compile("\ue000([a-z_]+)\ue001")


@dataclass(frozen=True)
class Rendering:
    """A baked template.

    Attributes
    ----------
    files : mapping of str to bytes
        By path, with tokens where values go.
    own : frozenset of str
        The paths of those that are not the same in every project with the same `variant`.
    """

    files: Mapping[str, bytes]
    own: frozenset[str]

    def fill(self, values: Mapping[str, Value]) -> dict[str, bytes]:
        """Return the files of one project."""
        return {path: fill(path, data, values) for path, data in self.files.items()}


def fill(path: str, data: bytes, values: Mapping[str, Value]) -> bytes:
    """Replace the tokens in one file, each value escaped for that kind of file."""
    if not _has_token(data):
        return data

    def value_of(match: re.Match[str]) -> str:
        value = values.get(match[1], "")
        return value if match[1] in PLAIN and isinstance(value, str) else escape(path, value)

    return _TOKEN.sub(value_of, data.decode("utf-8")).encode("utf-8", "replace")


def _has_token(data: bytes) -> bool:
    return "\ue000".encode() in data and b"\0" not in data


def variant(values: Mapping[str, Value]) -> frozenset[str]:
    """Return which variables a project states: all that conditions in a template of ours can ask for."""
    return frozenset(name for name in VARIABLES if values.get(name))


def render(template: Template, values: Mapping[str, Value]) -> Rendering:
    """Bake a template and what lies under it.

    Parameters
    ----------
    template : Template
    values : mapping
        Of a template of ours it only matters which of them are there; another one is baked for just these values.
    """
    files: dict[str, bytes] = {}
    computed: set[str] = set()
    for layer in template.layers:
        if layer == template.folder and not template.ours:
            baked = _bake_foreign(layer, values)
            computed |= baked.keys()
        else:
            baked = _bake(layer, variant(values))
        files |= baked
    return Rendering(files, frozenset(computed | {path for path, data in files.items() if _has_token(data)}))


@lru_cache(maxsize=32)
def _bake(folder: Path, present: frozenset[str]) -> dict[str, bytes]:
    context = {name: f"\ue000{name}\ue001" if name in present else "" for name in VARIABLES}
    return _generate(folder, {**context, "slug": "\ue000slug\ue001"})


def _generate(folder: Path, context: dict[str, Any]) -> dict[str, bytes]:
    """Run cookiecutter's generation, and nothing else of it, into a folder that is thrown away."""
    from cookiecutter import generate

    with tempfile.TemporaryDirectory(prefix="coursekit-") as place:
        try:
            with _quiet(), _sandboxed(generate):
                made = generate.generate_files(
                    str(folder), {"cookiecutter": context}, place, accept_hooks=False
                )
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001 - an expression in a template may raise anything
            raise InputError(
                f"expected a template that can be baked in {one_line(folder.name, 60)}, but {_said(error)}",
                "Mend the template; the variables that it may use are: " + ", ".join(VARIABLES) + ".",
            ) from None
        root = Path(made).resolve()
        found: dict[str, bytes] = {}
        # An installer compiles the templates' Python files where they lie; that is not part of them.
        for path in source_files(root):
            if path.is_symlink():
                continue
            data = with_lf(path.read_bytes())
            if data.strip() or not data:  # a file that is only white space was left out by a condition
                found[path.relative_to(root).as_posix()] = data
        return found


def _said(error: Exception) -> str:
    return one_line(f"{error}" or type(error).__name__, 300)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep cookiecutter's warnings away from people who cannot do anything about them."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def _sandboxed(generate: Any) -> Iterator[None]:
    """Let cookiecutter render in Jinja's sandbox: in its own environment an expression can run anything."""
    from cookiecutter.environment import ExtensionLoaderMixin
    from jinja2 import StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    class Environment(ExtensionLoaderMixin, SandboxedEnvironment):  # type: ignore[misc]
        pass

    def make(context: dict[str, Any]) -> Environment:
        options = context["cookiecutter"].get("_jinja2_env_vars", {})
        return Environment(context=context, keep_trailing_newline=True, undefined=StrictUndefined, **options)

    # It takes no environment from outside.
    before, generate.create_env_with_context = generate.create_env_with_context, make
    try:
        yield
    finally:
        generate.create_env_with_context = before


# ---------------------------------------------------------------- an instructor's own template

# What `cookiecutter.json` may say of Jinja: how expressions are written.
_SYNTAX = {
    *("block_start_string", "block_end_string", "variable_start_string", "variable_end_string"),
    *("comment_start_string", "comment_end_string", "line_statement_prefix", "line_comment_prefix"),
    *("trim_blocks", "lstrip_blocks"),
}


def _bake_foreign(folder: Path, values: Mapping[str, Value]) -> dict[str, bytes]:
    context = _foreign_context(folder, values)
    _refuse_extensions(folder, context)
    options = context.get("_jinja2_env_vars", {})
    syntax = (
        {key: value for key, value in options.items() if key in _SYNTAX} if isinstance(options, dict) else {}
    )
    context["_jinja2_env_vars"] = {**syntax, "finalize": _finalize()}
    _refuse_paths(folder, context)
    return _generate(folder, context)


def _refuse_extensions(folder: Path, context: Mapping[str, Any]) -> None:
    """Refuse a template that brings code of its own along; Jinja's and cookiecutter's own extensions are there."""
    named = context.get("_extensions", [])
    for name in map(str, named if isinstance(named, list) else [named]):
        if not name.startswith(("jinja2.ext.", "cookiecutter.extensions.")):
            raise InputError(
                f"expected a template without code of its own, but {one_line(folder.name, 60)}/cookiecutter.json "
                f"asks for the extension {one_line(name, 80)!r}",
                "Take it out of _extensions, and what uses it out of the template: no code of a template is run.",
            )


def _finalize() -> Any:
    from jinja2 import pass_context
    from markupsafe import Markup

    @pass_context
    def finalize(context: Any, value: object) -> object:
        """Escape what an expression gives for the file that it stands in; ``| safe`` says that it is escaped."""
        if context.name is None or isinstance(value, Markup) or not isinstance(value, str | list | tuple):
            return value
        return escape(str(context.name), value)

    return finalize


def _foreign_context(folder: Path, values: Mapping[str, Value]) -> dict[str, Any]:
    """Build what `cookiecutter.json` asks for: our values where the names are known, else its defaults."""
    from jinja2.sandbox import SandboxedEnvironment
    from slugify import slugify

    file = folder / "cookiecutter.json"
    try:
        defaults = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
        if not isinstance(defaults, dict):
            raise ValueError("it holds no object")
    except ValueError as error:
        raise InputError(
            f"expected JSON in {one_line(folder.name, 60)}/cookiecutter.json, but {error}"
        ) from None
    context: dict[str, Any] = {name: values.get(name, "") for name in VARIABLES}
    for name, others in ALIASES.items():
        value = context[name] if isinstance(context[name], str) else ", ".join(context[name])
        context.update({other: value for other in others if other in defaults and value})
    environment = SandboxedEnvironment()
    environment.filters.update(slugify=slugify, jsonify=json.dumps)
    for name, default in defaults.items():
        if context.get(name) or name.startswith("__"):
            continue
        if isinstance(default, list) and not name.startswith("_"):
            default = default[0] if default else ""
        if isinstance(default, str) and not name.startswith("_"):
            try:
                default = environment.from_string(default).render(cookiecutter=context)
            except Exception as error:  # noqa: BLE001 - as above
                raise InputError(
                    f"expected a default for {one_line(name, 60)!r} in cookiecutter.json that can be rendered, "
                    f"but {_said(error)}"
                ) from None
        context[name] = default
    return context


def _refuse_paths(folder: Path, context: Mapping[str, Any]) -> None:
    """Refuse to bake where a value would become a path: only one plain name may come out of each part."""
    from jinja2.sandbox import SandboxedEnvironment
    from slugify import slugify

    environment = SandboxedEnvironment()
    environment.filters.update(slugify=slugify)
    for name in {path.name for path in folder.rglob("*") if "{{" in path.name or "{%" in path.name}:
        try:
            made = environment.from_string(name).render(cookiecutter=context)
        except Exception:  # noqa: BLE001, S112 - said better by the baking
            continue
        if made in {".", ".."} or any(sign in made for sign in "/\\:\0") or made != one_line(made):
            raise InputError(
                f"expected a file name from {one_line(name, 80)}, but it becomes {one_line(made, 80)!r}",
                f"Let the template use cookiecutter.slug there (here: {slug(made)}).",
            )
