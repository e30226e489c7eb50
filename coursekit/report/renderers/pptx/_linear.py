"""Formulas within a line of text, written in letters: office programs take no pictures there."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from xml.etree.ElementTree import Element

from coursekit.report.formulas import formula

_HIGH = dict(zip("0123456789+-−=()niT", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱᵀ", strict=True))
_LOW = dict(zip("0123456789+-−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
_OVER = {
    "^": "\u0302",
    "ˆ": "\u0302",
    "~": "\u0303",
    "˜": "\u0303",
    "¯": "\u0304",
    "―": "\u0304",
    "→": "\u20d7",
    "˙": "\u0307",
}
_WIDE = set("=<>≤≥≈∈→∼≠≡∝")


@lru_cache(maxsize=2048)
def linear(source: str) -> str:
    """Return a formula in letters (``σ(Wx + b)``, ``x²``), or its source where that cannot be told."""
    if formula(source) is None:  # what cannot be set within bounds is not read either
        return source
    from xml.etree import ElementTree

    from ziamath.zmath import Latex

    try:
        root = ElementTree.fromstring(Latex(source, inline=True).mathmlstr())  # noqa: S314 - ziamath's own
        text = _text(root)
    except Exception:  # noqa: BLE001 - the reader raises many kinds on what it does not know
        return source
    return re.sub(r"\s+", " ", text).strip() or source


def _text(node: Element) -> str:
    kind = node.tag.rpartition("}")[2]
    parts = [_text(child) for child in node]
    if kind == "mo":
        sign = (node.text or "").strip()
        return f" {sign} " if sign in _WIDE else sign
    if kind in {"mi", "mn", "mtext", "ms"}:
        return node.text or ""
    if kind == "mspace":
        return " "
    if kind == "mfrac" and len(parts) == 2:
        return f"{_group(parts[0])}/{_group(parts[1])}"
    if kind in {"msqrt", "mroot"}:
        return "√" + _group("".join(parts[:1] if kind == "mroot" else parts))
    if kind == "msup" and len(parts) == 2:
        return parts[0] + _script(parts[1], _HIGH, "^")
    if kind == "msub" and len(parts) == 2:
        return parts[0] + _script(parts[1], _LOW, "_")
    if kind in {"msubsup", "munderover"} and len(parts) == 3:
        return parts[0] + _script(parts[1], _LOW, "_") + _script(parts[2], _HIGH, "^")
    if kind == "munder" and len(parts) == 2:
        return parts[0] + _script(parts[1], _LOW, "_")
    if kind == "mover" and len(parts) == 2:
        sign = parts[1].strip()
        mark = sign if unicodedata.combining(sign[:1] or " ") else _OVER.get(sign)
        return parts[0] + (mark if mark else _script(parts[1], _HIGH, "^"))
    return "".join(parts)


def _script(text: str, letters: dict[str, str], sign: str) -> str:
    text = text.replace(" ", "")
    if all(char in letters for char in text):
        return "".join(letters[char] for char in text)
    return sign + _group(text)


def _group(text: str) -> str:
    text = text.strip()
    return text if len(text) <= 1 or re.fullmatch(r"\w+|\([^()]*\)", text) else f"({text})"
