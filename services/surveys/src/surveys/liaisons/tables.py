"""Tables of liaisons, and of what they report: never by whom."""

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Integer, Table, Text, Uuid, text

from common.database import instant_column, uuid_key
from surveys.liaisons.domain import Level, Outcome
from surveys.schema import metadata

liaisons = Table(
    "liaisons",
    metadata,
    uuid_key(),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("school_code", Text, nullable=False),
    # one of the two
    Column("graduate_id", Uuid),
    Column("subject", Text),
    Column("level", Text, nullable=False),
    Column("college_code", Text),
    Column("major_code", Text),
    Column("class_code", Text),
    Column("cohort", Integer),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date),
    instant_column("created_at"),
    instant_column("recorded_at"),
    CheckConstraint("num_nonnulls(graduate_id, subject) = 1", name="one_person"),
    CheckConstraint(f"level IN ({', '.join(repr(each.value) for each in Level)})", name="level_known"),
    CheckConstraint("level <> 'college' OR college_code IS NOT NULL", name="college_named"),
    CheckConstraint("level <> 'class' OR class_code IS NOT NULL", name="class_named"),
    CheckConstraint("valid_from <= valid_until", name="begins_before_end"),
)
Index("ix_liaisons_school_code_id", liaisons.c.school_code, liaisons.c.id)
Index("ix_liaisons_graduate_id", liaisons.c.graduate_id)
Index("ix_liaisons_subject", liaisons.c.subject)

liaison_reports = Table(
    "liaison_reports",
    metadata,
    uuid_key(),
    Column("school_code", Text, nullable=False),
    Column("wave_id", Uuid, ForeignKey("waves.id"), nullable=False),
    # of whom it speaks
    Column("graduate_id", Uuid, nullable=False),
    Column("outcome", Text, nullable=False),
    instant_column("recorded_at"),
    CheckConstraint(f"outcome IN ({', '.join(repr(each.value) for each in Outcome)})", name="outcome_known"),
    info={"insert_only": True},
)
Index("ix_liaison_reports_graduate_id", liaison_reports.c.graduate_id)
Index("ix_liaison_reports_wave_id", liaison_reports.c.wave_id)
