"""The ledger of rounds: one row a graduate and round."""

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from common.database import instant_column, uuid_key
from destinations.checks.domain.ledger import CallOutcome, CheckMethod, CheckResult
from destinations.schema import metadata


def _one_of(words: Iterable[StrEnum]) -> str:
    return ", ".join(repr(each.value) for each in words)


def _finding_columns() -> list[Column[object]]:
    return [
        Column("method", Text, nullable=False),
        Column("outcome", Text),
        Column("result", Text, nullable=False),
        Column("evidence_ids", ARRAY(Uuid), nullable=False, server_default=text("'{}'")),
        # NULL without a note, and once it was erased
        Column("note_cipher", LargeBinary),
    ]


ledger_entries = Table(
    "ledger_entries",
    metadata,
    uuid_key(),
    Column("school_code", Text, nullable=False),
    Column("cohort", Integer, nullable=False),
    Column("graduate_id", Uuid, nullable=False),
    Column("round", Integer, nullable=False),
    Column("version", Integer, nullable=False, server_default=text("1")),
    *_finding_columns(),
    # the effective content that was looked at
    Column("registration_id", Uuid),
    Column("effective_version", Integer),
    # subjects that entered or renewed it: who had a hand in it decides over no sampled item
    Column("hands", ARRAY(Text), nullable=False),
    instant_column(),
    UniqueConstraint("graduate_id", "cohort", "round"),
    CheckConstraint(f"method IN ({_one_of(CheckMethod)})", name="method"),
    CheckConstraint(f"outcome IN ({_one_of(CallOutcome)})", name="outcome"),
    CheckConstraint("outcome IS NULL OR method = 'phone'", name="outcome_of_phone"),
    CheckConstraint(f"result IN ({_one_of(CheckResult)})", name="result"),
    CheckConstraint("(registration_id IS NULL) = (effective_version IS NULL)", name="seen"),
    CheckConstraint("version > 0", name="version_positive"),
    info={
        "insert_only": True,
        "updatable_columns": [
            *("version", "method", "outcome", "result", "evidence_ids", "note_cipher"),
            *("registration_id", "effective_version", "hands", "recorded_at"),
        ],
    },
)
Index(
    "ix_ledger_entries_school_code_cohort_round",
    ledger_entries.c.school_code,
    ledger_entries.c.cohort,
    ledger_entries.c.round,
    ledger_entries.c.id,
)
