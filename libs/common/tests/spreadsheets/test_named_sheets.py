"""A sheet that is asked for by its name."""

import io
from collections.abc import AsyncIterator

import openpyxl
import pytest

from common.errors import Invalid
from common.spreadsheets import SPREADSHEETS, blocks_of

TEXT = "学号,姓名\n1,张三".encode()


def workbook(*names: str) -> bytes:
    """A sheet for each name, which it holds; the first one is hidden."""
    book, content = openpyxl.Workbook(), io.BytesIO()
    for name in names:
        book.create_sheet(name).append([name])
    book.remove(book.worksheets[0])
    book.worksheets[0].sheet_state = "hidden"
    book.active = 1
    book.save(content)
    return content.getvalue()


async def read(content: bytes, name: str) -> list[object]:
    async def parts() -> AsyncIterator[bytes]:
        yield content

    blocks = blocks_of(SPREADSHEETS.kind_of(content), parts(), lambda _: [0, 1], name)
    return [cells async for _, rows in blocks for _, cells in rows]


@pytest.mark.parametrize("name", ["附表", " 附表 ", "说明", "data"])
async def test_it_is_read_whatever_it_holds_and_hidden_or_not(name: str) -> None:
    (found,) = await read(workbook("说明", "名单", "附表", "Data"), name)
    assert str(found).casefold() == f"['{name.strip()}']"


@pytest.mark.parametrize(("content", "exist"), [(workbook("说明", "名单"), "：说明、名单"), (TEXT, "工作表有")])
async def test_one_that_is_not_there_is_refused_with_those_that_are(content: bytes, exist: str) -> None:
    with pytest.raises(Invalid) as refused:
        await read(content, "附表")
    (problem,) = refused.value.problems
    assert (problem.rule, problem.pointer) == ("sheet_unknown", "/file")
    assert problem.message.zh.endswith(exist)
