"""Whose numbers the results files hold: a template's notebooks run as they are, and write some before a group wrote a line."""

from __future__ import annotations

from coursekit.evidence.prompts import known
from coursekit.submission import Submission, UnreadableError

_MOST = 5_000_000


def starter_results(submission: Submission) -> bool:
    """Whether what lies in `results/` was computed by a template's code on its data. Use as ``submission.once(…)``.

    That is so where no code and no data file of the group's own is there. `core_lib` does not count: it may be of
    another version than any that is known here.
    """
    notebooks = 0
    for path in submission.files:
        folder = path.split("/", 1)[0]
        if folder == "core_lib" or ".ipynb_checkpoints" in path.split("/"):
            continue
        if path.endswith(".ipynb"):
            notebooks += 1
            own = _own_notebook(submission, path)
        else:
            counts = path.endswith(".py") or (folder == "data" and not path.endswith(".md"))
            own = counts and _own_file(submission, path)
        if own:
            return False
    return notebooks > 0


def _own_notebook(submission: Submission, path: str) -> bool:
    notebook = submission.notebook(path)
    return notebook is None or any(
        not known().is_code_cell(cell.source)
        and any(not known().is_code_line(line) for line in cell.source.split("\n"))
        for cell in notebook.code_cells
    )


def _own_file(submission: Submission, path: str) -> bool:
    try:
        return not known().is_file(submission.read(path, _MOST))
    except UnreadableError:
        return True
