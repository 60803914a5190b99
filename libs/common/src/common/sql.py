"""Statements on connections of the driver: `await connection.execute(statement, {"id": wave_id})`.

SQLAlchemy words a statement once. Its engine, which would do so much more at every execution, takes longer than most of
our queries, so statements go to the driver as they are.
"""

import os
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

import asyncpg
from asyncpg.pgproto import pgproto
from sqlalchemy import ClauseElement, UpdateBase
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.exc import MultipleResultsFound, NoResultFound

Values = Mapping[str, Any]
"""What is bound to the parameters of a statement, by their names."""

_DIALECT = dialect()  # type: ignore[no-untyped-call]


class Row(asyncpg.Record):  # type: ignore[misc]
    """One row: its values by place, by name, and as attributes."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class Rows(list[Row]):
    """All rows of a result, in its order."""

    def one(self) -> Row:
        """The only row; raises NoResultFound or MultipleResultsFound."""
        row = self.one_or_none()
        if row is None:
            raise NoResultFound
        return row

    def one_or_none(self) -> Row | None:
        """The only row, None without any; raises MultipleResultsFound."""
        if len(self) > 1:
            raise MultipleResultsFound
        return self[0] if self else None


def uuid_of(text: str) -> UUID:
    """The id that a text names, of the driver's kind: equal to any other, and five times quicker to read and write."""
    made: UUID = pgproto.UUID(text)
    return made


def uuids_like(made: UUID, count: int) -> list[UUID]:
    """So many ids of the moment of one that the database made, of version 7, too, and in rising order.

    There each takes as long as the rest of a row's insert: it asks the system for so few random bytes at a time.
    """
    begin = made.bytes[:_BYTES_OF_MOMENT]
    ends = sorted(struct.unpack(f">{count}Q", os.urandom(8 * count)))
    return [pgproto.UUID(begin + (end >> 2 | _VARIANT).to_bytes(8)) for end in ends]


_BYTES_OF_MOMENT = 8
"""With the version, and a part of a millisecond."""

_VARIANT = 1 << 63


def array_sql(name: str, kind: str) -> str:
    """A parameter that is bound to an `array` of this type, as SQL."""
    return f"CAST(CAST(:{name} AS text) AS {kind}[])"


def array(values: Iterable[object]) -> str:
    """Values of one type in PostgreSQL's words for an array.

    For thousands of them: the driver takes several times as long to bind an array's elements one by one.
    """
    return "{" + ",".join(map(_Elements().__getitem__, values)) + "}"


class _Elements(dict[object, str]):
    """The elements of an array by their values; most repeat."""

    def __missing__(self, value: object) -> str:
        element = self[value] = _element(value)
        return element


def _element(value: object) -> str:
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return "NULL" if value is None else str(value)


class Connection:
    """Runs statements on a connection of the driver.

    `reading` says that each stands on its own, so that it sees only what is committed. Values that a statement does not
    ask for are left aside; one that it lacks is a TypeError.
    """

    def __init__(self, driver: asyncpg.Connection, *, reading: bool = False) -> None:
        self.driver = driver
        self.reading = reading

    async def execute(self, statement: ClauseElement, values: Values | None = None) -> Rows:
        """The rows that the statement gives."""
        worded = _worded(statement, values)
        return Rows(await self.driver.fetch(worded.sql, *worded.arguments(values)))

    async def execute_many(self, statement: ClauseElement, values: Sequence[Values]) -> None:
        """Runs a statement that gives no rows once for each of the values, which all have the same names."""
        if values:
            worded = _worded(statement, values[0])
            await self.driver.executemany(worded.sql, [worded.arguments(each) for each in values])

    async def scalar(self, statement: ClauseElement, values: Values | None = None) -> Any:
        """The first value of the first row; None without rows."""
        found = await self.execute(statement, values)
        return found[0][0] if found else None

    async def scalars(self, statement: ClauseElement, values: Values | None = None) -> list[Any]:
        """The first value of each row."""
        return [row[0] for row in await self.execute(statement, values)]

    async def affected(self, statement: ClauseElement, values: Values | None = None) -> int:
        """Runs a statement that gives no rows; how many it inserted, changed or deleted."""
        worded = _worded(statement, values)
        status: str = await self.driver.execute(worded.sql, *worded.arguments(values))
        return int(status.rpartition(" ")[2])

    async def copy_lines(
        self, statement: ClauseElement, values: Values, into: Callable[[bytes], Awaitable[None]], *, delimiter: str
    ) -> None:
        """Gives the rows of a query as PostgreSQL's text, several lines at a time; of nothing there is no letter.

        Faster by far than rows, where text is all that is needed. A backslash stands before the delimiter and before
        itself; LF is `\\n`, and other characters of control have their letters.
        """
        worded = _worded(statement, values)
        given = worded.arguments(values)
        await self.driver.copy_from_query(worded.sql, *given, output=into, format="text", delimiter=delimiter, null="")

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """What fails within is undone alone, and the transaction goes on; an act that is cancelled is undone whole."""
        await self.driver.execute("SAVEPOINT within")
        try:
            yield
        except Exception:
            # released, too: a savepoint around this one has the same name
            await self.driver.execute("ROLLBACK TO SAVEPOINT within; RELEASE SAVEPOINT within")
            raise
        await self.driver.execute("RELEASE SAVEPOINT within")


class _Worded:
    """A statement in the driver's words."""

    def __init__(self, statement: ClauseElement, names: tuple[str, ...] | None) -> None:
        compiled: Any = statement.compile(dialect=_DIALECT, column_keys=names)
        if compiled.post_compile_params or compiled.literal_execute_params:
            raise TypeError("an IN of a list would be written out anew for every execution: say = ANY")
        if compiled.insert_prefetch or compiled.update_prefetch:
            raise TypeError("a column's default in Python is computed by an engine only: say server_default")
        self.sql: str = compiled.string
        binds = [compiled.binds[name] for name in compiled.positiontup]
        self._names: Sequence[str] = compiled.positiontup
        self._constants = {
            name: bind.effective_value for name, bind in zip(self._names, binds, strict=True) if not bind.required
        }
        to_driver = [bind.type.dialect_impl(_DIALECT).bind_processor(_DIALECT) for bind in binds]
        self._converted: Sequence[tuple[int, Callable[[Any], Any]]] = [
            (at, convert) for at, convert in enumerate(to_driver) if convert is not None
        ]

    def arguments(self, values: Values | None) -> list[Any]:
        """The values in the order of the parameters; raises TypeError for one that is missing."""
        given = {**self._constants, **(values or {})} if self._constants else values or {}
        try:
            arguments = [given[name] for name in self._names]
        except KeyError as missing:
            raise TypeError(f"no value for {missing}") from None
        for at, convert in self._converted:
            arguments[at] = convert(arguments[at])
        return arguments


_FORMS = 256
"""Sets of columns that an INSERT or UPDATE is kept worded for: those of an UPDATE may be a client's choice."""

# a statement that was made for one run leaves nothing behind, least of all the values that it holds
_kept: WeakKeyDictionary[ClauseElement, dict[tuple[str, ...] | None, _Worded]] = WeakKeyDictionary()


def _worded(statement: ClauseElement, values: Values | None) -> _Worded:
    # which columns an INSERT or UPDATE names may follow from the values
    names = tuple(values) if values and isinstance(statement, UpdateBase) else None
    forms = _kept.get(statement)
    if forms is None:
        forms = _kept[statement] = {}
    worded = forms.get(names)
    if worded is None:
        if len(forms) == _FORMS:
            forms.clear()
        worded = forms[names] = _Worded(statement, names)
    return worded
