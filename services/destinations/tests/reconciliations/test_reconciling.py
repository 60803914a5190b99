"""What came back of a filing, compared row by row, and decided difference by difference."""

import asyncio
import csv
import io
from collections.abc import Sequence
from typing import Any

import asyncpg
import httpx
import openpyxl
import pytest
from desks import code_of
from enrolling import erasure
from filing_desk import PURPOSE, FilingDesk, Json, table
from office import FULL, stored

from common.consuming import Handle
from common.database import Database
from destinations.reconciliations.operations import end_past
from testing.databases import ServiceDatabase

PATH = "/v1/reconciliations"
Rows = Sequence[dict[str, str]]
Filed = tuple[Json, list[Json], list[dict[str, str]]]


def text(rows: Rows) -> bytes:
    """Rows as the file of a recipient."""
    content = io.StringIO()
    writer = csv.DictWriter(content, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return content.getvalue().encode()


async def post(
    desk: FilingDesk, filing: Json, content: bytes, name: str = "back.csv", **headers: str
) -> httpx.Response:
    sent = desk.office.headers | PURPOSE | headers
    file = {"file": (name, content)}
    return await desk.office.http.post(PATH, data={"filing_id": filing["id"]}, files=file, headers=sent)


async def reconciled(desk: FilingDesk, filing: Json, content: bytes, name: str = "back.csv") -> Json:
    """The finished operation."""
    return await desk.office.finished(await post(desk, filing, content, name))


async def items(desk: FilingDesk, operation: Json, headers: dict[str, str] | None = None) -> list[Json]:
    path = f"{PATH}/{operation['result']['id']}/items"
    answer = await desk.get(path, desk.office.headers | (headers or {}))
    assert answer.status_code == 200, answer.text
    found: list[Json] = answer.json()["items"]
    return found


async def decided(desk: FilingDesk, operation: Json, n: int, decision: str, **more: str) -> httpx.Response:
    path = f"{PATH}/{operation['result']['id']}/items/{n}/decide"
    return await desk.office.http.post(path, json={"decision": decision} | more, headers=desk.office.headers)


@pytest.fixture
async def filed(desk: FilingDesk) -> Filed:
    """A filing of three graduates, and its rows as they are sent."""
    people = await desk.graduates(FULL, FULL, FULL)
    filing = await desk.sent()
    return filing, people, table(await desk.file(filing))


async def test_what_came_back_as_it_was_sent_is_equal(desk: FilingDesk, filed: Filed, database: Database) -> None:
    filing, _, rows = filed
    operation = await reconciled(desk, filing, text(rows))
    assert operation["state"] == "succeeded", operation
    counts = {name: operation["result"][name] for name in ("ours", "theirs", "equal", "different", "missing", "extra")}
    assert counts == {"ours": 3, "theirs": 3, "equal": 3, "different": 0, "missing": 0, "extra": 0}
    assert await items(desk, operation) == []
    again = await post(desk, filing, text(rows))
    assert again.json()["id"] == operation["id"], "the same file against the same filing"
    other = await reconciled(desk, filing, text(rows[::-1]))
    assert other["result"]["id"] != operation["result"]["id"]
    assert len(await stored(database, "SELECT 1 FROM reconciliations")) == 2
    listed = await desk.get(PATH, filing=filing["id"])
    assert [each["id"] for each in listed.json()["items"]] == [operation["result"]["id"], other["result"]["id"]]
    read = await desk.get(f"{PATH}/{operation['result']['id']}")
    assert (read.json()["ours"], read.json()["by_field"]) == (3, {})


async def test_one_changed_cell_is_one_difference_and_theirs_is_taken_as_a_row(
    desk: FilingDesk, filed: Filed, database: Database
) -> None:
    filing, people, rows = filed
    stranger = rows[0] | {"学号": "99999", "姓名": "陌生金丝雀", "考生号": ""}
    operation = await reconciled(desk, filing, text([rows[0], rows[1] | {"单位名称": "另一金丝雀公司"}, stranger]))
    result = operation["result"]
    assert (result["ours"], result["theirs"], result["by_field"]) == (3, 3, {"employer_name": 1})
    assert [result[each] for each in ("equal", "different", "missing", "extra")] == [1, 1, 1, 1]
    different, extra, missing = await items(desk, operation)
    by_number = {each["学号"]: each["id"] for each in people}
    assert (different["kind"], different["fields"], different["row"]) == ("different", ["employer_name"], 3)
    assert (different["graduate_id"], different["theirs"]) == (by_number[rows[1]["学号"]], None)
    assert (extra["kind"], extra["graduate_id"], extra["row"]) == ("extra", None, 4)
    assert (missing["kind"], missing["graduate_id"], missing["row"]) == ("missing", by_number[rows[2]["学号"]], None)
    [clear, nothing, _] = await items(desk, operation, PURPOSE)
    assert (clear["theirs"]["单位名称"], nothing["theirs"]) == ("另一金丝雀公司", None)
    [access] = await stored(database, "SELECT graduate_id FROM accesses WHERE kind = 'filing' ORDER BY id DESC LIMIT 1")
    assert str(access["graduate_id"]) == different["graduate_id"]
    assert "陌生金丝雀" not in str(await stored(database, "SELECT * FROM reconciliation_items"))
    for item in (extra, missing):
        assert code_of(await decided(desk, operation, item["n"], "take_theirs")) == (409, "nothing_to_take")
    kept = await decided(desk, operation, missing["n"], "keep_ours")
    assert (kept.status_code, kept.json()["decision"]) == (200, "keep_ours")
    taken = await decided(desk, operation, different["n"], "take_theirs")
    assert taken.status_code == 200, taken.text
    assert code_of(await decided(desk, operation, different["n"], "keep_ours")) == (409, "already_decided")
    [now] = [each for each in await desk.office.registrations() if each["id"] == different["registration_id"]]
    assert (now["employer_name"], now["state"], now["version"]) == ("另一金丝雀公司", "school_approved", 2)


async def test_a_workbook_with_formulas_is_compared_by_what_its_cells_show(desk: FilingDesk, filed: Filed) -> None:
    filing, _, rows = filed
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([*rows[0]])
    for row in rows:
        sheet.append([*row.values()])
    sheet.cell(2, [*rows[0]].index("单位名称") + 1).value = "=1+1"
    content = io.BytesIO()
    book.save(content)
    operation = await reconciled(desk, filing, content.getvalue(), "back.xlsx")
    assert [operation["result"][each] for each in ("equal", "different")] == [2, 1], operation
    [item] = await items(desk, operation, PURPOSE)
    assert (item["fields"], item["theirs"]) == (["employer_name"], None)
    assert code_of(await decided(desk, operation, item["n"], "take_theirs")) == (409, "nothing_to_take")


async def test_a_file_of_another_filing_cohort_or_form_is_refused_by_name(desk: FilingDesk, filed: Filed) -> None:
    filing, _, rows = filed
    others: dict[str, Rows] = {
        "other_cohort": [rows[0] | {"毕业年份": "2021"}, *rows[1:]],
        "other_filing": [each | {"学号": f"9{each['学号']}"} for each in rows],
        "header_missing": [{"姓名": "张三", "备注": "无"}],
    }
    for rule, content in others.items():
        operation = await reconciled(desk, filing, text(content))
        assert (operation["state"], [each["rule"] for each in operation["errors"]]) == ("failed", [rule])
    again = await reconciled(desk, filing, text(others["other_cohort"]))
    assert again["state"] == "failed", "what failed may be tried again"


async def test_who_may_compare_what_for_which_purpose(desk: FilingDesk, filed: Filed) -> None:
    filing, _, rows = filed
    office = desk.office
    refused = await post(desk, filing, text(rows), **{"X-Purpose": "review"})
    assert code_of(refused) == (403, "purpose_not_permitted")
    form, file = {"filing_id": filing["id"]}, {"file": ("a.csv", text(rows))}
    bare = await office.http.post(PATH, data=form, files=file, headers=office.headers)
    assert code_of(bare) == (422, "purpose_required")
    college = office.mint.headers("college_officer", school="10001", college="C01")
    assert (await post(desk, filing, text(rows), **college)).status_code in {403, 404}
    other = office.mint.headers("school_officer", school="10002")
    assert code_of(await post(desk, filing, text(rows), **other)) == (404, "not_found")
    operation = await reconciled(desk, filing, text(rows))
    path = f"{PATH}/{operation['result']['id']}"
    for where in (path, f"{path}/items"):
        assert code_of(await desk.get(where, other)) == (404, "not_found")
        assert (await desk.get(where, college)).status_code in {403, 404}


async def test_of_who_is_erased_no_row_stays_and_none_is_taken(desk: FilingDesk, filed: Filed, apply: Handle) -> None:
    filing, people, rows = filed
    changed = [each | {"单位名称": "另一公司"} for each in rows]
    operation = await reconciled(desk, filing, text(changed))
    gone: Any = people[0]["id"]
    await apply([erasure(gone, cohort=2022)])
    shown = {each["graduate_id"]: each for each in await items(desk, operation, PURPOSE)}
    assert shown[gone]["theirs"] is None
    assert sum(each["theirs"] is not None for each in shown.values()) == 2
    assert code_of(await decided(desk, operation, shown[gone]["n"], "take_theirs")) == (409, "erased_person")
    later = await reconciled(desk, filing, text(changed[::-1]))
    again = {each["graduate_id"]: each for each in await items(desk, later, PURPOSE)}
    assert (later["result"]["different"], again[gone]["theirs"]) == (3, None)


async def season(desk: FilingDesk, **days: str) -> None:
    """Sets the season of 2022, all of whose days have passed but for those given."""
    headers = desk.office.headers | {"If-Match": "*"}
    put = await desk.office.http.put("/v1/seasons/10001/2022", json=days, headers=headers)
    assert put.status_code == 200, put.text


async def test_once_the_cohort_is_closed_a_difference_opens_a_case_and_nothing_is_taken(
    desk: FilingDesk, filed: Filed, database: Database
) -> None:
    filing, _, rows = filed
    await season(desk)
    changed = [rows[0] | {"单位名称": "另一公司"}, *rows[1:]]
    operation = await reconciled(desk, filing, text(changed))
    [item] = await items(desk, operation)
    cases = await stored(database, "SELECT kind, state, facts FROM cases WHERE kind = 'check'")
    assert [(each["kind"], each["state"], each["facts"]["n"]) for each in cases] == [("check", "open", 1)]
    links = await stored(database, "SELECT registration_id FROM case_registrations")
    assert item["registration_id"] in {str(each[0]) for each in links}
    refused = await decided(desk, operation, item["n"], "take_theirs", late_reason="check_finding")
    assert code_of(refused) == (409, "cohort_closed")
    assert (await decided(desk, operation, item["n"], "keep_ours")).status_code == 200


async def test_a_season_that_is_set_later_binds_no_file_that_was_sent_before(desk: FilingDesk, filed: Filed) -> None:
    filing, _, rows = filed
    operation = await reconciled(desk, filing, text([rows[0] | {"单位名称": "另一公司"}, *rows[1:]]))
    await season(desk)
    [item] = await items(desk, operation)
    taken = await decided(desk, operation, item["n"], "take_theirs")
    assert taken.status_code == 200, taken.text


async def test_a_row_about_somebody_else_of_that_number_is_not_taken(desk: FilingDesk, filed: Filed) -> None:
    filing, _, rows = filed
    other = rows[0] | {"姓名": "李四", "单位名称": "另一公司"}
    operation = await reconciled(desk, filing, text([other, *rows[1:]]))
    [item] = await items(desk, operation)
    assert set(item["fields"]) == {"name", "employer_name"}
    refused = await decided(desk, operation, item["n"], "take_theirs")
    assert (refused.status_code, [each["rule"] for each in refused.json()["errors"]]) == (422, ["name_mismatch"])
    assert (await decided(desk, operation, item["n"], "keep_ours")).status_code == 200


async def test_an_access_is_of_those_alone_whom_a_page_shows(
    desk: FilingDesk, filed: Filed, database: Database
) -> None:
    filing, _, rows = filed
    operation = await reconciled(desk, filing, text([each | {"单位名称": "另一公司"} for each in rows]))
    path, headers = f"{PATH}/{operation['result']['id']}/items", desk.office.headers | PURPOSE
    before = len(await stored(database, "SELECT 1 FROM accesses"))
    page = (await desk.get(path, headers, limit="2")).json()
    assert (len(page["items"]), len(await stored(database, "SELECT 1 FROM accesses"))) == (2, before + 2)
    rest = (await desk.get(path, headers, limit="2", cursor=page["next_cursor"])).json()
    assert [each["n"] for each in rest["items"]] == [3]
    assert len(await stored(database, "SELECT 1 FROM accesses")) == before + 3


async def test_a_list_is_narrowed_to_a_school_a_cohort_and_a_filing(desk: FilingDesk, filed: Filed) -> None:
    filing, _, rows = filed
    await reconciled(desk, filing, text(rows))
    for given, count in (
        ({"school": "10001", "cohort": "2022"}, 1),
        ({"cohort": "2021"}, 0),
        ({"school": "10002"}, 0),
        ({"filing": filing["id"], "cohort": "2022"}, 1),
    ):
        assert len((await desk.get(PATH, **given)).json()["items"]) == count, given


async def test_work_that_was_cancelled_is_done_again_under_the_season_of_then(desk: FilingDesk, filed: Filed) -> None:
    filing, _, rows = filed
    content = text([rows[0] | {"单位名称": "另一公司"}, *rows[1:]])
    accepted = await post(desk, filing, content)
    await desk.office.http.post(f"{accepted.headers['location']}/cancel", headers=desk.office.headers)
    await desk.office.runner.run_once()
    await season(desk)
    operation = await reconciled(desk, filing, content)
    [item] = await items(desk, operation)
    assert code_of(await decided(desk, operation, item["n"], "take_theirs")) == (409, "cohort_closed")


async def test_two_who_decide_at_once_decide_once(desk: FilingDesk, filed: Filed) -> None:
    filing, _, rows = filed
    operation = await reconciled(desk, filing, text([each | {"单位名称": "另一公司"} for each in rows]))
    for item in await items(desk, operation):
        both = await asyncio.gather(
            *(decided(desk, operation, item["n"], each) for each in ("keep_ours", "take_theirs"))
        )
        assert sorted(each.status_code for each in both) == [200, 409]


async def test_two_who_send_the_same_file_at_once_have_one_reconciliation(
    desk: FilingDesk, filed: Filed, database: Database
) -> None:
    filing, _, rows = filed
    both = await asyncio.gather(*(post(desk, filing, text(rows)) for _ in range(2)))
    assert len({each.json()["id"] for each in both}) == 1
    assert len(await stored(database, "SELECT 1 FROM reconciliations")) == 1


async def test_their_rows_are_emptied_three_years_later_and_what_was_decided_stays(
    desk: FilingDesk, filed: Filed, database: Database, addresses: ServiceDatabase
) -> None:
    filing, _, rows = filed
    operation = await reconciled(desk, filing, text([rows[0] | {"单位名称": "另一公司"}, *rows[1:]]))
    assert (await decided(desk, operation, 1, "keep_ours")).status_code == 200
    owner = await asyncpg.connect(addresses.admin_url)
    await owner.execute("UPDATE reconciliations SET recorded_at = recorded_at - interval '9 years'")
    assert await end_past(database) == 0, "it was decided today"
    await owner.execute("UPDATE reconciliation_items SET decided_at = decided_at - interval '9 years'")
    await owner.close()
    assert await end_past(database) == 1, "its cohort was closed more than three years ago"
    [item] = await items(desk, operation, PURPOSE)
    assert (item["theirs"], item["fields"], item["decision"]) == (None, ["employer_name"], "keep_ours")
    ended = "SELECT object_id, detail FROM audit_entries WHERE action = 'retention.end'"
    assert [tuple(row) for row in await stored(database, ended)] == [("reconciliation", {"count": 1})]
