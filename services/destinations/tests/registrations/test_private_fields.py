"""Contact and pay: in clear for whom they are, and nowhere else."""

import logging
from typing import Any

import asyncpg
import pytest
from desks import UNIT, Seat, code_of
from enrolling import Enrolment, erasure
from office import FULL, HEADERS, Office, counts, faults, workbook
from proofs import pdf
from sending import seen, send

from common.auth import SYSTEM
from common.consuming import Handle
from common.database import Database
from common.identifiers import ProvinceCode, SchoolCode
from destinations.roster.domain import SchoolEntry
from destinations.roster.storage import keep_schools
from testing.databases import ServiceDatabase

CONTACT = {"contact_name": "金丝雀经理", "contact_phone": "0371-67891234转8"}
PAY = {"pay_amount": 46813, "pay_unit": "month"}
TERMS = {"contract_from": "2024-07-01", "contract_to": "2027-06-30", "job_title": "会计"}
CANARIES = ("金丝雀", "67891234", "46813")
COLUMNS = ("合同开始日期", "岗位名称", "单位联系人", "联系人电话", "薪酬", "薪酬单位")
STATISTICS = "SELECT most_common_vals::text, histogram_bounds::text FROM pg_stats WHERE schemaname = 'public'"


async def everything(addresses: ServiceDatabase) -> str:
    """All rows of all tables, and what the planner remembers of them."""
    owner = await asyncpg.connect(addresses.owner_url)
    await owner.execute("ANALYZE")
    tables = await owner.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    parts = [str(await owner.fetch(f'SELECT * FROM "{row[0]}"')) for row in tables]
    parts.append(str(await owner.fetch(STATISTICS)))
    await owner.close()
    return "\n".join(parts)


def found_in(text: str) -> list[str]:
    return [
        each for each in CANARIES if each in text or each.encode().hex() in text or repr(each.encode())[2:-1] in text
    ]


async def test_contact_and_pay_are_read_by_whom_they_are_for_and_stand_nowhere_in_clear(
    seat: Seat,
    office: Office,
    addresses: ServiceDatabase,
    enrol: Enrolment,
    apply: Handle,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    graduate_id = await enrol()
    async with enrol.database.transaction(SYSTEM) as unit:
        await keep_schools(unit.connection, [SchoolEntry(SchoolCode("10001"), ProvinceCode("410000"), 1)])
        await unit.commit()
    graduate, school = seat("graduate", graduate=graduate_id, school="10001"), seat("school_officer", school="10001")
    created = await graduate.register(graduate_id, UNIT | CONTACT | PAY | TERMS)
    assert created.status_code == 201, created.text
    assert {name: created.json()[name] for name in (*CONTACT, *PAY, *TERMS)} == CONTACT | PAY | TERMS
    path = f"/v1/registrations/{created.json()['id']}"

    readers = {
        "counsellor": seat("counsellor", school="10001", class_="K1"),
        "college_officer": seat("college_officer", school="10001", college="C01"),
        "school_officer": school,
        "provincial_officer": seat("provincial_officer", province="410000"),
    }
    for role, reader in readers.items():
        pay = PAY if role in {"college_officer", "school_officer"} else dict.fromkeys(PAY)
        one = (await reader.get(path)).json()
        [listed] = (await reader.get("/v1/registrations")).json()["items"]
        assert {name: one[name] for name in (*CONTACT, *PAY)} == CONTACT | pay, role
        assert {name: listed[name] for name in (*CONTACT, *PAY)} == CONTACT | pay, role

    same = await graduate.patch(created, {"pay_amount": 46813, "job_title": "出纳"})
    raised = await graduate.patch(same, {"pay_amount": 5000, "contact_name": None})
    assert (raised.json()["pay_amount"], raised.json()["contact_name"]) == (5000, None)
    history = (await graduate.get(f"{path}/history")).json()["items"]
    assert [each["changed_fields"] for each in history][1:] == [["job_title"], ["contact_name", "pay_amount"]]
    for body in ({"pay_amount": "46813"}, {"pay_amount": 0}, {"pay_unit": "46813"}, {"contact_phone": "67891234" * 9}):
        refused = await graduate.patch(raised, body)
        assert refused.status_code == 422
        assert found_in(refused.text) == []
    piece = await send(graduate, created, pdf(), title="金丝雀协议")
    assert (await seen(school, piece)).json()["title"] == "金丝雀协议"
    for given in ({"kind": "金丝雀"}, {"title": "金丝雀" * 50}, {"issued_on": "67891234"}):
        refused = await send(graduate, created, pdf(), **given)
        assert (refused.status_code, found_in(refused.text)) == (422, [])
    contradicting = await graduate.patch(raised, {"destination_code": "70", "reason": "signing", **CONTACT})
    assert code_of(contradicting)[0] == 422
    assert {(each["pointer"], each["rule"]) for each in contradicting.json()["errors"]} == {
        (f"/{name}", "must_be_empty") for name in CONTACT
    }
    seeking = (await graduate.patch(raised, {"destination_code": "70", "reason": "signing"})).json()
    assert {seeking[name] for name in (*CONTACT, *PAY, *TERMS)} == {None}

    said: dict[str, Any] = dict(
        zip(COLUMNS, ("2024-07-01", "会计", "金丝雀经理", "67891234", "46813元", "元/月"), strict=True)
    )
    row = office.row(**FULL, **said)
    wrong = office.row(**FULL, **said | {"薪酬": "46813.5", "薪酬单位": "金丝雀"})
    headers = (*HEADERS, *COLUMNS)
    operation = await office.finished(await office.post(workbook([row, wrong], headers), "去向.xlsx", on_error="skip"))
    assert (counts(operation), found_in(str(operation))) == ((1, 0, 0, 1), [])
    assert faults(operation) == [(3, "薪酬", "number_format"), (3, "薪酬单位", "choice")]
    again = await office.finished(await office.post(workbook([row], headers), "去向2.xlsx"))
    assert counts(again) == (0, 0, 1, 0)
    moved = await office.finished(await office.post(workbook([row | {"薪酬": 6000}], headers), "去向3.xlsx"))
    assert counts(moved) == (0, 1, 0, 0)
    [imported] = await office.registrations(state="school_approved")
    assert [imported[name] for name in (*CONTACT, *PAY)] == ["金丝雀经理", "67891234", 6000, "month"]

    of_person = await school.get(f"/v1/graduates/{graduate_id}/data")
    assert of_person.status_code == 403
    own = (await graduate.get(f"/v1/graduates/{graduate_id}/data")).json()["records"]
    assert own["registration_versions"][0]["pay_amount"] == 46813
    assert found_in(str(own)) == list(CANARIES)
    assert found_in(await everything(addresses)) == []
    assert found_in(caplog.text) == []

    await apply([erasure(graduate_id)])
    owner = await asyncpg.connect(addresses.owner_url)
    left: list[Any] = await owner.fetch(
        "SELECT contact_name, contact_phone, pay_amount, pay_unit, job_title, contract_to IS NOT NULL AS dated"
        " FROM registration_versions WHERE graduate_id = $1 ORDER BY version",
        graduate_id,
    )
    await owner.close()
    assert [tuple(each) for each in left] == [(None,) * 5 + (dated,) for dated in (True, True, True, False)]
    assert (await seen(school, piece)).json()["title"] is None
    gone = (await school.get(path)).json()
    assert {gone[name] for name in (*CONTACT, *PAY, "job_title")} == {None}


async def test_a_country_of_a_file_has_its_code(office: Office, database: Database) -> None:
    abroad: dict[str, Any] = {"毕业去向类别代码": "85", "留学院校中文名称": "某大学"}
    known, unknown = office.row(**abroad, 留学国家地区="英国"), office.row(**abroad, 留学国家地区="西洋")
    operation = await office.send([known, unknown])
    assert [(each["row"], each["rule"]) for each in operation["warnings"]] == [(3, "unknown_country")]
    stored = {each["abroad_country"]: each["abroad_country_code"] for each in await office.registrations()}
    assert stored == {"英国": "GB", "西洋": None}
    headers = (*HEADERS, "留学国家地区代码")
    disagree = office.row(**abroad, 留学国家地区="英国", 留学国家地区代码="US")
    refused = await office.finished(await office.post(workbook([disagree], headers), "去向.xlsx"))
    assert faults(refused) == [(2, "留学国家地区代码", "code_label_disagree")]
