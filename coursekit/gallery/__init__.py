"""Past projects and templates, for groups that look for an idea."""

from coursekit.gallery.catalogue import Idea, ideas
from coursekit.gallery.search import Found, search
from coursekit.gallery.unpack import unpack

__all__ = ["Found", "Idea", "ideas", "search", "unpack"]
