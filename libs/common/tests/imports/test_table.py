"""A file is opened without keeping the event loop from other requests."""

import io
import threading
from collections.abc import AsyncIterator, Sequence

import pytest
import xlsxwriter

from common.codes import Cell
from common.imports import Columns
from common.imports.table import open_table
from common.spreadsheets.headers import Header

# the reading starts a process
pytestmark = pytest.mark.server

COLUMNS = Columns({"number": ("学号",), "name": ("姓名",)}, needed=[{"number"}])


async def test_headers_are_searched_in_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    content, searched, find = io.BytesIO(), list[bool](), Columns.find

    def watched(self: Columns, rows: Sequence[Sequence[Cell]]) -> Header | None:
        searched.append(threading.current_thread() is threading.main_thread())
        return find(self, rows)

    async def parts() -> AsyncIterator[bytes]:
        yield content.getvalue()

    book = xlsxwriter.Workbook(content, {"in_memory": True})
    for rows in ([["说明"]], [["学号", "姓名"], ["1", "张三"]]):
        sheet = book.add_worksheet()
        for number, cells in enumerate(rows):
            sheet.write_row(number, 0, cells)
    book.close()
    monkeypatch.setattr(Columns, "find", watched)
    assert (await open_table("xlsx", parts(), COLUMNS)).total == 1
    # two sheets, then the one that is read
    assert searched == [False] * 3
