"""Failures of the database that callers can act on, distinguished by SQLSTATE."""

from contextlib import AbstractContextManager

import asyncpg

from common.errors import Busy, Message, Unavailable
from common.outbox import fence

LOST = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)
"""What a lost or unusable connection raises; the internal error when it is lost between two steps of the protocol."""

_ROLLED_BACK = frozenset({"40001", "40P01"})
_OUT_OF_ORDER = ("08", "53", "57P", "58")
# cancelled, idle for too long, and a standby that is not promoted yet and refuses every write
_NOT_NOW = frozenset({"57014", "25P03", "25006"})
_LOCK_NOT_AVAILABLE = "55P03"


class SerialisationConflict(Unavailable):
    """The database undid the transaction because of another one (deadlock, migration, …): nothing is stored."""

    code = "serialisation_conflict"
    title = Message("与其他写入冲突，请重试", "Collided with another write; try again")


class DatabaseUnavailable(Unavailable):
    """The database cannot be reached or took too long. After a commit was sent, its outcome is unknown."""

    code = "database_unavailable"
    title = Message("数据库暂时不可用，请稍后重试", "The database does not answer; try again")

    def __init__(self) -> None:
        super().__init__(retry_after=2.0)


class DatabaseRestored(Unavailable):
    """The database server has started anew, perhaps from a backup, and nothing is announced until a relay has looked.

    It passes by itself, except where the database lacks events: then an operator runs `recover-published`.
    """

    code = "database_restored"
    title = Message(
        "数据库刚刚启动或恢复，尚未与已发布的事件核对，请稍后重试",
        "The database was started or restored, and is not compared yet with what was published; try again",
    )

    def __init__(self) -> None:
        super().__init__(retry_after=5.0)


class Translated(AbstractContextManager[None]):
    """Raises the errors above in place of the driver's; everything else passes through.

    While a connection is opened (`connecting`), the driver lets errors of the network through as they are, too.
    """

    def __init__(self, *, connecting: bool = False) -> None:
        self._connecting = connecting

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        """Translates what was raised within."""
        if error is None:
            return
        found = DatabaseUnavailable() if self._connecting and isinstance(error, OSError) else _translation(error)
        if found is not None:
            raise found from error


# entered for every request: a context manager that is a generator would take as long as a small query's SQL
translated, translated_connecting = Translated(), Translated(connecting=True)


def _translation(error: BaseException) -> Unavailable | None:
    if isinstance(error, asyncpg.InvalidCachedStatementError):
        # a migration changed a table under a prepared statement; the driver forgets it, so the next attempt works
        return SerialisationConflict()
    if isinstance(error, asyncpg.PostgresError):
        return _of_server(error.sqlstate or "")
    if isinstance(error, asyncpg.InternalClientError | ConnectionError):
        # the driver calls a connection that is lost between two steps of its protocol an internal error
        return DatabaseUnavailable()
    # its complaints about a value are interface errors too, and ValueErrors besides
    if isinstance(error, asyncpg.InterfaceError) and not isinstance(error, ValueError):
        return DatabaseUnavailable()
    return None


def _of_server(state: str) -> Unavailable | None:
    if state in _ROLLED_BACK:
        return SerialisationConflict()
    if state == _LOCK_NOT_AVAILABLE:
        return Busy()
    if state == fence.SQLSTATE:
        return DatabaseRestored()
    if state in _NOT_NOW or state.startswith(_OUT_OF_ORDER):
        return DatabaseUnavailable()
    return None
