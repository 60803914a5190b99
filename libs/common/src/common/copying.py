"""Rows in the binary form of COPY: what many rows have in common is put in bytes once, and joined.

A row is its fields joined, in the order of the columns; a field is the value in the form in which PostgreSQL sends it,
after four bytes of its length. The functions that are named after types give such a field.

Where rows are made column by column, `fields_of` gives the fields of a column, and `joined` makes rows of them.
"""

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Boolean, Date, DateTime, Integer, LargeBinary, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

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


def fields_of(kind: TypeEngine[Any], values: Iterable[Any]) -> list[bytes]:
    """The values of a column of this type as fields, None as NULL; what repeats is put in bytes once."""
    form = _FORMS[type(kind)]
    if form in (uuid, raw):
        # no two are equal, and to look one up takes longer
        return [*map(form, values)]
    return list(map(_Fields(form).__getitem__, values))


def joined(fields: Mapping[str, Sequence[bytes]], columns: Sequence[str]) -> list[bytes]:
    """The rows of a table, from the fields of all its columns by their names."""
    return list(map(b"".join, zip(*(fields[column] for column in columns), strict=True)))


class _Fields(dict[Any, bytes]):
    """The fields of a column by their values."""

    def __init__(self, form: Callable[[Any], bytes]) -> None:
        super().__init__({None: NULL})
        self._form = form

    def __missing__(self, value: Any) -> bytes:
        field = self[value] = self._form(value)
        return field


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


def boolean(value: bool) -> bytes:
    """Of type boolean."""
    return raw(value.to_bytes(1))


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


_FORMS: Mapping[type[TypeEngine[Any]], Callable[[Any], bytes]] = {
    ARRAY: texts,
    BigInteger: bigint,
    Boolean: boolean,
    Date: day,
    DateTime: instant,
    Integer: integer,
    JSONB: jsonb,
    LargeBinary: raw,
    Text: text,
    Uuid: uuid,
}
