"""Builds a group's presentation from its repository, without running anything of it."""

from coursekit.report.build import Report, build_report, format_names

__all__ = ["Report", "build_report", "format_names"]
