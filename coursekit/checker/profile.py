"""Requirement profiles: which rules apply, at which level, for which milestone, with which parameters.

A profile is a TOML file; built-in ones lie in `profiles/`, an instructor's own is given by its path. One may begin
where a built-in one ends: ``extends = "opencampus-ml"`` takes all its requirements, and what is stated for one of their
codes replaces it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from coursekit.checker.declared import declared
from coursekit.checker.rule import Rule, all_rules
from coursekit.errors import InputError
from coursekit.model import Level, Text
from coursekit.text import nearest

FOLDER = Path(__file__).resolve().parent / "profiles"


class _Requirement(msgspec.Struct, forbid_unknown_fields=True):
    code: str
    milestone: str
    level: Level = Level.ADVISED
    title: dict[str, str] = {}
    hint: dict[str, str] = {}
    why: dict[str, str] = {}
    requires: dict[str, Any] | None = None
    parameters: dict[str, Any] = {}


class _Profile(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    title: str
    extends: str = ""
    milestones: list[str] = []
    requirements: list[_Requirement] = []


@dataclass(frozen=True, slots=True)
class Requirement:
    """A line of a profile. `title` is used where no rule says its own; `rule` judges it, if anything does."""

    code: str
    milestone: str
    level: Level
    title: Mapping[str, str]
    parameters: Mapping[str, Any]
    rule: Rule | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """A course's requirements, and its milestones in order."""

    name: str
    title: str
    milestones: tuple[str, ...]
    requirements: tuple[Requirement, ...]


def profile_names() -> list[str]:
    """Return the names of the built-in profiles."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load_profile(name: str) -> Profile:
    """Load a built-in profile by its name, or one from a file by its path (ending in ``.toml``).

    Raises
    ------
    InputError
        If there is no such profile, or it is wrong.
    """
    path = Path(name) if name.endswith(".toml") else FOLDER / f"{name}.toml"
    if not name.endswith(".toml") and name not in profile_names():
        close = nearest(name, profile_names())
        raise InputError(
            f"expected a requirement profile, but there is none called {name!r}"
            + (f"; did you mean {close!r}?" if close else ""),
            f"There are: {', '.join(profile_names())}. Your own profile is given by its path, ending in .toml.",
        )
    return _checked(_extended(_read(path), path), path)


def _read(path: Path) -> _Profile:
    try:
        data = path.read_bytes()
        return msgspec.convert(tomllib.loads(data.decode("utf-8")), _Profile)
    except OSError as error:
        raise InputError(f"expected a profile at {path}, but it cannot be read ({error.strerror})") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise InputError(
            f"{path}: expected a requirement profile, but {error}", "Mend the file and try again."
        ) from error


def _extended(raw: _Profile, path: Path) -> _Profile:
    """Return a profile with the requirements of the built-in one that it extends."""
    if not raw.extends:
        return raw
    # A profile's file is named like the profile; one that extends itself would have no end.
    if raw.extends not in profile_names() or raw.extends == path.stem:
        close = nearest(raw.extends, profile_names())
        raise InputError(
            f"{path}: expected extends to name a built-in profile, found {raw.extends!r}",
            f"Did you mean {close!r}?" if close else f"There are: {', '.join(profile_names())}.",
        )
    base = _read(FOLDER / f"{raw.extends}.toml")
    if base.extends:
        raise InputError(f"{path}: {raw.extends} extends another profile itself", "Extend that one.")
    own = {requirement.code: requirement for requirement in raw.requirements}
    taken = [own.get(requirement.code, requirement) for requirement in base.requirements]
    codes = {requirement.code for requirement in taken}
    raw.requirements = taken + [one for one in raw.requirements if one.code not in codes]
    raw.milestones = raw.milestones or base.milestones
    return raw


def _checked(raw: _Profile, path: Path) -> Profile:
    seen: set[str] = set()
    made: list[Requirement] = []
    for requirement in raw.requirements:
        where = f"{path}: requirement {requirement.code}"
        if requirement.code in seen:
            raise InputError(f"{where} stands twice", "Remove one of the two.")
        seen.add(requirement.code)
        if requirement.milestone not in raw.milestones:
            close = nearest(requirement.milestone, raw.milestones)
            raise InputError(
                f"{where}: expected one of the milestones {', '.join(raw.milestones)}, found {requirement.milestone!r}",
                f"Did you mean {close!r}?" if close else "Name one of them.",
            )
        rule = _rule(requirement, where)
        made.append(
            Requirement(
                requirement.code,
                requirement.milestone,
                requirement.level,
                requirement.title,
                requirement.parameters,
                rule,
            )
        )
        for key, value in requirement.parameters.items():
            known = dict(rule.parameters) if rule else {}
            if key not in known:
                raise InputError(
                    f"{where}: there is no parameter {key!r}",
                    f"The rule has: {', '.join(known) or 'none'}.",
                )
            if type(value) is not type(known[key]):
                expected = type(known[key]).__name__
                raise InputError(f"{where}: expected {key} to be of type {expected}, found {value!r}")
    return Profile(raw.name, raw.title, tuple(raw.milestones), tuple(made))


def _rule(requirement: _Requirement, where: str) -> Rule | None:
    """Return the rule of this code, or the one that the profile itself states."""
    rule = all_rules().get(requirement.code)
    if requirement.requires is None:
        return rule
    if rule:
        raise InputError(
            f"{where}: expected a code of its own for what the profile requires, but it belongs to a rule",
            "Choose another code, or remove 'requires' to use that rule.",
        )
    title, hint, why = (
        Text(said.get("en") or said.get("de", ""), said.get("de") or said.get("en", ""))
        for said in (requirement.title or {"en": requirement.code}, requirement.hint, requirement.why)
    )
    try:
        return declared(requirement.code, title, hint, why, requirement.requires)
    except (ValueError, re.error) as error:
        raise InputError(f"{where}: {error}", "Mend the profile and try again.") from None
