import asyncio
import csv
import io
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import openpyxl
import pytest
from sqlalchemy import text

from common.codes.rules import rules
from common.contracts import EVENT_TYPES, ChangeToken
from common.contracts.registration import DestinationData
from common.crypto import FieldCipher
from common.database import Database, UnitOfWork
from common.errors import TransientError
from common.operations import OperationContext, OperationRunner, Outcome
from destinations.registrations import announcements, storage
from destinations.registrations.imports import importing
from destinations.registrations.imports.importing import EMPTY_RESULT, KIND, import_registrations
from destinations.registry_client import Registry
from destinations.settings import Settings
from testing.databases import ServiceDatabase
from testing.tokens import TokenMint
from testing.waiting import eventually

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
        return list((await connection.execute(text(statement))).mappings())


@pytest.fixture
def office(http: httpx.AsyncClient, mint: TokenMint, runner: OperationRunner, book: Any) -> Office:
    return Office(http, mint, runner, book)


async def test_rows_arrive_approved_and_are_announced(office: Office, database: Database) -> None:
    rows = [
        office.row(**FULL),
        office.row(毕业去向="求职中"),
        office.row(毕业去向="专升本", 单位名称="某大学"),
    ]
    operation = await office.send(rows, effective_on="2022-08-31")
    assert (operation["state"], counts(operation)) == ("succeeded", (3, 0, 0, 0))
    by_code = {item["destination_code"]: item for item in await office.registrations()}
    employed = by_code["10"]
    assert (employed["state"], employed["source"], employed["confirmation"]) == (
        "school_approved",
        "import",
        "unconfirmed",
    )
    assert (employed["decided_on"], employed["version"], employed["incomplete_fields"]) == ("2022-08-31", 1, [])
    assert (employed["place_code"], employed["signed_on"]) == ("410102", "2022-06-15")
    assert by_code["70"]["reason"] == "job_seeking"
    assert by_code["803"]["study_school_name"] == "某大学"
    events = await stored(database, "SELECT * FROM outbox ORDER BY id")
    assert [row["key"] for row in events] == sorted(row["key"] for row in events)
    assert {row["sequence"] for row in events} == {1}
    token = operation["result"]["change_token"]
    assert token == (await announced_token(database))
    trail = await stored(database, "SELECT * FROM audit_entries WHERE action = 'import'")
    assert len(trail) == 3


async def announced_token(database: Database) -> str:
    (last,) = await stored(database, "SELECT * FROM outbox ORDER BY id DESC LIMIT 1")
    return ChangeToken(last["topic"], last["school_code"], last["key"], last["sequence"]).encode()


async def test_an_imported_event_is_the_one_that_the_single_act_would_announce(
    office: Office, database: Database
) -> None:
    await office.send([office.row(**FULL), office.row(毕业去向="自由职业", 单位名称="写作")])
    for row in await stored(database, "SELECT * FROM outbox"):
        async with database.reading() as connection:
            (registration,) = (await storage.current(connection, [row["data"]["graduate_id"]])).values()
        expected = announcements.to_data(None, registration)
        assert DestinationData.read(row["data"]) == expected
        assert row["data"].keys() == expected.model_dump(mode="json").keys()
        assert EVENT_TYPES[row["type"]].model is DestinationData


async def test_the_same_file_again_changes_nothing(office: Office, database: Database) -> None:
    rows = [office.row(**FULL), office.row(毕业去向="待就业")]
    await office.send(rows, effective_on="2022-08-31")
    otherwise = rows[0] | {"单位名称": " 某某(郑州)公司 ", "毕业去向类别代码": 10.0, "签约日期": "2022/6/15"}
    for again in (rows, [otherwise, rows[1]]):
        operation = await office.send(again, effective_on="2022-08-31")
        assert counts(operation) == (0, 0, 2, 0)
        assert operation["result"]["change_token"] is None
    assert len(await stored(database, "SELECT 1 FROM registration_versions")) == 2
    assert len(await stored(database, "SELECT 1 FROM outbox")) == 2


@pytest.mark.parametrize(("code", "label"), [("70", "待就业"), ("71", "不就业拟升学"), ("72", "其他暂不就业")])
async def test_a_code_and_its_own_label_say_the_same(office: Office, code: str, label: str) -> None:
    row = office.row(毕业去向类别代码=code)
    assert counts(await office.send([row])) == (1, 0, 0, 0)
    assert counts(await office.send([row | {"毕业去向类别代码": None, "毕业去向": label}])) == (0, 0, 1, 0)


async def test_text_marks_of_spreadsheet_programs_are_no_part_of_a_value(office: Office) -> None:
    row = office.row(**FULL)
    marked = {header: f"'{cell}" for header, cell in row.items()}
    assert counts(await office.send([marked])) == (1, 0, 0, 0)
    assert counts(await office.send([row])) == (0, 0, 1, 0)


async def test_of_a_text_only_what_can_be_read_is_kept(office: Office) -> None:
    """Layout marks are dropped. Rare characters are private use (U+E863) or unassigned (U+0378), and stay."""
    row = office.row(**FULL)
    laid_out = row | {
        "姓名": f"\u200b{row['姓名']}\ufeff",
        "单位名称": "\u202a某\u200d公司\n（\u00ad郑州\u202c）",
        "单位地址": "\u200b",
    }
    assert counts(await office.send([laid_out])) == (1, 0, 0, 0)
    (item,) = await office.registrations()
    assert (item["employer_name"], item["employer_address"]) == ("某公司 （郑州）", None)
    assert counts(await office.send([row | {"单位名称": "\ue863\u0378公司"}])) == (0, 1, 0, 0)
    (item,) = await office.registrations()
    assert item["employer_name"] == "\ue863\u0378公司"


@pytest.mark.parametrize("header", ["单位名称", "姓名"])
async def test_what_steers_a_device_is_no_text(office: Office, header: str) -> None:
    content = io.StringIO()
    writer = csv.DictWriter(content, HEADERS)
    writer.writeheader()
    writer.writerow(office.row(**FULL) | {header: "某\x07公司"})
    operation = await office.finished(await office.post(content.getvalue().encode(), "a.csv"))
    assert faults(operation) == [(2, header, "printable")]


async def test_a_blank_cell_keeps_and_the_mark_erases(office: Office) -> None:
    row = office.row(**FULL)
    await office.send([row])
    said = {name: row[name] for name in ("学号", "姓名", "毕业去向类别代码")}
    changed = said | {"单位地址": "**CLEAR**", "单位行业": "教育"}
    operation = await office.send([changed])
    assert counts(operation) == (0, 1, 0, 0)
    (item,) = await office.registrations()
    assert (item["employer_address"], item["industry_code"], item["employer_name"]) == (None, "42", "某某（郑州）公司")
    assert (item["version"], item["confirmation"]) == (2, "unconfirmed")


async def test_a_changed_code_drops_what_it_forbids(office: Office) -> None:
    row = office.row(**FULL)
    await office.send([row])
    operation = await office.send([{"学号": row["学号"], "姓名": row["姓名"], "毕业去向": "应征义务兵"}])
    assert counts(operation) == (0, 1, 0, 0)
    (item,) = await office.registrations()
    assert (item["destination_code"], item["employer_name"], item["place_code"]) == ("46", None, None)


async def test_an_ambiguous_label_means_the_code_of_the_cohorts_scheme(office: Office, book: Any) -> None:
    def row(number: str, cohort: int, **cells: str) -> Row:
        book.write(number, "王五", cohort=cohort)
        return {"学号": number, "姓名": "王五", "单位名称": "某大学", **cells}

    await office.send([row("1", 2024, 毕业去向="科研助理"), row("2", 2024, 毕业去向="管理助理")], cohort="2024")
    await office.send([row("3", 2024, 毕业去向="科研助理", 毕业去向类别代码="27")], cohort="2024")
    assert [item["destination_code"] for item in await office.registrations(cohort=2024)] == ["271", "271", "27"]
    await office.send([row("4", 2022, 毕业去向="科研助理")])
    assert [item["destination_code"] for item in await office.registrations(cohort=2022)] == ["27"]


async def test_missing_fields_are_a_warning(office: Office) -> None:
    operation = await office.send([office.row(毕业去向类别代码="11"), office.row(毕业去向="自由职业")])
    assert counts(operation) == (2, 0, 0, 0)
    assert operation["result"]["incomplete_fields"] == 1
    incomplete = {item["destination_code"]: item["incomplete_fields"] for item in await office.registrations()}
    assert incomplete["76"] == []
    assert set(incomplete["11"]) == {
        "employer_name",
        "employer_uscc",
        "employer_nature_code",
        "industry_code",
        "place_code",
        "position_code",
    }


async def test_every_fault_is_named_by_row_column_and_rule(office: Office, book: Any) -> None:
    rows: list[Row] = [
        office.row(**FULL),
        office.row(enrolled=False, **FULL),
        office.row(**FULL) | {"姓名": "李四"},
        office.row(毕业去向类别代码="99"),
        office.row(毕业去向类别代码="10", 毕业去向="待就业"),
        office.row(毕业去向="待就业", 单位名称="某公司"),
        office.row(**FULL) | {"统一社会信用代码": "91410100MA40ABCD16"},
        office.row(**FULL) | {"毕业年份": "2021"},
        office.row(**FULL) | {"签约日期": "去年"},
        office.row(**FULL) | {"学号": 1.1e17},
        office.row(**FULL) | {"单位所在地代码": "999999"},
    ]
    rows.append(dict(rows[0]))
    operation = await office.send(rows)
    assert operation["state"] == "failed"
    assert counts(operation) == (0, 0, 0, 11)
    assert sorted(faults(operation)) == [
        (3, "学号", "unknown_graduate"),
        (4, "姓名", "name_mismatch"),
        (5, "毕业去向类别代码", "unknown_code"),
        (6, "毕业去向类别代码", "code_label_disagree"),
        (7, "单位名称", "must_be_empty"),
        (8, "统一社会信用代码", "uscc_format"),
        (9, "毕业年份", "other_cohort"),
        (10, "签约日期", "date_format"),
        (11, "学号", "number_in_scientific_notation"),
        (12, "单位所在地代码", "unknown_code"),
        (13, "学号", "duplicate_in_file"),
    ]
    assert await office.registrations() == []
    shown = {each["row"]: each["value"] for each in operation["errors"]}
    assert shown[3] == "*****0002"
    assert shown[4] == "**"
    assert shown[9] == "2021"
    report = await office.http.get(operation["error_report"], headers=office.headers)
    sheet = openpyxl.load_workbook(io.BytesIO(report.content)).active
    assert sheet.max_row == 12
    assert "生源信息中没有该毕业生" in str(sheet.cell(2, len(HEADERS) + 1).value)


async def test_all_faults_of_a_row_are_told_together(office: Office) -> None:
    rows = [
        office.row(毕业去向类别代码="99", 签约日期="去年") | {"姓名": "李四"},
        office.row(**FULL) | {"签约日期": "去年", "统一社会信用代码": "91410100MA40ABCD16"},
        office.row(enrolled=False, 毕业去向="没有"),
    ]
    operation = await office.send(rows)
    assert counts(operation) == (0, 0, 0, 3)
    assert sorted(faults(operation)) == [
        (2, "姓名", "name_mismatch"),
        (2, "毕业去向类别代码", "unknown_code"),
        (2, "签约日期", "date_format"),
        (3, "签约日期", "date_format"),
        (3, "统一社会信用代码", "uscc_format"),
        (4, "学号", "unknown_graduate"),
        (4, "毕业去向", "unknown_label"),
    ]


async def test_a_number_is_repeated_whatever_the_rows_say_of_a_destination(office: Office) -> None:
    silent, faulty, good = office.row(), office.row(毕业去向="没有"), office.row(毕业去向="待就业")
    rows = [
        silent,
        silent | {"毕业去向": "待就业"},
        faulty,
        faulty | {"毕业去向": "待就业"},
        good,
        {"学号": good["学号"]},
        {"学号": 1.1e17},
        {"姓名": "某人"},
    ]
    operation = await office.send(rows, on_error="skip")
    assert counts(operation) == (1, 0, 3, 4)
    assert sorted(faults(operation)) == [
        (3, "学号", "duplicate_in_file"),
        (4, "毕业去向", "unknown_label"),
        (5, "学号", "duplicate_in_file"),
        (7, "学号", "duplicate_in_file"),
    ]


async def test_two_numbers_of_one_graduate_are_a_repetition(office: Office, book: Any) -> None:
    row = office.row(毕业去向="待就业")
    graduate_id, name = book.numbers[row["学号"]]
    book.numbers["K1"] = (graduate_id, name)
    operation = await office.send([row, {"考生号": "K1", "姓名": name, "毕业去向": "没有"}])
    assert sorted(faults(operation)) == [(3, "毕业去向", "unknown_label"), (3, "考生号", "duplicate_in_file")]


@pytest.mark.parametrize(
    ("cells", "column", "rule"),
    [
        ({"毕业去向类别代码": "10", "毕业去向": "躺平"}, "毕业去向", "unknown_label"),
        ({"毕业去向类别代码": "10", "毕业去向": "99"}, "毕业去向", "unknown_code"),
        ({"毕业去向类别代码": "躺平", "毕业去向": "待就业"}, "毕业去向类别代码", "unknown_label"),
        ({"毕业去向类别代码": "10", "毕业去向": "待就业"}, "毕业去向类别代码", "code_label_disagree"),
        ({"毕业去向": "**CLEAR**"}, "毕业去向", "required"),
        ({"毕业去向": "待就业", "单位行业": "教育"}, "单位行业", "must_be_empty"),
        ({"毕业去向": "待就业", "单位行业代码": "42"}, "单位行业代码", "must_be_empty"),
        ({"毕业去向": "待就业", "单位行业代码": "42", "单位行业": "教育"}, "单位行业代码", "must_be_empty"),
        (FULL | {"单位行业": "没有"}, "单位行业", "unknown_label"),
        (FULL | {"单位性质": "机关"}, "单位性质代码", "code_label_disagree"),
    ],
)
async def test_the_cell_at_fault_is_named(office: Office, cells: Row, column: str, rule: str) -> None:
    operation = await office.send([office.row(**cells)])
    (error,) = operation["errors"]
    assert (error["column"], error["rule"], error["value"]) == (column, rule, cells[column])


async def test_an_unknown_graduate_is_an_error_at_the_student_number(office: Office) -> None:
    row = {"考生号": "20410102000001", "姓名": "某人", "毕业去向": "待就业"}
    (with_the_column,) = (await office.send([row]))["errors"]
    assert (with_the_column["column"], with_the_column["value"]) == ("学号", None)
    content = workbook([row], headers=["考生号", "姓名", "毕业去向"])
    (without,) = (await office.finished(await office.post(content, "a.xlsx")))["errors"]
    assert (without["column"], without["value"]) == ("考生号", "**********0001")
    assert {with_the_column["rule"], without["rule"]} == {"unknown_graduate"}


async def test_the_sheet_with_the_registrations_is_found(office: Office) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook([office.row(**FULL)])))
    notes = book.create_sheet("填写说明", 0)
    notes.append(["学号", "姓名", "说明"])
    content = io.BytesIO()
    book.save(content)
    operation = await office.finished(await office.post(content.getvalue(), "去向.xlsx"))
    assert counts(operation) == (1, 0, 0, 0)


async def test_columns_that_were_shifted_show_nobody(office: Office) -> None:
    row = office.row(毕业年份="2022年6月")
    rows = [row | {"毕业去向": row["姓名"]}, office.row(毕业去向="13800138000"), office.row(毕业去向类别代码="998")]
    operation = await office.send(rows)
    assert [(each["rule"], each["value"]) for each in operation["errors"]] == [
        ("unknown_label", "***"),
        ("unknown_code", "***********"),
        ("unknown_code", "998"),
    ]


async def test_skip_stores_the_good_rows(office: Office) -> None:
    operation = await office.send([office.row(**FULL), office.row(毕业去向="没有"), office.row()], on_error="skip")
    assert operation["state"] == "succeeded"
    assert counts(operation) == (1, 0, 1, 1)
    assert operation["errors_total"] == 1
    assert len(await office.registrations()) == 1


async def test_a_dry_run_tells_and_stores_nothing(office: Office, database: Database) -> None:
    rows = [office.row(**FULL), office.row()]
    operation = await office.send(rows, dry_run="true")
    assert (operation["state"], counts(operation)) == ("succeeded", (1, 0, 1, 0))
    assert operation["result"]["change_token"] is None
    assert await office.registrations() == []
    assert await stored(database, "SELECT 1 FROM outbox") == []
    faulty = await office.send([*rows, office.row(毕业去向="没有")], dry_run="true")
    assert (faulty["state"], counts(faulty)) == ("failed", (0, 0, 0, 1))
    skipped = await office.send([*rows, office.row(毕业去向="没有")], dry_run="true", on_error="skip")
    assert (skipped["state"], counts(skipped)) == ("succeeded", (1, 0, 1, 1))


NO_MORE_THAN_READING = """
    LOCK TABLE destination_streams, registrations, registration_versions, roster_graduates, outbox IN EXCLUSIVE MODE
"""


async def test_a_dry_run_neither_locks_nor_writes(office: Office, addresses: ServiceDatabase, book: Any) -> None:
    """Nor does it wait for whoever does. What registry has just told of a graduate counts all the same."""
    known, gone, changed = (office.row(毕业去向="待就业") for _ in range(3))
    await office.send([known, gone, changed], effective_on="2022-08-31")
    book.change(book.numbers[gone["学号"]][0], status="withdrawn", sequence=2)
    rows = [known, *(row | {"毕业去向": "应征义务兵"} for row in (gone, changed)), office.row(毕业去向="待就业")]
    owner = await asyncpg.connect(addresses.owner_url)
    async with owner.transaction(), asyncio.timeout(10):
        await owner.execute(NO_MORE_THAN_READING)
        operation = await office.send(rows, dry_run="true")
        early = await office.send(rows, dry_run="true", effective_on="2022-08-30", on_error="skip")
    await owner.close()
    assert (counts(operation), operation["result"]["frozen"]) == ((1, 1, 2, 0), 1)
    assert counts(early) == (1, 0, 2, 1)
    assert faults(early) == [(4, "学号", "before_previous_decision")]
    assert counts(await office.send(rows)) == (1, 1, 2, 0)


async def test_a_row_before_the_previous_decision_is_at_fault(office: Office) -> None:
    row = office.row(毕业去向="待就业")
    await office.send([row], effective_on="2022-08-31")
    changed = row | {"毕业去向": "应征义务兵"}
    early = await office.send([changed], effective_on="2022-08-30")
    assert faults(early) == [(2, "学号", "before_previous_decision")]
    assert counts(await office.send([row], effective_on="2022-08-30")) == (0, 0, 1, 0)
    same_day = await office.send([changed], effective_on="2022-08-31")
    assert counts(same_day) == (0, 1, 0, 0)


@pytest.mark.parametrize(
    ("day", "rule"), [("2999-01-01", "in_the_future"), ("86400", "day_format"), ("0001-01-01", "out_of_range")]
)
async def test_a_day_in_the_future_or_none_is_refused(office: Office, day: str, rule: str) -> None:
    answer = await office.post(workbook([office.row()]), "a.xlsx", effective_on=day)
    assert answer.status_code == 422
    assert answer.json()["errors"][0] | {"message": ""} == {
        "pointer": "/effective_on",
        "rule": rule,
        "message": "",
    }


@pytest.mark.parametrize("status", ["withdrawn", "extended", "transferred"])
async def test_a_frozen_registration_and_a_requested_void_are_left_alone(
    office: Office, database: Database, book: Any, status: str
) -> None:
    gone, asked = office.row(毕业去向="待就业"), office.row(毕业去向="待就业")
    await office.send([gone, asked], effective_on="2022-08-31")
    graduate_id, _ = book.numbers[gone["学号"]]
    book.change(graduate_id, status=status, sequence=2)
    items = {item["graduate_id"]: item for item in await office.registrations()}
    void = items[str(book.numbers[asked["学号"]][0])]
    path = f"/v1/registrations/{void['id']}/request-void"
    await office.http.post(path, headers=office.headers | {"If-Match": '"1"'})
    same = await office.send([gone, asked])
    assert (counts(same), same["result"]["frozen"]) == ((0, 0, 2, 0), 1)
    enlisted = [row | {"毕业去向": "应征义务兵"} for row in (gone, asked)]
    operation = await office.send(enlisted)
    assert faults(operation) == [(3, "学号", "void_requested")]
    assert (counts(operation), operation["result"]["frozen"]) == ((0, 0, 0, 1), 0)
    with_a_new_one = await office.send([enlisted[0], office.row(毕业去向="待就业")])
    assert (counts(with_a_new_one), with_a_new_one["result"]["frozen"]) == ((1, 0, 1, 0), 1)
    kept = await stored(database, f"SELECT destination_code FROM registrations WHERE graduate_id = '{graduate_id}'")
    assert [row["destination_code"] for row in kept] == ["70"]


async def test_who_left_before_any_registration_gets_none(office: Office, database: Database, book: Any) -> None:
    row = office.row(毕业去向="待就业")
    book.change(book.numbers[row["学号"]][0], status="withdrawn")
    operation = await office.send([row])
    assert (operation["state"], counts(operation), operation["result"]["frozen"]) == ("succeeded", (0, 0, 1, 0), 1)
    assert await office.registrations() == []
    assert await stored(database, "SELECT 1 FROM outbox") == []


async def test_a_row_is_compared_with_what_is_effective(office: Office, http: httpx.AsyncClient) -> None:
    """Nobody approved what is under review: a row does not make it effective, nor end it when it says nothing new."""
    row = office.row(毕业去向="待就业")
    await office.send([row])
    (item,) = await office.registrations()
    graduate = office.mint.headers("graduate", graduate=item["graduate_id"])
    path = f"/v1/registrations/{item['id']}"
    await http.patch(path, json={"reason": "signing"}, headers=graduate | {"If-Match": '"1"'})
    assert counts(await office.send([row])) == (0, 0, 1, 0)
    (pending,) = await office.registrations()
    assert (pending["state"], pending["version"], pending["reason"]) == ("draft", 2, "signing")
    assert counts(await office.send([row | {"签约日期": "2022-08-01"}])) == (0, 1, 0, 0)
    (item,) = await office.registrations()
    assert (item["state"], item["confirmation"], item["source"]) == ("school_approved", "unconfirmed", "import")
    assert (item["reason"], item["signed_on"]) == (None, "2022-08-01")
    assert (item["version"], item["effective"]["version"]) == (3, 3)


async def test_csv_with_notes_above_and_an_examinee_number(office: Office, book: Any) -> None:
    graduate_id = book.write("K1", "王五", cohort=2022)
    content = io.StringIO()
    writer = csv.writer(content)
    writer.writerow(["说明"])
    writer.writerow(["考生号", "姓 名", "毕业去向", "院校代码"])
    writer.writerow(["K1", "王 五", "西部计划", "10001"])
    operation = await office.finished(await office.post(content.getvalue().encode("gb18030"), "a.csv"))
    assert counts(operation) == (1, 0, 0, 0), operation
    (item,) = await office.registrations()
    assert (item["graduate_id"], item["destination_code"]) == (str(graduate_id), "503")


async def test_while_registry_is_down_the_operation_waits(office: Office, book: Any, runner: OperationRunner) -> None:
    rows = [office.row(**FULL)]
    book.down = True
    accepted = await office.post(workbook(rows), "a.xlsx")
    assert await runner.run_once()
    assert (await office.operation(accepted))["state"] == "running"
    book.down = False
    await eventually(runner.run_once, describe="the second attempt")
    assert counts(await office.operation(accepted)) == (1, 0, 0, 0)


async def test_an_import_that_broke_off_after_its_commit_is_not_done_twice(
    office: Office, database: Database, registry: Registry, settings: Settings
) -> None:
    async def import_and_break_off(context: OperationContext) -> Outcome:
        await import_registrations(context, registry)
        raise TransientError

    accepted = await office.post(workbook([office.row(**FULL)]), "a.xlsx")
    cipher = FieldCipher.load(settings.keyring_file)
    assert await OperationRunner(database, {KIND: import_and_break_off}, cipher=cipher).run_once()
    assert len(await office.registrations()) == 1
    await eventually(office.runner.run_once, describe="the second attempt")
    assert counts(await office.operation(accepted)) == (1, 0, 0, 0)
    assert len(await stored(database, "SELECT 1 FROM outbox")) == 1


def breaking_off(registry: Registry, in_part: int) -> Callable[[OperationContext], Awaitable[Outcome]]:
    """An import whose worker breaks off before it commits this part."""

    async def handler(context: OperationContext) -> Outcome:
        note = context.chunk_done

        async def chunk_done(unit: UnitOfWork, number: int, outcome: Mapping[str, Any] | None = None) -> None:
            await note(unit, number, outcome)
            if number == in_part:
                raise TransientError

        context.chunk_done = chunk_done  # type: ignore[method-assign]
        return await import_registrations(context, registry)

    return handler


@pytest.fixture
async def half_done(
    office: Office, database: Database, registry: Registry, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> httpx.Response:
    """A skipping import of five rows in parts of two, the second of them faulty, of which one part is committed."""
    monkeypatch.setattr(importing, "CHUNK_ROWS", 2)
    rows = [office.row(毕业去向=label) for label in ("待就业", "没有", "自由职业", "待就业", "待就业")]
    accepted = await office.post(workbook(rows), "a.xlsx", on_error="skip")
    cipher = FieldCipher.load(settings.keyring_file)
    assert await OperationRunner(database, {KIND: breaking_off(registry, 1)}, cipher=cipher).run_once()
    assert [item["destination_code"] for item in await office.registrations()] == ["70"]
    assert len(await stored(database, "SELECT 1 FROM operation_chunks")) == 1
    assert len(await stored(database, "SELECT 1 FROM outbox")) == 1
    return accepted


async def test_a_skipping_import_goes_on_after_the_parts_that_are_done(
    office: Office, database: Database, half_done: httpx.Response
) -> None:
    await eventually(office.runner.run_once, describe="the second attempt")
    operation = await office.operation(half_done)
    assert (operation["state"], counts(operation)) == ("succeeded", (4, 0, 0, 1))
    assert operation["result"]["change_token"] == await announced_token(database)
    assert faults(operation) == [(3, "毕业去向", "unknown_label")]
    assert sorted(item["destination_code"] for item in await office.registrations()) == ["70", "70", "70", "76"]
    for table in ("registration_versions", "outbox", "audit_entries WHERE action = 'import'"):
        assert len(await stored(database, f"SELECT 1 FROM {table}")) == 4, table
    assert len(await stored(database, "SELECT 1 FROM operation_chunks")) == 3


async def test_a_refusal_by_registry_ends_the_work_and_counts_what_was_stored(
    office: Office, database: Database, book: Any, half_done: httpx.Response
) -> None:
    book.refuses = True
    await eventually(office.runner.run_once, describe="the second attempt")
    operation = await office.operation(half_done)
    assert (operation["state"], counts(operation)) == ("failed", (1, 0, 0, 1))
    assert operation["result"]["change_token"] == await announced_token(database)
    assert [(each["row"], each["rule"]) for each in operation["errors"]] == [(None, "registry_refused")]
    assert operation["errors"][0]["rule"] in rules()
    at_once = await office.send([office.row(毕业去向="待就业")])
    assert (at_once["state"], counts(at_once), at_once["result"]["change_token"]) == ("failed", (0, 0, 0, 0), None)


async def test_work_that_breaks_counts_what_was_stored(
    office: Office, database: Database, settings: Settings, half_done: httpx.Response
) -> None:
    async def fail(context: OperationContext) -> Outcome:
        raise RuntimeError

    cipher = FieldCipher.load(settings.keyring_file)
    breaking = OperationRunner(database, {KIND: fail}, cipher=cipher, empty_results={KIND: EMPTY_RESULT})
    await eventually(breaking.run_once, describe="the second attempt")
    operation = await office.operation(half_done)
    assert (operation["state"], counts(operation), operation["result"]["frozen"]) == ("failed", (1, 0, 0, 1), 0)
    assert operation["result"]["change_token"] == await announced_token(database)
    assert [each["rule"] for each in operation["errors"]] == ["internal_error"]


@pytest.mark.parametrize(("cohort", "status"), [("1976", 422), ("1977", 202), ("2200", 202), ("2201", 422)])
async def test_a_cohort_that_registry_refuses_is_refused_at_once(office: Office, cohort: str, status: int) -> None:
    answer = await office.post(workbook([office.row()]), "a.xlsx", cohort=cohort)
    assert answer.status_code == status
    if status == 422:
        assert [each["pointer"] for each in answer.json()["errors"]] == ["/cohort"]


async def test_who_may_import_what(office: Office, mint: TokenMint) -> None:
    content = workbook([office.row()])

    async def status(role: str, of: str = "10001", **scope: Any) -> int:
        headers = mint.headers(role, **scope)
        form = {"school_code": of, "cohort": "2022"}
        files = {"file": ("a.xlsx", content)}
        return (
            await office.http.post("/v1/imports/registrations", data=form, files=files, headers=headers)
        ).status_code

    assert await status("school_officer", school="10001") == 202
    assert await status("school_officer", "10002", school="10001") == 404
    assert await status("counsellor", "10002", school="10001", class_="K1") == 404
    assert await status("counsellor", school="10001", class_="K1") == 403
    assert await status("graduate", graduate=str(uuid4())) == 404


async def test_an_operation_is_seen_by_its_school_only(office: Office, mint: TokenMint) -> None:
    accepted = await office.post(workbook([office.row()]), "a.xlsx")
    stranger = mint.headers("school_officer", school="10002")
    assert (await office.http.get(accepted.headers["location"], headers=stranger)).status_code == 404


async def test_a_file_that_is_none_fails_with_a_rule(office: Office) -> None:
    operation = await office.finished(await office.post(workbook([], headers=["甲", "乙"]), "a.xlsx"))
    assert operation["state"] == "failed"
    assert operation["errors"][0]["rule"] in {"header_missing", "file_empty"}
    assert counts(operation) == (0, 0, 0, 0)
    assert operation["result"]["change_token"] is None


P1 = (
    ("85", "出国、出境", 3),
    ("803", "专升本", 703),
    ("50", "国家基层项目", 3),
    ("46", "应征义务兵", 195),
    ("11", "签劳动合同形式就业", 224),
    ("10", "签就业协议形式就业", 1610),
    ("70", "待就业", 100),
    ("12", "其他录用形式就业", 1010),
    ("75", "自主创业", 30),
)


async def test_the_counts_of_a_published_table_are_stored_and_announced(office: Office, database: Database) -> None:
    rows = [office.row(毕业去向=label) for _, label, count in P1 for _ in range(count)]
    operation = await office.send(rows, effective_on="2022-08-31")
    assert counts(operation) == (3878, 0, 0, 0)
    for source in ("registrations", "registration_versions"):
        found = await stored(database, f"SELECT destination_code, count(*) FROM {source} GROUP BY 1")
        assert {row["destination_code"]: row["count"] for row in found} == {code: count for code, _, count in P1}
    announced = await stored(
        database,
        "SELECT data ->> 'destination_code' AS code, count(*), count(*) FILTER (WHERE data -> 'flexible' = 'true') AS f"
        " FROM outbox WHERE sequence = 1 AND decided_on = '2022-08-31' GROUP BY 1",
    )
    assert {row["code"]: row["count"] for row in announced} == {code: count for code, _, count in P1}
    assert sum(row["f"] for row in announced) == 1010
    assert counts(await office.send(rows, effective_on="2022-08-31")) == (0, 0, 3878, 0)


async def test_nothing_of_a_person_or_an_employer_leaves_through_the_outbox(office: Office, database: Database) -> None:
    abroad: dict[str, Any] = {
        "毕业去向": "境外留学",
        "留学国家地区": "CANARY",
        "留学院校中文名称": "CANARY",
        "留学院校外文名称": "CANARY",
        "留学专业中文名称": "CANARY",
        "留学专业外文名称": "CANARY",
    }
    row = office.row(**FULL) | {"单位名称": "CANARY", "单位地址": "CANARY"}
    await office.send([row, office.row(**abroad), office.row(毕业去向="求职中")])
    for table in ("outbox", "audit_entries", "operations"):
        written = str([dict(each) for each in await stored(database, f"SELECT * FROM {table}")])
        for secret in ("CANARY", row["学号"], row["姓名"], USCC, "job_seeking"):
            assert secret not in written, (table, secret)
