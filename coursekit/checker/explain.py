"""What the rules are and ask, and what a profile makes of them: for `coursekit rules`."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any

from coursekit.checker.profile import Profile, Requirement, load_profile
from coursekit.checker.rule import Rule, all_rules
from coursekit.errors import InputError
from coursekit.model import Level, Text
from coursekit.text import nearest, one_line

#: The profile that says levels and milestones where none is named.
DEFAULT = "opencampus-ml"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a rule. `value` is what the profile makes of it."""

    name: str
    default: Any
    value: Any


@dataclass(frozen=True, slots=True)
class Explained:
    """A rule in one language, as a profile uses it.

    `profile`, `level` and `milestone` are None where the profile does not ask for it; `what` to `example` are
    empty where a profile names a requirement that has no rule.
    """

    code: str
    title: str
    profile: str | None
    level: Level | None
    milestone: str | None
    what: str
    why: str
    hint: str
    example: str
    parameters: tuple[Parameter, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the form for other programs."""
        return {
            "code": self.code,
            "title": self.title,
            "profile": self.profile,
            "level": self.level.value if self.level else None,
            "milestone": self.milestone,
            "what": self.what,
            "why": self.why,
            "hint": self.hint,
            "example": self.example,
            "parameters": [
                {"name": one.name, "default": one.default, "value": one.value} for one in self.parameters
            ],
        }


def rules(profile: str | None = None, *, language: str = "en") -> list[Explained]:
    """Return the requirements of a profile in its order, or without one every rule there is, by code.

    Raises
    ------
    InputError
        If there is no such profile.
    """
    chosen = load_profile(profile or DEFAULT)
    asked = {requirement.code: requirement for requirement in chosen.requirements}
    codes = list(asked) if profile else sorted({*all_rules(), *asked})
    return [_explained(code, asked.get(code), chosen, language) for code in codes]


def explain(code: str, profile: str | None = None, *, language: str = "en") -> Explained:
    """Return one rule, or a requirement of the profile that has none, by its code.

    Raises
    ------
    InputError
        If there is no such code; with the nearest.
    """
    chosen = load_profile(profile or DEFAULT)
    asked = {requirement.code: requirement for requirement in chosen.requirements}
    found = next((known for known in (*asked, *all_rules()) if known.casefold() == code.casefold()), None)
    if found is None:
        close = nearest(code, sorted({*asked, *all_rules()}))
        raise InputError(
            f"expected the code of a rule, such as DOC103, found {one_line(code, 40)!r}",
            f"Did you mean {close!r}?" if close else "'coursekit rules' lists them.",
        )
    return _explained(found, asked.get(found), chosen, language)


def _explained(code: str, asked: Requirement | None, profile: Profile, language: str) -> Explained:
    rule = asked.rule if asked else all_rules().get(code)
    own = dict(asked.title) if asked else {}
    title = own.get(language) or own.get("en") or (rule.title.in_(language) if rule else code)
    defaults = dict(rule.parameters) if rule else {}
    values = {**defaults, **(asked.parameters if asked else {})}
    return Explained(
        code,
        title,
        profile.name if asked else None,
        Level(asked.level) if asked else None,
        asked.milestone if asked else None,
        _what(rule).in_(language) if rule else "",
        rule.why.in_(language) if rule else "",
        rule.hint.in_(language) if rule else "",
        _example(rule, language) if rule else "",
        tuple(Parameter(name, default, values[name]) for name, default in defaults.items()),
    )


def _what(rule: Rule) -> Text:
    what = getattr(rule, "what", None)
    if isinstance(what, Text):
        return what
    first = (inspect.getdoc(type(rule)) or "").split("\n", 1)[0]
    return Text(first, first)


def _example(rule: Rule, language: str) -> str:
    return rule.example.in_(language) if isinstance(rule.example, Text) else rule.example
