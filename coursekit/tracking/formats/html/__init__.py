"""One HTML file: nothing is loaded, nothing runs; light and dark, on a screen and on paper."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from coursekit.model import Level
from coursekit.text import one_line, printable
from coursekit.tracking.activity import NO_GRADE
from coursekit.tracking.formats import Look, _words
from coursekit.tracking.overview import Tracked
from coursekit.tracking.when import days_ago, shown

_HERE = Path(__file__).resolve().parent
_MOST_HISTORY = 20
# In the table; a group's own part names all.
_MOST_NEEDS = 3


def render(tracked: Tracked, look: Look) -> str:
    """Return the page."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    del look
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # Everything that is shown goes through here: escapes what is hidden, then Jinja what is markup.
        finalize=lambda value: (
            printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value
        ),
    )
    environment.filters["line"] = one_line
    environment.filters["moment"] = lambda moment: shown(moment, tracked.zone)
    style = (_HERE / "style.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    return (
        environment.get_template("page.html.j2")
        .render(
            tracked=tracked,
            style=Markup(style),  # noqa: S704 - our own file
            digest=digest,
            words=_words,
            no_grade=NO_GRADE,
            most=_MOST_NEEDS,
            required=Level.REQUIRED,
            ago=lambda moment: days_ago(moment, tracked.now),
            history=lambda detail: list(_words.history_words(tracked, detail))[:_MOST_HISTORY],
        )
        .rstrip()
        + "\n"
    )
