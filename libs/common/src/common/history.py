"""Things with a history: the row as it is now, every version that ever was, and one stream of events per key.

    waves = versioned(metadata, "waves", Column("school_code", Text, nullable=False), …)
    written = await save(unit, waves, values, changed=("closes_at",), action="change", published=True)

`save` is one statement. It locks the stream first, so writers of one key take turns, sequences have no gap, and no day
lies before the one of the version before it. Announce with `written` afterwards, in the same unit of work.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    TextClause,
    Uuid,
    bindparam,
    select,
    text,
)
from sqlalchemy.dialects import postgresql

from common import rows
from common.clock import NOW_SQL, TODAY_SQL
from common.database import UnitOfWork, instant_column, uuid_key
from common.sql import Connection

T = TypeVar("T")
Id = TypeVar("Id", bound=UUID)

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class Written(Generic[Id]):
    """What the database gave to a version. `sequence` is that of the stream: of this version if it is published."""

    id: Id
    version: int
    decided_on: date
    recorded_at: datetime
    sequence: int

    def stated(self) -> dict[str, Any]:
        """What a stored thing states besides its own values: id, version, day and instant."""
        return {name: value for name, value in vars(self).items() if name != "sequence"}


@dataclass(frozen=True)
class VersionedTables:
    """The three tables of a thing with a history, and the statements over them."""

    main: Table
    versions: Table
    streams: Table
    written: tuple[str, ...]
    save: TextClause
    lock: TextClause


def versioned(metadata: MetaData, name: str, *columns: Column[Any], stream_key: str = "id") -> VersionedTables:
    """Declares `name`, `name_versions` (insert-only) and `name_streams`, each with the columns that `save` fills.

    `stream_key` is the column whose value is the key of the events: the thing's own id, or what several things in turn
    are about, like a graduate.
    """
    written = tuple(column.name for column in columns)
    stated = [column.name for column in _stated()]
    updatable = {"insert_only": True, "updatable_columns": [*written, *stated]}
    main = Table(name, metadata, uuid_key(), *columns, *_stated(), info=updatable)
    versions = Table(
        f"{name}_versions",
        metadata,
        Column("id", Uuid, ForeignKey(f"{name}.id"), primary_key=True),
        Column("version", Integer, primary_key=True),
        *(Column(each.name, each.type, nullable=each.nullable) for each in columns),
        *(column for column in _stated() if column.name != "version"),
        Column("changed_fields", ARRAY(Text), nullable=False),
        Column("action", Text, nullable=False),
        Column("by_role", Text, nullable=False),
        Column("by_subject", Text, nullable=False),
        info={"insert_only": True},
    )
    streams = Table(
        f"{name}_streams",
        metadata,
        Column(stream_key, main.c[stream_key].type, primary_key=True),
        *(Column(each, Text, nullable=False) for each in written if each == "school_code"),
        Column("sequence", BigInteger, nullable=False),
        Column("last_decided_on", Date, nullable=False),
    )
    if "school_code" in written:
        Index(f"ix_{name}_school_code_id", main.c.school_code, main.c.id)
    key = ":id" if stream_key == "id" else f"(SELECT {stream_key} FROM {name} WHERE id = :id)"
    lock = text(f"SELECT 1 FROM {streams.name} WHERE {stream_key} = {key} FOR UPDATE")
    return VersionedTables(
        main,
        versions,
        streams,
        written,
        _save_statement(main, versions, streams, written, stream_key),
        lock.bindparams(bindparam("id", type_=Uuid())),
    )


async def save(
    unit: UnitOfWork,
    tables: VersionedTables,
    values: Mapping[str, Any],
    changed: Sequence[str],
    *,
    action: str,
    id: UUID | None = None,  # noqa: A002 - the column's name
    published: bool = True,
) -> Written[Any]:
    """Stores the next version of the thing with this id, or the first of a new thing.

    `values` are those of all declared columns, `changed` the fields that differ from the version before. A published
    version takes the next sequence of its stream.
    """
    if values.keys() != set(tables.written):
        raise TypeError(f"values of {tables.main.name} must be those of {', '.join(tables.written)}")
    facts = {
        "id": id,
        "published": published,
        "changed_fields": list(changed),
        "action": action,
        "by_role": unit.actor.role,
        "by_subject": unit.actor.subject,
    }
    return rows.one(Written, await unit.connection.execute(tables.save, {**values, **facts}))


async def lock(unit: UnitOfWork, tables: VersionedTables, id: UUID) -> None:  # noqa: A002
    """Makes every other writer of the thing's stream wait; the first statement of a write on what exists."""
    await unit.connection.execute(tables.lock, {"id": id})


async def versions(
    connection: Connection,
    tables: VersionedTables,
    kind: type[T],
    id: UUID,  # noqa: A002
    *,
    after: int | None,
    limit: int,
) -> list[T]:
    """Versions of a thing, oldest first, after one of them; `kind` names the columns that are wanted."""
    bound = {"id": id, "after": after or 0, "limit": limit}
    return rows.all(kind, await connection.execute(_versions_of(tables.versions), bound))


@lru_cache
def _versions_of(table: Table) -> Select[Any]:
    later = table.c.version > bindparam("after", type_=Integer)
    ordered = select(table).where(table.c.id == bindparam("id"), later).order_by(table.c.version)
    return ordered.limit(bindparam("limit", type_=Integer))


def _stated() -> list[Column[Any]]:
    """What the database states of every version."""
    return [
        Column("version", Integer, nullable=False),
        Column("decided_on", Date, nullable=False),
        instant_column(),
    ]


def _save_statement(main: Table, versions: Table, streams: Table, written: Sequence[str], key: str) -> TextClause:
    """Written out once for the tables, because composing it costs as much as running it."""
    types = {name: main.c[name].type for name in written} | {
        "id": Uuid(),
        "published": Boolean(),
        "changed_fields": ARRAY(Text),
        "action": Text(),
        "by_role": Text(),
        "by_subject": Text(),
    }
    bound = {name: f"CAST(:{name} AS {each.compile(_DIALECT)})" for name, each in types.items()}
    columns, values = ", ".join(written), ", ".join(bound[name] for name in written)
    school = [name for name in written if name == "school_code"]
    extra = ["changed_fields", "action", "by_role", "by_subject"]
    statement = f"""
        WITH thing AS MATERIALIZED (SELECT coalesce({bound["id"]}, uuidv7()) AS id), stream AS (
            INSERT INTO {streams.name} AS kept ({", ".join([key, *school])}, sequence, last_decided_on)
            SELECT {", ".join(["thing.id" if key == "id" else bound[key], *(bound[each] for each in school)])},
                   CASE WHEN {bound["published"]} THEN 1 ELSE 0 END, {TODAY_SQL}
              FROM thing
            ON CONFLICT ({key}) DO UPDATE
               SET sequence = kept.sequence + EXCLUDED.sequence,
                   last_decided_on = greatest(kept.last_decided_on, EXCLUDED.last_decided_on)
            RETURNING sequence, last_decided_on
        ), stored AS (
            INSERT INTO {main.name} AS kept (id, {columns}, version, decided_on, recorded_at)
            SELECT thing.id, {values}, 1, stream.last_decided_on, {NOW_SQL} FROM thing, stream
            ON CONFLICT (id) DO UPDATE
               SET {", ".join(f"{name} = EXCLUDED.{name}" for name in written)}, version = kept.version + 1,
                   decided_on = EXCLUDED.decided_on, recorded_at = EXCLUDED.recorded_at
            RETURNING id, version, decided_on, recorded_at
        ), history AS (
            INSERT INTO {versions.name} (id, version, {columns}, decided_on, recorded_at, {", ".join(extra)})
            SELECT id, version, {values}, decided_on, recorded_at, {", ".join(bound[name] for name in extra)}
              FROM stored
        )
        SELECT stored.*, stream.sequence FROM stored, stream
        """
    return text(statement).bindparams(*(bindparam(name, type_=each) for name, each in types.items()))
