"""Signals about employers: at the edge of a threshold, and of phones that only a keyed index compares."""

from datetime import timedelta
from typing import Any

import pytest
from acting import UNIT as CONTENT
from acting import approved as approved_by_command
from acting import rows
from desks import UNIT, Desk, approved
from doubts import cases_of, set_season
from enrolling import Enrolment, erasure

from common.auth import SYSTEM
from common.consuming import Handle
from common.crypto import FieldCipher
from common.database import Database
from common.identifiers import RegistrationId, SchoolCode
from destinations.cases.commands import open_signals
from destinations.cases.domain import Kind, Opening
from destinations.employers.operations import link_due, look_for_signals
from destinations.settings import Settings

USCCS = ("91410100MA40ABCD15", "91110000600037341L")


@pytest.fixture(autouse=True)
async def season(database: Database) -> None:
    await set_season(database)


@pytest.fixture
def cipher(settings: Settings) -> FieldCipher:
    return FieldCipher.load(settings.keyring_file)


async def threshold(database: Database, rule: str, number: int) -> None:
    async with database.transaction(SYSTEM) as unit:
        await unit.driver.execute(
            "INSERT INTO signal_thresholds (school_code, rule, version, threshold, by_role, by_subject)"
            f" VALUES ('10001', '{rule}', 1, {number}, 'school_officer', 's')"
        )
        await unit.commit()


async def looked(database: Database, cipher: FieldCipher) -> int:
    await link_due(database)
    return await look_for_signals(database, cipher)


async def found(school: Desk, rule: str) -> list[dict[str, Any]]:
    return [each for each in await cases_of(school) if each["rule"] == rule]


async def test_so_many_in_one_employer_are_a_case(database: Database, school: Desk, cipher: FieldCipher) -> None:
    await threshold(database, "many_in_one_employer", 3)
    first = [await approved_by_command(database, CONTENT) for _ in range(2)]
    await looked(database, cipher)
    assert await found(school, "many_in_one_employer") == []
    last = await approved_by_command(database, CONTENT)
    await looked(database, cipher)
    (case,) = await found(school, "many_in_one_employer")
    assert (case["facts"]["threshold"], case["facts"]["at_least"], case["handler"]) == (3, 3, "school")
    assert {*case["registrations"]} == {f"{each.id}" for each in (*first, last)}
    await approved_by_command(database, CONTENT)
    assert await looked(database, cipher) == 0


async def test_who_signs_before_the_employer_is_established_is_a_case(
    database: Database, school: Desk, cipher: FieldCipher
) -> None:
    signed = await approved_by_command(database, CONTENT)
    assert CONTENT.signed_on is not None
    days = (CONTENT.signed_on, CONTENT.signed_on + timedelta(days=1), CONTENT.signed_on)
    # said by an officer it is no outside data
    for day, fields, state in zip(
        days, ("established_on", "established_on", ""), (None, "open", "cleared"), strict=True
    ):
        await looked(database, cipher)
        async with database.transaction(SYSTEM) as unit:
            await unit.driver.execute(
                "UPDATE employers SET established_on = $1, register_fields = string_to_array($2, ',')", day, fields
            )
            await open_signals(unit, [of_a_fact(signed.id)])
            await unit.commit()
        await looked(database, cipher)
        cases = {each["subject"]: each for each in await found(school, "outside_data")}
        assert cases.pop("fact:1")["state"] == "open", "what a fact contradicts is not cleared with it"
        assert [each["state"] for each in cases.values()] == ([] if state is None else [state])
    assert cases[f"established:{signed.id}"]["facts"]["established_on"] == f"{days[1]}"


async def test_graduates_of_an_employer_that_the_register_has_struck_off_are_one_case_of_the_school(
    database: Database, school: Desk, cipher: FieldCipher
) -> None:
    signed = [await approved_by_command(database, CONTENT) for _ in range(2)]
    await looked(database, cipher)
    states = (
        *(
            ("存续（简易注销公告中）", "register_state", None),
            ("已注销", "", None),
            ("已注销", "register_state", "open"),
        ),
        *(("吊销，未注销", "register_state", "open"), ("存续", "register_state", "cleared")),
    )
    for said, fields, state in states:
        async with database.transaction(SYSTEM) as unit:
            await unit.driver.execute(
                "UPDATE employers SET register_state = $1, register_fields = string_to_array($2, ',')", said, fields
            )
            await unit.commit()
        await looked(database, cipher)
        cases = await found(school, "outside_data")
        assert [each["state"] for each in cases] == ([] if state is None else [state])
    (case,) = cases
    assert {*case["registrations"]} == {f"{each.id}" for each in signed}
    assert (case["facts"]["contradiction"], case["facts"]["register_state"]) == ("employer_dissolved", "吊销，未注销")


def of_a_fact(registration_id: RegistrationId) -> Opening:
    return Opening(
        kind=Kind.SIGNAL,
        school_code=SchoolCode("10001"),
        rule="outside_data",
        subject="fact:1",
        facts={"contradiction": "other_employer"},
        registrations=(registration_id,),
    )


@pytest.mark.parametrize(("phones", "cases"), [(("0371-1234", "0371 1234"), 1), (("0371-1234", "0371-1235"), 0)])
async def test_one_phone_of_two_employers_is_a_case(
    database: Database, school: Desk, college: Desk, enrol: Enrolment, cipher: FieldCipher, phones: Any, cases: int
) -> None:
    for uscc, phone in zip(USCCS, phones, strict=True):
        content = UNIT | {"employer_name": f"单位{uscc}", "employer_uscc": uscc, "contact_phone": phone}
        await approved(school, college, await enrol(), content)
    await approved(school, college, await enrol(), UNIT | {"contact_phone": "0371-9"})
    await looked(database, cipher)
    signals = await found(school, "one_contact")
    assert len(signals) == cases
    for case in signals:
        assert (len(case["facts"]["employers"]), len(case["registrations"])) == (2, 2)
        assert "1234" not in case["subject"]


async def test_two_graduates_of_one_employer_share_its_phone(
    database: Database, school: Desk, college: Desk, enrol: Enrolment, cipher: FieldCipher
) -> None:
    for _ in range(2):
        await approved(school, college, await enrol(), UNIT | {"contact_phone": "0371-1234"})
    await looked(database, cipher)
    assert await found(school, "one_contact") == []


async def test_of_who_is_erased_no_index_stays(
    database: Database, school: Desk, college: Desk, enrol: Enrolment, cipher: FieldCipher, apply: Handle
) -> None:
    person = await enrol()
    await approved(school, college, person, UNIT | {"contact_phone": "0371-1234"})
    await looked(database, cipher)
    assert len(await rows(database, "SELECT 1 FROM contact_indexes")) == 1
    await apply([erasure(person)])
    await looked(database, cipher)
    assert await rows(database, "SELECT 1 FROM contact_indexes") == []
