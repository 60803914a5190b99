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
from registry.organisation.domain import FIRST_YEAR, LAST_YEAR, MAX_NAME, NATIONAL_CODE
from registry.schema import metadata

_NAME = f"length(name) BETWEEN 1 AND {MAX_NAME}"
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
    Column("identifier_code", Text),
    Column("city_code", Text),
    Column("photo_profile", Text, nullable=False, server_default=text("'blue'")),
    Column("sequence", BigInteger, nullable=False, server_default=text("0")),
    CheckConstraint("code ~ '^[0-9]{5}$'", name="code"),
    CheckConstraint("province_code ~ '^[0-9]{2}0000$'", name="province_code"),
    CheckConstraint("identifier_code ~ '^[0-9]{10}$' AND right(identifier_code, 5) = code", name="identifier_code"),
    CheckConstraint(
        "city_code ~ '^[0-9]{4}00$' AND left(city_code, 2) = left(province_code, 2) AND city_code <> province_code",
        name="city_code",
    ),
    CheckConstraint("photo_profile IN ('blue', 'light_blue', 'white')", name="photo_profile"),
    CheckConstraint(_NAME, name="name"),
    CheckConstraint(_STATE, name="state"),
    info={
        "insert_only": True,
        "updatable_columns": [
            *("name", "name_en", "province_code", "identifier_code", "city_code", "photo_profile"),
            *("state", "version", "recorded_at", "sequence"),
        ],
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
    Column("national_code", Text),
    # who said it, or that there is none; NULL until someone has, and where a release before wrote it
    Column("national_code_source", Text),
    Column("catalogue_year", Integer),
    CheckConstraint("national_code_source IN ('major_code', 'roster', 'officer')", name="national_code_source"),
    CheckConstraint(f"national_code ~ '^{NATIONAL_CODE}$'", name="national_code"),
    CheckConstraint(f"catalogue_year BETWEEN {FIRST_YEAR} AND {LAST_YEAR}", name="catalogue_year"),
    CheckConstraint(_NAME, name="name"),
    CheckConstraint(_STATE, name="state"),
    CheckConstraint("NOT (several_colleges AND college_code IS NOT NULL)", name="several_colleges"),
    ForeignKeyConstraint(["school_code", "college_code"], ["colleges.school_code", "colleges.code"]),
)

# a trigger of the migration refuses a row that would close a circle, whatever another transaction stores beside
major_predecessors = Table(
    "major_predecessors",
    metadata,
    Column("school_code", Text, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("predecessor_code", Text, primary_key=True),
    CheckConstraint("code <> predecessor_code", name="another"),
    ForeignKeyConstraint(["school_code", "code"], ["majors.school_code", "majors.code"]),
    ForeignKeyConstraint(["school_code", "predecessor_code"], ["majors.school_code", "majors.code"]),
    info={"insert_only": True, "deletable": True},
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
