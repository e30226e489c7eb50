"""Of what a check was made: a fingerprint of a submission's names, and of the contents that were read.

A check is a function of these, so the same fingerprint means the same findings. Only what is read counts, so that
looking whether a folder has changed costs no more than checking it, whatever data lie beside.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from coursekit.submission import Entry, Submission, UnreadableError
from coursekit.submission.notebook import MAX_NOTEBOOK
from coursekit.submission.source import CommitSource, Source, TooLargeError


class Recorded:
    """A source that remembers what was read from it.

    Parameters
    ----------
    source : Source
        Where the files come from.
    """

    def __init__(self, source: Source) -> None:
        self.label = source.label
        self.read_files: dict[str, bytes] = {}
        self._source = source

    def entries(self) -> Iterator[Entry]:
        """Give every name, as the source does."""
        return self._source.entries()

    def read(self, path: str, limit: int) -> bytes:
        """Read a file as the source does, and remember what it held."""
        try:
            data = self._source.read(path, limit)
        except TooLargeError:
            raise  # its size, which stands among the names, says so
        except UnreadableError as error:
            self.read_files[path] = error.text.en.encode("utf-8", "surrogateescape")
            raise
        self.read_files[path] = hashlib.sha256(data).digest()
        return data

    def committed(self) -> frozenset[str] | None:
        """Return what is committed, as the source does."""
        return self._source.committed()


def commit_of(submission: Submission) -> str | None:
    """Return the id of the commit that a submission is; None for a folder."""
    source = submission.source
    return str(source.commit.id) if isinstance(source, CommitSource) else None


def record(submission: Submission) -> Recorded:
    """Let a submission remember from now on what is read of it."""
    recorded = Recorded(submission.source)
    submission.source = recorded
    return recorded


def fingerprint(submission: Submission, read: dict[str, bytes]) -> str:
    """Return the fingerprint of a folder's names and of what was read."""
    digest = hashlib.sha256()
    committed = submission.source.committed()
    lines: list[object] = [(entry.path, entry.size) for entry in submission.files.values()]
    lines += [(entry.path, entry.kind.value) for entry in submission.others]
    lines += [None if committed is None else sorted(committed), sorted(read.items())]
    for line in lines:
        # ASCII, and never the same for two different things.
        digest.update(ascii(line).encode() + b"\n")
    return digest.hexdigest()


def still(submission: Submission, content: str, read: Sequence[str]) -> bool:
    """Whether a folder is what it was when it had this fingerprint, and these files were read."""
    if not all(path in submission.files for path in read):
        return False
    recorded = Recorded(submission.source)
    for path in read:
        try:
            recorded.read(path, MAX_NOTEBOOK)
        except UnreadableError:
            continue
    return fingerprint(submission, recorded.read_files) == content
