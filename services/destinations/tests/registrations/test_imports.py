"""What the rows of a file become."""

import csv
import io
from typing import Any

import httpx
import openpyxl
import pytest
from enrolling import Enrolment
from office import FULL, USCC, Office, Row, announced_token, counts, faults, stored, workbook

from common.contracts import EVENT_TYPES
from common.contracts.registration import DestinationData
from common.database import Database
from destinations.registrations import announcements, storage


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
    (entry,) = await stored(database, "SELECT * FROM audit_entries WHERE action = 'registration_import'")
    assert (entry["action"], entry["object_id"]) == ("registration_import", operation["id"])
    counted = {"created": 3, "updated": 0, "unchanged": 0, "rejected": 0, "incomplete_fields": 0, "frozen": 0}
    assert entry["detail"] == counted | {"first_row": 2, "last_row": 4}


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
    assert operation["result"]["warnings"] == {"incomplete_fields": 1}
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


async def test_a_place_newer_than_the_list_is_taken_and_marked(office: Office) -> None:
    rows = [office.row(**FULL) | {"单位所在地代码": place} for place in (500157, "500112")]
    operation = await office.send(rows)
    assert (counts(operation), operation["result"]["warnings"]) == ((2, 0, 0, 0), {"newer_code": 1})
    assert {item["place_code"]: item["verified"] for item in await office.registrations()} == {
        "500157": False,
        "500112": True,
    }


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


async def test_the_sheet_with_the_registrations_is_found(office: Office) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook([office.row(**FULL)])))
    notes = book.create_sheet("填写说明", 0)
    notes.append(["学号", "姓名", "说明"])
    content = io.BytesIO()
    book.save(content)
    operation = await office.finished(await office.post(content.getvalue(), "去向.xlsx"))
    assert counts(operation) == (1, 0, 0, 0)


@pytest.mark.parametrize("status", ["withdrawn", "extended", "transferred"])
async def test_a_frozen_registration_and_a_requested_void_are_left_alone(
    office: Office, database: Database, book: Any, enrol: Enrolment, status: str
) -> None:
    gone, asked = office.row(毕业去向="待就业"), office.row(毕业去向="待就业")
    await office.send([gone, asked], effective_on="2022-08-31")
    graduate_id, _ = book.numbers[gone["学号"]]
    book.change(graduate_id, status=status, sequence=2)
    # a line that is known is not asked about: that the graduate left is known by the event
    await enrol.keep(book.graduates[graduate_id])
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
