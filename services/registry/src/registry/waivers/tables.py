"""Waivers, and the graduates that each covers."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    Table,
    Text,
    Uuid,
)

from common.approvals.table import ENDING, request_columns, request_constraints
from common.database import uuid_key
from registry.schema import metadata

waivers = Table(
    "waivers",
    metadata,
    uuid_key(),
    *request_columns(),
    Column("school_code", Text, ForeignKey("schools.code"), nullable=False),
    Column("cohort", Integer, nullable=False),
    # whose report it is for, and whose officers read it; NULL is the school
    Column("college_code", Text),
    Column("rule_id", Text, nullable=False),
    # NULL of one that covers graduates
    Column("tolerance", Numeric(5, 2)),
    Column("expires_on", Date, nullable=False),
    *request_constraints(),
    CheckConstraint("reason_cipher IS NOT NULL", name="reason"),
    CheckConstraint("tolerance BETWEEN 0 AND 100", name="tolerance"),
    info={"insert_only": True, "updatable_columns": [*ENDING]},
)
Index("ix_waivers_school_code_id", waivers.c.school_code, waivers.c.id)

waiver_graduates = Table(
    "waiver_graduates",
    metadata,
    Column("waiver_id", Uuid, ForeignKey("waivers.id"), primary_key=True),
    Column("graduate_id", Uuid, ForeignKey("graduates.id"), primary_key=True),
    Column("place", Integer, nullable=False),
    info={"insert_only": True},
)
Index("ix_waiver_graduates_graduate_id", waiver_graduates.c.graduate_id)
