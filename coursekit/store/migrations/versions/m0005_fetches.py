"""What fetches of the groups' repositories brought.

Revision ID: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From version 0004 to 0005."""
    op.create_table(
        "fetches",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("repository_id", sa.Integer, nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("branch", sa.Text),
        sa.Column("commit_hash", sa.Text),
        sa.Column("committed_at", sa.DateTime(timezone=True)),
        sa.Column("commits", sa.Integer, nullable=False),
        sa.Column("events", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.ForeignKeyConstraint(
            ["repository_id"],
            ["repositories.id"],
            name="fk_fetches_repository_id_repositories",
            ondelete="CASCADE",
        ),
        sa.CheckConstraint(
            "state IN ('new', 'updated', 'unchanged', 'empty', 'failed')", name="ck_fetches_state"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_fetches_repository_id", "fetches", ["repository_id"])
