"""Attendance, deadlines of single groups, who worked on what, verdicts and certificates.

Revision ID: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From version 0007 to 0008."""
    op.create_table(
        "aliases",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("email", sa.Text),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("student_id", sa.Integer),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name="fk_aliases_student_id_students", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("kind", "key", name="uq_aliases_kind_key"),
        sa.CheckConstraint("kind IN ('meeting', 'git')", name="ck_aliases_kind"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_aliases_student_id", "aliases", ["student_id"])
    op.create_table(
        "attendance_imports",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("turn", sa.Integer, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True)),
        sa.Column("ends_at", sa.DateTime(timezone=True)),
        sa.Column("replaced_at", sa.DateTime(timezone=True)),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_attendance_imports_session", "attendance_imports", ["day", "turn"])
    op.create_table(
        "attendance_rows",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("import_id", sa.Integer, nullable=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("email", sa.Text),
        sa.Column("joined_at", sa.DateTime(timezone=True)),
        sa.Column("left_at", sa.DateTime(timezone=True)),
        sa.Column("seconds", sa.Integer),
        sa.Column("student_id", sa.Integer),
        sa.Column("how", sa.String(20), nullable=False),
        sa.Column("score", sa.Integer),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["attendance_imports.id"],
            name="fk_attendance_rows_import_id_attendance_imports",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name="fk_attendance_rows_student_id_students", ondelete="CASCADE"
        ),
        sa.CheckConstraint(
            "how IN ('email', 'alias', 'name', 'fuzzy', 'none')", name="ck_attendance_rows_how"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_attendance_rows_import_id", "attendance_rows", ["import_id"])
    op.create_index("ix_attendance_rows_student_id", "attendance_rows", ["student_id"])
    op.create_table(
        "attendance",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("student_id", sa.Integer, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("turn", sa.Integer, nullable=False),
        sa.Column("seconds", sa.Integer),
        sa.Column("marked", sa.String(20)),
        sa.Column("reason", sa.Text),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name="fk_attendance_student_id_students", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("student_id", "day", "turn", name="uq_attendance_student_id_day_turn"),
        sa.CheckConstraint("marked IN ('attended', 'missed')", name="ck_attendance_marked"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "extensions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("group_id", sa.Integer, nullable=False),
        sa.Column("milestone", sa.Text, nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name="fk_extensions_group_id_groups", ondelete="CASCADE"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_extensions_group_id", "extensions", ["group_id"])
    op.create_table(
        "activity",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("repository_id", sa.Integer, nullable=False),
        sa.Column("commit_hash", sa.Text, nullable=False),
        sa.Column("basis", sa.Text, nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("commits", sa.Integer, nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True)),
        sa.Column("whole", sa.Boolean, nullable=False),
        sa.Column("people", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["repository_id"],
            ["repositories.id"],
            name="fk_activity_repository_id_repositories",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("repository_id", name="uq_activity_repository_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "overrulings",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("group_id", sa.Integer, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name="fk_overrulings_group_id_groups", ondelete="CASCADE"
        ),
        sa.CheckConstraint("status IN ('met', 'not_met')", name="ck_overrulings_status"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_overrulings_group_id", "overrulings", ["group_id"])
    op.create_table(
        "verdicts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("group_id", sa.Integer, nullable=False),
        sa.Column("decision", sa.String(20), nullable=False),
        sa.Column("comment", sa.Text),
        sa.Column("commit_hash", sa.Text),
        sa.Column("accepted", sa.Text, nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name="fk_verdicts_group_id_groups", ondelete="CASCADE"
        ),
        sa.CheckConstraint("decision IN ('pass', 'fail', 'send_back')", name="ck_verdicts_decision"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_verdicts_group_id", "verdicts", ["group_id"])
    op.create_table(
        "certificates",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("student_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("statement", sa.Text, nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name="fk_certificates_student_id_students", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("code", name="uq_certificates_code"),
        sa.CheckConstraint("kind IN ('attendance', 'achievement')", name="ck_certificates_kind"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_certificates_student_id", "certificates", ["student_id"])
    op.add_column("check_runs", sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("check_runs", sa.Column("beside", sa.Integer, nullable=True))
    op.add_column("students", sa.Column("erased_at", sa.DateTime(timezone=True)))
    op.create_table(
        "tombstones",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("student_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("salt", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name="fk_tombstones_student_id_students", ondelete="CASCADE"
        ),
        sa.CheckConstraint(
            "kind IN ('name', 'email', 'account', 'id_number', 'account_id')", name="ck_tombstones_kind"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_tombstones_student_id", "tombstones", ["student_id"])
    op.create_table(
        "backups",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
