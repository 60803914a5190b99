"""The added rows in the memory of each process: read at its start, and anew when the database says that they changed.

Writers of the table call `notify` in their transaction; PostgreSQL tells all listeners when it commits.
"""

import asyncio
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass

import asyncpg
from sqlalchemy import ColumnElement, Table, select, text, true

from common import rows
from common.codes import AddedEntries, CodeEntry, CodeLists
from common.contracts.code_list import EntryState
from common.database import Database
from common.database.dedicated import dedicated_connection
from common.database.failures import LOST
from common.errors import TransientError
from common.observability import logger
from common.sql import Connection

_LOOK_SECONDS = 60.0
"""At the latest after these the rows are read again, should a notification have been lost with its connection."""

_RECONNECT_SECONDS = 1.0
_CHANNEL = "quxiang_code_entries"
_NOTIFY = text(f"SELECT pg_notify('{_CHANNEL}', '')")

_log = logger(__name__)


@dataclass(frozen=True)
class _Added:
    code_list: str
    entry: CodeEntry


class CodeEntries:
    """Where a service has the added rows: a table with the columns of `code_entries_table` as far as they are read."""

    def __init__(self, table: Table) -> None:
        listed: ColumnElement[bool] = table.c.state == EntryState.LISTED.value if "state" in table.c else true()
        names = ("code_list", "code", "label_zh", "label_en", "valid_from", "valid_to", "source", "verified")
        columns = [table.c[name] for name in (*names, "attributes")]
        # the same rows in the same order are no change
        self._query = select(*columns).where(listed).order_by(*columns[:2], table.c.valid_from)

    async def read(self, connection: Connection) -> AddedEntries:
        """The rows as the connection sees them."""
        added: defaultdict[str, list[CodeEntry]] = defaultdict(list)
        for each in rows.all(_Added, await connection.execute(self._query)):
            added[each.code_list].append(each.entry)
        return added

    async def refresh(self, database: Database) -> CodeLists:
        """Brings the lists of this process up to what is committed now, and gives them."""
        turn = CodeLists.turn()
        async with database.reading() as connection:
            added = await self.read(connection)
        CodeLists.use(added, turn)
        return CodeLists.current()


async def notify(connection: Connection) -> None:
    """Lets every process that follows the table read it again when this transaction has committed."""
    await connection.execute(_NOTIFY)


class Follower:
    """Keeps the lists of this process up to date: by listening, else by reading the rows every second."""

    def __init__(self, database: Database, entries: CodeEntries) -> None:
        self._database = database
        self._entries = entries
        self._is_listening = True
        self._can_read = True

    async def run(self) -> None:
        """Goes on until it is cancelled; a lost connection is opened again."""
        while True:
            try:
                async with dedicated_connection(self._database.pool, "code lists") as connection:
                    await self._listen(connection)
            except (*LOST, TransientError) as lost:
                # once for each outage
                if self._is_listening:
                    _log.warning("No connection listens for changes of code lists", error=type(lost).__name__)
                self._is_listening = False
                await self._read_unasked()
            await asyncio.sleep(_RECONNECT_SECONDS)

    async def not_ready(self) -> str | None:
        """Why the lists may lack rows that were added; None while they are read."""
        return None if self._can_read else "added codes cannot be read"

    async def _listen(self, connection: asyncpg.Connection) -> None:
        changed = asyncio.Event()
        await connection.add_listener(_CHANNEL, lambda *_: changed.set())
        connection.add_termination_listener(lambda _: changed.set())
        while True:
            # fails where the connection is lost without a word
            await connection.execute("SELECT")
            changed.clear()
            await self._entries.refresh(self._database)
            self._is_listening = self._can_read = True
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_SECONDS):
                    await changed.wait()

    async def _read_unasked(self) -> None:
        """Reads the rows through the pool, which may have connections when the server grants no further one."""
        try:
            await self._entries.refresh(self._database)
            self._can_read = True
        except (*LOST, TransientError):
            self._can_read = False
