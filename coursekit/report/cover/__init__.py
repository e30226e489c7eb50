"""The cover image of a project that has none of its own."""

from coursekit.report.cover.make import Cover, make_cover

__all__ = ["Cover", "make_cover"]
