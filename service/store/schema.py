"""The tables, as the newest migration leaves them; a test holds the two equal."""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    text,
)

from service.store.columns import ROW_ID, AnyText, JsonText, UtcTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: One row for each post in the queue. A claim is its last three columns, and it lives until `held_until`.
cases = Table(
    "cases",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("identity", String(64), nullable=False, unique=True),
    Column("lane", String(20), nullable=False),
    Column("text", AnyText, nullable=False),
    Column("post_id", AnyText),
    Column("platform", AnyText),
    Column("account", AnyText),
    Column("url", AnyText),
    Column("posted_at", AnyText),
    Column("language", String(20), nullable=False),
    Column("probability", Float, nullable=False),
    Column("stance", Float, nullable=False),
    Column("release", AnyText, nullable=False),
    Column("explanation", JsonText, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("closed_at", UtcTime),
    Column("reviewer", AnyText),
    Column("holder", AnyText),
    Column("token", String(64)),
    Column("held_until", UtcTime),
)
_unclosed = cases.c.closed_at.is_(None)
Index(
    "ix_cases_waiting",
    cases.c.lane,
    cases.c.stance.desc(),
    cases.c.created_at,
    cases.c.id,
    sqlite_where=_unclosed,
    postgresql_where=_unclosed,
)
_held = cases.c.reviewer.is_not(None)
Index("ix_cases_reviewer", cases.c.reviewer, sqlite_where=_held, postgresql_where=_held)

#: Verdicts and their undoing; triggers refuse to change or delete a row.
decisions = Table(
    "decisions",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("case_id", ROW_ID, ForeignKey("cases.id"), nullable=False, index=True),
    Column("kind", String(10), nullable=False),
    Column("act", String(20)),
    Column("reason", String(40)),
    Column("note", AnyText, nullable=False),
    Column("user", AnyText, nullable=False),
    Column("reviewer", AnyText, nullable=False),
    Column("decided_at", UtcTime, nullable=False),
    Column("release", AnyText, nullable=False),
    Column("undoes", ROW_ID, ForeignKey("decisions.id"), unique=True),
)

#: What happened to a case; triggers refuse to change or delete a row.
events = Table(
    "events",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("case_id", ROW_ID, ForeignKey("cases.id"), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("user", AnyText, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("note", AnyText, nullable=False),
)

#: Cases that a reviewer asked not to be offered again.
skips = Table(
    "skips",
    metadata,
    Column("case_id", ROW_ID, ForeignKey("cases.id"), primary_key=True),
    Column("reviewer", AnyText, primary_key=True),
)

users = Table(
    "users",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("name", AnyText, nullable=False),
    Column("name_key", AnyText, nullable=False, unique=True),
    Column("role", String(20), nullable=False),
    Column("password", String(300), nullable=False),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Column("created_at", UtcTime, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("user_id", ROW_ID, ForeignKey("users.id"), nullable=False, index=True),
    Column("csrf", String(64), nullable=False),
    Column("expires_at", UtcTime, nullable=False),
)

keys = Table(
    "keys",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("name", AnyText, nullable=False, unique=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("prefix", String(12), nullable=False),
    Column("scopes", JsonText, nullable=False),
    Column("user_id", ROW_ID, ForeignKey("users.id")),
    Column("created_at", UtcTime, nullable=False),
    Column("revoked_at", UtcTime),
)

setup_tokens = Table("setup_tokens", metadata, Column("digest", String(64), primary_key=True))

#: Sign-ins tried without success, for each account and each client address.
attempts = Table(
    "attempts",
    metadata,
    Column("subject", String(80), primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("last_at", UtcTime, nullable=False, index=True),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("requested_by", AnyText, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime),
    Column("result", JsonText),
)

#: Answers to writes that carried an Idempotency-Key; the name is a digest of caller and key.
replies = Table(
    "replies",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("request", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("media_type", String(200), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("kept_at", UtcTime, nullable=False, index=True),
)
