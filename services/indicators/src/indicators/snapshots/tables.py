"""Snapshots, what each comes to, its rows, and cohorts of which none is due."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from common.database import instant_column, uuid_key
from indicators.schema import metadata

snapshots = Table(
    "snapshots",
    metadata,
    uuid_key(),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("school_code", Text, nullable=False),
    Column("cohort", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("as_of", Date, nullable=False),
    Column("known_at", DateTime(timezone=True), nullable=False),
    Column("revision", Integer, nullable=False),
    # of the first of a line its own id
    Column("line_id", Uuid, nullable=False),
    Column("revises", Uuid, ForeignKey("snapshots.id")),
    Column("state", Text, nullable=False),
    Column("waiting_for", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column("dead_letters", Integer, nullable=False, server_default=text("0")),
    Column("reason_cipher", LargeBinary),
    Column("requested_by", Text),
    Column("requested_by_role", Text),
    Column("decided_by", Text),
    Column("decided_by_role", Text),
    Column("decision_reason_cipher", LargeBinary),
    instant_column(),
    CheckConstraint("kind IN ('initial', 'year_end', 'free')", name="kind_known"),
    CheckConstraint("state IN ('open', 'refused', 'pending', 'frozen')", name="state_known"),
    CheckConstraint("known_at <= recorded_at AND as_of < (known_at AT TIME ZONE 'Asia/Shanghai')::date", name="past"),
    CheckConstraint("(revision = 0) = (revises IS NULL) AND (revision = 0) = (line_id = id)", name="line"),
    CheckConstraint("revises IS NULL OR (requested_by IS NOT NULL AND reason_cipher IS NOT NULL)", name="asked"),
    CheckConstraint("decided_by <> requested_by", name="two_people"),
    CheckConstraint("revises IS NULL OR (state = 'open') = (decided_by IS NULL)", name="decided"),
    info={
        "insert_only": True,
        "updatable_columns": [
            "version", "state", "waiting_for", "dead_letters", "reason_cipher", "decided_by", "decided_by_role",
            "decision_reason_cipher",
        ],
    },
)  # fmt: skip
Index(
    "uq_snapshots_official", snapshots.c.school_code, snapshots.c.cohort, snapshots.c.kind, snapshots.c.revision,
    unique=True, postgresql_where=text("kind <> 'free' AND state <> 'refused'"),
)  # fmt: skip
Index(
    "uq_snapshots_revision", snapshots.c.line_id, snapshots.c.revision,
    unique=True, postgresql_where=text("state <> 'refused'"),
)  # fmt: skip
Index(
    "uq_snapshots_in_the_making", snapshots.c.line_id,
    unique=True, postgresql_where=text("state IN ('open', 'pending')"),
)  # fmt: skip
Index("ix_snapshots_pending", snapshots.c.id, postgresql_where=text("state = 'pending'"))
Index("ix_snapshots_school_code_id", snapshots.c.school_code, snapshots.c.id)

contents = Table(
    "snapshot_contents",
    metadata,
    Column("snapshot_id", Uuid, ForeignKey("snapshots.id"), primary_key=True),
    Column("school_code", Text, nullable=False),
    Column("base", Integer, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("definitions", JSONB, nullable=False),
    Column("watermark", DateTime(timezone=True)),
    instant_column(),
    info={"insert_only": True},
)

# columns as of spans: both are read by the same statements
rows = Table(
    "snapshot_rows",
    metadata,
    Column("snapshot_id", Uuid, primary_key=True),
    Column("graduate_id", Uuid, primary_key=True),
    Column("school_code", Text, nullable=False),
    Column("cohort", Integer, nullable=False),
    *(
        Column(name, Text)
        for name in (
            "college_code", "major_code", "class_code", "education_level_code", "sex_code", "origin_province_code",
            "destination_code",
        )
    ),
    Column("flexible", Boolean, nullable=False),
    *(
        Column(name, Text)
        for name in (
            "employer_nature_code", "industry_code", "place_code", "position_code", "origin_place_code", "urban_rural",
            "ethnicity_code", "hardship_code", "training_mode_code", "teacher_training_code", "study_form",
            "study_level_code", "abroad_country_code",
        )
    ),
    Column("roster_generation", SmallInteger),
    Column("destination_generation", SmallInteger),
    info={"insert_only": True},
)  # fmt: skip

# the cohort was not known at the moment of this official snapshot, and all of before that moment has arrived
dismissed = Table(
    "snapshots_dismissed",
    metadata,
    Column("school_code", Text, primary_key=True),
    Column("cohort", Integer, primary_key=True),
    Column("kind", Text, primary_key=True),
    instant_column(),
    info={"insert_only": True},
)
