"""Builds a group's presentation from its repository, without running anything of it."""

from coursekit.report.build import Report, build_report, format_names
from coursekit.report.cover import Cover, make_cover
from coursekit.report.linted import Linted, lint_report
from coursekit.report.starting import SlidesMd, start_slides_md

__all__ = [
    "Cover",
    "Linted",
    "Report",
    "SlidesMd",
    "build_report",
    "format_names",
    "lint_report",
    "make_cover",
    "start_slides_md",
]
