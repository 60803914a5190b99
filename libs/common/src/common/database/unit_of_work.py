"""One act on the database: state, history, event and audit entry become true together or not at all."""

from collections.abc import Mapping, Sequence

import asyncpg

from common.audit.entry import record, record_all
from common.auth.principal import Actor
from common.contracts import ChangeToken, OutgoingEvent
from common.database.failures import translated
from common.observability.correlation import current_traceparent
from common.outbox.append import append, append_all
from common.sql import Connection


class UnitOfWork:
    """One transaction, rolled back unless `commit()` was called and succeeded. Opened by `Database.transaction`."""

    def __init__(self, connection: Connection, actor: Actor, correlation_id: str) -> None:
        self._connection = connection
        self._actor = actor
        self.correlation_id = correlation_id
        self._ended = False

    @property
    def actor(self) -> Actor:
        """Who the act is recorded for; the same from its first line to its last."""
        return self._actor

    @property
    def connection(self) -> Connection:
        """Runs statements of this transaction; refused after the commit, when they would be lost."""
        if self._ended:
            raise RuntimeError("this unit of work has ended")
        return self._connection

    async def announce(self, event: OutgoingEvent) -> ChangeToken:
        """Stores an event with this transaction; the relay sends it after the commit."""
        return await append(self.connection, event, self.correlation_id, current_traceparent())

    async def announce_all(self, events: Sequence[OutgoingEvent]) -> ChangeToken | None:
        """Stores events in their order; the token of the last one."""
        return await append_all(self.connection, events, self.correlation_id, current_traceparent())

    async def audit(
        self,
        action: str,
        object_kind: str,
        object_id: object,
        *,
        school_code: str | None,
        detail: Mapping[str, object] | None = None,
    ) -> None:
        """Stores who did what to which object; `detail` must hold nothing personal."""
        await record(
            self.connection,
            self.actor,
            self.correlation_id,
            action,
            object_kind,
            str(object_id),
            school_code=school_code,
            detail=detail,
        )

    async def audit_all(
        self,
        action: str,
        object_kind: str,
        object_ids: Sequence[str],
        *,
        school_code: str | None,
        details: Sequence[Mapping[str, object]] | None = None,
    ) -> None:
        """Stores who did the same to each of the objects, with what `audit` says of one."""
        await record_all(
            self.connection,
            self.actor,
            self.correlation_id,
            action,
            object_kind,
            object_ids,
            school_code=school_code,
            details=details,
        )

    async def commit(self) -> None:
        """Commits. If it raises, the outcome is unknown: never answer 2xx."""
        if self._ended:
            raise RuntimeError("this unit of work has ended")
        self._ended = True
        with translated:
            outcome = await self._connection.driver.execute("COMMIT")
        if outcome != "COMMIT":
            # the server undoes a transaction in which a statement failed, and calls that no error
            raise RuntimeError("a statement of this unit of work failed")

    @property
    def driver(self) -> asyncpg.Connection:
        """The driver's connection, inside this transaction: for COPY."""
        return self.connection.driver
