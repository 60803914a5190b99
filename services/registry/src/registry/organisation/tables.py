"""Schools and their units. A school's row also counts the events of its organisation topic."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    Table,
    Text,
    text,
)

from common.database import instant_column
from registry.schema import metadata

_NAME = "length(name) BETWEEN 1 AND 200"
_STATE = "state IN ('active', 'closed')"


def _described() -> list[Column[object]]:
    """Columns that every kind of unit has."""
    return [
        Column("name", Text, nullable=False),
        Column("name_en", Text),
        Column("state", Text, nullable=False, server_default=text("'active'")),
        Column("version", Integer, nullable=False, server_default=text("1")),
        instant_column(),
    ]


schools = Table(
    "schools",
    metadata,
    Column("code", Text, primary_key=True),
    Column("province_code", Text, nullable=False),
    *_described(),
    Column("sequence", BigInteger, nullable=False, server_default=text("0")),
    CheckConstraint("code ~ '^[0-9]{5}$'", name="code"),
    CheckConstraint("province_code ~ '^[0-9]{2}0000$'", name="province_code"),
    CheckConstraint(_NAME, name="name"),
    CheckConstraint(_STATE, name="state"),
    info={
        "insert_only": True,
        "updatable_columns": ["name", "name_en", "province_code", "state", "version", "recorded_at", "sequence"],
    },
)

colleges = Table(
    "colleges",
    metadata,
    Column("school_code", Text, ForeignKey("schools.code"), primary_key=True),
    Column("code", Text, primary_key=True),
    *_described(),
    CheckConstraint(_NAME, name="name"),
    CheckConstraint(_STATE, name="state"),
)

majors = Table(
    "majors",
    metadata,
    Column("school_code", Text, ForeignKey("schools.code"), primary_key=True),
    Column("code", Text, primary_key=True),
    *_described(),
    Column("college_code", Text),
    # taught by more than one college: then no row of a roster takes its college from the major
    Column("several_colleges", Boolean, nullable=False, server_default=text("false")),
    CheckConstraint(_NAME, name="name"),
    CheckConstraint(_STATE, name="state"),
    CheckConstraint("NOT (several_colleges AND college_code IS NOT NULL)", name="several_colleges"),
    ForeignKeyConstraint(["school_code", "college_code"], ["colleges.school_code", "colleges.code"]),
)

classes = Table(
    "classes",
    metadata,
    Column("school_code", Text, ForeignKey("schools.code"), primary_key=True),
    Column("code", Text, primary_key=True),
    *_described(),
    Column("college_code", Text),
    Column("major_code", Text),
    CheckConstraint(_NAME, name="name"),
    CheckConstraint(_STATE, name="state"),
    ForeignKeyConstraint(["school_code", "college_code"], ["colleges.school_code", "colleges.code"]),
    ForeignKeyConstraint(["school_code", "major_code"], ["majors.school_code", "majors.code"]),
)
