"""`[certificates]` of `course.toml`: what stands on certificates, and clear errors with the line."""

from __future__ import annotations

import datetime as dt

import pytest

from coursekit.config import parse_course
from coursekit.config.certificates import CertificateSettings
from coursekit.errors import InputError

HEAD = '[course]\nname = "DL"\n\n[certificates]\n'


def test_all_settings() -> None:
    text = """issuer = " Example University "
signatory = "Prof. Grace Hopper"
role = "Head"
place = "Kiel"
date = 2027-02-15
ects = 2.5
language = "de"
learning_goals = ["Train  a\\nnetwork."]
logo = "pictures/logo.PNG"
signature = "sign.svg"
verify_url = "https://example.org/?c={code}"
"""
    assert parse_course((HEAD + text).encode()).certificates == CertificateSettings(
        "Example University",
        "Prof. Grace Hopper",
        "Head",
        "Kiel",
        dt.date(2027, 2, 15),
        2.5,
        "de",
        ("Train a network.",),
        "pictures/logo.PNG",
        "sign.svg",
        "https://example.org/?c={code}",
    )
    assert parse_course(b'[course]\nname = "DL"\n').certificates == CertificateSettings()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("ects = 0", "expected points above 0"),
        ("ects = 61", "at most 60"),
        ('language = "fr"', "expected 'en' or 'de'"),
        (f'issuer = "{"x" * 301}"', "expected at most 300 characters"),
        ('date = "soon"', "expected a date"),
        (f"learning_goals = {['x'] * 21}", "expected at most 20 learning goals"),
        ('learning_goals = [" "]', "one has 0"),
        (f'learning_goals = ["{"x" * 301}"]', "one has 301"),
        ('logo = "logo.gif"', "expected a PNG, JPEG or SVG file"),
        ('logo = "../logo.png"', "expected a file in the course's folder"),
        ('verify_url = "javascript:x"', "expected an address that begins with https://"),
        ('verify_url = "https://a b"', "expected an address"),
        ('colour = "red"', "colour"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(line: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        parse_course((HEAD + line + "\n").encode())
    assert "line 5" in error.value.message
    assert message in error.value.message
