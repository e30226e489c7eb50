"""The command line as a whole: help, unknown commands, every kind of error."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import pytest

from coursekit import __version__, cli
from coursekit.cli._sections import SECTIONS
from coursekit.errors import InputError
from tests.cli.running import run

COMMANDS = cli.root.list_commands(None)  # type: ignore[arg-type]


def test_help_lists_every_command(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = run(monkeypatch, "--help")
    assert ran.code == 0
    assert all(f"  {name} " in ran.out for name in COMMANDS)


def test_help_says_who_needs_a_command_when(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each stands once, in the part that its module names."""
    parts = re.split(r"(?m)^(For .*):$", run(monkeypatch, "--help").out)[1:]
    shown = {
        name: heading
        for heading, lines in zip(parts[::2], parts[1::2], strict=True)
        for name in re.findall(r"(?m)^  ([a-z]\S*) ", lines)
        if name in COMMANDS
    }
    assert list(dict.fromkeys(shown.values())) == list(SECTIONS)
    for name in COMMANDS:
        assert shown[name] == import_module(f"coursekit.cli.{name.replace('-', '_')}").SECTION


def test_version(monkeypatch: pytest.MonkeyPatch) -> None:
    assert __version__ in run(monkeypatch, "--version").out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    ran = run(monkeypatch, name, "--help")
    assert ran.code == 0
    assert f"coursekit {name}" in ran.out.split("Example", 1)[1]


def _helps(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[list[str]]:
    if isinstance(command, click.Group):
        for name in command.list_commands(None):  # type: ignore[arg-type]
            inner = command.get_command(None, name)  # type: ignore[arg-type]
            assert inner is not None
            yield from _helps(inner, (*words, name))
    yield [*words, "--help"]


@pytest.mark.parametrize("words", list(_helps(cli.root)), ids=" ".join)
def test_examples_stand_on_lines_of_their_own(monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    r"""Click keeps lines behind a backspace character; written as \b in a raw string it is none."""
    ran = run(monkeypatch, *words)
    assert ran.code == 0
    assert "\\b" not in ran.out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_readme(name: str) -> None:
    assert f"coursekit {name}" in (Path(cli.__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def test_an_unknown_command_names_the_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = run(monkeypatch, "chekc")
    assert ran.code == 2
    assert "Did you mean 'check'?" in ran.err
    assert "Did you mean" not in run(monkeypatch, "\x1b[31mzzzz").err


def test_help_loads_no_module_of_paths() -> None:
    """Of the standard library, pathlib is what takes longest, and what a command's module asks for by mistake."""
    code = (
        "import sys\n"
        "import click\n"
        "before = set(sys.modules)\n"
        "from coursekit.cli import root\n"
        "root.main(['--help'], standalone_mode=False)\n"
        "print(sorted({'pathlib', 'dataclasses', 'platform', 'uuid'} & (set(sys.modules) - before)), file=sys.stderr)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True, env=_paths()
    )
    assert ran.stderr.strip() == "[]"


def _paths() -> dict[str, str]:
    """Find modules as here, without the start-up files of an environment, which may load anything."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def test_help_imports_nothing_heavy() -> None:
    """Only click and the standard library: everything else is imported by the command that needs it."""
    code = (
        "import sys; sys.argv = ['coursekit', '--help']\n"
        "from coursekit.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(sorted({n.split('.')[0] for n in sys.modules} & set(sys.argv[1:] and sys.stdlib_module_names ^ "
        "{n.split('.')[0] for n in sys.modules})), file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(ran.stderr.strip().strip("[]").replace("'", "").split(", "))
    heavy = {"numpy", "jinja2", "cookiecutter", "pygit2", "sqlalchemy", "typst", "PIL", "markdown_it", "msgspec", "tomlkit",
             "importlib_metadata", "rich", "slugify"}  # fmt: skip
    assert "click" in loaded
    assert not loaded & heavy


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (
            InputError("expected a, found \x1b[31mb", "Do c."),
            2,
            "Error: expected a, found \\x1b[31mb\nDo c.\n",
        ),
        (PermissionError(13, "Permission denied", "/some/where"), 2, "Permission denied: /some/where"),
        (KeyboardInterrupt(), 130, "Stopped"),
        (ZeroDivisionError("x"), 3, "this is a bug"),
        (BrokenPipeError(), 0, ""),
    ],
)
def test_every_error_becomes_a_message_and_a_code(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, says: str
) -> None:
    def fail(**_: object) -> None:
        raise error

    monkeypatch.setattr(cli.root, "main", fail)
    ran = run(monkeypatch)
    assert ran.code == code
    if says:
        assert says in ran.err


def test_commands_to_copy_are_called_as_the_user_called_them(monkeypatch: pytest.MonkeyPatch) -> None:
    for called, shown in [
        (".venv/bin/coursekit", ".venv/bin/coursekit"),
        ("/usr/bin/coursekit", "coursekit"),
        ("coursekit", "coursekit"),
        ("/x/coursekit/__main__.py", "python -m coursekit"),
    ]:
        monkeypatch.setattr(sys, "argv", [called])
        assert cli.called_as() == shown
    assert cli.quoted(Path("a b")) == '"a b"'
