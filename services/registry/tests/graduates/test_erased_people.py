"""No way brings an erased person back: the numbers are recognised wherever they are written again."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID

import httpx
import pytest
from changing import wanted
from erased import erase_in, erase_now
from importing import Imported, counts
from portraits import jpeg

from common.auth import SYSTEM, Principal, Role
from common.crypto import FieldCipher
from common.database import Database, UnitOfWork
from common.errors import Versions
from common.identifiers import Cohort, GraduateId, SchoolCode
from registry.graduates import commands
from registry.graduates.domain.refusals import ErasedPerson
from registry.graduates.imports.operations import RosterImport
from testing.waiting import eventually

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]
Erase = Callable[[str], Awaitable[None]]

CITIZEN_ID = "11010119900307002X"
NUMBERS = {"student_number": "2020001", "exam_number": "E1", "citizen_id": CITIZEN_ID}
HEADER = ["学号", "考生号", "身份证号", "姓名", "培养层次"]

WAITING = """
    SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


@pytest.fixture
def erased(database: Database, cipher: FieldCipher) -> Erase:
    return partial(erase_now, database, cipher)


@pytest.fixture
async def two(officer: httpx.AsyncClient, school: str, graduate: Json) -> tuple[str, str]:
    """The graduate with all numbers, and another one."""
    path = f"/v1/graduates/{graduate['id']}"
    patched = await officer.patch(path, json={"exam_number": "E1"}, headers={"If-Match": '"1"'})
    assert patched.status_code == 200, patched.text
    body = {"school_code": school, "cohort": 2024, "student_number": "2", "name": "李四"}
    other = await officer.post("/v1/graduates", json={**body, "education_level_code": "31"})
    return str(graduate["id"]), str(other.json()["id"])


async def test_an_erased_person_stays_away(
    client: Client,
    officer: httpx.AsyncClient,
    school: str,
    two: tuple[str, str],
    erased: Erase,
    imported: Imported,
    files: Any,
) -> None:
    gone, other = two
    asked = await officer.post("/v1/population-changes", json=wanted(school, two, "extend"))
    await erased(gone)
    new = {"school_code": school, "cohort": 2024, "student_number": "3", "name": "张三"}
    for given in ({field: number} for field, number in NUMBERS.items()):
        refused = await officer.post("/v1/graduates", json={**new, **given})
        assert (refused.status_code, refused.json()["code"]) == (409, "erased_person")
        body = {**given, "change_reason": "更正"}
        refused = await officer.patch(f"/v1/graduates/{other}", json=body, headers={"If-Match": '"1"'})
        assert (refused.status_code, refused.json()["code"]) == (409, "erased_person")
    own = client("graduate", school=school, graduate=other)
    correction = {"graduate_id": other, "field": "citizen_id", "value": CITIZEN_ID, "reason": "录入错误"}
    assert (await own.post("/v1/corrections", json=correction)).json()["code"] == "erased_person"
    rows = [{"row": at, "name": "张三", field: number} for at, (field, number) in enumerate(NUMBERS.items())]
    asking: Json = {"school_code": school, "cohort": 2024, "rows": rows}
    answered = (await client("system").post("/v1/graduates/resolve", json=asking)).json()["rows"]
    assert [row.get("problem") for row in answered] == ["erased"] * 3
    assert (await officer.post("/v1/graduates", json={**new, **NUMBERS, "cohort": 2025})).status_code == 201
    await _meet_the_entry(client, officer, school, gone)
    await _leave_out(client, officer, asked, gone, other)
    await _come_in_files(officer, imported, files)


async def _meet_the_entry(client: Client, officer: httpx.AsyncClient, school: str, gone: str) -> None:
    own, path, first = client("graduate", school=school, graduate=gone), f"/v1/graduates/{gone}", {"If-None-Match": "*"}
    version = (await officer.get(path)).json()["version"]
    profile = {"consent_version": "1", "skills": ["写作"], "regions": [], "industries": [], "positions": []}
    answers = [
        await officer.patch(path, json={"phone": "13800138000"}, headers={"If-Match": f'"{version}"'}),
        await own.post(f"{path}/self-check", json={"graduate_version": version}),
        await own.put(f"{path}/photo", content=jpeg(), headers={**first, "Content-Type": "image/jpeg"}),
        await officer.post(f"{path}/photo/accept", headers={"If-Match": '"1"'}),
        await own.put(f"{path}/talent-profile", json=profile),
        await own.post(
            "/v1/corrections",
            json={"graduate_id": gone, "field": "name", "value": "李四", "reason": "录入错误"},
        ),
        await officer.post("/v1/population-changes", json=wanted(school, [gone], "extend")),
    ]
    assert [(each.status_code, each.json()["code"]) for each in answers] == [(409, "erased_person")] * len(answers)
    assert [(each["pointer"], each["rule"]) for each in answers[-1].json()["errors"]] == [("/graduate_ids/0", "gone")]


async def _leave_out(client: Client, officer: httpx.AsyncClient, asked: httpx.Response, gone: str, other: str) -> None:
    """An open change that names the person is approved once who asked has left the person out."""
    path, school = f"/v1/population-changes/{asked.json()['id']}", asked.json()["school_code"]
    second = client("school_officer", school=school, subject="another")
    outdated = await second.post(f"{path}/approve", headers={"If-Match": asked.headers["etag"]})
    assert (outdated.status_code, outdated.json()["code"]) == (409, "outdated")
    assert [(each["pointer"], each["rule"]) for each in outdated.json()["errors"]] == [("/graduate_ids/0", "gone")]
    fewer = await officer.patch(path, json={"graduate_ids": [other]}, headers={"If-Match": asked.headers["etag"]})
    approved = await second.post(f"{path}/approve", headers={"If-Match": fewer.headers["etag"]})
    assert approved.status_code == 200, approved.text
    assert (await officer.get(f"/v1/graduates/{gone}")).json()["status"] == "registered"


async def _come_in_files(officer: httpx.AsyncClient, imported: Imported, files: Any) -> None:
    known = [["2020001", "E1", CITIZEN_ID, "张三", "31"], ["2020001", None, None, "张三", "幼儿园"]]
    unknown = [["7", "E7", CITIZEN_ID, "王五", "31"], [None, "E1", None, "张三", "31"], ["8", None, None, "赵六", "31"]]
    content = files.csv([HEADER, *known, *unknown])
    for form, expected in (
        ({"dry_run": "true"}, [1, 0, 4, 0]),
        ({"on_error": "reject", "dry_run": "true"}, [1, 0, 4, 0]),
        ({"on_error": "skip"}, [1, 0, 4, 0]),
        ({"on_error": "reject"}, [0, 0, 5, 0]),
    ):
        done = await imported(content, "roster.csv", **form)
        assert (done["state"], counts(done)) == ("succeeded", expected)
        assert done["result"]["warnings"] == {"erased_person": 4}
    assert {each["rule"] for each in done["warnings"]} == {"erased_person"}
    assert CITIZEN_ID not in str(done)
    listed = (await officer.get("/v1/graduates", params={"cohort": 2024})).json()["items"]
    assert sorted(each["student_number"] or "" for each in listed) == ["", "2", "8"]


async def test_no_interleaving_brings_a_number_back(
    database: Database,
    cipher: FieldCipher,
    school: str,
    two: tuple[str, str],
    officer: httpx.AsyncClient,
    erased: Erase,
    imported: Imported,
    files: Any,
    rows: Rows,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gone, other = two
    caller = Principal("officer", Role.SCHOOL_OFFICER, school_code=SchoolCode(school))
    new = {"student_number": "2020001", "name": "张三"}
    enter = partial(commands.create, caller=caller, cipher=cipher, school_code=SchoolCode(school), cohort=Cohort(2024))
    change = partial(commands.change, caller=caller, cipher=cipher, graduate_id=GraduateId(UUID(other)))
    acts: list[Callable[[UnitOfWork], Awaitable[object]]] = [
        partial(enter, given=new),
        partial(change, expected=Versions(any=True), given={"citizen_id": CITIZEN_ID}, reason="更正"),
    ]
    async with database.transaction(SYSTEM) as unit:
        await erase_in(unit, cipher, gone)
        waiting = [asyncio.create_task(database.patient.act(caller.actor, act)) for act in acts]

        old = files.csv([HEADER, [*NUMBERS.values(), "王五", "31"]])
        importing = asyncio.ensure_future(imported(old, "a.csv", authoritative="accept"))

        async def all_wait() -> bool:
            [found] = await rows(WAITING)
            return bool(found["n"] == 3)

        await eventually(all_wait, describe="the acts and the import wait for the numbers")
        await unit.commit()
    refused = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(each) for each in refused] == [ErasedPerson, ErasedPerson]
    done = await importing
    assert (counts(done), done["result"]["warnings"]) == ([0, 0, 1, 0], {"erased_person": 1})

    write, entered = RosterImport.write, list[str]()

    async def overtaken(self: Any, *given: Any) -> Any:
        """The graduate of a row that was planned as a new one is entered, and erased, before the row is stored."""
        if not entered:
            body = {"school_code": school, "cohort": 2024, "student_number": "9", "name": "王五"}
            entered.append((await officer.post("/v1/graduates", json=body)).json()["id"])
            await erased(entered[0])
        return await write(self, *given)

    monkeypatch.setattr(RosterImport, "write", overtaken)
    done = await imported(files.csv([["学号", "姓名"], ["9", "王五"], ["10", "赵六"]]), "a.csv", on_error="skip")
    assert (counts(done), done["result"]["warnings"]) == ([1, 0, 1, 0], {"erased_person": 1})
