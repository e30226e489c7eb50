"""Classroom 50; a row may hold no more than an account."""

from __future__ import annotations

from coursekit.roster.format import Format

FORMAT = Format(
    title="Classroom 50",
    columns={
        "account": ("username",),
        "account_id": ("github id",),
        "first_name": ("first name",),
        "last_name": ("last name",),
        "name": ("name",),
        "role": ("role",),
        "section": ("section",),
    },
    needs=(("account",), ("first_name", "name"), ("account_id", "role", "section")),
)
