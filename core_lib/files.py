"""Writing files so that nobody ever sees half of one."""

from __future__ import annotations

import os
from typing import Any

import numpy as np


def write_atomically(path: str | os.PathLike[str], content: bytes) -> None:
    """Write to a temporary name in the same folder and rename: the old file stays until the new one is whole.

    Folders that are missing are made.
    """
    from pathlib import Path  # here, because importing it takes a tenth of the time that NumPy takes

    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(content)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def to_json(value: Any) -> bytes:
    """Give `value` as JSON in UTF-8 with LF; NumPy's numbers and arrays become plain ones.

    Raises
    ------
    ValueError
        If a number is NaN or infinite: JSON has none.
    """
    import json

    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False, default=_plain)
    return (text + "\n").encode("utf-8")


def _plain(value: Any) -> Any:
    """Turn what JSON does not know into what it knows."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise TypeError(f"cannot write a {type(value).__name__} as JSON: {value!r}")
