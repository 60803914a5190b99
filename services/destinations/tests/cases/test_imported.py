"""Doubts about rows of a file: they come and go with the row, in the transaction that stores it."""

from typing import Any

import httpx
import pytest
from desks import Desk, Seat
from doubts import cases_of, set_season
from office import FULL, HEADERS, Office, counts, workbook

from common.database import Database
from common.operations import OperationRunner
from testing.tokens import TokenMint

HEADER = (*HEADERS, "岗位名称", "合同终止日期")


@pytest.fixture
def office(http: httpx.AsyncClient, mint: TokenMint, runner: OperationRunner, book: Any) -> Office:
    return Office(http, mint, runner, book)


async def sent(office: Office, rows: list[dict[str, Any]], **form: str) -> dict[str, Any]:
    return await office.finished(await office.post(workbook(rows, HEADER), "去向.xlsx", **form))


async def test_rows_are_doubted_where_they_are_stored(
    database: Database, office: Office, school: Desk, book: Any
) -> None:
    await set_season(database, cohort=2022)
    rows = [office.row(**FULL, enrolled=False) for _ in range(4)]
    people = [
        book.write(row["学号"], row["姓名"], cohort=2022, training_mode_code=mode)
        for row, mode in zip(rows, ("1", "1", "2", "1"), strict=True)
    ]
    book.units[people[2]] = "某县人民医院"
    rows[0] |= {"岗位名称": "实习护士", "合同终止日期": "2024-06-30"}
    rows[1] |= {"单位性质代码": "10"}
    checked = await sent(office, rows, dry_run="true")
    assert counts(checked) == (4, 0, 0, 0)
    assert await cases_of(school) == [], "a dry run opens nothing"
    assert counts(await sent(office, rows)) == (4, 0, 0, 0)
    found = {(each["rule"], each["handler"]) for each in await cases_of(school)}
    wanted = ("internship_wording", "contract_ends_early", "nature_uscc", "targeted_unit")
    assert found == {(rule, "college") for rule in wanted}

    assert counts(await sent(office, rows)) == (0, 0, 4, 0)
    rows[0] |= {"岗位名称": "护士"}
    rows[2] |= {"单位名称": "某县人民医院"}
    assert counts(await sent(office, rows)) == (0, 2, 2, 0)
    states = {each["rule"]: each["state"] for each in await cases_of(school)}
    assert states == {
        "internship_wording": "cleared",
        "contract_ends_early": "open",
        "nature_uscc": "open",
        "targeted_unit": "cleared",
    }


async def test_the_last_approval_of_who_was_released_takes_the_doubt_back(
    database: Database, office: Office, seat: Seat, school: Desk, college: Desk, book: Any
) -> None:
    await set_season(database, cohort=2022)
    row = office.row(**FULL, enrolled=False)
    graduate_id = book.write(row["学号"], row["姓名"], cohort=2022, training_mode_code="2")
    book.units[graduate_id] = "某县人民医院"
    await sent(office, [row])
    (case,) = await cases_of(school)
    assert case["rule"] == "targeted_unit"
    own = seat("graduate", graduate=graduate_id)
    record = await school.get(f"/v1/registrations/{case['registrations'][0]}")
    anew = await own.act(await own.patch(record, {"employer_name": "某县人民医院"}), "submit")
    at_school = await college.act(anew, "college-approve", {"note": "改为定向单位"})
    (case,) = await cases_of(school)
    assert case["state"] == "open", "the unit is not asked for before"
    done = await school.act(at_school, "school-approve", {"note": "改为定向单位"})
    assert done.status_code == 200, done.text
    (case,) = await cases_of(school)
    assert case["state"] == "cleared"


async def test_a_late_row_takes_back_no_doubt_about_what_the_figures_say(
    database: Database, office: Office, school: Desk
) -> None:
    await set_season(database, cohort=2022)
    row = office.row(**FULL, 岗位名称="实习护士")
    await sent(office, [row])
    await set_season(database, changes_until=-1, cohort=2022)
    late = await sent(office, [row | {"岗位名称": "护士"}], late_reason="check_finding")
    assert counts(late) == (0, 1, 0, 0)
    (case,) = await cases_of(school)
    assert (case["rule"], case["state"]) == ("internship_wording", "open")


async def test_history_that_comes_before_the_season_is_doubted_in_nothing(office: Office, school: Desk) -> None:
    assert counts(await sent(office, [office.row(**FULL, 岗位名称="实习")])) == (1, 0, 0, 0)
    assert await cases_of(school) == []
