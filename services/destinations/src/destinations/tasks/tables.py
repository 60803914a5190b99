"""Disputes, and the tasks that they make."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    literal_column,
    text,
)

from common.database import instant_column, uuid_key
from destinations.schema import metadata
from destinations.tasks.domain import DisputeKind, Holder, Outcome, TaskKind, TaskState


def _among(column: str, words: type[DisputeKind | Holder | Outcome | TaskKind | TaskState]) -> CheckConstraint:
    known = ", ".join(f"'{each.value}'" for each in words)
    return CheckConstraint(f"{column} IN ({known})", name=f"{column}_known")


disputes = Table(
    "disputes",
    metadata,
    Column("registration_id", Uuid, primary_key=True),
    # the version that the dispute made
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("graduate_id", Uuid, nullable=False),
    Column("school_code", Text, nullable=False),
    Column("kind", Text, nullable=False),
    # a text of the person: empty once the person is erased
    Column("reason_cipher", LargeBinary),
    instant_column(),
    _among("kind", DisputeKind),
    info={"insert_only": True},
)
Index("ix_disputes_graduate_id", disputes.c.graduate_id)

tasks = Table(
    "tasks",
    metadata,
    uuid_key(),
    Column("school_code", Text, nullable=False),
    Column("cohort", Integer, nullable=False),
    Column("graduate_id", Uuid, nullable=False),
    Column("registration_id", Uuid, nullable=False),
    # the newest dispute that it is about
    Column("disputed_version", Integer, nullable=False),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("kind", Text, nullable=False),
    Column("held_by", Text, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("state", Text, nullable=False, server_default=text("'open'")),
    Column("outcome", Text),
    Column("answer_cipher", LargeBinary),
    Column("ended_at", DateTime(timezone=True)),
    instant_column(),
    _among("kind", TaskKind),
    _among("held_by", Holder),
    _among("state", TaskState),
    _among("outcome", Outcome),
    CheckConstraint("(state = 'done') = (outcome IS NOT NULL)", name="ended_somehow"),
    CheckConstraint("(state = 'done') = (ended_at IS NOT NULL)", name="ended_once"),
    CheckConstraint("answer_cipher IS NULL OR outcome = 'kept'", name="answered"),
)
Index("ix_tasks_school_code_id", tasks.c.school_code, tasks.c.id)
Index("ix_tasks_graduate_id", tasks.c.graduate_id)
# of several disputes of one registration one task is open
Index(
    "uq_tasks_open",
    tasks.c.registration_id,
    unique=True,
    postgresql_where=tasks.c.state == literal_column("'open'"),
)
