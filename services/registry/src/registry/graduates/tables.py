"""The roster: one row a graduate with its newest content, and every version that ever was.

Name, citizen id and phone are ciphertexts bound to the graduate's id; their indexes are keyed hashes. The columns of
the content stand in the same order in both tables, so that set-based writers can name them once.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

from common.database import instant_column
from registry.graduates.domain.entry import CLEAR, Status
from registry.schema import metadata

_STATUSES = ", ".join(f"'{status.value}'" for status in Status)

CLEAR_COLUMNS = tuple(field for field in CLEAR if field != "status")
"""Content that is stored as it is; `status` stands beside it, because it is partly decided by rules."""

CIPHER_COLUMNS = ("name_cipher", "name_index", "citizen_id_cipher", "citizen_id_index", "phone_cipher")
"""Content that is stored encrypted, with the indexes that follow from it."""

CONTENT_COLUMNS = (*CLEAR_COLUMNS, *CIPHER_COLUMNS)

_DAYS = {"birth_date", "enrolled_on", "graduated_on"}
_REQUIRED = {"student_number", "name_cipher", "name_index"}


def _content() -> list[Column[object]]:
    return [Column(name, _type(name), nullable=name not in _REQUIRED) for name in CONTENT_COLUMNS]


def _type(name: str) -> TypeEngine[Any] | type[TypeEngine[Any]]:
    if name in CIPHER_COLUMNS:
        return LargeBinary
    if name == "duration_years":
        return Numeric(3, 1)
    return Date if name in _DAYS else Text


def _stated() -> list[Column[object]]:
    """What every version states besides its content."""
    return [
        Column("status", Text, nullable=False),
        Column("version", Integer, nullable=False),
        Column("sequence", BigInteger, nullable=False),
        Column("decided_on", Date, nullable=False),
        instant_column(),
        Column("code_lists_version", Text, nullable=False),
    ]


graduates = Table(
    "graduates",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("school_code", Text, ForeignKey("schools.code"), nullable=False),
    Column("cohort", Integer, nullable=False),
    *_content(),
    *_stated(),
    # the examinee number that the entry shares with an earlier one since before numbers were unique; else NULL
    Column("shared_exam_number", Text),
    # why who is excluded is; else NULL
    Column("exclusion_ground", Text),
    # of the file's line that left this content; NULL once anything else has written
    Column("line_fingerprint", LargeBinary),
    UniqueConstraint("school_code", "cohort", "student_number"),
    UniqueConstraint("school_code", "cohort", "citizen_id_index"),
    CheckConstraint(f"status IN ({_STATUSES})", name="status"),
    CheckConstraint("(status = 'excluded') = (exclusion_ground IS NOT NULL)", name="excluded"),
    CheckConstraint("cohort BETWEEN 1977 AND 2200", name="cohort"),
    CheckConstraint("version >= 1 AND sequence >= 1", name="numbers"),
    CheckConstraint("(citizen_id_cipher IS NULL) = (citizen_id_index IS NULL)", name="citizen_id"),
    info={
        "insert_only": True,
        "updatable_columns": [
            *CONTENT_COLUMNS,
            *(column.name for column in _stated()),
            "shared_exam_number",
            "exclusion_ground",
            "line_fingerprint",
        ],
    },
)
Index("ix_graduates_order", graduates.c.school_code, graduates.c.cohort, graduates.c.id)
Index("ix_graduates_exam_number", graduates.c.school_code, graduates.c.cohort, graduates.c.exam_number)
Index(
    "uq_graduates_exam_number",
    graduates.c.school_code,
    graduates.c.cohort,
    graduates.c.exam_number,
    unique=True,
    postgresql_where=graduates.c.exam_number.is_distinct_from(graduates.c.shared_exam_number),
)
Index("ix_graduates_name", graduates.c.school_code, graduates.c.name_index)

graduate_versions = Table(
    "graduate_versions",
    metadata,
    Column("graduate_id", Uuid, ForeignKey("graduates.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("school_code", Text, nullable=False),
    Column("cohort", Integer, nullable=False),
    *_content(),
    *(column for column in _stated() if column.name != "version"),
    Column("changed_fields", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("operation_id", Uuid),
    Column("reason_cipher", LargeBinary),
    CheckConstraint("action IN ('create', 'change', 'withdraw', 'import', 'population_change')", name="action"),
    info={"insert_only": True},
)
