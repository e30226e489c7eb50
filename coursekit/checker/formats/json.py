"""The stable form for other programs: an object for one submission, a list for several."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from coursekit.checker.engine import Check
from coursekit.text import printable


def render(checks: Sequence[Check]) -> str:
    """Return JSON; names that are not valid text are escaped in it."""
    values = [_printable(check.as_dict()) for check in checks]
    return json.dumps(values[0] if len(values) == 1 else values, ensure_ascii=False, indent=2) + "\n"


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value, multiline=True)
    if isinstance(value, dict):
        return {key: _printable(item) for key, item in value.items()}
    return [_printable(item) for item in value] if isinstance(value, list) else value
