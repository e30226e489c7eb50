"""coursekit: project-based deep learning courses, from the roster to the presentation."""

__version__ = "0.1.0"
