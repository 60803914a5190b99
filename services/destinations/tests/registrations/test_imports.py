import csv
import io
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
import openpyxl
import pytest
from sqlalchemy import text

from common.contracts import EVENT_TYPES, ChangeToken
from common.contracts.registration import DestinationData
from common.crypto import FieldCipher
from common.database import Database
from common.errors import TransientError
from common.operations import OperationContext, OperationRunner, Outcome
from common.testing.tokens import TokenMint
from common.testing.waiting import eventually
from destinations.registrations import announcements, storage
from destinations.registrations.imports import importing
from destinations.registrations.imports.importing import KIND, import_registrations
from destinations.roster.registry import Registry
from destinations.settings import Settings

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
def runner(database: Database, registry: Registry, settings: Settings) -> OperationRunner:
    handlers = {KIND: partial(import_registrations, registry=registry)}
    return OperationRunner(database, handlers, cipher=FieldCipher.load(settings.keyring_file))


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
            registration = await storage.current(connection, row["data"]["graduate_id"])
        assert registration is not None
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


async def test_a_row_before_the_previous_decision_is_at_fault(office: Office) -> None:
    row = office.row(毕业去向="待就业")
    await office.send([row], effective_on="2022-08-31")
    changed = row | {"毕业去向": "应征义务兵"}
    early = await office.send([changed], effective_on="2022-08-30")
    assert faults(early) == [(2, "学号", "before_previous_decision")]
    assert counts(await office.send([row], effective_on="2022-08-30")) == (0, 0, 1, 0)
    same_day = await office.send([changed], effective_on="2022-08-31")
    assert counts(same_day) == (0, 1, 0, 0)


@pytest.mark.parametrize(("day", "rule"), [("2999-01-01", "in_the_future"), ("86400", "day_format")])
async def test_a_day_in_the_future_or_none_is_refused(office: Office, day: str, rule: str) -> None:
    answer = await office.post(workbook([office.row()]), "a.xlsx", effective_on=day)
    assert answer.status_code == 422
    assert answer.json()["errors"][0] | {"message": ""} == {
        "pointer": "/effective_on",
        "rule": rule,
        "message": "",
    }


async def test_a_withdrawn_graduate_and_a_requested_void_are_left_alone(office: Office, book: Any) -> None:
    gone, asked = office.row(毕业去向="待就业"), office.row(毕业去向="待就业")
    await office.send([gone, asked], effective_on="2022-08-31")
    graduate_id, _ = book.numbers[gone["学号"]]
    book.graduates[graduate_id] |= {"status": "withdrawn", "sequence": 2}
    items = {item["graduate_id"]: item for item in await office.registrations()}
    void = items[str(book.numbers[asked["学号"]][0])]
    path = f"/v1/registrations/{void['id']}/request-void"
    await office.http.post(path, headers=office.headers | {"If-Match": '"1"'})
    assert counts(await office.send([gone, asked])) == (0, 0, 2, 0)
    operation = await office.send([row | {"毕业去向": "应征义务兵"} for row in (gone, asked)])
    assert faults(operation) == [(2, "学号", "graduate_withdrawn"), (3, "学号", "void_requested")]


async def test_a_row_replaces_what_was_under_review(office: Office, http: httpx.AsyncClient) -> None:
    row = office.row(毕业去向="待就业")
    await office.send([row])
    (item,) = await office.registrations()
    graduate = office.mint.headers("graduate", graduate=item["graduate_id"])
    path = f"/v1/registrations/{item['id']}"
    pending = await http.patch(path, json={"reason": "signing"}, headers=graduate | {"If-Match": '"1"'})
    assert pending.json()["state"] == "draft"
    operation = await office.send([row])
    assert counts(operation) == (0, 1, 0, 0)
    (item,) = await office.registrations()
    assert (item["state"], item["version"], item["effective"]["version"]) == ("school_approved", 3, 3)


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


async def test_a_skipping_import_goes_on_after_the_parts_that_are_done(
    office: Office, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK_ROWS", 2)
    rows = [office.row(毕业去向="待就业") for _ in range(5)]
    rows[1] |= {"毕业去向": "没有"}
    operation = await office.send(rows, on_error="skip")
    assert counts(operation) == (4, 0, 0, 1)
    assert len(await stored(database, "SELECT 1 FROM operation_chunks")) in {0, 3}
    again = await office.send([*rows, office.row(毕业去向="待就业")], on_error="skip")
    assert counts(again) == (1, 0, 4, 1)


async def test_who_may_import_what(office: Office, mint: TokenMint) -> None:
    content = workbook([office.row()])

    async def status(role: str, school: str = "10001", **scope: Any) -> int:
        headers = mint.headers(role, **scope)
        form = {"school_code": school, "cohort": "2022"}
        files = {"file": ("a.xlsx", content)}
        return (
            await office.http.post("/v1/imports/registrations", data=form, files=files, headers=headers)
        ).status_code

    assert await status("school_officer", school="10001") == 404
    assert await status("school_officer", "10002", ttl=timedelta(minutes=1)) == 404
    assert await status("counsellor", class_="K1") == 403
    assert await status("graduate") == 403


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
