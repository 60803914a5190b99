"""Publications, and what each proposal of one was counted to."""

from sqlalchemy import (
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
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from common.database import instant_column, uuid_key
from indicators.schema import metadata

contents = Table(
    "publication_contents",
    metadata,
    uuid_key(),
    Column("publication_id", Uuid, nullable=False),
    Column("school_code", Text, nullable=False),
    # the newest release before, whose figures were taken for known
    Column("after_publication", Uuid),
    Column("tables", JSONB, nullable=False),
    # the groups of every table of the snapshot that are shown: later revisions have to know
    Column("shown", JSONB, nullable=False),
    # the editions that tracking tables are of, by cycle, and their groups that are shown
    Column("tracked", JSONB),
    Column("preview", JSONB, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    instant_column(),
    info={"insert_only": True},
)
Index("ix_publication_contents_publication_id", contents.c.publication_id)

publications = Table(
    "publications",
    metadata,
    uuid_key(),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("school_code", Text, nullable=False),
    Column("cohort", Integer, nullable=False),
    Column("snapshot_id", Uuid, ForeignKey("snapshots.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("title", JSONB, nullable=False),
    Column("tables", JSONB, nullable=False),
    Column("policy", Text, nullable=False),
    Column("state", Text, nullable=False, server_default=text("'draft'")),
    Column("content_id", Uuid, ForeignKey("publication_contents.id")),
    Column("proposed_by", Text),
    Column("return_reason_cipher", LargeBinary),
    Column("consent_authority", Text),
    Column("consent_reference", Text),
    Column("consent_on", Date),
    Column("released_by", Text),
    Column("released_at", DateTime(timezone=True)),
    Column("supersedes", Uuid, ForeignKey("publications.id")),
    Column("ended_at", DateTime(timezone=True)),
    Column("withdraw_reason_cipher", LargeBinary),
    instant_column(),
    CheckConstraint("state IN ('draft', 'proposed', 'released', 'superseded', 'withdrawn')", name="state_known"),
    CheckConstraint("kind IN ('initial', 'year_end', 'free')", name="kind_known"),
    CheckConstraint("(state = 'draft') OR (content_id IS NOT NULL AND proposed_by IS NOT NULL)", name="counted"),
    CheckConstraint("released_by <> proposed_by", name="two_people"),
    CheckConstraint(
        "(state IN ('draft', 'proposed')) = (released_by IS NULL) AND (released_by IS NULL) = (released_at IS NULL)",
        name="released",
    ),
    CheckConstraint(
        "released_by IS NULL OR (consent_authority IS NOT NULL AND consent_reference IS NOT NULL"
        " AND consent_on IS NOT NULL)",
        name="consent",
    ),
    info={
        "insert_only": True,
        "updatable_columns": [
            "version", "snapshot_id", "kind", "title", "tables", "state", "content_id", "proposed_by",
            "return_reason_cipher", "consent_authority", "consent_reference", "consent_on", "released_by",
            "released_at", "supersedes", "ended_at", "withdraw_reason_cipher",
        ],
    },
)  # fmt: skip
Index(
    "uq_publications_released", publications.c.school_code, publications.c.cohort, publications.c.kind,
    unique=True, postgresql_where=text("state = 'released'"),
)  # fmt: skip
Index("ix_publications_school_code_id", publications.c.school_code, publications.c.id)
Index("ix_publications_snapshot_id", publications.c.snapshot_id)
