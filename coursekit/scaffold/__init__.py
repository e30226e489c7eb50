"""Makes group repositories from templates."""

from coursekit.scaffold.bake import Rendering, render
from coursekit.scaffold.kit import Kit, is_made_for
from coursekit.scaffold.new import Created, new_project
from coursekit.scaffold.people import clean_members, clean_name, clean_title, parse_member
from coursekit.scaffold.remote import get_template

__all__ = [
    "Created",
    "Kit",
    "Rendering",
    "clean_members",
    "clean_name",
    "clean_title",
    "get_template",
    "is_made_for",
    "new_project",
    "parse_member",
    "render",
]
