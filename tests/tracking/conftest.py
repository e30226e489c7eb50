"""The store of the tests of tracking, on both kinds of database."""

from __future__ import annotations

from tests.store.conftest import server, store, target, url

__all__ = ["server", "store", "target", "url"]
