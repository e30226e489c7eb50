"""Builds a group's presentation from its repository, without running anything of it."""

from coursekit.report.build import Report, build_report, format_names
from coursekit.report.linted import Linted, lint_report

__all__ = ["Linted", "Report", "build_report", "format_names", "lint_report"]
