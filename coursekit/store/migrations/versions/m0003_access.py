"""Whom the tool gave access to a repository on the git host.

Revision ID: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From version 0002 to 0003."""
    op.create_table(
        "access",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("repository_id", sa.Integer, nullable=False),
        sa.Column("student_id", sa.Integer, nullable=False),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["repository_id"],
            ["repositories.id"],
            name="fk_access_repository_id_repositories",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name="fk_access_student_id_students", ondelete="CASCADE"
        ),
        # An id of a row that is gone is never given to another: the audit keeps ids.
        sqlite_autoincrement=True,
    )
    op.create_index("ix_access_repository_id", "access", ["repository_id"])
    op.create_index("ix_access_student_id", "access", ["student_id"])
