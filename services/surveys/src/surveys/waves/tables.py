"""Tables of waves: the wave, who was eligible at its creation, and the sequence of each respondent's events."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    false,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from common.database import instant_column, uuid_key
from surveys.populations.domain import STRATA
from surveys.schema import metadata

waves = Table(
    "waves",
    metadata,
    uuid_key(),
    Column("school_code", Text, nullable=False),
    Column("version", Integer, nullable=False, server_default=text("1")),
    # whom it asks; of employers neither cohort nor cycle is said, but the year of its opening
    Column("audience", Text, nullable=False, server_default=text("'graduates'")),
    Column("cohort", Integer),
    # NULL of career updates and of employers
    Column("cycle", Integer),
    Column("year", Integer),
    # of employers: one answer of each, or one for each graduate hired
    Column("unit", Text),
    # the plan that made it, for one of its years
    Column("plan_id", Uuid, ForeignKey("wave_plans.id")),
    Column("plan_year", Integer),
    Column("questionnaire_id", Uuid, nullable=False),
    Column("questionnaire_version", Integer, nullable=False),
    Column("opens_at", DateTime(timezone=True), nullable=False),
    Column("closes_at", DateTime(timezone=True), nullable=False),
    Column("eligible", Integer, nullable=False, server_default=text("0")),
    instant_column("created_at"),
    # when the close began to submit what is complete; since then nothing is saved
    Column("closing_at", DateTime(timezone=True)),
    # when the close act said so, after every answer
    Column("closed_at", DateTime(timezone=True)),
    # since when withdrawing is all that is done with its answers, and the hash of these
    Column("frozen_at", DateTime(timezone=True)),
    Column("dataset_hash", Text),
    # NULL: what the school published last
    Column("privacy_statement_id", Uuid, ForeignKey("privacy_statements.id")),
    Column("anonymity", Text, nullable=False, server_default=text("'pseudonymous'")),
    # for so long a submitted answer may be edited; NULL: until the wave closes
    Column("edit_hours", Integer, server_default=text("0")),
    # whom it asks of the cohort; of a panel that is the wave whose population it asks again
    Column("population", JSONB, nullable=False, server_default=text("""'{"kind": "census"}'::jsonb""")),
    Column("panel_of", Uuid, ForeignKey("waves.id")),
    # where everybody may ask for the own link, at `/w/CODE`; NULL: there is no such entry
    Column("shared_code", Text),
    # the steps by which those are contacted who are asked, what these may cost, and whether a known destination ends it
    Column("ladder", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column("budget_fen", BigInteger),
    Column("stop_when_known", Boolean, nullable=False, server_default=false()),
    ForeignKeyConstraint(
        ["questionnaire_id", "questionnaire_version"],
        ["questionnaire_versions.questionnaire_id", "questionnaire_versions.number"],
        name="fk_waves_questionnaire_version",
    ),
    CheckConstraint("cycle IN (0, 1, 3, 5)", name="cycle_known"),
    CheckConstraint("audience IN ('graduates', 'employers')", name="audience_known"),
    CheckConstraint("(audience = 'graduates') = (cohort IS NOT NULL)", name="cohort_of_graduates"),
    CheckConstraint("audience = 'graduates' OR (cycle IS NULL AND year IS NOT NULL)", name="year_of_employers"),
    CheckConstraint("(audience = 'employers') = (unit IS NOT NULL)", name="unit_of_employers"),
    UniqueConstraint("plan_id", "plan_year", name="uq_waves_plan_id_plan_year"),
    CheckConstraint("(plan_id IS NULL) = (plan_year IS NULL)", name="plan_has_year"),
    CheckConstraint("unit IN ('employer', 'hire')", name="unit_known"),
    CheckConstraint("opens_at < closes_at", name="opens_before_closes"),
    CheckConstraint("(frozen_at IS NULL) = (dataset_hash IS NULL)", name="frozen_has_hash"),
    CheckConstraint("anonymity IN ('identified', 'pseudonymous', 'unlinkable')", name="anonymity_known"),
    CheckConstraint("edit_hours BETWEEN 0 AND 168", name="edit_hours_allowed"),
)
Index("ix_waves_school_code_id", waves.c.school_code, waves.c.id)
Index("ix_waves_panel_of", waves.c.panel_of)
Index("uq_waves_shared_code", func.lower(waves.c.shared_code), unique=True)
Index("ix_waves_unclosed", waves.c.closes_at, postgresql_where=waves.c.closed_at.is_(None))
Index("ix_waves_laddered", waves.c.opens_at, postgresql_where=text("ladder <> '[]'::jsonb"))

wave_eligible = Table(
    "wave_eligible",
    metadata,
    Column("wave_id", Uuid, ForeignKey("waves.id"), primary_key=True),
    Column("graduate_id", Uuid, primary_key=True),
    Column("school_code", Text, nullable=False),
    # as of the creation of the wave; NULL where the roster says nothing, and of waves of the release before
    *(Column(name, Text) for name in STRATA),
    info={"insert_only": True},
)

wave_employers = Table(
    "wave_employers",
    metadata,
    Column("wave_id", Uuid, ForeignKey("waves.id"), primary_key=True),
    Column("employer_id", Uuid, ForeignKey("employers.id"), primary_key=True),
    Column("school_code", Text, nullable=False),
    # as of the creation of the wave: of the cohorts that it names, or of all
    Column("hires", Integer, nullable=False),
    Column("nature_code", Text),
    Column("industry_code", Text),
    info={"insert_only": True},
)

response_streams = Table(
    "response_streams",
    metadata,
    # or the employer: named as the release before knows it
    Column("graduate_id", Uuid, primary_key=True),
    Column("school_code", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("last_decided_on", Date, nullable=False),
    # of the last message to the person, in whatever wave
    Column("last_sent_at", DateTime(timezone=True)),
)

answer_changes = Table(
    "answer_changes",
    metadata,
    uuid_key(),
    # no foreign key, which would lock the wave after the answer
    Column("wave_id", Uuid, nullable=False),
    Column("school_code", Text, nullable=False),
    info={"insert_only": True, "deletable": True},
)
Index("ix_answer_changes_wave_id", answer_changes.c.wave_id)
