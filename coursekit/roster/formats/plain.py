"""A file made by hand, and any other in which there are names."""

from __future__ import annotations

from coursekit.roster.format import Format

FORMAT = Format(
    title="plain",
    columns={
        "name": (
            *("name", "full name", "student", "student name", "participant"),
            *("vollständiger name", "teilnehmer", "teilnehmer in"),
        ),
        "first_name": ("first name", "firstname", "given name", "vorname"),
        "last_name": ("last name", "lastname", "surname", "family name", "nachname", "familienname"),
        "role": ("role", "rolle"),
        "status": ("status",),
    },
    needs=(("name", "last_name"),),
)
