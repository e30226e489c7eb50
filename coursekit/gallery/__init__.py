"""Past projects, templates and the course's own topics, for groups that look for an idea."""

from coursekit.gallery.catalogue import Idea, ideas, own_topics
from coursekit.gallery.search import Found, search
from coursekit.gallery.unpack import unpack

__all__ = ["Found", "Idea", "ideas", "own_topics", "search", "unpack"]
