"""The roster: one row a graduate with its newest version, the versions before it, and the keys that seal both.

Codes that events may carry stand in columns of their own; all else of an entry is one sealed document, bound to the
graduate's id and version. A graduate is found through keyed indexes, which the roster alone has. The columns of a
version stand in the same order in both tables, so that set-based writers can name them once.
"""

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
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.schema import SchemaItem

from common.announcing import progress_table
from common.database import instant_column, uuid_key
from registry.graduates.domain.entry import CLEAR, INDEXED, Source, Status
from registry.graduates.domain.notices import Notice
from registry.schema import metadata

_STATUSES = ", ".join(f"'{status.value}'" for status in Status)
_SOURCES = ", ".join(f"'{source.value}'" for source in Source)
_NOTICES = ", ".join(f"'{notice.value}'" for notice in Notice)
_ACTIONS = "'create', 'change', 'withdraw', 'import', 'population_change', 'erase'"

INDEX_COLUMNS = tuple(f"{field}_index" for field in INDEXED)

VERSION_COLUMNS = (
    *CLEAR,
    "sealed",
    "version",
    "sequence",
    "decided_on",
    "recorded_at",
    "code_lists_version",
    "changed_fields",
    "action",
    "source",
    "subject",
    "role",
    "operation_id",
    "sealed_reason",
)
"""What a version says, and what is known of the act that made it; the same in roster and history."""

SUPERSEDED_COLUMNS = ("school_code", "cohort", *VERSION_COLUMNS, "exclusion_ground")
"""What goes into the history. Only who moves the status sets the ground: an import leaves it as it is."""

OF_LIVING = ("sealed", "student_number_index", "name_index")
EMPTIED = (
    *("sealed", "sealed_reason", *INDEX_COLUMNS, "shared_exam_number_index", "line_fingerprint", "person_index"),
    *("self_checked_version", "continues"),
)
"""Columns that an entry has which is not erased, and those of which an erased one has none."""

FINDING_COLUMNS = ("person_index", "filled", "checked", "broken", "rules_version", "judged_version")
"""What the newest version was found to be, by the rules of which version; the roster alone has it."""


def _version() -> list[SchemaItem]:
    """The columns of a version but for its number. `sealed_reason` is bound to graduate and version, too."""
    return [
        *(Column(name, Text, nullable=name != "status") for name in CLEAR),
        # NULL of an erased entry
        Column("sealed", LargeBinary),
        Column("sequence", BigInteger, nullable=False),
        Column("decided_on", Date, nullable=False),
        instant_column(),
        Column("code_lists_version", Text, nullable=False),
        Column("changed_fields", ARRAY(Text), nullable=False, server_default=text("'{}'")),
        Column("action", Text, nullable=False),
        Column("source", Text, nullable=False),
        Column("subject", Text, nullable=False),
        Column("role", Text, nullable=False),
        Column("operation_id", Uuid),
        Column("sealed_reason", LargeBinary),
        # why who is excluded is; else NULL
        Column("exclusion_ground", Text),
        CheckConstraint("(status = 'excluded') = (exclusion_ground IS NOT NULL)", name="excluded"),
        CheckConstraint(f"action IN ({_ACTIONS})", name="action"),
        CheckConstraint(f"source IN ({_SOURCES})", name="source"),
    ]


data_keys = Table(
    "data_keys",
    metadata,
    Column("id", Uuid, primary_key=True),
    # both are NULL of the one key that seals what belongs to no roster
    Column("school_code", Text, ForeignKey("schools.code")),
    Column("cohort", Integer),
    # the key under the ring's key that its header names; NULL once it was destroyed
    Column("wrapped", LargeBinary),
    Column("destroyed_at", DateTime(timezone=True)),
    instant_column(),
    UniqueConstraint("school_code", "cohort", postgresql_nulls_not_distinct=True),
    CheckConstraint("cohort BETWEEN 1977 AND 2200", name="cohort"),
    CheckConstraint("(school_code IS NULL) = (cohort IS NULL)", name="owner"),
    CheckConstraint("(wrapped IS NULL) = (destroyed_at IS NOT NULL)", name="destroyed"),
    # entries of all rosters are hashed under a key that is made of it
    CheckConstraint("school_code IS NOT NULL OR wrapped IS NOT NULL", name="of_service"),
    info={"insert_only": True, "updatable_columns": ["wrapped", "destroyed_at"]},
)

graduates = Table(
    "graduates",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("school_code", Text, nullable=False),
    Column("cohort", Integer, nullable=False),
    *(Column(name, LargeBinary) for name in INDEX_COLUMNS),
    Column("version", Integer, nullable=False),
    *_version(),
    # of the examinee number that the entry shares with an earlier one since before numbers were unique; else NULL
    Column("shared_exam_number_index", LargeBinary),
    # the earlier entry of the person; no foreign key, which would lock a row of another roster
    Column("continues", Uuid),
    # of the file's line that left this content; NULL once anything else has written
    Column("line_fingerprint", LargeBinary),
    # of name and day of birth, within one school: two entries that share it may be one person's
    Column("person_index", LargeBinary),
    # bits of `domain.findings`; a trigger sets the version of the rules to 0 where a writer does not know these columns
    Column("filled", BigInteger, nullable=False, server_default=text("0")),
    Column("checked", Integer, nullable=False, server_default=text("0")),
    Column("broken", Integer, nullable=False, server_default=text("0")),
    Column("rules_version", Integer, nullable=False, server_default=text("0")),
    Column("judged_version", Integer, nullable=False, server_default=text("0")),
    # the version that the graduate has confirmed
    Column("self_checked_version", Integer),
    # not shown in clear, nor given away, since an erasure was approved
    Column("restricted", Boolean, nullable=False, server_default=text("false")),
    # set by the owner's function alone, which empties the entry
    Column("erased_at", DateTime(timezone=True)),
    # what was published of the graduate beyond a database that came back older; no version says it
    Column("reached_sequence", BigInteger),
    Column("reached_day", Date),
    ForeignKeyConstraint(["school_code", "cohort"], ["data_keys.school_code", "data_keys.cohort"]),
    UniqueConstraint("school_code", "cohort", "student_number_index"),
    UniqueConstraint("school_code", "cohort", "citizen_id_index"),
    CheckConstraint(f"status IN ({_STATUSES})", name="status"),
    CheckConstraint("version >= 1 AND sequence >= 1", name="numbers"),
    CheckConstraint("self_checked_version BETWEEN 1 AND version", name="self_checked_version"),
    CheckConstraint("continues <> id", name="continues"),
    CheckConstraint(
        f"CASE WHEN erased_at IS NULL THEN num_nulls({', '.join(OF_LIVING)}) = 0 ELSE restricted AND filled = 0"
        f" AND checked = 0 AND broken = 0 AND num_nonnulls({', '.join(EMPTIED)}) = 0 END",
        name="erased",
    ),
    info={
        "insert_only": True,
        "updatable_columns": [
            *(*INDEX_COLUMNS, *VERSION_COLUMNS),
            *FINDING_COLUMNS,
            *("shared_exam_number_index", "exclusion_ground", "line_fingerprint", "self_checked_version"),
            *("restricted", "reached_sequence", "reached_day"),
        ],
    },
)
REACHED_SEQUENCE = func.greatest(graduates.c.sequence, graduates.c.reached_sequence)
REACHED_DAY = func.greatest(graduates.c.decided_on, graduates.c.reached_day)
"""How far a graduate's events have come: the next one takes the next sequence, and no earlier day."""

Index("ix_graduates_order", graduates.c.school_code, graduates.c.cohort, graduates.c.id)
Index("ix_graduates_exam_number_index", graduates.c.school_code, graduates.c.cohort, graduates.c.exam_number_index)
Index(
    "uq_graduates_exam_number_index",
    graduates.c.school_code,
    graduates.c.cohort,
    graduates.c.exam_number_index,
    unique=True,
    postgresql_where=graduates.c.exam_number_index.is_distinct_from(graduates.c.shared_exam_number_index),
)
Index("ix_graduates_rules_version", graduates.c.rules_version)
Index("ix_graduates_name", graduates.c.school_code, graduates.c.name_index)
Index("ix_graduates_phone", graduates.c.school_code, graduates.c.phone_index)
Index("ix_graduates_continues", graduates.c.continues, postgresql_where=graduates.c.continues.is_not(None))
CONTINUED_SQL = "status IN ('extended', 'transferred')"
"""Entries that a later one may continue: few, so that a look into these indexes costs little."""

Index("ix_graduates_continued_citizen_id", graduates.c.citizen_id_index, postgresql_where=text(CONTINUED_SQL))
Index(
    "ix_graduates_continued_student_number",
    graduates.c.school_code,
    graduates.c.student_number_index,
    postgresql_where=text(CONTINUED_SQL),
)

announced_rosters = progress_table(
    "announced_rosters",
    metadata,
    ForeignKeyConstraint(["school_code", "cohort"], ["data_keys.school_code", "data_keys.cohort"]),
)
"""Rosters whose newest events were compared with what stands since events say more; a migration that adds to what they
say empties it."""

graduate_versions = Table(
    "graduate_versions",
    metadata,
    Column("graduate_id", Uuid, ForeignKey("graduates.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("school_code", Text, nullable=False),
    Column("cohort", Integer, nullable=False),
    *_version(),
    CheckConstraint("sealed IS NOT NULL OR sealed_reason IS NULL", name="erased"),
    info={"insert_only": True},
)
"""Superseded versions only; the owner's function empties those of an erased entry."""

erased_numbers = Table(
    "erased_numbers",
    metadata,
    # under a key of its own
    Column("number_hash", LargeBinary, primary_key=True),
    Column("school_code", Text, primary_key=True),
    Column("cohort", Integer, primary_key=True),
    # most rosters have none, which every writer of numbers asks
    Index("ix_erased_numbers_school_code_cohort", "school_code", "cohort"),
    info={"insert_only": True},
)
"""The numbers of erased entries, and nothing that leads to them; the owner's function adds to it."""

import_sources = Table(
    "import_sources",
    metadata,
    # an operation is gone after a week, its versions stay
    Column("operation_id", Uuid, primary_key=True),
    Column("name_cipher", LargeBinary, nullable=False),
    info={"insert_only": True},
)
"""What imports say their files come from, under the data key of the roster."""

notices = Table(
    "notices",
    metadata,
    uuid_key(),
    # no foreign key: it would lock the graduate again, after what the act has locked since
    Column("graduate_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    instant_column(),
    Column("read_at", DateTime(timezone=True)),
    CheckConstraint(f"kind IN ({_NOTICES})", name="kind"),
    info={"insert_only": True, "updatable_columns": ["read_at"], "deletable": True},
)
"""That something happened to an entry, for its graduate."""
Index("ix_notices_graduate_id_id", notices.c.graduate_id, notices.c.id)
Index("ix_notices_recorded_at", notices.c.recorded_at, postgresql_using="brin")
