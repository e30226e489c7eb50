"""Text from outside, made safe to show and to name things with."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Controls, lone surrogates and what is no character, line separators, and the characters that reorder or hide text.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_KEEP = {"\n", "\t"}


def printable(text: str, *, multiline: bool = False) -> str:
    r"""Return `text` with every control, bidirectional and invisible character escaped (``\x1b``).

    With `multiline`, line breaks and tabs stay as they are.
    """

    def escape(match: re.Match[str]) -> str:
        char = match[0]
        if multiline and char in _KEEP:
            return char
        code = ord(char)
        if code <= 0xFF:
            return f"\\x{code:02x}"
        return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"

    return _UNSAFE.sub(escape, text)


def one_line(text: str, width: int = 0) -> str:
    """Return `text` printable, on one line, at most `width` characters long (0: any length)."""
    line = printable(" ".join(text.split()))
    return line if not width or len(line) <= width else line[: width - 1] + "…"


def clean(text: str) -> str:
    """Replace what no file format can carry (lone surrogates, NUL) on the way in."""
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        text = text.encode("utf-8", "replace").decode("utf-8")
    return text


# What Markdown may read as markup, wherever it stands. An underscore within a word is none.
_MARKUP = re.compile(r"[\\`*\[\]<>&~$|]|(?<![^\W_])_|_(?![^\W_])")
_NUMBERED = re.compile(r"^(\d{1,9})([.)])(?=\s|$)")
# What git hosts make links, mentions, commands or pictures of after the markup is read, so that no backslash
# stops them: addresses, host names, @people, #issues, !merge-requests, ~labels, KEY-1, commits, :emoji:, /commands.
_REFERENCE = re.compile(
    r"@|:\S|[#!$&%~^][\w\"{]|\[\[|\w\.[^\W\d]\w|www\.|\w_\w|\b[a-z]+-\d|\b[0-9a-f]{7,40}\b|^[/.]\w",
    re.IGNORECASE,
)
_AROUND = re.compile(r"""([(\[{"'“„‘‚]*)(.*?)([.,;:!?)\]}"'”’…]*)""", re.DOTALL)


def escape_markdown(line: str) -> str:
    """Return one line of printable text as Markdown that shows it as it is, at the start of a block too."""
    return _block(_inline(line))


def _inline(line: str) -> str:
    return _MARKUP.sub(lambda match: "\\" + match[0], line)


def _block(line: str) -> str:
    line = _NUMBERED.sub(r"\1\\\2", line)
    if line.startswith(("#", "+", "-", "=", ":")):
        line = "\\" + line
    # A closing row of # in a heading would be dropped.
    return line[:-1] + "\\#" if line.endswith("#") and line != "\\#" else line


def code_span(text: str) -> str:
    """Return text as Markdown code on one line: the one place where git hosts look for nothing."""
    line = one_line(text)
    longest = max((len(run) for run in re.findall("`+", line)), default=0)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{'`' * (longest + 1)}{pad}{line}{pad}{'`' * (longest + 1)}" if line else ""


def foreign_markdown(text: str, width: int = 0) -> str:
    """Return somebody else's text as Markdown for a git host: no markup, link, mention or command of theirs works.

    It is put on one line of at most `width` characters before escaping. Names, addresses and references
    become code, the rest is escaped.
    """
    return _block(" ".join(_word(word) for word in one_line(text, width).split(" ") if word))


def _word(word: str) -> str:
    around = _AROUND.fullmatch(word)
    before, core, after = around.groups() if around else ("", word, "")
    if not (_REFERENCE.search(word) or _REFERENCE.search(core)):
        return _inline(word)
    return _inline(before) + code_span(core) + _inline(after) if core else code_span(word)


# Names that Windows reserves for devices, with any ending.
_RESERVED = {"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(10))}
_GERMAN = [("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("Ä", "Ae"), ("Ö", "Oe"), ("Ü", "Ue"), ("ß", "ss")]


def slug(text: str, *, default: str = "project", limit: int = 60) -> str:
    """Return a folder name of lower-case ASCII letters, digits and hyphens that works on every system.

    Other scripts are transliterated; if nothing is left, `default` is returned.
    """
    from slugify import slugify

    name = slugify(clean(text), replacements=_GERMAN, max_length=limit, word_boundary=False)
    if not name:
        return default
    return f"{name}-{default}" if name in _RESERVED else name


def nearest(word: str, choices: list[str]) -> str | None:
    """Return the choice that `word` was probably meant to be, if any is close."""
    import difflib

    by_fold = {choice.casefold(): choice for choice in choices}
    found = difflib.get_close_matches(word.casefold(), by_fold, n=1, cutoff=0.5)
    return by_fold[found[0]] if found else None


def plural(count: int, noun: str, plural_noun: str = "") -> str:
    """Return ``1 file`` or ``3 files``."""
    return f"{count} {noun if count == 1 else plural_noun or noun + 's'}"


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of a table: the first row is its head, with a rule below it.

    Characters that take two places in a terminal (Chinese, Japanese, Korean) keep the columns straight.
    """
    widths = [max(width(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = [
        "  ".join(cell + " " * (widths[at] - width(cell)) for at, cell in enumerate(row)).rstrip()
        for row in rows
    ]
    lines.insert(1, "─" * min(sum(widths) + 2 * (len(widths) - 1), 120))
    return lines


def width(text: str) -> int:
    """Return how many places a text takes in a terminal."""
    if text.isascii():
        return len(text)
    import unicodedata

    return sum(
        2 if unicodedata.east_asian_width(char) in "WF" else 0 if unicodedata.combining(char) else 1
        for char in text
    )


def cut(text: str, places: int) -> str:
    """Return `text` in at most so many places of a terminal, ending in … where it was longer."""
    if width(text) <= places:
        return text
    kept = ""
    for char in text:
        if width(kept + char) > places - 1:
            break
        kept += char
    return kept.rstrip() + "…"
