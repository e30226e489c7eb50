"""Numbers as they are written on slides."""

from __future__ import annotations

from collections.abc import Sequence

_MINUS = "\u2212"


def number(value: float, language: str) -> str:
    """Return a number with up to four digits after the point, as few as it needs."""
    if value and (abs(value) >= 1e7 or abs(value) < 1e-4):
        text = f"{value:.3g}"
    elif float(value).is_integer() and abs(value) < 1e7:
        text = f"{int(value):,}"
    else:
        text = f"{value:,.4f}" if abs(value) < 100 else f"{value:,.2f}"
        text = text.rstrip("0").rstrip(".")
    return localized(text, language)


def aligned(values: Sequence[float], language: str) -> list[str]:
    """Return numbers that are compared, all with as many digits after the point as the longest needs."""
    texts = [number(value, "en") for value in values]
    if any("e" in text for text in texts):
        return [localized(text, language) for text in texts]
    digits = max((len(text.partition(".")[2]) for text in texts), default=0)
    return [localized(f"{value:,.{digits}f}", language) for value in values]


def difference(value: float, language: str) -> str:
    """Return a difference with its sign."""
    text = number(abs(value), language)
    return ("±" if value == 0 else "+" if value > 0 else _MINUS) + text


def count(value: int, language: str) -> str:
    """Return a whole number with its thousands apart."""
    return localized(f"{value:,}", language)


def value_text(text: str, language: str) -> str:
    """Return a parameter's value: a number as numbers are written, any other text as it is."""
    try:
        return number(float(text), language)
    except (ValueError, OverflowError):
        return text[:40]


def localized(text: str, language: str) -> str:
    """Return a number's text with the language's signs for thousands and decimals."""
    text = text.replace("-", _MINUS)
    if language == "de":
        return text.replace(",", "\u202f").replace(".", ",")
    return text
