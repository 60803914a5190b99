"""Lists by id: the keyset of everything this service lists."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar
from uuid import UUID

from fastapi import Request, Response

from common.http import Paging, page_response


class Identified(Protocol):
    """Something with an id that rises in time."""

    @property
    def id(self) -> UUID:
        """The sort key."""
        ...


Row = TypeVar("Row", bound=Identified)


def last_seen(page: Paging) -> UUID | None:
    """The id after which the page begins."""
    values = page.after(UUID)
    return None if values is None else values[0]


def listed(request: Request, page: Paging, found: Sequence[Row], show: Callable[[Row], dict[str, Any]]) -> Response:
    """The page, of which one row more than its limit was looked for."""
    shown = found[: page.limit]
    following = page.cursor_for(shown[-1].id) if len(found) > page.limit else None
    return page_response(request, [show(each) for each in shown], following)
