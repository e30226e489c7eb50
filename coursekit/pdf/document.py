"""Compiles one of our Typst templates with data from outside to an accessible PDF (PDF/UA-1), or to a picture."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coursekit.pdf.fonts import MONO, choose_fonts

#: How many bytes at a PDF's end hold a mark, if there is one.
MARK_LIMIT = 200
_SHOWN_INSTEAD = "\u25a1"


@dataclass(frozen=True, slots=True)
class Pdf:
    """A PDF file, and the characters that no font here could show (a box stands for them)."""

    data: bytes
    missing: frozenset[str]


@dataclass(frozen=True, slots=True)
class Png:
    """A PNG picture of one page, and the characters that no font here could show."""

    data: bytes
    missing: frozenset[str]


def compile_pdf(
    template: Path,
    data: Mapping[str, Any],
    *,
    images: Mapping[str, bytes],
    moment: dt.datetime,
) -> Pdf:
    """Compile `template`, which finds `data` in ``data.json`` and pictures under their names.

    Text reaches Typst as strings of a JSON file and never as markup. The compiler sees nothing of the
    disk but fonts and a temporary folder, and our templates use no package from the network.

    Parameters
    ----------
    template : Path
        One of our own templates.
    data : Mapping
        What the template shows. The names of the fonts to use are added as ``fonts`` and ``mono``.
    images : Mapping of str to bytes
        PNG, JPEG or SVG, by the names that `data` uses; also other files that `template` reads, such as a
        template that it includes.
    moment : datetime
        The document's date; nothing else of the PDF depends on when it is made.
    """
    made, missing = _compile(
        template, data, images, format="pdf", pdf_standards=["ua-1"], timestamp=int(moment.timestamp())
    )
    return Pdf(made, missing)


def compile_png(template: Path, data: Mapping[str, Any], *, images: Mapping[str, bytes], ppi: float) -> Png:
    """Compile `template`, which makes one page, to a picture with `ppi` pixels for 72 points; else as `compile_pdf`."""
    made, missing = _compile(template, data, images, format="png", ppi=ppi)
    return Png(made, missing)


def _compile(
    template: Path, data: Mapping[str, Any], images: Mapping[str, bytes], **options: Any
) -> tuple[bytes, frozenset[str]]:
    import typst

    text = json.dumps(data, ensure_ascii=False)
    choice = choose_fonts(text + _SHOWN_INSTEAD + "".join(_drawn_text(images)))
    if choice.missing:
        table = {ord(char): _SHOWN_INSTEAD for char in choice.missing}
        text = text.translate(table)
        images = {
            name: content.decode().translate(table).encode() if name.endswith(".svg") else content
            for name, content in images.items()
        }
    full = {**json.loads(text), "fonts": list(choice.families), "mono": [MONO, *choice.families]}
    # Typst takes pictures only from files; its root is a folder that holds nothing else.
    with tempfile.TemporaryDirectory(prefix="coursekit-") as name:
        folder = Path(name)
        (folder / "main.typ").write_bytes(template.read_bytes())
        (folder / "data.json").write_text(json.dumps(full, ensure_ascii=False), encoding="utf-8")
        for image, content in images.items():
            (folder / image).write_bytes(content)
        made = typst.compile(str(folder / "main.typ"), root=str(folder), font_paths=choice.fonts, **options)
    assert isinstance(made, bytes)
    return made, choice.missing


def _drawn_text(images: Mapping[str, bytes]) -> list[str]:
    """Return the texts in pictures, and in other templates that `template` includes."""
    return [content.decode("utf-8") for name, content in images.items() if name.endswith((".svg", ".typ"))]
