"""What a check was made of, what it could not read, and the moment that it is about.

Revision ID: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From version 0005 to 0006."""
    for name in ("content", "basis", "read_files", "problems"):
        op.add_column("check_runs", sa.Column(name, sa.Text, nullable=True))
    op.add_column("check_runs", sa.Column("unruled", sa.Integer, nullable=True))
    op.add_column("check_runs", sa.Column("as_of", sa.DateTime(timezone=True), nullable=True))
