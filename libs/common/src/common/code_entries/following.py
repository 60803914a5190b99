"""The added rows in the memory of each process: read at its start, and anew when the database says that they changed.

Writers of the table call `notify` in their transaction; PostgreSQL tells all listeners when it commits.
"""

import asyncio
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from itertools import count

import asyncpg
from sqlalchemy import ColumnElement, Table, select, text, true

from common import rows
from common.codes import AddedEntries, CodeEntry, CodeLists
from common.contracts.code_list import EntryState
from common.database import Database
from common.database.dedicated import LOST, dedicated_connection
from common.errors import TransientError
from common.observability import logger
from common.sql import Connection

LOOK_SECONDS = 60.0
"""At the latest after these the rows are read again, should a notification have been lost with its connection."""

_RECONNECT_SECONDS = 1.0
_CHANNEL = "quxiang_code_entries"
_NOTIFY = text(f"SELECT pg_notify('{_CHANNEL}', '')")

_log = logger(__name__)
_turns = count(1)


@dataclass(frozen=True)
class _Added:
    code_list: str
    entry: CodeEntry


class CodeEntries:
    """Where a service has the added rows: a table with the columns of `code_entries_table` as far as they are read."""

    _in_use = 0

    def __init__(self, table: Table) -> None:
        listed: ColumnElement[bool] = table.c.state == EntryState.LISTED.value if "state" in table.c else true()
        names = ("code_list", "code", "label_zh", "label_en", "valid_from", "valid_to", "source", "verified")
        columns = [table.c[name] for name in (*names, "attributes")]
        # the version of a list depends on the order of its rows
        self._query = select(*columns).where(listed).order_by(*columns[:2], table.c.valid_from)

    async def read(self, connection: Connection) -> AddedEntries:
        """The rows as the connection sees them."""
        added: defaultdict[str, list[CodeEntry]] = defaultdict(list)
        for each in rows.all(_Added, await connection.execute(self._query)):
            added[each.code_list].append(each.entry)
        return added

    async def refresh(self, database: Database) -> CodeLists:
        """Brings the lists of this process up to what is committed now, and gives them."""
        turn = next(_turns)
        async with database.reading() as connection:
            added = await self.read(connection)
        # what another task began to read later is no older
        if turn > CodeEntries._in_use:
            CodeEntries._in_use = turn
            CodeLists.use(added)
        return CodeLists.load()


async def notify(connection: Connection) -> None:
    """Lets every process that follows the table read it again when this transaction has committed."""
    await connection.execute(_NOTIFY)


async def follow(database: Database, entries: CodeEntries) -> None:
    """Keeps the lists of this process up to date until it is cancelled; a lost connection is opened again."""
    while True:
        try:
            async with dedicated_connection(database.pool, "code lists") as connection:
                await _listen(connection, database, entries)
        except (*LOST, TransientError) as lost:
            _log.warning("Code lists are not followed", error=type(lost).__name__)
        await asyncio.sleep(_RECONNECT_SECONDS)


async def _listen(connection: asyncpg.Connection, database: Database, entries: CodeEntries) -> None:
    changed = asyncio.Event()
    await connection.add_listener(_CHANNEL, lambda *_: changed.set())
    connection.add_termination_listener(lambda _: changed.set())
    while True:
        # fails where the connection is lost without a word
        await connection.execute("SELECT")
        changed.clear()
        await entries.refresh(database)
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS):
                await changed.wait()
