"""A school's office in tests: the files it sends, and what comes of them."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import openpyxl
from sqlalchemy import text

from common.contracts import ChangeToken
from common.database import Database
from common.operations import OperationRunner
from testing.tokens import TokenMint

HEADERS = (
    "学号",
    "考生号",
    "姓名",
    "性别",
    "毕业年份",
    "毕业去向类别代码",
    "毕业去向",
    "签约日期",
    "单位名称",
    "统一社会信用代码",
    "留学国家地区",
    "留学院校中文名称",
    "留学院校外文名称",
    "留学专业中文名称",
    "留学专业外文名称",
    "单位性质代码",
    "单位性质",
    "单位行业代码",
    "单位行业",
    "单位所在地代码",
    "单位所在地",
    "单位地址",
    "工作职位类别代码",
    "工作职位类别",
)


USCC = "91410100MA40ABCD15"


FULL: dict[str, Any] = {
    "毕业去向类别代码": "10",
    "毕业去向": "签就业协议形式就业",
    "签约日期": "2022-06-15",
    "单位名称": "某某（郑州）公司",
    "统一社会信用代码": USCC,
    "单位性质代码": "39",
    "单位行业代码": "22",
    "单位所在地代码": "410102",
    "单位所在地": "河南省郑州市中原区",
    "单位地址": "某路",
    "工作职位类别代码": "40",
}


OFFICER: dict[str, Any] = {"role": "school_officer", "school": "10001"}


Row = Mapping[str, Any]


class Office:
    """A school's office: the files it sends, and what comes of them."""

    def __init__(self, http: httpx.AsyncClient, mint: TokenMint, runner: OperationRunner, book: Any) -> None:
        self.http, self.mint, self.runner, self.book = http, mint, runner, book
        self.headers = mint.headers(**OFFICER)
        self.count = 0

    def row(self, *, enrolled: bool = True, **cells: Any) -> dict[str, Any]:
        """A row about somebody new, who is in the roster unless told otherwise."""
        self.count += 1
        number, name = f"2022{self.count:05}", f"张三{self.count}"
        if enrolled:
            self.book.write(number, name, cohort=2022)
        return {"学号": number, "姓名": name, **cells}

    async def post(self, content: bytes, filename: str, **form: str) -> httpx.Response:
        sent = {"school_code": "10001", "cohort": "2022"} | form
        path = "/v1/imports/registrations"
        return await self.http.post(path, data=sent, files={"file": (filename, content)}, headers=self.headers)

    async def send(self, rows: Sequence[Row], **form: str) -> dict[str, Any]:
        """Imports the rows as a workbook and gives the finished operation."""
        return await self.finished(await self.post(workbook(rows), "去向.xlsx", **form))

    async def finished(self, accepted: httpx.Response) -> dict[str, Any]:
        assert accepted.status_code == 202, accepted.text
        assert accepted.json()["state"] == "queued"
        assert await self.runner.run_once()
        return await self.operation(accepted)

    async def operation(self, accepted: httpx.Response) -> dict[str, Any]:
        answer = await self.http.get(accepted.headers["location"], headers=self.headers)
        found: dict[str, Any] = answer.json()
        return found

    async def registrations(self, **query: Any) -> list[dict[str, Any]]:
        answer = await self.http.get("/v1/registrations", params={"limit": 500} | query, headers=self.headers)
        items: list[dict[str, Any]] = answer.json()["items"]
        return items


def workbook(rows: Sequence[Row], headers: Sequence[str] = HEADERS, notes: Sequence[str] = ()) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for note in notes:
        sheet.append([note])
    sheet.append(list(headers))
    for row in rows:
        sheet.append([row.get(header) for header in headers])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def counts(operation: Mapping[str, Any]) -> tuple[int, int, int, int]:
    result = operation["result"]
    return result["created"], result["updated"], result["unchanged"], result["rejected"]


def faults(operation: Mapping[str, Any]) -> list[tuple[int, str, str]]:
    return [(each["row"], each["column"], each["rule"]) for each in operation["errors"]]


async def stored(database: Database, statement: str) -> list[Any]:
    async with database.reading() as connection:
        return await connection.execute(text(statement))


async def announced_token(database: Database) -> str:
    (last,) = await stored(database, "SELECT * FROM outbox ORDER BY id DESC LIMIT 1")
    return ChangeToken(last["topic"], last["school_code"], last["key"], last["sequence"]).encode()
