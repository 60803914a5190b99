"""The parts of a table: whatever the reader's blocks hold, a part has its rows, and needs no other block."""

import json
import zlib

from hypothesis import given
from hypothesis import strategies as st

from common.imports import Table
from common.spreadsheets.headers import Header

HEADER = Header(0, {"number": 0}, {"number": "学号"}, ["学号"])


def table_of(blocks: list[list[bool]]) -> Table:
    """Blocks of data rows and others, which fill no known column; the first row is the header."""
    packed, starts, total, number = [], [], 0, 0
    for rows in blocks:
        frame: list[tuple[int, list[str | None]]] = []
        for is_data in rows:
            number += 1
            frame.append((number, [str(number) if is_data else None, "说明"]))
        starts.append(total)
        total += sum(is_data for is_data, (at, _) in zip(rows, frame, strict=True) if at > 1)
        packed.append(zlib.compress(json.dumps(["rows", frame]).encode()))
    return Table(HEADER, HEADER.titles, 1, packed, total, [], starts)


@given(st.lists(st.lists(st.booleans(), max_size=6), min_size=1, max_size=8), st.integers(1, 7))
def test_the_parts_of_a_table_are_its_rows(blocks: list[list[bool]], size: int) -> None:
    table = table_of(blocks)
    rows = list(table.rows())
    assert len(rows) == table.total
    parts = [table.part(first, size) for first in range(0, table.total, size)]
    assert [row for part, skipped in parts for row in part.some(skipped, size)] == rows
    for part, skipped in parts:
        held = [list(Table(HEADER, [], 1, [block], 0, []).rows()) for block in part.blocks]
        assert skipped < len(held[0])
        assert sum(map(len, held[:-1])) < skipped + size
