"""The texts of slides: PPTX and ODP by their XML's text alone, PDF in a process of its own with limits."""

from __future__ import annotations

import contextlib
import html
import io
import json
import re
import subprocess
import sys
import zipfile

from coursekit.submission import Submission, UnreadableError
from coursekit.text import clean

_LARGEST = 50_000_000
_MOST_SLIDES = 150
_MOST_XML = 3_000_000
_MOST_TEXT = 20_000
_SECONDS = 20
_MEMORY = 1_000_000_000

# Readers of PDF follow references, and a file may send them round for ever. Each page is told as soon as it is read.
_TEXTS = """
import sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, ({memory}, {memory}))
    resource.setrlimit(resource.RLIMIT_CPU, ({seconds}, {seconds}))
except (ImportError, ValueError, OSError):
    pass
import io, json, logging
logging.disable(logging.CRITICAL)
from pypdf import PdfReader
for page in list(PdfReader(io.BytesIO(sys.stdin.buffer.read())).pages)[:{slides}]:
    try:
        text = page.extract_text()[:{text}]
    except Exception:
        text = ""
    print(json.dumps(text), flush=True)
"""
_PPTX_TEXT = re.compile(r"<a:t(?:\s[^<>]{0,200})?>([^<]*)</a:t>|(</a:p>|<a:br\b)")
_ODP_PAGE = re.compile(r"<draw:page[\s>]")
_ODP_TEXT = re.compile(r"(</text:p>|</text:h>|<text:line-break)|<[^<>]*>|([^<>]+)")


def slide_texts(submission: Submission, path: str) -> tuple[str, ...]:
    """Return the text of each slide, as lines; nothing where the file cannot be read."""
    ending = path.lower().rpartition(".")[2]
    try:
        data = submission.read(path, _LARGEST)
    except UnreadableError:
        return ()
    if ending == "pdf":
        return _pdf(data)
    if ending in {"pptx", "odp"}:
        with (
            contextlib.suppress(
                zipfile.BadZipFile, KeyError, ValueError, OSError, RuntimeError, NotImplementedError, EOFError
            ),
            zipfile.ZipFile(io.BytesIO(data)) as archive,
        ):
            return _pptx(archive) if ending == "pptx" else _odp(archive)
    return ()


def _xml(archive: zipfile.ZipFile, name: str) -> str:
    with archive.open(name) as file:
        # What the directory says of the size may be a lie: read so far, and no further.
        return file.read(_MOST_XML).decode("utf-8", "replace")


def _pptx(archive: zipfile.ZipFile) -> tuple[str, ...]:
    numbers = sorted(
        int(match[1])
        for name in archive.namelist()[:100_000]
        if (match := re.fullmatch(r"ppt/slides/slide(\d{1,6})\.xml", name))
    )
    texts = []
    for number in numbers[:_MOST_SLIDES]:
        parts = (
            "\n" if ends else text
            for text, ends in _PPTX_TEXT.findall(_xml(archive, f"ppt/slides/slide{number}.xml"))
        )
        texts.append(_tidy("".join(parts)))
    return tuple(texts)


def _odp(archive: zipfile.ZipFile) -> tuple[str, ...]:
    pages = _ODP_PAGE.split(_xml(archive, "content.xml"))[1:]
    return tuple(
        _tidy("".join("\n" if ends else text for ends, text in _ODP_TEXT.findall(page.partition(">")[2])))
        for page in pages[:_MOST_SLIDES]
    )


def _pdf(data: bytes) -> tuple[str, ...]:
    program = _TEXTS.format(memory=_MEMORY, seconds=_SECONDS, slides=_MOST_SLIDES, text=_MOST_TEXT)
    command = [sys.executable, "-I", "-c", program]
    try:
        found = subprocess.run(  # noqa: S603 - our own interpreter and our own program
            command, input=data, capture_output=True, timeout=2 * _SECONDS, check=False
        ).stdout
    except subprocess.TimeoutExpired as error:
        found = error.stdout or b""
    except OSError:
        return ()
    texts = []
    for line in found.splitlines()[:_MOST_SLIDES]:
        with contextlib.suppress(ValueError):
            texts.append(_tidy(str(json.loads(line)), escaped=False))
    return tuple(texts)


def _tidy(text: str, *, escaped: bool = True) -> str:
    text = html.unescape(text[:_MOST_TEXT]) if escaped else text[:_MOST_TEXT]
    lines = (" ".join(line.split()) for line in clean(text).split("\n"))
    return "\n".join(line for line in lines if line)
