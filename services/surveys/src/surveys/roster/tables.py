"""Tables of the roster: the newest state per graduate and per school, by sequence."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text, Uuid, false, text

from common.consuming.counted import counted_columns
from common.consuming.forks import event_columns
from surveys.roster.domain import CLASS, GROUPS, REGISTERED
from surveys.schema import metadata

graduates = Table(
    "graduates",
    metadata,
    Column("graduate_id", Uuid, primary_key=True),
    Column("school_code", Text, nullable=False),
    Column("cohort", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    *event_columns(),
    *counted_columns(),
    Column("erased", Boolean, nullable=False, server_default=false()),
)
Index("ix_graduates_school_code_cohort", graduates.c.school_code, graduates.c.cohort)

schools = Table(
    "schools",
    metadata,
    Column("school_code", Text, primary_key=True),
    Column("name", Text),
    Column("name_en", Text),
    # that of the school's own newest event; colleges and majors share the topic's key and so its sequences
    Column("name_sequence", BigInteger, nullable=False, server_default=text("0")),
    Column("sequence", BigInteger, nullable=False),
    *event_columns(),
)

groups = Table(
    "roster_groups",
    metadata,
    Column("graduate_id", Uuid, primary_key=True),
    Column("school_code", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    *event_columns(),
    *(Column(name, Text) for name in GROUPS),
    # NULL of who has not changed since it is kept, until registry has sent everything again
    Column(CLASS, Text),
)

registrations = Table(
    "effective_registrations",
    metadata,
    Column("graduate_id", Uuid, primary_key=True),
    Column("school_code", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    *event_columns(),
    # all of them NULL once the registration is voided
    *(Column(name, Text) for name in REGISTERED),
    Column("flexible", Boolean),
)
