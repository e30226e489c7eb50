"""What rosters say besides: numbers of students and accounts, sections, who dropped out.

Revision ID: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From version 0003 to 0004."""
    for name in ("id_number", "id_number_key", "account_id", "section"):
        op.add_column("students", sa.Column(name, sa.Text, nullable=True))
    op.add_column("students", sa.Column("left_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("uq_students_id_number_key", "students", ["id_number_key"], unique=True)
    op.create_index("uq_students_account_id", "students", ["account_id"], unique=True)
