"""The command line: one module a command, found by looking into this package.

A module `new_project.py` holds the command `new-project` in a variable called `command`. It parses,
calls one library function with the same parameter names, and prints. Only click may be imported at the
top of such a module: everything heavy is imported inside the function, so that `--help` stays quick.
"""

from __future__ import annotations

import contextlib
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING

import click

from coursekit import __version__
from coursekit.errors import CoursekitError

if TYPE_CHECKING:
    from pathlib import Path


class Commands(click.Group):
    """A group whose commands are the public modules of this package."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Name every command, in alphabetical order."""
        # Not pkgutil: importing it takes longer than all the rest of this module.
        names = (name.removesuffix(".py") for name in os.listdir(__path__[0]) if name.endswith(".py"))  # noqa: PTH208
        return sorted(name.replace("_", "-") for name in names if not name.startswith("_"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of one command."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command = import_module(f"{__name__}.{cmd_name.replace('-', '_')}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands by who needs them when, as their modules say."""
        from coursekit.cli._sections import SECTIONS

        rows: dict[str, list[tuple[str, str]]] = {section: [] for section in SECTIONS}
        names = self.list_commands(ctx)
        width = max(map(len, names))
        room = formatter.width - 6 - width
        for name in names:
            command = self.get_command(ctx, name)
            assert command is not None
            section = import_module(f"{__name__}.{name.replace('-', '_')}").SECTION
            rows[section].append((name.ljust(width), command.get_short_help_str(room)))
        for section, lines in rows.items():
            if lines:
                with formatter.section(section):
                    formatter.write_dl(lines)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the nearest command when there is none of the given name."""
        if args and not args[0].startswith("-") and args[0] not in self.list_commands(ctx):
            from coursekit.text import nearest, one_line

            close = nearest(args[0], self.list_commands(ctx))
            hint = f" Did you mean {close!r}?" if close else ""
            raise click.UsageError(f"There is no command {one_line(args[0], 40)!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with 'coursekit demo': it builds a small course in a new folder and shows it.",
)
@click.version_option(__version__, prog_name="coursekit")
def root() -> None:
    """Project-based deep learning courses, from the roster to the certificates."""


def main() -> None:
    """Run the command line: every expected error becomes a message and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        # Names and texts hold any character; a Windows console's code page must not stop the tool.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        code = root.main(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except CoursekitError as error:
        complain(error.message, error.hint)
        sys.exit(error.exit_code)
    except (click.exceptions.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # Whoever read our output has enough of it; the interpreter must not complain when it flushes.
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        from coursekit.text import one_line

        where = f": {one_line(str(error.filename))}" if error.filename else ""
        complain(f"{error.strerror or error}{where}", "Check that the folder is there and can be written to.")
        sys.exit(2)
    except Exception as error:  # noqa: BLE001 - the last handler: a bug, told as one
        import traceback

        traceback.print_exc()
        complain(
            f"coursekit itself failed ({type(error).__name__}); this is a bug, not your mistake.",
            "Please report it with the lines above.",
        )
        sys.exit(3)


def complain(message: str, hint: str = "") -> None:
    """Print an error and the next step to standard error, with nothing hidden in it."""
    from coursekit.text import printable

    click.echo(f"Error: {printable(message, multiline=True)}", err=True)
    if hint:
        click.echo(printable(hint, multiline=True), err=True)


def called_as() -> str:
    """Return how the user called the tool, for commands to copy: it need not be on the search path."""
    from pathlib import Path

    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return "python -m coursekit"
    return sys.argv[0] if len(called.parts) > 1 and not called.is_absolute() else "coursekit"


def quoted(path: Path) -> str:
    """Return a path as it is typed in a terminal."""
    return f'"{path}"' if " " in str(path) else str(path)
