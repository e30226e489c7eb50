"""Jupyter notebooks of format 3 and 4, read without running or rendering anything.

msgspec parses only what is asked for: outputs stay raw bytes until somebody wants them, so that
ten megabytes of pictures cost nothing when only headings are read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import msgspec

from coursekit.model import Text
from coursekit.submission.markdown import Document
from coursekit.submission.source import BilingualError
from coursekit.text import clean

MAX_NOTEBOOK = 200 * 1000 * 1000
_LARGE = 100_000
_KEPT = 2_000_000
_SHORT = 1000

# Keys of pictures in outputs, of format 4 and 3.
_PICTURES = (b'"image/', b'"application/pdf"', b'"png"', b'"jpeg"')
_VALUE = re.compile(rb'"[\w./+-]{1,60}"\s{0,100}:\s{0,100}(?:\[\s{0,100})?"')


class NotebookError(BilingualError):
    """The bytes are no notebook; the text says why."""


_NONE = msgspec.Raw(b"[]")


class _RawCell(msgspec.Struct):
    # Any: one odd value in one cell must not make the whole notebook unreadable.
    cell_type: Any = ""
    source: Any = ""
    input: Any = ""
    level: Any = 1
    execution_count: Any = None
    prompt_number: Any = None
    outputs: msgspec.Raw = _NONE
    attachments: msgspec.Raw = msgspec.Raw(b"{}")


class _RawSheet(msgspec.Struct):
    cells: list[_RawCell] = []


class _RawNotebook(msgspec.Struct):
    cells: list[_RawCell] | None = None
    worksheets: list[_RawSheet] = []


class _OutputKind(msgspec.Struct):
    output_type: Any = ""


class _Printed(msgspec.Struct):
    output_type: Any = ""
    text: Any = ""
    traceback: Any = ""
    data: msgspec.Raw = msgspec.Raw(b"{}")


@dataclass(frozen=True, slots=True)
class Output:
    """One output of a code cell.

    Attributes
    ----------
    kind : str
        ``stream``, ``display_data``, ``execute_result`` or ``error``.
    text : str
        What a stream printed, an error's traceback, or the plain text of a result.
    data : Mapping[str, str]
        MIME type to content; images are base64. Of any type, and hostile.
    """

    kind: str
    text: str
    data: Mapping[str, str]


class Cell:
    """One cell. `number` counts from 1, as an instructor counts; `kind` is ``markdown`` or ``code``."""

    def __init__(self, number: int, raw: _RawCell, whole: _Whole | None = None) -> None:
        self.number = number
        self._whole = whole
        self.kind = "markdown" if raw.cell_type == "heading" else str(raw.cell_type)
        source = _join(raw.source) or _join(raw.input)
        if raw.cell_type == "heading":
            level = raw.level if isinstance(raw.level, int) else 1
            source = "#" * max(1, min(level, 6)) + " " + source
        self.source = clean(source)
        count = raw.execution_count if raw.execution_count is not None else raw.prompt_number
        self.execution_count = count if isinstance(count, int) else None
        self._outputs: msgspec.Raw | None = raw.outputs
        self._attachments: msgspec.Raw | None = raw.attachments

    @cached_property
    def output_kinds(self) -> tuple[str, ...]:
        """The kinds of the outputs, without reading their contents."""
        try:
            kinds = msgspec.json.decode(self._read(), type=list[_OutputKind])
        except msgspec.DecodeError:
            return ()
        return tuple(_MODERN.get(str(kind.output_type), str(kind.output_type)) for kind in kinds)

    @cached_property
    def printed(self) -> str:
        """What the cell printed, and its errors: pictures and tables in its outputs are not read."""
        try:
            raw = msgspec.json.decode(self._read(), type=list[_Printed])
        except (msgspec.DecodeError, RecursionError):
            return ""
        return clean("\n".join(_join(one.text) + _join(one.traceback) for one in raw))

    def _read(self, *, whole: bool = False) -> msgspec.Raw:
        """Return the outputs as they stand in the file; without its pictures, unless `whole`."""
        if self._whole is not None and (whole or self._outputs is None):
            return self._whole.outputs(self.number)
        return self._outputs or _NONE

    def forget(self) -> None:
        """Keep of the outputs only their kinds; their contents are read once more when they are asked for."""
        self.output_kinds  # noqa: B018 - reads them
        self._outputs = self._attachments = None

    @cached_property
    def outputs(self) -> tuple[Output, ...]:
        """The outputs with their contents; a large file is read once more for them."""
        try:
            raw = msgspec.json.decode(self._read(whole=True))
        except (msgspec.DecodeError, RecursionError):
            return ()
        return tuple(_output(item) for item in raw if isinstance(item, dict)) if isinstance(raw, list) else ()

    @cached_property
    def attachments(self) -> Mapping[str, str]:
        """The pictures that a Markdown cell carries itself: base64 by name, as in ``attachment:name``."""
        kept = self._attachments if self._whole is None else self._whole.attachments(self.number)
        try:
            raw = msgspec.json.decode(kept or b"{}")
        except (msgspec.DecodeError, RecursionError):
            return {}
        found: dict[str, str] = {}
        for name, bundle in raw.items() if isinstance(raw, dict) else ():
            for mime in ("image/png", "image/jpeg"):
                if isinstance(bundle, dict) and mime in bundle and name not in found:
                    found[name] = _join(bundle[mime])
        return found

    @cached_property
    def document(self) -> Document:
        """A Markdown cell's content."""
        return Document(self.source if self.kind == "markdown" else "")


class Notebook:
    """A notebook's cells in order, of all worksheets.

    Parameters
    ----------
    data : bytes
        The file's content.
    path : str, optional
        How it is called.
    again : callable, optional
        Reads the content once more. With it, pictures in a large file are neither parsed nor kept, until `Cell.outputs`
        is asked for.

    Raises
    ------
    NotebookError
        If it is not JSON, or not a notebook.
    """

    def __init__(self, data: bytes, path: str = "", again: Callable[[], bytes] | None = None) -> None:
        self.path = path
        whole = None
        if again is not None and len(data) > _LARGE:
            data, whole = without_pictures(data), _Whole(again)
        if not data or data.isspace():
            raise NotebookError(
                Text(
                    "expected a notebook (JSON), but the file is empty",
                    "erwartet wird ein Notebook (JSON), aber die Datei ist leer",
                )
            )
        if data.startswith(b"\xef\xbb\xbf"):
            data = data[3:]
        raw = _decode(data)
        cells = _cells(raw)
        if raw.cells is None and not raw.worksheets:
            raise NotebookError(
                Text(
                    "expected a notebook, but its JSON has no cells",
                    "erwartet wird ein Notebook, aber dieses JSON hat keine Zellen",
                )
            )
        self.cells = tuple(Cell(number, cell, whole) for number, cell in enumerate(cells, 1))
        if whole is not None and len(data) > _KEPT:
            # What a cell has of its outputs is a part of the whole text, which would be kept for it.
            for cell in self.cells:
                cell.forget()

    @property
    def code_cells(self) -> tuple[Cell, ...]:
        """The code cells that are not empty."""
        return tuple(cell for cell in self.cells if cell.kind == "code" and cell.source.strip())


class _Whole:
    """A large notebook as it lies in its file, for who wants the contents of outputs; kept while one reads on."""

    _last: ClassVar[tuple[_Whole | None, list[_RawCell]]] = (None, [])

    def __init__(self, again: Callable[[], bytes]) -> None:
        self._again = again

    def outputs(self, number: int) -> msgspec.Raw:
        """Return the outputs of the cell with this number."""
        cells = self._cells()
        return cells[number - 1].outputs if number <= len(cells) else _NONE

    def attachments(self, number: int) -> msgspec.Raw | None:
        """Return what is attached to the cell with this number."""
        cells = self._cells()
        return cells[number - 1].attachments if number <= len(cells) else None

    def _cells(self) -> list[_RawCell]:
        last, cells = _Whole._last
        if last is not self:
            try:
                cells = _cells(_decode(self._again()))
            except BilingualError:
                cells = []  # it has changed since
            _Whole._last = (self, cells)
        return cells


def without_pictures(data: bytes) -> bytes:
    """Return a notebook's JSON with its pictures empty.

    They are found by the keys before them, and their ends by the next quotation mark, several times as fast as any
    reader of JSON goes through them. What is not plainly a picture is left alone.
    """
    for key in _PICTURES:
        kept, start, at = [], 0, 0
        while (at := data.find(key, at)) >= 0:
            value = _VALUE.match(data, at)
            # A quotation mark after a backslash stands inside of a text.
            if value is None or data[at - 1 : at] == b"\\":
                at += 1
                continue
            begin, end = value.end(), data.find(b'"', value.end())
            if end < 0:
                break
            if end - begin > _SHORT and data[end - 1 : end] != b"\\":
                kept.append(data[start:begin])
                start = end
            at = end
        if kept:
            data = b"".join([*kept, data[start:]])
    return data


def _cells(raw: _RawNotebook) -> list[_RawCell]:
    return raw.cells if raw.cells is not None else [c for sheet in raw.worksheets for c in sheet.cells]


def _decode(data: bytes) -> _RawNotebook:
    try:
        try:
            return msgspec.json.decode(data, type=_RawNotebook)
        except msgspec.ValidationError:
            raise
        except msgspec.DecodeError:
            return msgspec.json.decode(_tolerated(data), type=_RawNotebook)
    except msgspec.ValidationError as error:
        raise NotebookError(
            Text(
                f"expected a notebook, but its JSON has another form ({error})",
                f"erwartet wird ein Notebook, aber dieses JSON hat eine andere Form ({error})",
            )
        ) from error
    except RecursionError as error:
        raise NotebookError(
            Text("it is nested too deeply to be a notebook", "zu tief verschachtelt für ein Notebook")
        ) from error
    except (msgspec.DecodeError, ValueError) as error:
        if b"<<<<<<<" in data and b">>>>>>>" in data:
            raise NotebookError(
                Text(
                    "it holds the marks of a merge conflict (<<<<<<<)",
                    "die Datei enthält die Zeichen eines Merge-Konflikts (<<<<<<<)",
                )
            ) from error
        raise NotebookError(
            Text(
                f"expected a notebook (JSON), but it is not JSON ({error})",
                f"erwartet wird ein Notebook (JSON), aber das ist kein JSON ({error})",
            )
        ) from error


def _tolerated(data: bytes) -> bytes:
    """Rewrite what Jupyter's own reader takes and strict JSON does not: NaN, lone surrogates."""
    value = json.loads(data.decode("utf-8"), parse_constant=lambda _: None)
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


_MODERN = {"pyout": "execute_result", "pyerr": "error"}
_OLD_MIME = {
    "png": "image/png",
    "jpeg": "image/jpeg",
    "svg": "image/svg+xml",
    "html": "text/html",
    "latex": "text/latex",
    "text": "text/plain",
}


def _join(value: Any) -> str:
    if isinstance(value, list):
        return "".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""


def _output(raw: dict[str, Any]) -> Output:
    kind = str(raw.get("output_type", ""))
    kind = _MODERN.get(kind, kind)
    bundle = raw.get("data")
    if not isinstance(bundle, dict):  # format 3 keeps the bundle in the output itself
        bundle = {mime: raw[old] for old, mime in _OLD_MIME.items() if old in raw}
    data = {str(mime): clean(_join(content)) for mime, content in bundle.items()}
    if kind == "error":
        text = "\n".join(part for part in raw.get("traceback") or [] if isinstance(part, str))
        text = text or f"{raw.get('ename', '')}: {raw.get('evalue', '')}"
    elif kind == "stream":
        text = _join(raw.get("text"))
    else:
        text = data.get("text/plain", "")
    return Output(kind, clean(text), data)
