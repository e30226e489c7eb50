"""Headings and labels are matched by meaning."""

from __future__ import annotations

import pytest

from coursekit.evidence.headings import README, means, normal


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("repository", "Repository Link"),
        ("repository", "GitHub"),
        ("repository", "Link zum Repository"),
        ("description", "2. Project Description:"),
        ("description", "Über das Projekt"),
        ("description", "Kurzbeschreibung"),
        ("task", "*Task Type*"),
        ("task", "Aufgabentyp"),
        ("results", "🏆 Results Summary"),
        ("results", "Ergebnisse"),
        ("best_model", "Best performing model"),
        ("best_model", "Bestes Modell"),
        ("metric", "Evaluation Metrics"),
        ("metric", "Bewertungsmetrik"),
        ("result", "Final Performance"),
        ("result", "Ergebnis"),
    ],
)
def test_a_meaning_has_many_words(key: str, text: str) -> None:
    assert means(text, README[key])


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("best_model", "Best Alternative Model"),
        ("result", "Baseline Performance"),
        ("task", "Tasks of the team"),
        ("description", "Data description"),
        ("results", "Results of others"),
    ],
)
def test_other_words_have_another_meaning(key: str, text: str) -> None:
    assert not means(text, README[key])


def test_numbers_and_punctuation_do_not_matter() -> None:
    assert normal("2.1 **Fehlende_Werte** (ü)") == normal("fehlende werte u")
    assert normal("3 D models") == "d models"
