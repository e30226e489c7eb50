"""By what a check judges, as a fingerprint: the profile's text, the code of the rules, and the settings of a run."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

from coursekit import __version__
from coursekit.checker.profile import FOLDER
from coursekit.checker.rule import all_rules

#: What takes part in judging; a rule that somebody adds or changes counts, whatever the version says.
_PACKAGES = ("coursekit.checker", "coursekit.evidence", "coursekit.submission")


def basis(profile: str, settings: Iterable[object]) -> str:
    """Return the fingerprint of a profile, given as `load_profile` takes it, this tool's rules, and other settings.

    Parameters
    ----------
    profile : str
        A profile that can be loaded.
    settings : iterable of object
        Whatever else has a part in what is found; compared by `repr`.
    """
    digest = hashlib.sha256(__version__.encode())
    # A profile may extend a built-in one.
    for path in [Path(profile)] if profile.endswith(".toml") else []:
        digest.update(path.read_bytes())
    for path in sorted([*FOLDER.glob("*.toml"), *_sources()]):
        digest.update(path.read_bytes())
    digest.update(repr((profile, list(settings))).encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _sources() -> set[Path]:
    found = {
        path
        for name in _PACKAGES
        for folder in import_module(name).__path__
        for path in Path(folder).rglob("*.py")
    }
    for rule in all_rules().values():
        file = (
            inspect.getsourcefile(type(rule))
            if type(rule).__module__ != "coursekit.checker.declared"
            else None
        )
        if file:
            found.add(Path(file))
    return found
