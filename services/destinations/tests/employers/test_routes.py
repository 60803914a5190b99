"""Employers over HTTP: looked up, corrected, merged, and counted by who names them."""

import asyncio
import os
from dataclasses import replace
from typing import Any

import httpx
import pytest
from acting import rows
from desks import UNIT, Desk, Seat, approved
from enrolling import Enrolment

from common.auth import SYSTEM
from common.crypto import FieldCipher, KeyRing
from common.database import Database
from destinations.employers.operations import link_due
from destinations.employers.storage.rotation import reseal_merges
from destinations.ring_keys import needs_of
from destinations.settings import Settings

PATH = "/v1/employers"
USCC = str(UNIT["employer_uscc"])
OTHER_USCC = "91110000600037341L"
ROUNDS = 200 if os.environ.get("QUXIANG_SOAK") else 12


class Names:
    """Registrations of school 10001, drafts, by which employers are made."""

    def __init__(self, database: Database, enrol: Enrolment, seat: Seat) -> None:
        self.database, self.enrol, self.seat = database, enrol, seat

    async def __call__(self, name: str, uscc: str | None = None, school: str = "10001", **more: Any) -> str:
        """Registers that employer; gives its id."""
        graduate_id = await self.enrol(school_code=school)
        desk = self.seat("school_officer", school=school)
        content = {"destination_code": "10", "employer_name": name, "employer_uscc": uscc, **more}
        answer = await desk.register(graduate_id, content)
        assert answer.status_code == 201, answer.text
        await link_due(self.database)
        seen = await desk.get(f"/v1/registrations/{answer.json()['id']}")
        return str(seen.json()["employer_id"])


@pytest.fixture
def named(database: Database, enrol: Enrolment, seat: Seat) -> Names:
    return Names(database, enrol, seat)


async def sent(desk: Desk, employer: str, body: Any, **headers: str) -> httpx.Response:
    given = desk.headers | {"If-Match": "*"} | headers
    return await desk.http.patch(f"{PATH}/{employer}", json=body, headers=given)


async def merge(desk: Desk, employer: str, into: str, **headers: str) -> httpx.Response:
    return await desk.post(
        f"{PATH}/{employer}/merge", {"into": into, "reason": "同一单位"}, **{"If-Match": "*"} | headers
    )


async def found(desk: Desk, **asked: str) -> list[tuple[str, str]]:
    answer = await desk.post(f"{PATH}/search", asked)
    assert answer.status_code == 200, answer.text
    return [(each["name"], each["match"]) for each in answer.json()["items"]]


async def test_a_search_finds_what_has_the_name_had_it_or_has_one_like_it(named: Names, school: Desk) -> None:
    await named("郑州云海软件有限公司", USCC)
    renamed = await named("郑州天桥物流有限公司")
    await named("洛阳牡丹食品厂")
    answer = await sent(school, renamed, {"former_names": [{"name": "郑州云海软件公司", "until": "2019-12-31"}]})
    assert answer.status_code == 200, answer.text
    assert answer.json()["former_names"] == [{"name": "郑州云海软件公司", "until": "2019-12-31"}]
    assert await found(school, name="郑州云海软件有限公司") == [("郑州云海软件有限公司", "exact")]
    assert await found(school, name="郑州云海软件公司") == [
        ("郑州天桥物流有限公司", "former_name"),
        ("郑州云海软件有限公司", "similar"),
    ]
    assert await found(school, name="郑州云海软体有限责任公司") == [("郑州云海软件有限公司", "similar")]
    assert await found(school, name="有限公司") == []
    assert await found(school, uscc=USCC) == [("郑州云海软件有限公司", "exact")]
    assert await found(school, uscc=OTHER_USCC) == []


async def test_a_search_finds_what_the_schools_registrations_call_an_employer(
    named: Names, school: Desk, seat: Seat
) -> None:
    """The name of one with a USCC is that of its first registration, here another school's."""
    first = await named("豫园贸易行", USCC, school="10002")
    assert await named("某科技有限公司", USCC) == first
    assert await found(school, name="某科技有限责任公司") == [("豫园贸易行", "similar")]
    assert await found(school, name="某科技有限公司") == [("豫园贸易行", "similar")]
    assert await found(school, name="豫园贸易行") == [("豫园贸易行", "exact")]
    for elsewhere in (seat("school_officer", school="10002"), seat("provincial_officer", province="410000")):
        assert await found(elsewhere, name="某科技有限责任公司") == [], "what a school writes is its own"
    assert await found(seat("admin"), name="某科技有限责任公司") == [("豫园贸易行", "similar")]


async def test_a_school_sees_its_own_and_the_deployments(named: Names, seat: Seat, enrol: Enrolment) -> None:
    shared, own = await named("云海软件", USCC), await named("云海软件")
    elsewhere = seat("school_officer", school="10002")
    assert (await elsewhere.get(f"{PATH}/{shared}")).status_code == 200
    assert (await elsewhere.get(f"{PATH}/{own}")).status_code == 404
    assert (await sent(elsewhere, own, {"name": "他校"})).status_code == 404
    assert (await merge(elsewhere, own, shared)).status_code == 404
    assert len(await found(elsewhere, name="云海软件")) == 1
    graduate = seat("graduate", graduate=await enrol())
    assert len(await found(graduate, name="云海软件")) == 2
    assert len(await found(seat("admin"), name="云海软件")) == 2


@pytest.mark.parametrize("role", ["graduate", "counsellor", "college_officer", "provincial_officer", "auditor"])
async def test_only_a_school_officer_reads_and_corrects(named: Names, seat: Seat, role: str) -> None:
    employer = await named("云海软件")
    scope = {"school": "10001", "college": "C01", "class_": "K1", "province": "410000", "graduate": await named.enrol()}
    desk = seat(role, **scope)
    assert (await desk.get(f"{PATH}/{employer}")).status_code == 403
    assert (await sent(desk, employer, {"name": "云海"})).status_code == 403
    assert (await merge(desk, employer, employer)).status_code == 403
    asked = await desk.post(f"{PATH}/search", {"name": "云海软件"})
    assert asked.status_code == (403 if role == "auditor" else 200)
    hires = {"school_code": "10001", "cohorts": [2024]}
    assert (await desk.post(f"{PATH}/hires", hires)).status_code == 403


async def test_one_thing_is_asked_for(school: Desk) -> None:
    for asked in ({}, {"name": "云海", "uscc": USCC}):
        answer = await school.post(f"{PATH}/search", asked)
        assert (answer.status_code, answer.json()["errors"][0]["rule"]) == (422, "search_by_one")


async def test_a_correction_is_meant_for_a_version(named: Names, school: Desk) -> None:
    employer = await named("云海软件")
    bare = await school.http.patch(f"{PATH}/{employer}", json={"name": "云海"}, headers=school.headers)
    assert bare.status_code == 428
    assert (await sent(school, employer, {"name": "云海"}, **{"If-Match": '"2"'})).status_code == 412
    corrected = await sent(school, employer, {"name": "云海", "place_code": "410102"}, **{"If-Match": '"1"'})
    assert (corrected.status_code, corrected.headers["etag"]) == (200, '"2"')
    assert (corrected.json()["name"], corrected.json()["place_code"]) == ("云海", "410102")
    wrong = await sent(school, employer, {"place_code": "no", "uscc": "91"})
    assert {each["pointer"] for each in wrong.json()["errors"]} == {"/place_code", "/uscc"}


async def test_registrations_keep_their_words_and_are_warned_about(
    named: Names, school: Desk, database: Database
) -> None:
    employer = await named("云海软件")
    assert (await sent(school, employer, {"name": "云海科技"})).status_code == 200
    (listed,) = (await school.get("/v1/registrations", employer_id=employer)).json()["items"]
    assert (listed["employer_name"], listed["version"]) == ("云海软件", 1)
    assert [each["pointer"] for each in listed["warnings"] if each["rule"] == "employer_differs"] == ["/employer_name"]
    # another spelling of what it is called by registrations is still this one
    assert await named("云海 软件") == employer
    assert len((await school.get("/v1/registrations", employer_id=employer)).json()["items"]) == 2


async def test_what_the_business_register_says_is_locked(named: Names, school: Desk, database: Database) -> None:
    employer = await named("云海软件", USCC)
    async with database.transaction(SYSTEM) as unit:
        await unit.driver.execute("UPDATE employers SET register_fields = '{name,insured_persons}'")
        await unit.commit()
    refused = await sent(school, employer, {"name": "云海"})
    assert (refused.status_code, refused.json()["code"]) == (409, "locked_by_register")
    assert refused.json()["fields"] == ["name"]
    assert (await sent(school, employer, {"name": "云海软件", "industry_code": "33"})).status_code == 200


async def test_an_employer_that_other_schools_name_is_nobodys(named: Names, school: Desk, seat: Seat) -> None:
    employer = await named("云海软件", USCC)
    assert (await sent(school, employer, {"industry_code": "33"})).status_code == 200
    assert await named("云海软件公司", USCC, school="10002") == employer
    refused = await sent(school, employer, {"industry_code": "34"})
    assert (refused.status_code, refused.json()["code"]) == (409, "shared_employer")
    own = await named("海云软件")
    taking = await sent(school, own, {"uscc": USCC})
    assert (taking.status_code, taking.json()["code"]) == (409, "shared_employer")


async def test_a_uscc_or_a_name_of_another_one_is_refused(named: Names, school: Desk) -> None:
    await named("云海软件", USCC)
    own, other = await named("海云软件"), await named("天桥物流")
    for patch in ({"uscc": USCC}, {"name": "天 桥物流"}):
        answer = await sent(school, own, patch)
        assert (answer.status_code, answer.json()["code"]) == (409, "employer_exists")
    assert (await sent(school, other, {"uscc": OTHER_USCC})).status_code == 200
    assert await named("天桥国际", OTHER_USCC) == other


async def test_a_merged_employer_stands_for_the_other(named: Names, school: Desk) -> None:
    numbered, first, second = await named("云海软件", USCC), await named("云海公司"), await named("云海")
    merged = await merge(school, first, numbered)
    assert (merged.status_code, merged.json()["merged_into"], merged.json()["version"]) == (200, numbered, 2)
    assert (await merge(school, second, numbered)).status_code == 200
    listed = (await school.get("/v1/registrations", employer_id=numbered)).json()["items"]
    assert {each["employer_name"] for each in listed} == {"云海软件", "云海公司", "云海"}
    assert sum(any(one["rule"] == "employer_differs" for one in each["warnings"]) for each in listed) == 2
    # also what names it from now on
    assert await named("云海 公司") == numbered
    for answer in (await merge(school, first, numbered), await merge(school, await named("海"), first)):
        assert (answer.status_code, answer.json()["code"]) == (409, "already_merged")
        assert answer.json()["merged_into"] == numbered
    assert (await sent(school, first, {"name": "云"})).json()["code"] == "already_merged"
    assert (await school.get(f"{PATH}/{first}")).json()["merged_into"] == numbered
    assert await found(school, name="云海公司") == [("云海软件", "similar")]


async def test_who_merges_what(named: Names, school: Desk, seat: Seat) -> None:
    numbered, other, own = await named("云海软件", USCC), await named("天桥", OTHER_USCC), await named("云海")
    assert (await merge(school, numbered, own)).status_code == 403
    admin = seat("admin")
    for into in (other, own):
        answer = await merge(admin, numbered, into)
        assert (answer.status_code, answer.json()["code"]) == (422, "different_uscc")
    itself = await merge(school, own, own)
    assert (itself.status_code, itself.json()["errors"][0]["rule"]) == (422, "merged_into_itself")
    assert (await merge(admin, own, numbered)).status_code == 200


async def test_of_two_employers_that_are_merged_into_each_other_one_stays(
    named: Names, school: Desk, database: Database
) -> None:
    for n in range(ROUNDS):
        pair = [await named(f"云海{n}甲公司"), await named(f"云海{n}乙公司")]
        answers = await asyncio.gather(merge(school, *pair), merge(school, *reversed(pair)))
        assert sorted(each.status_code for each in answers) == [200, 409], [each.text for each in answers]
        assert next(each for each in answers if each.status_code == 409).json()["code"] == "already_merged"
    count = "SELECT count(*) FILTER (WHERE merged_into IS NULL), count(*) FROM employers"
    assert [tuple(row) for row in await rows(database, count)] == [(ROUNDS, 2 * ROUNDS)]
    assert (
        await rows(
            database,
            "SELECT 1 FROM employer_namings JOIN employers e ON e.id = employer_id AND merged_into IS NOT NULL",
        )
        == []
    )


async def test_the_reason_of_a_merge_is_sealed_and_names_nobody(
    named: Names, school: Desk, database: Database, settings: Settings
) -> None:
    own, other = await named("云海"), await named("云海软件")
    named_person = {"into": other, "reason": "见 410102199901011234"}
    refused = await school.post(f"{PATH}/{own}/merge", named_person, **{"If-Match": "*"})
    assert (refused.status_code, refused.json()["errors"][0]["rule"]) == (422, "identifying_text")
    assert (await merge(school, own, other)).status_code == 200
    ((sealed,),) = [tuple(row) for row in await rows(database, "SELECT reason_cipher FROM employer_merges")]
    assert "同一单位".encode() not in sealed
    assert settings.keyring_file
    ring = KeyRing.load(settings.keyring_file)
    before, new = FieldCipher(ring), KeyRing.generate("new").fields
    after = FieldCipher(replace(ring, fields={**ring.fields, **new}, current="new"))
    assert [await reseal_merges(database, after) for _ in range(2)] == [1, 0]
    assert not (await needs_of(database, before, before.current)).keys() & {"employer_merges"}
    ((employer, anew),) = [
        tuple(row) for row in await rows(database, "SELECT employer_id, reason_cipher FROM employer_merges")
    ]
    assert (str(employer), after.decrypt("employer_merge.reason", employer, anew)) == (own, "同一单位")


async def test_hires_are_graduates_whose_effective_registration_names_the_employer(
    named: Names, school: Desk, college: Desk, seat: Seat, enrol: Enrolment, database: Database
) -> None:
    contact = {"contact_name": "王经理", "contact_phone": "0371-1"}
    for cohort, content in ((2024, UNIT | contact), (2024, UNIT), (2023, UNIT | contact | {"contact_phone": "0371-2"})):
        await approved(school, college, await enrol(cohort=cohort), content)
    # a draft is no hire
    await named("天桥物流")
    await link_due(database)
    system = seat("system")
    answer = await system.post(f"{PATH}/hires", {"school_code": "10001", "cohorts": [2023, 2024]})
    assert answer.status_code == 200, answer.text
    (item,) = answer.json()["items"]
    assert (item["uscc"], item["name"], item["nature_code"], item["place_code"]) == (USCC, "某某公司", "39", "410102")
    assert item["hires"] == {"2023": 1, "2024": 2}
    assert item["contacts"] == [{"name": "王经理", "phone": "0371-1"}, {"name": "王经理", "phone": "0371-2"}]
    assert answer.json()["next_cursor"] is None
    only = await system.post(f"{PATH}/hires", {"school_code": "10001", "cohorts": [2023]})
    assert only.json()["items"][0]["hires"] == {"2023": 1}
    assert (await system.post(f"{PATH}/hires", {"school_code": "10002", "cohorts": [2024]})).json()["items"] == []
