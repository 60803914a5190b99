"""The SQL that one request of ours sends, so that a bare server can send the very same for any other item."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import event

from common.database import Database

Fill = Callable[[str], Any]


@dataclass
class Plan:
    """Statements with their arguments in the order in which they were sent, for the item that was asked for.

    `isolation` is that of the transaction around them, None where each stood on its own.
    """

    item: str
    isolation: str | None = None
    readonly: bool = False
    statements: list[tuple[str, Sequence[Any]]] = field(default_factory=list)

    def filled(self) -> list[tuple[str, Sequence[Fill]]]:
        """The statements, with each argument as a function of the item."""
        return [(statement, [_fill(each, self.item) for each in arguments]) for statement, arguments in self.statements]


def record(database: Database, item: str) -> Plan:
    """What the database is asked from now on goes into the plan."""
    plan = Plan(item)
    engine = database.engine.sync_engine

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        options = connection.get_execution_options()
        if options.get("isolation_level") != "AUTOCOMMIT":
            plan.isolation = options.get("isolation_level", "READ COMMITTED").lower().replace(" ", "_")
            plan.readonly = options.get("postgresql_readonly", False)

    @event.listens_for(engine, "before_cursor_execute")
    def execute(_c: Any, _cursor: Any, statement: str, arguments: Any, _context: Any, _many: bool) -> None:
        plan.statements.append((statement, tuple(arguments)))

    return plan


def _fill(argument: Any, item: str) -> Fill:
    """The argument with another item in the place of the one that was recorded."""
    if isinstance(argument, UUID) and str(argument) == item:
        return UUID
    if isinstance(argument, list) and [str(each) for each in argument] == [item]:
        return (lambda other: [UUID(other)]) if isinstance(argument[0], UUID) else lambda other: [other]
    if isinstance(argument, str) and item in argument:
        return lambda other: argument.replace(item, other)
    return lambda _other: argument
