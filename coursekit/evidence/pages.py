"""How many slides a file has: by a ZIP archive's directory, or for PDF in a process of its own with limits."""

from __future__ import annotations

import contextlib
import io
import re
import subprocess
import sys
import zipfile

from coursekit.submission import Submission, UnreadableError

_LARGEST = 100_000_000
_MOST_NAMES = 100_000
_SECONDS = 30
_MEMORY = 1_000_000_000
_ODP_CONTENT = 50_000_000

# Readers of PDF follow references, and a file may send them round for ever.
_COUNT = """
import sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, ({memory}, {memory}))
    resource.setrlimit(resource.RLIMIT_CPU, ({seconds}, {seconds}))
except (ImportError, ValueError, OSError):
    pass
import io, logging
logging.disable(logging.CRITICAL)
from pypdf import PdfReader
print(len(PdfReader(io.BytesIO(sys.stdin.buffer.read())).pages))
"""


def count_slides(submission: Submission, path: str) -> int | None:
    """Return the number of slides or pages of a PDF, PPTX or ODP file; None where it cannot be told."""
    try:
        data = submission.read(path, _LARGEST)
    except UnreadableError:
        return None
    ending = path.lower().rpartition(".")[2]
    if ending == "pdf":
        return _pdf(data)
    if ending in {"pptx", "odp"}:
        with (
            contextlib.suppress(
                zipfile.BadZipFile, ValueError, OSError, RuntimeError, NotImplementedError, EOFError
            ),
            zipfile.ZipFile(io.BytesIO(data)) as archive,
        ):
            return _pptx(archive) if ending == "pptx" else _odp(archive)
    return None


def _pptx(archive: zipfile.ZipFile) -> int | None:
    names = archive.namelist()[:_MOST_NAMES]
    return sum(1 for name in names if re.fullmatch(r"ppt/slides/slide\d{1,6}\.xml", name)) or None


def _odp(archive: zipfile.ZipFile) -> int | None:
    with archive.open("content.xml") as file:
        # What the directory says of the size may be a lie: read so far, and no further.
        content = file.read(_ODP_CONTENT)
    return len(re.findall(rb"<draw:page[\s>]", content)) or None


def _pdf(data: bytes) -> int | None:
    program = _COUNT.format(memory=_MEMORY, seconds=_SECONDS)
    try:
        found = subprocess.run(  # noqa: S603 - our own interpreter and our own program
            [sys.executable, "-I", "-c", program],
            input=data,
            capture_output=True,
            timeout=2 * _SECONDS,
            check=False,
        )
    except (subprocess.TimeoutExpired, OSError):
        return None
    text = found.stdout.strip()
    return int(text) if found.returncode == 0 and text.isdigit() else None
