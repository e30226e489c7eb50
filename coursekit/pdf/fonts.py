"""Which fonts a text needs, and which of its characters no font here can show.

The fonts come from packages, so that a PDF looks the same on every machine. The machine's own fonts
are asked only for what those lack (mostly Chinese, Japanese and Korean names). Typst refuses to
write an accessible PDF with a character that no font has, so coverage is read from the fonts
themselves, beforehand.
"""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typst

#: Packages that carry fonts; the last is optional (20 MB, the extra "cjk").
_PACKAGES = ("fontpkg_source_sans_3", "manimgx_fonts", "manimgx_fonts_cjk")
#: Families in the order in which Typst should look for a character.
_FIRST = ("Source Sans 3", "Noto Sans", "Noto Emoji", "Noto Sans Symbols")
MONO = "DejaVu Sans Mono"


@dataclass(frozen=True)
class FontChoice:
    """Fonts for one document.

    Attributes
    ----------
    fonts : typst.Fonts
        What Typst may use.
    families : tuple of str
        In the order of preference.
    missing : frozenset of str
        Characters that none of them has.
    """

    fonts: typst.Fonts
    families: tuple[str, ...]
    missing: frozenset[str]


def choose_fonts(text: str) -> FontChoice:
    """Return the fonts that together show `text`, the machine's own only where the packages' lack something."""
    lacking = needed(text)
    packaged = _fonts(system=False)
    families: list[str] = []
    for family in sorted(_families(packaged), key=_rank):
        covered = {char for char in lacking if _covers(_families(packaged)[family], char)}
        if covered or family in _FIRST:
            families.append(family)
            lacking -= covered
    if not lacking:
        return FontChoice(packaged, tuple(families), frozenset())
    everywhere = _fonts(system=True)
    for family, files in sorted(_families(everywhere).items()):
        covered = {char for char in lacking if family not in families and _covers(files, char)}
        if covered:
            families.append(family)
            lacking -= covered
    return FontChoice(everywhere, tuple(families), frozenset(lacking))


def needed(text: str) -> set[str]:
    """Return the characters that a font must have to show `text`."""
    return {
        char
        for char in set(text)
        # Joiners, variation selectors and controls are never drawn.
        if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}
        and not 0xFE00 <= ord(char) <= 0xFE0F
        and not 0xE0100 <= ord(char) <= 0xE01EF
    }


def font_folders() -> tuple[Path, ...]:
    """Return the folders of the installed font packages."""
    folders = []
    for name in _PACKAGES:
        spec = find_spec(name)
        for place in (spec.submodule_search_locations or []) if spec else []:
            folders.append(Path(place))
    return tuple(folders)


@lru_cache(maxsize=2)
def _fonts(*, system: bool) -> typst.Fonts:
    import typst

    return typst.Fonts(
        include_system_fonts=system, include_embedded_fonts=True, font_paths=[str(p) for p in font_folders()]
    )


@lru_cache(maxsize=2)
def _families(fonts: typst.Fonts) -> dict[str, tuple[tuple[str, int], ...]]:
    """Return each family's upright files with the index in a collection."""
    found: dict[str, list[tuple[str, int]]] = {}
    for font in fonts.fonts():
        if font.path and font.style == "normal":
            found.setdefault(font.family, []).append((str(font.path), int(font.index or 0)))
    return {family: tuple(files) for family, files in found.items()}


def _rank(family: str) -> tuple[int, str]:
    return (_FIRST.index(family) if family in _FIRST else len(_FIRST), family)


def _covers(files: Iterable[tuple[str, int]], char: str) -> bool:
    code = ord(char)
    return any(start <= code <= end for path, index in files for start, end in _ranges(path, index))


@lru_cache(maxsize=512)
def _ranges(path: str, index: int) -> tuple[tuple[int, int], ...]:
    """Return the ranges of code points in a font's character map, none when it cannot be read."""
    try:
        with Path(path).open("rb") as file:
            return tuple(_read_ranges(file.read(), index))
    except (OSError, struct.error, IndexError):
        return ()


def _read_ranges(data: bytes, index: int) -> Iterable[tuple[int, int]]:
    start = 0
    if data[:4] == b"ttcf":
        (start,) = struct.unpack_from(">I", data, 12 + 4 * index)
    (count,) = struct.unpack_from(">H", data, start + 4)
    for number in range(count):
        tag, _, offset, _ = struct.unpack_from(">4sIII", data, start + 12 + 16 * number)
        if tag == b"cmap":
            break
    else:
        return
    (tables,) = struct.unpack_from(">H", data, offset + 2)
    for number in range(tables):
        (at,) = struct.unpack_from(">I", data, offset + 4 + 8 * number + 4)
        yield from _read_subtable(data, offset + at)


def _read_subtable(data: bytes, at: int) -> Iterable[tuple[int, int]]:
    (kind,) = struct.unpack_from(">H", data, at)
    if kind == 12:
        (groups,) = struct.unpack_from(">I", data, at + 12)
        for number in range(min(groups, 100_000)):
            first, last = struct.unpack_from(">II", data, at + 16 + 12 * number)
            yield first, last
    elif kind == 4:
        (double,) = struct.unpack_from(">H", data, at + 6)
        ends = struct.unpack_from(f">{double // 2}H", data, at + 14)
        starts = struct.unpack_from(f">{double // 2}H", data, at + 16 + double)
        for first, last in zip(starts, ends, strict=True):
            if first != 0xFFFF:
                yield first, last
