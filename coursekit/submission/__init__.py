"""Reads a group's repository as facts, from a folder or from a commit, without running anything of it."""

from coursekit.submission.inline import Link, Span
from coursekit.submission.markdown import Block, Document, Heading, Item, Section
from coursekit.submission.notebook import Cell, Notebook, Output
from coursekit.submission.source import Entry, UnreadableError
from coursekit.submission.view import SLIDE_ENDINGS, Submission, open_submission

__all__ = [
    "SLIDE_ENDINGS",
    "Block",
    "Cell",
    "Document",
    "Entry",
    "Heading",
    "Item",
    "Link",
    "Notebook",
    "Output",
    "Section",
    "Span",
    "Submission",
    "UnreadableError",
    "open_submission",
]
