"""The table [host] of course.toml."""

from __future__ import annotations

import pytest

from coursekit.config import HostSettings, parse_course
from coursekit.errors import InputError


def host(text: str) -> HostSettings | None:
    return parse_course(f'[course]\nname = "DL"\n\n[host]\n{text}\n'.encode()).host


def test_a_course_needs_no_host() -> None:
    assert host("") is None
    assert parse_course(b'[course]\nname = "DL"\n').host is None


def test_what_is_stated_is_read() -> None:
    text = 'kind = "github"\nnamespace = "/dl-course/"\napi = "https://git.example.org/api/v3/"\nprefix = "dl26-"'
    assert host(text) == HostSettings(
        "github", namespace="dl-course", api="https://git.example.org/api/v3", prefix="dl26-"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('namespace = "x"', "the key 'kind'"),
        ('kind = "github"\ntoken = "x"', "'token' is none"),
        ('kind = "github"\nprefix = "a/b"', "line 6.*prefix.*'a/b'"),
        ('kind = "github"\nvisibility = "secret"', "private, internal, public"),
        ('kind = ["github"]', "expected a text"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, said: str) -> None:
    """A token in the file is refused like every unknown key: it belongs into the environment."""
    with pytest.raises(InputError, match=said):
        host(text)
