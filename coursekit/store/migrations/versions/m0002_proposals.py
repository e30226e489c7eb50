"""What instructors decided about the groups' proposals.

Revision ID: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From version 0001 to 0002."""
    op.create_table(
        "proposal_decisions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("group_id", sa.Integer, nullable=False),
        sa.Column("decision", sa.String(20), nullable=False),
        sa.Column("comment", sa.Text, nullable=True),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name="fk_proposal_decisions_group_id_groups"),
        sa.CheckConstraint("decision IN ('accepted', 'sent_back')", name="ck_proposal_decisions_decision"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_proposal_decisions_group_id", "proposal_decisions", ["group_id"])
