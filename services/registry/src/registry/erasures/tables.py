"""Erasures. One that is open, or approved on another ground than the own request, names a graduate; and one own."""

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Integer, Table, Text, Uuid, text

from common.approvals.table import ENDING, request_columns, request_constraints
from common.database import uuid_key
from registry.erasures.domain import ErasureState, Ground
from registry.schema import metadata

erasures = Table(
    "erasures",
    metadata,
    uuid_key(),
    *request_columns(),
    Column("school_code", Text, ForeignKey("schools.code"), nullable=False),
    Column("cohort", Integer, nullable=False),
    # the graduate's when it was asked
    Column("college_code", Text),
    Column("graduate_id", Uuid, ForeignKey("graduates.id"), nullable=False),
    Column("ground", Text, nullable=False),
    Column("erase_on", Date),
    *request_constraints(ErasureState.ERASED),
    CheckConstraint(f"ground IN ({', '.join(repr(each.value) for each in Ground)})", name="ground"),
    CheckConstraint("(state IN ('approved', 'erased')) = (erase_on IS NOT NULL)", name="erase_on"),
    CheckConstraint(
        "state <> 'erased' OR decided_by IS NOT NULL AND num_nonnulls(reason_cipher, decision_reason_cipher) = 0",
        name="erased",
    ),
    info={"insert_only": True, "updatable_columns": [*ENDING, "erase_on"]},
)
Index("ix_erasures_school_code_id", erasures.c.school_code, erasures.c.id)
Index("ix_erasures_graduate_id", erasures.c.graduate_id)
Index(
    "uq_erasures_open",
    erasures.c.graduate_id,
    unique=True,
    postgresql_where=text("state = 'open' OR state = 'approved' AND ground <> 'graduate_request'"),
)
Index(
    "uq_erasures_own",
    erasures.c.graduate_id,
    unique=True,
    postgresql_where=text("state IN ('open', 'approved') AND ground = 'graduate_request'"),
)
Index("ix_erasures_erase_on", erasures.c.erase_on, postgresql_where=text("state = 'approved'"))
