"""Telling the work of a group from what stood in its template: prompts, sample code and whole files, as hashes.

The hashes of our own templates are computed from the templates themselves, so that a template that is added
is known at once. Those of released versions are kept beside their archive, for groups that started months ago. Other
templates come as a JSON file of the same form, which holds none of their text.

Texts are compared by their words: joined by single spaces, without regard to case, as UTF-8, by SHA-256.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from coursekit.assets import asset
from coursekit.errors import InputError

# The text between square brackets; not of a link, an image or a checkbox.
_PROMPT = re.compile(r"(?<!\!)\[([^\[\]]+)\](?![(\[:])")
_CHECKBOX = {"x", "X", " "}
# Beside the profile of the course that uses the template.
_OTHERS = Path(__file__).resolve().parent / "checker" / "profiles"
# Beside the archive of released versions, which adds to it.
RELEASED = Path(__file__).resolve().parent / "scaffold" / "released" / "fingerprints.json"


def fingerprint(text: str) -> str:
    """Return the hash of a text's words."""
    return hashlib.sha256(" ".join(text.split()).casefold().encode("utf-8", "replace")).hexdigest()


def fingerprint_prose(text: str) -> str:
    """Return the hash of a text's words alone, so that Markdown and what it renders to have one hash."""
    text = re.sub(r"\]\([^()\s]*\)", " ", text)
    return fingerprint(" ".join(re.findall(r"\w+", text)))


def fingerprint_file(data: bytes) -> str:
    """Return the hash of a file's bytes."""
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True)
class Fingerprints:
    """What belongs to templates: hashes of files, prompts (without brackets), code cells, code lines and prose."""

    files: frozenset[str] = frozenset()
    prompts: frozenset[str] = frozenset()
    code_cells: frozenset[str] = frozenset()
    code_lines: frozenset[str] = frozenset()
    prose: frozenset[str] = frozenset()

    def __or__(self, other: Fingerprints) -> Fingerprints:
        return Fingerprints(
            self.files | other.files,
            self.prompts | other.prompts,
            self.code_cells | other.code_cells,
            self.code_lines | other.code_lines,
            self.prose | other.prose,
        )

    def is_file(self, data: bytes) -> bool:
        """Whether a file is one of a template's, unchanged but for line endings."""
        return fingerprint_file(data) in self.files or (
            b"\r\n" in data and fingerprint_file(data.replace(b"\r\n", b"\n")) in self.files
        )

    def is_prompt(self, text: str) -> bool:
        """Whether a text (with or without its square brackets) is a template's prompt."""
        text = text.strip()
        if text.startswith("[") and text.endswith("]"):
            text = text[1:-1]
        return fingerprint(text) in self.prompts

    def is_prose(self, text: str) -> bool:
        """Whether a paragraph or list entry is a template's, markup aside."""
        return fingerprint_prose(text) in self.prose

    def is_code_cell(self, source: str) -> bool:
        """Whether a code cell is a template's, white space aside."""
        return fingerprint(source) in self.code_cells

    def is_code_line(self, line: str) -> bool:
        """Whether a line of code is blank or a template's."""
        return not line.strip() or fingerprint(line) in self.code_lines

    @classmethod
    def load(cls, data: bytes | str) -> Fingerprints:
        """Read the fingerprints of another template from JSON.

        `files` maps each path to the hashes of its versions; the others are lists of hashes. `prose` may be missing.

        Raises
        ------
        InputError
            If `data` is not of that form.
        """
        try:
            values: Any = json.loads(data)
            return cls(
                frozenset(one for versions in values.get("files", {}).values() for one in versions),
                *(
                    frozenset(values.get(name, ()))
                    for name in ("prompts", "code_cells", "code_lines", "prose")
                ),
            )
        except (ValueError, TypeError, AttributeError) as error:
            raise InputError(f"expected the fingerprints of a template as JSON, but {error}") from None

    def dump(self) -> str:
        """Return them as JSON, as `load` reads it; the same ones give the same text."""
        values: dict[str, Any] = {field.name: sorted(getattr(self, field.name)) for field in fields(self)}
        return json.dumps({**values, "files": {"": values["files"]}}, indent=0) + "\n"

    @classmethod
    def of_folders(cls, folders: Iterable[Path]) -> Fingerprints:
        """Compute the fingerprints of everything in some folders."""
        files: set[str] = set()
        prompts: set[str] = set()
        cells: set[str] = set()
        lines: set[str] = set()
        prose: set[str] = set()
        for path in (path for folder in folders for path in _files(folder)):
            data = path.read_bytes()
            if b"\0" in data or (b"{{" not in data and b"{%" not in data):  # what is binary is not rendered
                files.add(fingerprint_file(data))
            text = ""
            if path.suffix == ".md":
                text = data.decode("utf-8")
            elif path.suffix == ".ipynb":
                for kind, source in _cells(data):
                    if kind == "code":
                        cells.add(fingerprint(source))
                        lines.update(fingerprint(line) for line in source.splitlines() if line.strip())
                    else:
                        text += source + "\n\n"
            prompts.update(fingerprint(prompt) for prompt in prompts_in(text))
            prose.update(fingerprint_prose(one) for one in _prose(text))
        return cls(frozenset(files), frozenset(prompts), frozenset(cells), frozenset(lines), frozenset(prose))

    @classmethod
    def of_templates(cls) -> Fingerprints:
        """Return the fingerprints of all templates that coursekit carries."""
        return _of_templates()

    @classmethod
    def known(cls) -> Fingerprints:
        """Return the fingerprints of all templates that groups start from: our own, released ones, and others'."""
        return _known()


@lru_cache(maxsize=1)
def _of_templates() -> Fingerprints:
    return Fingerprints.of_folders(asset("templates").glob("*/{{*}}"))


@lru_cache(maxsize=1)
def _known() -> Fingerprints:
    found = _of_templates()
    for path in [*sorted(_OTHERS.glob("*-template.json")), *([RELEASED] if RELEASED.is_file() else [])]:
        found |= Fingerprints.load(path.read_bytes())
    return found


def prompts_in(text: str) -> list[str]:
    """Return the texts between square brackets in some Markdown: no links, images or checkboxes."""
    return [match for match in _PROMPT.findall(text) if match not in _CHECKBOX]


def _prose(text: str) -> Iterator[str]:
    """Give the paragraphs and list entries; not headings, nor what is too short to be told from anybody's words."""
    for paragraph in re.split(r"\n\s*\n", text):
        for piece in {paragraph, *re.split(r"\n(?=\s*(?:[-*+]|\d+\.)\s)", paragraph)}:
            if not piece.lstrip().startswith("#") and len(re.findall(r"\w+", piece)) >= 4:
                yield piece


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc":
            yield path


def _cells(data: bytes) -> Iterator[tuple[str, str]]:
    for cell in json.loads(data)["cells"]:
        source = cell["source"]
        yield cell["cell_type"], source if isinstance(source, str) else "".join(source)
