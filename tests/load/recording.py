"""The SQL that one request of ours sends, so that a bare server can send the very same for any other item."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

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


async def record(database: Database, item: str) -> Plan:
    """What the database is asked from now on goes into the plan, as long as one request at a time does so."""
    plan = Plan(item)

    def hear(sent: Any) -> None:
        verb, _, isolation = sent.query.partition(" ISOLATION LEVEL ")
        if verb == "BEGIN":
            plan.isolation = isolation.removesuffix(" READ ONLY").lower().replace(" ", "_")
            plan.readonly = isolation.endswith("READ ONLY")
        elif sent.query not in {"COMMIT", "ROLLBACK"}:
            plan.statements.append((sent.query, tuple(sent.args)))

    # the connection that is lent next
    async with database.pool.connection() as driver:
        driver.add_query_logger(hear)
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
