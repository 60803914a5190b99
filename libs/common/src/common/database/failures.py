"""Failures of the database that callers can act on, distinguished by SQLSTATE."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from common.errors import Busy, Message, Unavailable
from common.outbox import fence

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


@contextmanager
def translated() -> Iterator[None]:
    """Raises the errors above in place of the driver's; everything else passes through."""
    try:
        yield
    except asyncpg.InvalidCachedStatementError as error:
        # a migration changed a table under a prepared statement; the driver forgets it, so the next attempt works
        raise SerialisationConflict from error
    except asyncpg.PostgresError as error:
        state = error.sqlstate or ""
        if state in _ROLLED_BACK:
            raise SerialisationConflict from error
        if state == _LOCK_NOT_AVAILABLE:
            raise Busy from error
        if state == fence.SQLSTATE:
            raise DatabaseRestored from error
        if state in _NOT_NOW or state.startswith(_OUT_OF_ORDER):
            raise DatabaseUnavailable from error
        raise
    except (asyncpg.InternalClientError, ConnectionError) as error:
        # the driver calls a connection that is lost between two steps of its protocol an internal error
        raise DatabaseUnavailable from error
    except asyncpg.InterfaceError as error:
        # its complaints about a value are interface errors too, and ValueErrors besides
        if isinstance(error, ValueError):
            raise
        raise DatabaseUnavailable from error


@contextmanager
def translated_connecting() -> Iterator[None]:
    """The same while a connection is opened, when the driver lets errors of the network through as they are."""
    try:
        with translated():
            yield
    except OSError as error:
        raise DatabaseUnavailable from error
