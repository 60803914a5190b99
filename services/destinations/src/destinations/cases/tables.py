"""Cases, the registrations that each of them links, their history, and the thresholds that schools set."""

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from common.database import instant_column, uuid_key
from destinations.cases.domain import STANDING, Finding, Handler, Kind, State
from destinations.schema import metadata


def _one_of(words: Iterable[StrEnum]) -> str:
    return ", ".join(repr(each.value) for each in words)


IS_STANDING = f"state IN ({_one_of(STANDING)})"

cases = Table(
    "cases",
    metadata,
    uuid_key(),
    Column("school_code", Text, nullable=False),
    Column("cohort", Integer),
    # that may handle it; NULL where several are concerned, or none
    Column("college_code", Text),
    Column("kind", Text, nullable=False),
    Column("rule", Text),
    Column("subject", Text),
    Column("facts", JSONB, nullable=False),
    Column("accused", Text),
    Column("handler", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("finding", Text),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("made_by", Text, nullable=False),
    Column("made_by_role", Text, nullable=False),
    instant_column(),
    CheckConstraint(f"kind IN ({_one_of(Kind)})", name="kind"),
    CheckConstraint(f"handler IN ({_one_of(Handler)})", name="handler"),
    CheckConstraint(f"state IN ({_one_of(State)})", name="state"),
    CheckConstraint(f"finding IN ({_one_of(Finding)})", name="finding"),
    CheckConstraint("(finding IS NOT NULL) = (state IN ('found', 'closed'))", name="found"),
    CheckConstraint("kind <> 'signal' OR (rule IS NOT NULL AND subject IS NOT NULL)", name="signal_of_rule"),
    CheckConstraint("state <> 'cleared' OR kind = 'signal'", name="only_signals_cleared"),
    CheckConstraint("handler <> 'college' OR college_code IS NOT NULL", name="handling_college"),
)
# of several that open one at once, one does
Index(
    "uq_cases_standing",
    cases.c.school_code,
    cases.c.rule,
    cases.c.subject,
    unique=True,
    postgresql_where=text(IS_STANDING),
)
Index("ix_cases_rule_subject", cases.c.rule, cases.c.subject)
Index("ix_cases_school_code_id", cases.c.school_code, cases.c.id)

links = Table(
    "case_registrations",
    metadata,
    Column("case_id", Uuid, ForeignKey("cases.id"), primary_key=True),
    Column("registration_id", Uuid, ForeignKey("registrations.id"), primary_key=True),
    Column("graduate_id", Uuid, nullable=False),
    Column("school_code", Text, nullable=False),
    # the newest one when it was linked, or when the facts were seen last: what is doubted
    Column("version", Integer, nullable=False),
)
Index("ix_case_registrations_registration_id", links.c.registration_id)
Index("ix_case_registrations_graduate_id", links.c.graduate_id)

events = Table(
    "case_events",
    metadata,
    Column("case_id", Uuid, ForeignKey("cases.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("school_code", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("handler", Text, nullable=False),
    Column("finding", Text),
    # what was said of it; NULL once a linked person is erased
    Column("note_cipher", LargeBinary),
    Column("by_role", Text, nullable=False),
    Column("by_subject", Text, nullable=False),
    instant_column(),
    info={"insert_only": True, "updatable_columns": ["note_cipher"]},
)
Index("ix_case_events_school_code_recorded_at", events.c.school_code, events.c.recorded_at)

thresholds = Table(
    "signal_thresholds",
    metadata,
    Column("school_code", Text, primary_key=True),
    Column("rule", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("threshold", Integer, nullable=False),
    Column("by_role", Text, nullable=False),
    Column("by_subject", Text, nullable=False),
    instant_column(),
    CheckConstraint("threshold > 0", name="threshold_positive"),
    CheckConstraint("version > 0", name="version_positive"),
)
