"""Support plans: what they say is sealed."""

from sqlalchemy import (
    CheckConstraint,
    Column,
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

from common.clock import NOW_SQL
from common.database import instant_column, uuid_key
from destinations.schema import metadata

plans = Table(
    "support_plans",
    metadata,
    uuid_key(),
    Column("school_code", Text, nullable=False),
    Column("cohort", Integer, nullable=False),
    Column("graduate_id", Uuid, nullable=False),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("state", Text, nullable=False, server_default=text("'open'")),
    Column("content_cipher", LargeBinary, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False, server_default=text(NOW_SQL)),
    instant_column(),
    CheckConstraint("state IN ('open', 'closed')", name="state_known"),
)
Index("ix_support_plans_school_code_id", plans.c.school_code, plans.c.id)
Index("ix_support_plans_graduate_id", plans.c.graduate_id)
Index(
    "uq_support_plans_open",
    plans.c.graduate_id,
    unique=True,
    postgresql_where=plans.c.state == literal_column("'open'"),
)
