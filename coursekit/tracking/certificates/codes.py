"""The code that is printed on a certificate: short, not to be guessed, and easy to type."""

from __future__ import annotations

import re
import secrets

# Crockford's digits: nothing that looks like something else.
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 12
_GROUP = 4
_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_code() -> str:
    """Return a code of 60 random bits: ``"7K3M-Q9TX-2HVA"``."""
    return _grouped("".join(secrets.choice(_DIGITS) for _ in range(_LENGTH)))


def read_code(text: str) -> str | None:
    """Return a code as it is kept, from how somebody typed it; None when it can be none."""
    digits = re.sub(r"[\s\-–—_.]", "", text).upper().translate(_ALIKE)
    if len(digits) != _LENGTH or any(digit not in _DIGITS for digit in digits):
        return None
    return _grouped(digits)


def _grouped(digits: str) -> str:
    return "-".join(digits[at : at + _GROUP] for at in range(0, _LENGTH, _GROUP))
