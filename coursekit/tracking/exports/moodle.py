r"""How Moodle reads what it is given, and how texts are written so that it reads them.

- Moodle reads CSV with PHP's ``fgetcsv`` and its escape character: a backslash before a quotation mark hides the mark.
  A text with ``\"`` in it, or one in quotation marks that ends in a backslash, would swallow the cells behind it; a
  space in between prevents that.
- What begins like a formula gets an apostrophe, from 4.5.8 on by Moodle itself at upload, and it is never taken away. So
  what Moodle compares (addresses, words of a scale) is written as it is or not at all; only what people read gets
  apostrophes. A lone ``-``, which is no grade, gets none.
- Feedback is HTML there.
- Numbers are read with the point in every language: it takes the local sign for one, and the point too.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from coursekit.csvwrite import guarded
from coursekit.text import printable

_HIDES = re.compile(r'\\(?="|$)')


def shielded(cell: str) -> str:
    """Return a text in which no backslash hides the quotation mark that ends or stands in a cell."""
    return _HIDES.sub(r"\\ ", cell)


def as_html(lines: Iterable[str]) -> str:
    """Return lines as the HTML that Moodle keeps feedback as: shown as they are, nothing of them markup."""
    return shielded("<br>".join(html.escape(printable(line), quote=False) for line in lines))


def is_comparable(text: str) -> bool:
    """Whether a text can be written as it is: no formula, and nothing hidden in it.

    Moodle would not find somebody by an address with an apostrophe in front, and without it a spreadsheet that the
    file is opened with would run it.
    """
    return text == text.strip() == printable(text) == guarded(text) == shielded(text)


def number(value: float) -> str:
    """Return a number with a point and at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
