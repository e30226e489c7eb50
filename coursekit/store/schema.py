"""The tables as the newest migration leaves them; a test compares the two."""

from __future__ import annotations

import sqlalchemy as sa

from coursekit.model import Level, Status
from coursekit.store.columns import (
    AUDITED,
    CLOSED_TYPES,
    FREE,
    PERSON,
    PLAIN,
    CleanText,
    UtcDateTime,
    table,
    words,
)
from coursekit.store.columns import (
    metadata as metadata,
)

# The version that this code reads and writes: the newest migration's number (a test compares).
HEAD = "0008"

students = table(
    "students",
    sa.Column("name", CleanText, nullable=False, info=PERSON),
    sa.Column("email", CleanText, info=PERSON),
    sa.Column("account", CleanText, info=PERSON),
    # The forms that are compared: case-folded in Python, as the databases' own lower() differ.
    sa.Column("email_key", CleanText, unique=True, info=PERSON),
    sa.Column("account_key", CleanText, unique=True, info=PERSON),
    sa.Column("added_at", UtcDateTime, nullable=False),
    # The number that the university gave, and the one that the git host gave the account: names of accounts change.
    sa.Column("id_number", CleanText, info=PERSON),
    sa.Column("id_number_key", CleanText, info=PERSON),
    sa.Column("account_id", CleanText, info=PERSON),
    sa.Column("section", CleanText, info=PERSON),
    # Set for who dropped out; everything about them stays.
    sa.Column("left_at", UtcDateTime, info=AUDITED),
    # Set for who was erased: the row stays for the counts, and holds nobody's name any more.
    sa.Column("erased_at", UtcDateTime, info=AUDITED),
)
# Indexes, not constraints: SQLite adds them to a table that is there.
sa.Index("uq_students_id_number_key", students.c.id_number_key, unique=True)
sa.Index("uq_students_account_id", students.c.account_id, unique=True)

groups = table(
    "groups",
    sa.Column("name", CleanText, nullable=False, info=FREE),
    sa.Column("name_key", CleanText, nullable=False, unique=True, info=FREE),
    sa.Column("added_at", UtcDateTime, nullable=False),
)

memberships = table(
    "memberships",
    sa.Column("student_id", sa.ForeignKey("students.id"), nullable=False, info=AUDITED),
    sa.Column("group_id", sa.ForeignKey("groups.id"), nullable=False, index=True, info=AUDITED),
    sa.Column("joined_at", UtcDateTime, nullable=False, info=AUDITED),
    sa.Column("left_at", UtcDateTime, info=AUDITED),
)
# A student is in one group at a time; what was before stays.
sa.Index(
    "uq_memberships_open",
    memberships.c.student_id,
    unique=True,
    sqlite_where=memberships.c.left_at.is_(None),
    postgresql_where=memberships.c.left_at.is_(None),
)
sa.Index("ix_memberships_student_id", memberships.c.student_id)

repositories = table(
    "repositories",
    sa.Column("group_id", sa.ForeignKey("groups.id"), nullable=False, index=True, info=AUDITED),
    sa.Column("url", CleanText, info=FREE),
    sa.Column("path", CleanText, info=FREE),
    sa.Column("origin", words("made", "linked", name="origin"), nullable=False, info=AUDITED),
    sa.Column("added_at", UtcDateTime, nullable=False),
    sa.Column("replaced_at", UtcDateTime, info=AUDITED),
    sa.CheckConstraint("url IS NOT NULL OR path IS NOT NULL", name="somewhere"),
)
sa.Index(
    "uq_repositories_open",
    repositories.c.group_id,
    unique=True,
    sqlite_where=repositories.c.replaced_at.is_(None),
    postgresql_where=repositories.c.replaced_at.is_(None),
)

# What instructors said of the groups' proposals; the newest counts, the others are the history.
proposal_decisions = table(
    "proposal_decisions",
    sa.Column("group_id", sa.ForeignKey("groups.id"), nullable=False, index=True, info=AUDITED),
    sa.Column("decision", words("accepted", "sent_back", name="decision"), nullable=False, info=AUDITED),
    # For the group to read, hence free text, which may name people: never in the audit.
    sa.Column("comment", CleanText, info=FREE),
    # Of what was read, so that a proposal that has changed since is told apart.
    sa.Column("fingerprint", CleanText, nullable=False, info=PLAIN),
    sa.Column("decided_at", UtcDateTime, nullable=False),
)

# Whom the tool gave access to a repository on the git host: only that may it take away again. The account is
# kept as it was then, as the roster's may be corrected since.
access = table(
    "access",
    sa.Column(
        "repository_id",
        sa.ForeignKey("repositories.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
        info=AUDITED,
    ),
    sa.Column(
        "student_id",
        sa.ForeignKey("students.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
        info=AUDITED,
    ),
    sa.Column("account", CleanText, nullable=False, info=PERSON),
    sa.Column("granted_at", UtcDateTime, nullable=False, info=AUDITED),
    sa.Column("revoked_at", UtcDateTime, info=AUDITED),
)

# What fetches brought; one that found what the one before it found only moves its time on.
fetches = table(
    "fetches",
    sa.Column(
        "repository_id", sa.ForeignKey("repositories.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    sa.Column("fetched_at", UtcDateTime, nullable=False),
    sa.Column("state", words("new", "updated", "unchanged", "empty", "failed", name="state"), nullable=False),
    sa.Column("branch", CleanText, info=FREE),
    sa.Column("commit_hash", CleanText, info=PLAIN),
    sa.Column("committed_at", UtcDateTime),
    sa.Column("commits", sa.Integer, nullable=False),
    # JSON as text; see the locations of findings.
    sa.Column("events", CleanText, nullable=False, info=FREE),
    sa.Column("reason", CleanText, info=FREE),
)

# When each group presents. The row stays when the group loses its slot, as calendars must be told so under the
# same identifier.
presentations = table(
    "presentations",
    sa.Column(
        "group_id", sa.ForeignKey("groups.id", ondelete="CASCADE"), nullable=False, unique=True, info=AUDITED
    ),
    sa.Column("uid", CleanText, nullable=False, info=PLAIN),
    sa.Column("starts_at", UtcDateTime, nullable=False, info=AUDITED),
    sa.Column("ends_at", UtcDateTime, nullable=False, info=AUDITED),
    # Goes up with every change, so that calendars tell the newer from the older.
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
    sa.Column("withdrawn_at", UtcDateTime, info=AUDITED),
)

# What students are called elsewhere, settled by an instructor once: in the list of a meeting's participants, or in
# git. Without a student it is known to be nobody of the course. An e-mail address goes before a name.
aliases = table(
    "aliases",
    sa.Column("kind", words("meeting", "git", name="kind"), nullable=False, info=AUDITED),
    sa.Column("name", CleanText, nullable=False, info=PERSON),
    sa.Column("email", CleanText, info=PERSON),
    # What is compared; of the e-mail address if there is one, else of the name.
    sa.Column("key", CleanText, nullable=False, info=PERSON),
    sa.Column("student_id", sa.ForeignKey("students.id", ondelete="CASCADE"), index=True, info=AUDITED),
    sa.Column("settled_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("kind", "key"),
)

# Files about a session that were read. A session is known by its day in the course's time zone and by which of
# that day it is, so that a corrected time or a session added before it loses nothing.
attendance_imports = table(
    "attendance_imports",
    sa.Column("day", sa.Date, nullable=False, info=AUDITED),
    sa.Column("turn", sa.Integer, nullable=False, info=AUDITED),
    sa.Column("source", CleanText, nullable=False, info=FREE),
    sa.Column("content", CleanText, nullable=False, info=PLAIN),
    sa.Column("imported_at", UtcDateTime, nullable=False),
    # The session's times when it was last counted: where course.toml has others since, it is counted anew.
    sa.Column("starts_at", UtcDateTime),
    sa.Column("ends_at", UtcDateTime),
    # Set when another file took its place, or it was taken back.
    sa.Column("replaced_at", UtcDateTime, info=AUDITED),
)
sa.Index("ix_attendance_imports_session", attendance_imports.c.day, attendance_imports.c.turn)

# Their rows, as they stand there, and whom they were taken for.
attendance_rows = table(
    "attendance_rows",
    sa.Column(
        "import_id", sa.ForeignKey("attendance_imports.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    sa.Column("line", sa.Integer, nullable=False),
    sa.Column("name", CleanText, nullable=False, info=PERSON),
    sa.Column("email", CleanText, info=PERSON),
    # None where the file gives only how long somebody was there.
    sa.Column("joined_at", UtcDateTime),
    sa.Column("left_at", UtcDateTime),
    # How long, as the file says it; what of it counts is worked out. None where it does not: with no times either,
    # somebody was there for the whole session.
    sa.Column("seconds", sa.Integer),
    sa.Column("student_id", sa.ForeignKey("students.id", ondelete="CASCADE"), index=True, info=AUDITED),
    sa.Column("how", words("email", "alias", "name", "fuzzy", "none", name="how"), nullable=False),
    # How alike the names are, from 0 to 100.
    sa.Column("score", sa.Integer),
)

# How long each student was in each session, all files together, and what an instructor marked, which goes first.
attendance = table(
    "attendance",
    sa.Column("student_id", sa.ForeignKey("students.id", ondelete="CASCADE"), nullable=False, info=AUDITED),
    sa.Column("day", sa.Date, nullable=False, info=AUDITED),
    sa.Column("turn", sa.Integer, nullable=False, info=AUDITED),
    sa.Column("seconds", sa.Integer, info=AUDITED),
    sa.Column("marked", words("attended", "missed", name="marked"), info=AUDITED),
    sa.Column("reason", CleanText, info=FREE),
    sa.Column("changed_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("student_id", "day", "turn"),
)

# Other deadlines of single groups; the newest that is not withdrawn counts.
extensions = table(
    "extensions",
    sa.Column(
        "group_id", sa.ForeignKey("groups.id", ondelete="CASCADE"), nullable=False, index=True, info=AUDITED
    ),
    # As course.toml names it.
    sa.Column("milestone", CleanText, nullable=False, info=PLAIN),
    sa.Column("due_at", UtcDateTime, nullable=False, info=AUDITED),
    sa.Column("reason", CleanText, nullable=False, info=FREE),
    sa.Column("set_at", UtcDateTime, nullable=False),
    sa.Column("withdrawn_at", UtcDateTime, info=AUDITED),
)

# What the newest fetched state of a repository shows of who worked on it, counted once a commit.
activity = table(
    "activity",
    sa.Column(
        "repository_id", sa.ForeignKey("repositories.id", ondelete="CASCADE"), nullable=False, unique=True
    ),
    sa.Column("commit_hash", CleanText, nullable=False, info=PLAIN),
    # Of how it was counted.
    sa.Column("basis", CleanText, nullable=False, info=PLAIN),
    sa.Column("counted_at", UtcDateTime, nullable=False),
    # Of the group's own commits.
    sa.Column("commits", sa.Integer, nullable=False),
    sa.Column("last_at", UtcDateTime),
    sa.Column("whole", sa.Boolean, nullable=False),
    # JSON as text: what each author did, by week and milestone.
    sa.Column("people", CleanText, nullable=False, info=FREE),
)

# What an instructor decided about single findings; the newest that is not withdrawn counts.
overrulings = table(
    "overrulings",
    sa.Column(
        "group_id", sa.ForeignKey("groups.id", ondelete="CASCADE"), nullable=False, index=True, info=AUDITED
    ),
    # The requirement's.
    sa.Column("code", CleanText, nullable=False, info=PLAIN),
    sa.Column("status", words("met", "not_met", name="status"), nullable=False, info=AUDITED),
    sa.Column("reason", CleanText, nullable=False, info=FREE),
    sa.Column("set_at", UtcDateTime, nullable=False),
    sa.Column("withdrawn_at", UtcDateTime, info=AUDITED),
)

# What instructors decided about projects; the newest counts, the others are the history.
verdicts = table(
    "verdicts",
    sa.Column(
        "group_id", sa.ForeignKey("groups.id", ondelete="CASCADE"), nullable=False, index=True, info=AUDITED
    ),
    sa.Column("decision", words("pass", "fail", "send_back", name="decision"), nullable=False, info=AUDITED),
    sa.Column("comment", CleanText, info=FREE),
    # What was looked at.
    sa.Column("commit_hash", CleanText, info=PLAIN),
    # The requirements, with spaces between them, that no rule could judge and that the instructor found to be met.
    sa.Column("accepted", CleanText, nullable=False, info=PLAIN),
    sa.Column("given_at", UtcDateTime, nullable=False),
)

# The certificates that were made.
certificates = table(
    "certificates",
    sa.Column(
        "student_id",
        sa.ForeignKey("students.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
        info=AUDITED,
    ),
    sa.Column("kind", words("attendance", "achievement", name="kind"), nullable=False, info=AUDITED),
    sa.Column("code", CleanText, nullable=False, unique=True, info=PLAIN),
    # What it states, as it was signed.
    sa.Column("statement", CleanText, nullable=False, info=PERSON),
    # The file's path in the course's folder.
    sa.Column("file", CleanText, nullable=False, info=PERSON),
    sa.Column("issued_at", UtcDateTime, nullable=False),
    sa.Column("withdrawn_at", UtcDateTime, info=AUDITED),
)

# How a later file is known to speak of somebody who was erased, so that it does not bring the name back: hashes of
# what the person was called, each under a salt of the person's own.
tombstones = table(
    "tombstones",
    sa.Column(
        "student_id",
        sa.ForeignKey("students.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
        info=AUDITED,
    ),
    sa.Column(
        "kind", words("name", "email", "account", "id_number", "account_id", name="kind"), nullable=False
    ),
    sa.Column("salt", CleanText, nullable=False, info=PLAIN),
    sa.Column("hash", CleanText, nullable=False, info=PLAIN),
)

# The backups that the tool made, where they were put: who is erased here is erased there too.
backups = table(
    "backups",
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Column("host", CleanText, nullable=False, info=PLAIN),
    sa.Column("path", CleanText, nullable=False, info=PLAIN),
)

check_runs = table(
    "check_runs",
    sa.Column("repository_id", sa.ForeignKey("repositories.id"), nullable=False, index=True),
    sa.Column("commit_hash", CleanText, info=PLAIN),
    sa.Column("profile", CleanText, nullable=False, info=PLAIN),
    sa.Column("version", CleanText, nullable=False, info=PLAIN),
    sa.Column("checked_at", UtcDateTime, nullable=False),
    # What was judged, and by what: fingerprints, so that the same need not be judged again.
    sa.Column("content", CleanText, info=PLAIN),
    sa.Column("basis", CleanText, info=PLAIN),
    # JSON as text: the files of a folder that were read.
    sa.Column("read_files", CleanText, info=FREE),
    # JSON as text: what could not be read.
    sa.Column("problems", CleanText, info=FREE),
    sa.Column("unruled", sa.Integer),
    # The moment whose state was checked; none for the present one.
    sa.Column("as_of", UtcDateTime),
    # Of such a check: the first fetch that brought the commit, which is dated before the moment, and how many
    # commits are dated before it too and came into the branch later.
    sa.Column("seen_at", UtcDateTime),
    sa.Column("beside", sa.Integer),
)

findings = sa.Table(
    "findings",
    metadata,
    sa.Column("run_id", sa.ForeignKey("check_runs.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("code", CleanText, primary_key=True, info=PLAIN),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("title", CleanText, nullable=False, info=PLAIN),
    sa.Column("status", words(*(status.value for status in Status), name="status"), nullable=False),
    sa.Column("level", words(*(level.value for level in Level), name="level"), nullable=False),
    sa.Column("milestone", CleanText, info=PLAIN),
    sa.Column("due", sa.Boolean, nullable=False),
    sa.Column("message", CleanText, nullable=False, info=FREE),
    sa.Column("hint", CleanText, nullable=False, info=FREE),
    # JSON as text: it is handed on, never searched in, and PostgreSQL's JSON refuses \u0000.
    sa.Column("locations", CleanText, nullable=False, info=FREE),
)

jobs = table(
    "jobs",
    sa.Column("name", CleanText, nullable=False, unique=True, info=PLAIN),
    sa.Column("started_at", UtcDateTime, nullable=False),
    # Set when a run came to its end, so that one that was cut short is told apart.
    sa.Column("ended_at", UtcDateTime),
    # The lock: a token of the run that holds it, and what tells whether that run still lives.
    sa.Column("owner", CleanText, info=PLAIN),
    sa.Column("owner_host", CleanText, info=PLAIN),
    sa.Column("owner_pid", sa.Integer),
    sa.Column("beat_at", UtcDateTime),
)

job_items = sa.Table(
    "job_items",
    metadata,
    sa.Column("job_id", sa.ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("key", CleanText, primary_key=True, info=PLAIN),
    sa.Column("version", CleanText, nullable=False, info=PLAIN),
    sa.Column("state", words("started", "done", "failed", name="state"), nullable=False),
    sa.Column("reason", CleanText, info=FREE),
    sa.Column("changed_at", UtcDateTime, nullable=False),
)

audit = table(
    "audit",
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("actor", CleanText, nullable=False, info=PLAIN),
    sa.Column("command", CleanText, nullable=False, info=PLAIN),
    sa.Column("action", CleanText, nullable=False, info=PLAIN),
    sa.Column("table_name", CleanText, nullable=False, info=PLAIN),
    sa.Column("row_id", sa.Integer, nullable=False),
    sa.Column("field", CleanText, info=PLAIN),
    sa.Column("old", CleanText, info=PLAIN),
    sa.Column("new", CleanText, info=PLAIN),
    sa.Column("reason", CleanText, info=FREE),
)
sa.Index("ix_audit_row", audit.c.table_name, audit.c.row_id)


def is_audited(table: str, column: str) -> bool:
    """Whether the audit may keep this column's values.

    Raises
    ------
    ValueError
        When there is no such table or column: a mistake in the calling code.
    """
    if table not in metadata.tables or column not in metadata.tables[table].c:
        raise ValueError(f"no column {column!r} in a table {table!r} to write an audit about")
    found = metadata.tables[table].c[column]
    kind = found.type.impl_instance if isinstance(found.type, sa.types.TypeDecorator) else found.type
    # sa.Enum is a kind of string too, hence no test for text: what is not closed is free.
    return bool(found.info.get("audited")) and isinstance(kind, CLOSED_TYPES)
