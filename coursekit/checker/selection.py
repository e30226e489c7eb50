"""Which requirements of a profile are looked at: those whose code begins with what was selected, less what is ignored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from coursekit.checker.profile import Profile, Requirement
from coursekit.checker.rule import all_rules
from coursekit.errors import InputError
from coursekit.text import nearest, one_line


def selected(profile: Profile, select: Iterable[str] = (), ignore: Iterable[str] = ()) -> list[Requirement]:
    """Return the requirements to look at, in the profile's order.

    Parameters
    ----------
    profile : Profile
        Their list.
    select, ignore : iterable of str
        Beginnings of codes, each several separated by commas, in any case; without `select`, all.

    Raises
    ------
    InputError
        If no code begins so (with the nearest), or nothing is left.
    """
    chosen, left_out = _prefixes(profile, select, "--select"), _prefixes(profile, ignore, "--ignore")
    kept = [
        requirement
        for requirement in profile.requirements
        if (not chosen or requirement.code.upper().startswith(chosen))
        and not (left_out and requirement.code.upper().startswith(left_out))
    ]
    if profile.requirements and not kept:
        raise InputError(
            f"expected requirements of the profile {profile.name} to check, but --select and --ignore leave none",
            f"'coursekit rules --profile {profile.name}' lists their codes.",
        )
    return kept


def _prefixes(profile: Profile, texts: Iterable[str], option: str) -> tuple[str, ...]:
    codes = sorted({*(requirement.code for requirement in profile.requirements), *all_rules()})
    prefixes = tuple(part.strip().upper() for text in texts for part in text.split(",") if part.strip())
    for prefix in prefixes:
        if not any(code.upper().startswith(prefix) for code in codes):
            close = _nearest(prefix, codes)
            raise InputError(
                f"expected {option} to hold beginnings of codes, such as DOC or DOC103, found {one_line(prefix, 40)!r}",
                f"Did you mean {close!r}?" if close else "'coursekit rules' lists the codes.",
            )
    return prefixes


def _nearest(prefix: str, codes: Sequence[str]) -> str | None:
    """Return the nearest code, or beginning of codes as long as what was written."""
    families = {code[: len(prefix)] for code in codes} | {code[:3] for code in codes}
    return nearest(prefix, sorted(families | set(codes)))
