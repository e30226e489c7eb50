from __future__ import annotations

from tests.hosts.fixtures import clock, github, gitlab, no_tokens

__all__ = ["clock", "github", "gitlab", "no_tokens"]
