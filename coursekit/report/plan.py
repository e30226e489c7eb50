"""Which sections a course's presentations have, in which order, and how long each may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from coursekit.config import ReportSettings
from coursekit.errors import InputError
from coursekit.report.section import Section
from coursekit.text import nearest, one_line


def planned(sections: Sequence[Section], settings: ReportSettings) -> list[Section]:
    """Return the sections as the course wants them.

    Where it states only how many minutes a presentation takes, every section gets its share.

    Raises
    ------
    InputError
        If the course names a section that there is not.
    """
    known = {section.key: section for section in sections}
    for where, names in (("sections", settings.sections), ("limits", tuple(settings.limits))):
        for name in names:
            if name not in known:
                close = nearest(name, list(known))
                raise InputError(
                    f"course.toml: report.{where}: expected names of sections ({', '.join(known)}), "
                    f"but found {one_line(name, 40)!r}",
                    f"Did you mean {close!r}?" if close else "",
                )
    order = dict.fromkeys(settings.sections) or known
    chosen = [_limited(known[key], settings) for key in order]
    if not settings.minutes:
        return chosen
    fixed = {key for key, limit in settings.limits.items() if limit.seconds is not None}
    free = sum(section.seconds for section in chosen if section.key not in fixed)
    left = settings.minutes * 60 - sum(section.seconds for section in chosen if section.key in fixed)
    share = max(left, 0) / free if free else 0.0
    return [
        section if section.key in fixed else replace(section, seconds=int(section.seconds * share / 5) * 5)
        for section in chosen
    ]


def _limited(section: Section, settings: ReportSettings) -> Section:
    limit = settings.limits.get(section.key)
    if limit is None:
        return section
    least, most = section.slides
    most = limit.slides or most
    seconds = section.seconds if limit.seconds is None else limit.seconds
    return replace(section, slides=(min(least, most), most), seconds=seconds)
