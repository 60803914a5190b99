"""Lists in pages by keyset: a cursor says after which row to go on, never how many rows to skip."""

import base64
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import partial
from hashlib import blake2b
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from common.errors import BadQuery, FieldProblem, Message
from common.http.models import PageOf, Whole

DEFAULT_LIMIT = 100
MAX_LIMIT = 500
MAX_CURSOR = 1024

_FORMAT = 1
_SUM_BYTES = 6
_MAX_BIGINT = 2**63 - 1
_MAX_INTEGER = 2**31 - 1

Key = str | int | UUID | date | datetime | None
"""What a list can be sorted by."""

Row = TypeVar("Row")
Shown = TypeVar("Shown")
Sorted = TypeVar("Sorted", bound=Key)


class BadCursor(BadQuery):
    """The cursor was not given out for this list."""

    def __init__(self, parameter: str = "cursor") -> None:
        text = Message("游标无效", "Not a cursor of this list")
        super().__init__([FieldProblem(parameter, "bad_cursor", text)])


def encode_cursor(values: Sequence[Key], purpose: str = "") -> str:
    """An opaque text for the last row's sort values; `purpose` (a list's path) keeps it from another list.

    The sum in it notices mistakes. It is no secret and protects nothing: every page is cut to the caller's scope.
    """
    content = json.dumps([_FORMAT, [_written(value) for value in values]], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(_sum(content.encode(), purpose) + content.encode()).rstrip(b"=").decode()


def decode_cursor(cursor: str, purpose: str = "", *types: type) -> list[Key]:
    """The values again, of these types if any are given; raises BadCursor."""
    try:
        raw = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        content = raw[_SUM_BYTES:]
        version, marked = json.loads(content)
        if raw[:_SUM_BYTES] != _sum(content, purpose) or version != _FORMAT:
            raise BadCursor
        values = [_READERS[kind](value) for kind, value in marked]
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        raise BadCursor from None
    if types and [type(value) for value in values] != list(types):
        raise BadCursor
    return values


class Paging:
    """How much of a list is wanted, and after which row."""

    def __init__(
        self, limit: int, cursor: str | None, purpose: str, link: Callable[[str], None] = lambda _cursor: None
    ) -> None:
        self.limit = limit
        self._cursor = cursor
        self._purpose = purpose
        self._link = link

    def after(self, *types: type) -> list[Any] | None:
        """Sort values of the last row seen, of these types; None on the first page.

        Numbers are those of an `integer` column: lists are sorted by versions and cohorts.
        """
        if self._cursor is None:
            return None
        values = decode_cursor(self._cursor, self._purpose, *types)
        if any(isinstance(value, int) and value > _MAX_INTEGER for value in values):
            raise BadCursor
        return values

    def last_seen(self, kind: type[Sorted]) -> Sorted | None:
        """The sort value of the last row seen, for lists with one; None on the first page."""
        values = self.after(kind)
        return None if values is None else values[0]

    def cursor_for(self, *values: Key) -> str:
        """The cursor that follows a row with these sort values."""
        return encode_cursor(values, self._purpose)

    def cut(self, found: Sequence[Row], key: Callable[[Row], Key | tuple[Key, ...]]) -> tuple[list[Row], str | None]:
        """The rows of the page, of which one more than `limit` was looked for, and the cursor of the next page.

        The answer gets a Link to that page. `key` gives a row's sort values in the order of the list.
        """
        kept = list(found[: self.limit])
        if len(found) <= self.limit:
            return kept, None
        cursor = self.cursor_for(*_values(key(kept[-1])))
        self._link(cursor)
        return kept, cursor


def page_of(
    page: Paging, found: Sequence[Row], key: Callable[[Row], Key | tuple[Key, ...]], show: Callable[[Row], Shown]
) -> PageOf[Shown]:
    """The page as a route returns it: `return page_of(page, found, lambda wave: wave.id, WaveBody.model_validate)`.

    Fetch `page.limit + 1` rows. The route declares `-> PageOf[WaveBody]`, and writes what `show` gives as it is: the
    model, or its fields by name where a list is too long for a model of each row.
    """
    kept, cursor = page.cut(found, key)
    return PageOf.model_construct(items=[show(row) for row in kept], next_cursor=cursor)


def rows_after(page: Paging, rows: Iterable[Row], key: Callable[[Row], Key | tuple[Key, ...]]) -> list[Row]:
    """What follows the last row seen of a list that is whole in memory, in its own order; raises BadCursor."""
    listed = list(rows)
    seen = page.after()
    if seen is None:
        return listed
    found = next((at for at, row in enumerate(listed) if _values(key(row)) == seen), None)
    if found is None:
        raise BadCursor
    return listed[found + 1 :]


async def read_paging(
    request: Request,
    response: Response,
    limit: Annotated[Whole, Query(ge=1, le=MAX_LIMIT, description="Items on a page")] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query(max_length=MAX_CURSOR, description="`next_cursor` of the page before")] = None,
) -> Paging:
    """FastAPI dependency; OpenAPI shows `limit` and `cursor` through it."""
    return Paging(limit, cursor, request.url.path, partial(_link, request, response))


Page = Annotated[Paging, Depends(read_paging)]
"""In a route's signature: fetch `page.limit + 1` rows after `page.after(…)`, then `page_of`."""


async def read_whole(
    request: Request,
    response: Response,
    limit: Annotated[Whole | None, Query(ge=1, le=MAX_LIMIT, description="Items on a page; without it all")] = None,
    cursor: Annotated[str | None, Query(max_length=MAX_CURSOR, description="`next_cursor` of the page before")] = None,
) -> Paging:
    """FastAPI dependency of a list that is wanted whole unless a `limit` is given."""
    return Paging(limit or sys.maxsize, cursor, request.url.path, partial(_link, request, response))


WholePage = Annotated[Paging, Depends(read_whole)]
"""In the signature of a route whose list is one page by default."""


def _link(request: Request, response: Response, following: str) -> None:
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    address = f"{request.url.path}?{urlencode([*kept, ('cursor', following)])}"
    response.headers["Link"] = f'<{address}>; rel="next"'


def _values(key: Key | tuple[Key, ...]) -> list[Key]:
    return list(key) if isinstance(key, tuple) else [key]


def _written(value: Key) -> list[Any]:
    match value:
        case None:
            return ["n", None]
        case str() | int():
            return ["s" if isinstance(value, str) else "i", value]
        case UUID():
            return ["u", str(value)]
        case datetime():
            return ["t", value.isoformat()]
        case _:
            return ["d", value.isoformat()]


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise ValueError("text")
    value.encode()  # half of a surrogate pair is no text
    return value


def _number(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= _MAX_BIGINT:
        raise ValueError("number")
    return value


def _day(value: Any) -> date:
    day = date.fromisoformat(_text(value))
    if day.isoformat() != value:
        raise ValueError("day")
    return day


def _instant(value: Any) -> datetime:
    instant = datetime.fromisoformat(_text(value))
    if instant.tzinfo is None:
        raise ValueError("instant")
    return instant.astimezone(UTC)


_READERS: Mapping[str, Callable[[Any], Key]] = {
    "s": _text,
    "i": _number,
    "u": lambda value: UUID(_text(value)),
    "d": _day,
    "t": _instant,
    "n": {None: None}.__getitem__,
}


def _sum(content: bytes, purpose: str) -> bytes:
    return blake2b(content, digest_size=_SUM_BYTES, key=purpose.encode()[:64]).digest()
