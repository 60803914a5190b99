"""What the business register says of employers, which then no officer changes."""

from typing import Any

import pytest
from bureau import Bureau, five
from desks import UNIT, Desk, code_of
from enrolling import Enrolment
from office import Office, faults, stored

from common.database import Database
from destinations.employers.operations import link_due
from destinations.outside.domain.authorisations import Source

ROW: dict[str, Any] = {
    "统一社会信用代码": UNIT["employer_uscc"],
    "单位名称": "某某集团有限公司",
    "曾用名": "某某公司；某某厂",
    "行业代码": "22",
    "所在地代码": "410103",
    "成立日期": "2001-02-03",
    "状态": "存续",
    "参保人数": "1,200",
}


@pytest.fixture
def register(office: Office) -> Bureau:
    return Bureau(office, Source.BUSINESS_REGISTER)


@pytest.fixture
async def employer(school: Desk, enrol: Enrolment, database: Database) -> str:
    """The employer that a registration names."""
    made = await school.register(await enrol(), UNIT)
    await link_due(database)
    return str((await school.get(f"/v1/registrations/{made.json()['id']}")).json()["employer_id"])


async def test_the_register_corrects_an_employer_and_locks_what_it_says(
    register: Bureau, employer: str, school: Desk, database: Database
) -> None:
    assert five(await register.send([ROW], dry_run="true")) == (0, 1, 0, 0, 0)
    assert await stored(database, "SELECT 1 FROM employers WHERE version > 1") == []
    stranger = {"统一社会信用代码": "91110000600037341L", "单位名称": "无人登记的公司"}
    assert five(await register.send([ROW, stranger], cohort="")) == (0, 1, 0, 0, 1)
    answer = await school.get(f"/v1/employers/{employer}")
    shown = answer.json()
    assert {name: shown[name] for name in ("name", "industry_code", "place_code", "register_state")} == {
        "name": "某某集团有限公司",
        "industry_code": "22",
        "place_code": "410103",
        "register_state": "存续",
    }
    assert (shown["insured_persons"], shown["established_on"]) == (1200, "2001-02-03")
    assert [each["name"] for each in shown["former_names"]] == ["某某公司", "某某厂"]
    assert five(await register.send([ROW], on_error="skip")) == (0, 0, 1, 0, 0)
    headers = school.headers | {"If-Match": answer.headers["ETag"]}
    locked = await school.http.patch(f"/v1/employers/{employer}", json={"name": "别名"}, headers=headers)
    assert code_of(locked) == (409, "locked_by_register")
    assert (
        await school.http.patch(f"/v1/employers/{employer}", json={"nature_code": "31"}, headers=headers)
    ).status_code == 200
    found = await school.post("/v1/employers/search", {"name": "某某厂"})
    assert [each["match"] for each in found.json()["items"]] == ["former_name"]


async def test_what_a_row_leaves_blank_stays_and_a_faulty_one_is_named(
    register: Bureau, employer: str, school: Desk
) -> None:
    await register.send([ROW])
    newer = {"统一社会信用代码": ROW["统一社会信用代码"], "单位名称": "某某控股", "状态": "注销"}
    assert five(await register.send([newer])) == (0, 1, 0, 0, 0)
    shown = (await school.get(f"/v1/employers/{employer}")).json()
    assert (shown["name"], shown["register_state"], shown["insured_persons"]) == ("某某控股", "注销", 1200)
    operation = await register.send(
        [ROW, ROW, ROW | {"统一社会信用代码": "123"}, ROW | {"统一社会信用代码": ""}, ROW | {"参保人数": "许多"}],
        on_error="skip",
    )
    assert (five(operation), faults(operation)) == (
        (0, 1, 0, 4, 0),
        [
            (3, "统一社会信用代码", "duplicate_in_file"),
            (4, "统一社会信用代码", "uscc_format"),
            (5, "统一社会信用代码", "required"),
            (6, "参保人数", "number_format"),
        ],
    )
