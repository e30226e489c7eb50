"""Students, groups, memberships, repositories, checks, jobs and the audit.

Revision ID: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _word(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(20), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def _one_of(table: str, name: str, *words: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return sa.CheckConstraint(f"{name} IN ({listed})", name=f"ck_{table}_{name}")


def _refers(table: str, name: str, to: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([name], [f"{to}.id"], name=f"fk_{table}_{name}_{to}", ondelete=ondelete)


def _table(name: str, *items: sa.schema.SchemaItem) -> None:
    # An id of a row that is gone is never given to another: the audit keeps ids.
    op.create_table(name, sa.Column("id", sa.Integer, primary_key=True), *items, sqlite_autoincrement=True)


def upgrade() -> None:
    """From nothing to version 0001."""
    _table(
        "students",
        _text("name"),
        _text("email", nullable=True),
        _text("account", nullable=True),
        _text("email_key", nullable=True),
        _text("account_key", nullable=True),
        _moment("added_at"),
        sa.UniqueConstraint("email_key", name="uq_students_email_key"),
        sa.UniqueConstraint("account_key", name="uq_students_account_key"),
    )
    _table(
        "groups",
        _text("name"),
        _text("name_key"),
        _moment("added_at"),
        sa.UniqueConstraint("name_key", name="uq_groups_name_key"),
    )
    _table(
        "memberships",
        _number("student_id"),
        _number("group_id"),
        _moment("joined_at"),
        _moment("left_at", nullable=True),
        _refers("memberships", "student_id", "students"),
        _refers("memberships", "group_id", "groups"),
    )
    op.create_index("ix_memberships_student_id", "memberships", ["student_id"])
    op.create_index("ix_memberships_group_id", "memberships", ["group_id"])
    still_in = sa.text("left_at IS NULL")
    op.create_index(
        "uq_memberships_open",
        "memberships",
        ["student_id"],
        unique=True,
        sqlite_where=still_in,
        postgresql_where=still_in,
    )
    _table(
        "repositories",
        _number("group_id"),
        _text("url", nullable=True),
        _text("path", nullable=True),
        _word("origin"),
        _moment("added_at"),
        _moment("replaced_at", nullable=True),
        _refers("repositories", "group_id", "groups"),
        _one_of("repositories", "origin", "made", "linked"),
        sa.CheckConstraint("url IS NOT NULL OR path IS NOT NULL", name="ck_repositories_somewhere"),
    )
    op.create_index("ix_repositories_group_id", "repositories", ["group_id"])
    present = sa.text("replaced_at IS NULL")
    op.create_index(
        "uq_repositories_open",
        "repositories",
        ["group_id"],
        unique=True,
        sqlite_where=present,
        postgresql_where=present,
    )
    _table(
        "check_runs",
        _number("repository_id"),
        _text("commit_hash", nullable=True),
        _text("profile"),
        _text("version"),
        _moment("checked_at"),
        _refers("check_runs", "repository_id", "repositories"),
    )
    op.create_index("ix_check_runs_repository_id", "check_runs", ["repository_id"])
    op.create_table(
        "findings",
        _number("run_id"),
        _text("code"),
        _number("position"),
        _text("title"),
        _word("status"),
        _word("level"),
        _text("milestone", nullable=True),
        sa.Column("due", sa.Boolean, nullable=False),
        _text("message"),
        _text("hint"),
        _text("locations"),
        sa.PrimaryKeyConstraint("run_id", "code", name="pk_findings"),
        _refers("findings", "run_id", "check_runs", ondelete="CASCADE"),
        _one_of("findings", "status", "met", "not_met", "not_judged", "waived"),
        _one_of("findings", "level", "required", "advised"),
    )
    _table(
        "jobs",
        _text("name"),
        _moment("started_at"),
        _moment("ended_at", nullable=True),
        _text("owner", nullable=True),
        _text("owner_host", nullable=True),
        sa.Column("owner_pid", sa.Integer, nullable=True),
        _moment("beat_at", nullable=True),
        sa.UniqueConstraint("name", name="uq_jobs_name"),
    )
    op.create_table(
        "job_items",
        _number("job_id"),
        _text("key"),
        _text("version"),
        _word("state"),
        _text("reason", nullable=True),
        _moment("changed_at"),
        sa.PrimaryKeyConstraint("job_id", "key", name="pk_job_items"),
        _refers("job_items", "job_id", "jobs", ondelete="CASCADE"),
        _one_of("job_items", "state", "started", "done", "failed"),
    )
    _table(
        "audit",
        _moment("at"),
        _text("actor"),
        _text("command"),
        _text("action"),
        _text("table_name"),
        _number("row_id"),
        _text("field", nullable=True),
        _text("old", nullable=True),
        _text("new", nullable=True),
        _text("reason", nullable=True),
    )
    op.create_index("ix_audit_row", "audit", ["table_name", "row_id"])
