"""Rows in the binary form of COPY: what many rows have in common is put in bytes once, and joined.

A row is its fields joined, in the order of the columns; a field is the value in the form in which PostgreSQL sends it,
after four bytes of its length. Every function but `copy_rows` gives such a field.
"""

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

NULL = b"\xff\xff\xff\xff"

_BEGIN = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_TEXT_TYPE = 25
_JSONB_VERSION = b"\1"


async def copy_rows(
    driver: Any, table: str, columns: Sequence[str], rows: Iterable[bytes], *, schema: str | None = None
) -> None:
    """Copies rows, if there are any, into a table."""
    count = len(columns).to_bytes(2)
    content = [_BEGIN]
    for row in rows:
        content += (count, row)
    if len(content) == 1:
        return
    content.append(_END)
    source = io.BytesIO(b"".join(content))
    await driver.copy_to_table(table, source=source, columns=columns, schema_name=schema, format="binary")


def raw(value: bytes | None) -> bytes:
    """Of type bytea."""
    return NULL if value is None else len(value).to_bytes(4) + value


def text(value: str | None) -> bytes:
    """Of type text."""
    return raw(None if value is None else value.encode())


def texts(values: Sequence[str]) -> bytes:
    """Of type text[]."""
    bounds = (len(values).to_bytes(4) + (1).to_bytes(4)) if values else b""
    return raw(bool(values).to_bytes(4) + bytes(4) + _TEXT_TYPE.to_bytes(4) + bounds + b"".join(map(text, values)))


def jsonb(document: str) -> bytes:
    """Of type jsonb, from its JSON."""
    return raw(_JSONB_VERSION + document.encode())


def uuid(value: UUID | None) -> bytes:
    """Of type uuid."""
    return raw(None if value is None else value.bytes)


def integer(value: int) -> bytes:
    """Of type integer."""
    return raw(value.to_bytes(4, signed=True))


def bigint(value: int) -> bytes:
    """Of type bigint."""
    return raw(value.to_bytes(8, signed=True))


def day(value: date) -> bytes:
    """Of type date."""
    return integer(value.toordinal() - _EPOCH.toordinal())


def instant(value: datetime) -> bytes:
    """Of type timestamptz."""
    return bigint((value - _EPOCH) // _MICROSECOND)
