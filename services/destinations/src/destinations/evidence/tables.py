"""Evidence: one row a piece, its file kept beside the database."""

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    false,
    text,
)

from common.database import instant_column, uuid_key
from destinations.evidence.domain import Kind, State
from destinations.evidence_checks.findings import Fault
from destinations.schema import metadata


def _one_of(words: Iterable[StrEnum]) -> str:
    return ", ".join(repr(each.value) for each in words)


evidence = Table(
    "evidence",
    metadata,
    uuid_key(),
    Column("registration_id", Uuid, ForeignKey("registrations.id"), nullable=False),
    Column("graduate_id", Uuid, nullable=False),
    Column("school_code", Text, nullable=False),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("kind", Text, nullable=False),
    # NULL once it was erased, or deleted with the file
    Column("title_cipher", LargeBinary),
    Column("issued_on", Date),
    # those that are looked for in the name of the file, which itself is not kept
    Column("name_words", ARRAY(Text)),
    Column("media_type", Text, nullable=False),
    # the state but for `is_outdated`, which leaves a decision as it was
    Column("outcome", Text, nullable=False),
    Column("is_outdated", Boolean, nullable=False, server_default=false()),
    Column("rule", Text),
    Column("reason_cipher", LargeBinary),
    Column("sha256", LargeBinary, nullable=False),
    Column("stored_sha256", LargeBinary),
    Column("keep_until", Date, nullable=False),
    Column("hold", Boolean, nullable=False, server_default=false()),
    Column("uploaded_by", Text, nullable=False),
    Column("uploaded_by_role", Text, nullable=False),
    Column("decided_by", Text),
    Column("decided_by_role", Text),
    Column("decided_at", DateTime(timezone=True)),
    # set by a function of the owner alone, which deletes nothing before its day
    Column("deleted_on", Date),
    instant_column(),
    Column("name", Uuid, ForeignKey("objects.name"), unique=True),
    CheckConstraint(f"kind IN ({_one_of(Kind)})", name="kind"),
    CheckConstraint(f"outcome IN ({_one_of(each for each in State if each is not State.OUTDATED)})", name="outcome"),
    CheckConstraint(f"rule IN ({_one_of(Fault)})", name="rule_known"),
    CheckConstraint("(outcome = 'refused') = (rule IS NOT NULL)", name="rule"),
    CheckConstraint("decided_by <> uploaded_by", name="two_persons"),
    CheckConstraint("(outcome IN ('accepted', 'rejected')) = (decided_by IS NOT NULL)", name="decided"),
    CheckConstraint("(name IS NULL) = (outcome = 'refused' OR deleted_on IS NOT NULL)", name="file"),
    CheckConstraint("outcome = 'refused' OR stored_sha256 IS NOT NULL", name="stored_hash"),
    CheckConstraint("octet_length(sha256) = 32", name="hash"),
    info={
        "insert_only": True,
        "deletable": True,
        "updatable_columns": [
            *("version", "title_cipher", "outcome", "is_outdated", "rule", "reason_cipher", "stored_sha256", "hold"),
            *("decided_by", "decided_by_role", "decided_at", "name"),
        ],
    },
)
Index("ix_evidence_registration_id_id", evidence.c.registration_id, evidence.c.id)
Index("ix_evidence_graduate_id", evidence.c.graduate_id)
Index("ix_evidence_sha256", evidence.c.sha256, postgresql_where=text("outcome <> 'refused'"))
Index("ix_evidence_checking", evidence.c.id, postgresql_where=text("outcome = 'checking'"))
KEPT = "(name IS NOT NULL OR title_cipher IS NOT NULL)"
"""A piece of which there is something that its day ends; of one that the check refused it is the title alone."""
Index("ix_evidence_kept", evidence.c.keep_until, postgresql_where=text(KEPT))
