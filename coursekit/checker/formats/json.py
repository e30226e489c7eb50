"""The stable form for other programs: an object for one submission, a list for several.

Its JSON schema lies beside this module, and ``coursekit check --schema`` prints it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from coursekit.checker.engine import Check
from coursekit.text import printable


def render(checks: Sequence[Check]) -> str:
    """Return JSON; names that are not valid text are escaped in it."""
    values = [_printable(check.as_dict()) for check in checks]
    return json.dumps(values[0] if len(values) == 1 else values, ensure_ascii=False, indent=2) + "\n"


def schema() -> str:
    """Return the JSON schema of what `render` gives."""
    return (Path(__file__).resolve().parent / "check.schema.json").read_text("utf-8")


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value, multiline=True)
    if isinstance(value, dict):
        return {key: _printable(item) for key, item in value.items()}
    return [_printable(item) for item in value] if isinstance(value, list) else value
