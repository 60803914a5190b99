"""Registrations, their insert-only versions, and one stream of published events per graduate."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
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
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from common.announcing import progress_table
from common.database import instant_column, uuid_key
from destinations.registrations.domain.content import FIELDS, SEALED
from destinations.registrations.domain.registration import Hands
from destinations.schema import metadata

HANDS = tuple(vars(Hands()))
"""The columns of the subjects that had a hand in something."""

_TYPES: dict[str, type[Any]] = {
    "flexible": Boolean,
    **dict.fromkeys(("signed_on", "contract_from", "contract_to"), Date),
    **dict.fromkeys(SEALED, LargeBinary),
}


def _content_columns() -> list[Column[Any]]:
    """The fields of the content, and the versions of the code lists that its codes are of."""
    required = {"destination_code"}
    named = [Column(name, _TYPES.get(name, Text)(), nullable=name not in required) for name in FIELDS]
    # a list may change its meaning with its next version
    return [*named, Column("code_lists", JSONB, nullable=False)]


def _line_columns() -> list[Column[Any]]:
    """The fingerprint of the line of a file that left the registration as it stands, and what it holds for.

    It holds while the registration is at this version and the graduate's roster entry at this sequence, or at a later
    one that only says again what stood, so that no other write need clear it.
    """
    return [
        Column("line_fingerprint", LargeBinary),
        Column("line_version", Integer),
        Column("line_sequence", BigInteger),
    ]


def _judged_columns() -> list[Column[Any]]:
    """Whose hands made what is judged, when it was submitted last, and why it comes late; empty in rows from before."""
    return [
        *(Column(name, Text) for name in HANDS),
        Column("submitted_at", DateTime(timezone=True)),
        Column("late_reason", Text),
    ]


def _independent() -> CheckConstraint:
    """Who reviews differs from writer, submitter and the reviewers of other levels; an empty column says nothing."""
    written, submitted, *reviewed = HANDS
    others = [(each, reviewed[at + 1 :]) for at, each in enumerate(reviewed)]
    differ = [f"{each} NOT IN ({', '.join([written, submitted, *later])})" for each, later in others]
    return CheckConstraint(" AND ".join(differ), name="independent_reviewers")


LINE_COLUMNS = tuple(column.name for column in _line_columns())

streams = Table(
    "destination_streams",
    metadata,
    # locked first by every write about the graduate; outlives void and re-registration
    Column("graduate_id", Uuid, primary_key=True),
    Column("school_code", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False, server_default=text("0")),
    Column("last_decided_on", Date),
    # of the topic of tasks, whose reminders are about the same graduates
    Column("reminder_sequence", BigInteger, nullable=False, server_default=text("0")),
)

registrations = Table(
    "registrations",
    metadata,
    uuid_key(),
    Column("graduate_id", Uuid, nullable=False),
    Column("school_code", Text, nullable=False),
    Column("cohort", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("stage", Text, nullable=False),
    Column("confirmation", Text),
    Column("source", Text, nullable=False),
    *_content_columns(),
    Column("incomplete", ARRAY(Text), nullable=False),
    *_judged_columns(),
    # as the last submission or approval of this destination found it
    Column("evidence_complete", Boolean),
    # fixed by the last submission
    Column("levels", ARRAY(Text)),
    # of the release before, which goes on beside this one
    Column("approved_by_college", Text),
    Column("approved_by_school", Text),
    Column("void_by_college", Text),
    Column("void_by_school", Text),
    Column("effective_version", Integer),
    Column("effective_decided_on", Date),
    Column("decided_on", Date, nullable=False),
    instant_column(),
    *_line_columns(),
    _independent(),
    CheckConstraint("approved_by_college <> approved_by_school", name="two_persons_approve"),
    CheckConstraint("void_by_college <> void_by_school", name="two_persons_void"),
    CheckConstraint("(effective_version IS NULL) = (effective_decided_on IS NULL)", name="effective_with_day"),
    CheckConstraint("version > 0", name="version_positive"),
)
# the last guard against two registrations at once; acts refuse the second under the stream's lock
Index(
    "uq_registrations_current",
    registrations.c.graduate_id,
    unique=True,
    postgresql_where=registrations.c.stage != "voided",
)
IN_REVIEW = "stage IN ('submitted', 'counsellor_approved', 'college_approved', 'void_at_college', 'void_at_school')"
Index(
    "ix_registrations_in_review",
    registrations.c.school_code,
    registrations.c.recorded_at,
    registrations.c.id,
    postgresql_where=text(IN_REVIEW),
)
Index("ix_registrations_graduate", registrations.c.graduate_id)
Index(
    "ix_registrations_employer",
    registrations.c.school_code,
    registrations.c.employer_name,
    postgresql_where=registrations.c.employer_name.is_not(None),
)
Index("ix_registrations_school_cohort_id", registrations.c.school_code, registrations.c.cohort, registrations.c.id)

Index(
    "ix_registrations_line_fingerprint",
    registrations.c.line_fingerprint,
    postgresql_where=registrations.c.line_fingerprint.is_not(None),
)

announced_registrations = progress_table("announced_registrations", metadata)
"""Rosters whose newest events were compared with what events say; a migration that adds to what they say empties it."""

versions = Table(
    "registration_versions",
    metadata,
    Column("registration_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("graduate_id", Uuid, nullable=False),
    Column("school_code", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("confirmation", Text),
    Column("source", Text, nullable=False),
    *_content_columns(),
    Column("by_role", Text, nullable=False),
    Column("by_subject", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("note", Text),
    Column("decided_on", Date, nullable=False),
    instant_column(),
    Column("changed_fields", ARRAY(Text), nullable=False),
    # what follows is empty in rows of the release before until the owner has filled it
    Column("cohort", Integer),
    # the version whose content is in the figures from this one on
    Column("effective_version", Integer),
    *_judged_columns(),
    # whether the last submission or approval of this destination found there what its code asks for as evidence
    Column("evidence_complete", Boolean),
    # empty in rows of releases before, too
    Column("incomplete", ARRAY(Text)),
    _independent(),
    info={"insert_only": True},
)
# what the system knew at a moment
Index("ix_registration_versions_school_recorded_at", versions.c.school_code, versions.c.recorded_at)
