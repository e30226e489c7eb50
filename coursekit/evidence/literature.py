"""Where a submission's literature review stands, and the sources that it names."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass

from coursekit.evidence.headings import means
from coursekit.evidence.prompts import known
from coursekit.evidence.sources import Source, find_sources
from coursekit.submission import Document, Submission, UnreadableError
from coursekit.text import clean

_TEXTS = (".md", ".markdown", ".mdown", ".txt", ".rst")
_OTHERS = (".pdf", ".doc", ".docx", ".odt", ".ppt", ".pptx", ".odp", ".tex", ".html")
_MOST_FILES = 30
_MAX_TEXT = 1_000_000
_REVIEW = (
    r"(?:our )?literature( review| overview| search| survey)?|related (?:work|literature)s?|literatur ?(?:recherche|uberblick|ubersicht|arbeit)?|"
    r"previous work|state of the art|stand der (?:forschung|technik)"
)


@dataclass(frozen=True)
class Literature:
    """The literature review.

    Attributes
    ----------
    folders : tuple of str
    path : str
        The file that names most sources, or where they would belong; empty where there is no review.
    sources : tuple of Source
        The works that are named with a title.
    unread : tuple of str
        Documents in the folder that are not looked into (PDF, Word, …).
    """

    folders: tuple[str, ...]
    path: str
    sources: tuple[Source, ...]
    unread: tuple[str, ...]


def literature(submission: Submission) -> Literature:
    """Read the literature review. Use as ``submission.once(literature)``."""
    folders = submission.milestone_folders("literature")
    best: list[Source] = []
    first = path = ""
    for document in _documents(submission, folders):
        first = first or document.path
        found = find_sources(document)
        if len(found) > len(best):
            best, path = found, document.path
    root = submission.readme()
    if len(best) < 2 and root is not None:
        for section in root.sections:
            if section.heading and means(section.title, _REVIEW):
                found = find_sources(
                    root, root.under(section)[1:] if not section.blocks else root.under(section)
                )
                first = first or root.path
                if len(found) > len(best):
                    best, path = found, root.path
    unread = tuple(name for name in submission.in_folders(folders) if name.lower().endswith(_OTHERS))
    return Literature(folders, path or first, tuple(best), unread)


def _documents(submission: Submission, folders: tuple[str, ...]) -> list[Document]:
    """Return the review's texts, the README first; without the template's instructions."""
    readmes = [path for folder in folders if (path := submission.readme_path(folder))]
    others = [
        path
        for path in submission.in_folders(folders)
        if path.lower().endswith((*_TEXTS, ".ipynb")) and path not in readmes and _may_be_review(path)
    ]
    found = [document for path in readmes if (document := submission.markdown(path))]
    for path in others[:_MOST_FILES]:
        if path.lower().endswith(".ipynb"):
            notebook = submission.notebook(path)
            cells = [cell.source for cell in notebook.cells if cell.kind == "markdown"] if notebook else []
            found.append(Document("\n\n".join(cells)[:_MAX_TEXT], path))
        elif (document := _quietly(submission, path)) is not None:
            found.append(document)
    return found


def _may_be_review(path: str) -> bool:
    name = posixpath.basename(path).casefold()
    return (
        not name.startswith(("instructions", "requirements", "license")) and ".ipynb_checkpoints" not in path
    )


def _quietly(submission: Submission, path: str) -> Document | None:
    """Read a text beside the README; that it cannot be read is no problem of its own."""
    try:
        data = submission.read(path, _MAX_TEXT)
    except UnreadableError:
        return None
    if known().is_file(data):
        return None
    return Document(clean(data.decode("utf-8", "replace").replace("\r\n", "\n")), path)
