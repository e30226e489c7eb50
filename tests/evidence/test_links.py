"""Links are resolved as the git host resolves them."""

from __future__ import annotations

import pytest

from coursekit.evidence.links import is_url, resolve


@pytest.mark.parametrize(
    ("target", "base", "path"),
    [
        ("a.md", "README.md", "a.md"),
        ("./a%20b.md#top", "4_Presentation/README.md", "4_Presentation/a b.md"),
        ("../x/%C3%BC.pdf?raw=true", "4_Presentation/README.md", "x/ü.pdf"),
        ("/a/b.md", "4_Presentation/README.md", "a/b.md"),
        ("..", "4_Presentation/README.md", ""),
        ("../../x", "4_Presentation/README.md", None),
        ("a\\b.md", "README.md", "a/b.md"),
    ],
)
def test_targets_become_paths_inside_the_repository(target: str, base: str, path: str | None) -> None:
    assert resolve(target, base) == path


def test_urls_are_no_paths() -> None:
    assert all(map(is_url, ["https://a", "mailto:a@b", "//a/b", "WWW.a.b"]))
    assert not any(map(is_url, ["a.md", "C/d.md", "./x:y"]))
