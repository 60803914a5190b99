"""Pages of a list in SQL, for lists in the order of ids."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Table, select


def page_by_id(
    table: Table, visible: ColumnElement[bool], after: UUID | None, limit: int, **equal: object
) -> Select[Any]:
    """The first `limit` visible rows after one, that have the values given; None asks for nothing.

    A route passes `page.last_seen(UUID)` and `page.limit + 1`, and cuts what is found with `page_of`.
    """
    given = [table.c[name] == value for name, value in equal.items() if value is not None]
    if after is not None:
        given.append(table.c.id > after)
    return select(table).where(visible, *given).order_by(table.c.id).limit(limit)
