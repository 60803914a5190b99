"""Pages of a list in SQL, for lists in the order of ids."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, Table, bindparam, select

from common.auth.owners import RowScope, ScopeShape

Visible = Callable[[ScopeShape], ColumnElement[bool]]
"""A function of a module: the rows of a table that callers of one kind see."""


def page_by_id(
    table: Table,
    visible: Visible,
    scope: RowScope,
    after: UUID | None,
    limit: int,
    selected: Select[Any] | None = None,
    **equal: object,
) -> tuple[Select[Any], dict[str, object]]:
    """Selects the first `limit` visible rows after one, that have the values given; None asks for nothing.

    `connection.execute(*page_by_id(…))`. A route passes `page.last_seen(UUID)` and `page.limit + 1`, and cuts what is
    found with `page_of`. Lists with the same filters share a statement. `selected` is a constant that selects from the
    table, where that is not all of its columns and nothing else.
    """
    given = {name: value for name, value in equal.items() if value is not None}
    statement = _page(table, selected, visible, scope.shape, tuple(given), following=after is not None)
    return statement, {**scope.values, **given, "limit": limit} | ({} if after is None else {"after": after})


@lru_cache(maxsize=256)
def _page(
    table: Table,
    selected: Select[Any] | None,
    visible: Visible,
    seen: ScopeShape,
    filtered: tuple[str, ...],
    *,
    following: bool,
) -> Select[Any]:
    conditions = [table.c[name] == bindparam(name, type_=table.c[name].type) for name in filtered]
    if following:
        conditions.append(table.c.id > bindparam("after", type_=table.c.id.type))
    listed = (select(table) if selected is None else selected).where(visible(seen), *conditions).order_by(table.c.id)
    return listed.limit(bindparam("limit", type_=Integer))
