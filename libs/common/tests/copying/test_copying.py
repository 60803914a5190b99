"""What COPY takes in binary is what the driver binds, whatever the value."""

from datetime import UTC
from typing import Any

import asyncpg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import ARRAY, BigInteger, Boolean, Date, DateTime, Integer, LargeBinary, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from common import copying

PLAIN = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
TYPES: dict[str, tuple[str, Any, Any]] = {
    "number": ("integer", copying.integer, st.integers(-(2**31), 2**31 - 1)),
    "big": ("bigint", copying.bigint, st.integers(-(2**63), 2**63 - 1)),
    "bytes": ("bytea", copying.raw, st.none() | st.binary()),
    "word": ("text", copying.text, st.none() | PLAIN),
    "words": ("text[]", copying.texts, st.lists(PLAIN).map(tuple)),
    "said": ("jsonb", copying.jsonb, st.sampled_from(['{"a": ["值", null, 1]}', "{}"])),
    "id": ("uuid", copying.uuid, st.none() | st.uuids()),
    "day": ("date", copying.day, st.dates()),
    "yes": ("boolean", copying.boolean, st.booleans()),
    "at": ("timestamptz", copying.instant, st.datetimes(timezones=st.just(UTC))),
}
KINDS: dict[str, Any] = {
    "number": Integer(),
    "big": BigInteger(),
    "bytes": LargeBinary(),
    "word": Text(),
    "words": ARRAY(Text),
    "said": JSONB(),
    "id": Uuid(),
    "day": Date(),
    "yes": Boolean(),
    "at": DateTime(timezone=True),
}
ROWS = st.lists(st.tuples(*(values for _, _, values in TYPES.values())), max_size=5)


@given(ROWS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
async def test_copied_rows_are_those_that_are_bound(postgres_url: str, rows: list[tuple[Any, ...]]) -> None:
    connection = await asyncpg.connect(postgres_url.replace("+asyncpg", ""))
    try:
        types = ", ".join(f'"{name}" {kind}' for name, (kind, *_) in TYPES.items())
        for table in ("copied", "bound"):
            await connection.execute(f"CREATE TEMP TABLE {table} (at_place serial, {types})")
        forms = [form for _, form, _ in TYPES.values()]
        packed = [b"".join(form(value) for form, value in zip(forms, row, strict=True)) for row in rows]
        await copying.copy_rows(connection, "copied", [*TYPES], packed)
        await connection.copy_records_to_table("bound", records=rows, columns=[*TYPES])
        assert await connection.fetch("TABLE copied") == await connection.fetch("TABLE bound")
        assert await connection.fetchval("SELECT count(*) FROM copied") == len(rows)
    finally:
        await connection.close()


@given(st.lists(st.tuples(*(st.none() | values for _, _, values in TYPES.values())), max_size=5))
def test_rows_made_column_by_column_are_those_made_one_by_one(rows: list[tuple[Any, ...]]) -> None:
    columns = zip(*rows, strict=True) if rows else [()] * len(TYPES)
    fields = {name: copying.fields_of(KINDS[name], values) for name, values in zip(TYPES, columns, strict=True)}
    forms = [form for _, form, _ in TYPES.values()]
    assert copying.joined(fields, [*TYPES]) == [
        b"".join(copying.NULL if value is None else form(value) for form, value in zip(forms, row, strict=True))
        for row in rows
    ]
