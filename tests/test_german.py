"""What groups read in German speaks to all of them as "ihr", in every command."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
KINDS = {".py", ".toml", ".md", ".html", ".j2", ".typ", ".json"}
# With a capital within a sentence it is the polite form; at the beginning "Sie" may be "they", and "Ihr" is wanted.
POLITE = re.compile(r"(?<=[\w,;:–] )(?:Sie|Ihnen|Ihr(?:e[mnrs]?)?)\b")


def polite(text: str) -> list[str]:
    return POLITE.findall(text)


@pytest.mark.parametrize(
    "folder", sorted(path.name for path in (ROOT / "coursekit").iterdir() if path.is_dir())
)
def test_nobody_is_spoken_to_as_sie(folder: str) -> None:
    found = {
        str(path.relative_to(ROOT)): words
        for path in (ROOT / "coursekit" / folder).rglob("*")
        if path.suffix in KINDS and (words := polite(path.read_text(encoding="utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Beschreiben Sie Ihr Modell.", ["Sie", "Ihr"]),
        ("Das sagen wir Ihnen, wenn Ihre Gruppe fragt.", ["Ihnen", "Ihre"]),
        ("Sie fehlt. Ihr braucht eine README.md, die ihr selbst schreibt.", []),
    ],
)
def test_the_polite_form_is_found(text: str, words: list[str]) -> None:
    assert polite(text) == words
