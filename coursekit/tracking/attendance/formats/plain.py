"""A plain file: names or e-mail addresses, with or without times, minutes, or a column that says who was there."""

from __future__ import annotations

from coursekit.tracking.attendance.format import Format

FORMAT = Format(
    title="plain",
    columns={
        "name": (
            *("name", "full name", "student", "participant", "teilnehmer", "teilnehmerin", "teilnehmende"),
            *("student name", "studierende", "vollständiger name"),
        ),
        "first_name": ("first name", "firstname", "vorname", "given name"),
        "last_name": ("last name", "lastname", "surname", "nachname", "familienname", "family name"),
        "email": (
            *("email", "e mail", "mail", "email address", "e mail address", "e mail adresse", "mailadresse"),
            "user email",
        ),
        "joined": ("join time", "joined", "join", "start", "from", "von", "beginn", "kam", "beitrittszeit"),
        "left": (
            "leave time",
            "left",
            "leave",
            "end",
            "to",
            "until",
            "bis",
            "ende",
            "ging",
            "verlassenszeit",
        ),
        "duration": (
            *("minutes", "minuten", "duration", "dauer", "duration minutes", "dauer minuten", "time"),
            *("total duration minutes", "gesamtdauer minuten", "min", "zeit"),
        ),
        "present": (
            "present",
            "attended",
            "attendance",
            "anwesend",
            "anwesenheit",
            "teilgenommen",
            "there",
            "da",
        ),
    },
    needs=(("name", "first_name", "last_name", "email"),),
)
