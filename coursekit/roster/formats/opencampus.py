"""The course platform edu.opencampus.sh: participants with the status of their enrollment."""

from __future__ import annotations

from coursekit.roster.format import Format

FORMAT = Format(
    title="edu.opencampus.sh",
    columns={
        "first_name": ("first name", "firstname", "vorname"),
        "last_name": ("last name", "lastname", "nachname"),
        "email": ("email", "e mail", "mail"),
        "id_number": ("matriculation number", "matriculationnumber", "matrikelnummer"),
        "status": ("status", "enrollment status", "status der bewerbung"),
    },
    needs=(("first_name",), ("last_name",), ("email",), ("status",)),
)
