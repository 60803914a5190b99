"""Of who is erased the registrations keep codes and days, and nobody writes into them any more."""

import asyncio
from functools import partial
from typing import Any

import asyncpg
import pytest
from acting import CIPHER, SCHOOL, UNIT, act, approved, edit, events, graduate_role, register, registered, rows, stored
from enrolling import Enrolment, erasure
from office import FULL, Office, counts

from common.auth import SYSTEM
from common.consuming import Handle
from common.database import Database
from common.identifiers import GraduateId
from destinations.registrations import commands
from destinations.registrations.domain import refusals
from destinations.registrations.domain.content import EMPTIED, FIELDS
from destinations.registrations.domain.lifecycle import Action
from destinations.registrations.domain.permitting import allowed_transitions
from destinations.registrations.subscriptions import erase_registrations
from destinations.roster.subscriptions import keep_graduates
from testing.databases import ServiceDatabase, sessions_at_a_lock

CANARY = "金丝雀"
KEPT = {
    *("destination_code", "flexible", "flexible_kind", "employer_nature_code", "industry_code", "place_code"),
    *("position_code", "signed_on", "reason", "study_level_code", "contract_from", "contract_to"),
    "abroad_country_code",
}
"""Codes of lists, days and flags."""

PERSON = "SELECT * FROM registrations WHERE graduate_id = :id ORDER BY id"
HISTORY = "SELECT * FROM registration_versions WHERE graduate_id = :id ORDER BY registration_id, version"


def test_every_field_of_a_registration_is_emptied_or_kept() -> None:
    assert set(FIELDS) - EMPTIED == KEPT
    assert set(FIELDS) >= EMPTIED


async def full(database: Database, addresses: ServiceDatabase, graduate_id: GraduateId) -> None:
    """A registration with an answer of the graduate, and a text in every field that can hold one."""
    before = await approved(database, UNIT, graduate_id=graduate_id)
    await act(database, before, Action.DISPUTE)
    owner = await asyncpg.connect(addresses.owner_url)
    texts = ", ".join(f"{name} = '{CANARY}'" for name in EMPTIED)
    line = f"line_fingerprint = '{CANARY}', line_version = 1, line_sequence = 1"
    await owner.execute(f"UPDATE registrations SET {texts}, {line}; UPDATE registration_versions SET {texts}")
    await owner.close()


async def of_person(database: Database, graduate_id: GraduateId) -> list[dict[str, Any]]:
    return [dict(row.items()) for query in (PERSON, HISTORY) for row in await rows(database, query, id=graduate_id)]


async def test_nothing_that_names_the_person_is_left_and_no_figure_moves(
    database: Database, addresses: ServiceDatabase, apply: Handle, enrol: Enrolment
) -> None:
    erased, other = await enrol(), await enrol()
    for each in (erased, other):
        await full(database, addresses, each)
    before, of_other, said = await of_person(database, erased), await of_person(database, other), await events(database)
    await apply([erasure(erased)])
    await apply([erasure(erased, sequence=3)])
    after = await of_person(database, erased)
    gone = {name for was, now in zip(before, after, strict=True) for name in was if was[name] != now[name]}
    assert gone == {
        *EMPTIED,
        "line_fingerprint",
        "line_version",
        "line_sequence",
        "note",
        "by_subject",
        "written_by",
        "submitted_by",
    }
    assert {now[name] for now in after for name in gone & now.keys() - {"by_subject"}} == {None}
    assert {now["by_subject"] for now in after if now.get("by_role") == "graduate"} == {""}
    assert await of_person(database, other) == of_other
    assert await events(database) == said
    [registration] = await rows(database, PERSON, id=erased)
    found = await stored(database, SCHOOL, registration.id)
    assert (found.effective is not None, allowed_transitions(found, None)) == (True, ())


async def test_a_registration_of_an_erased_person_stays_as_it_is(
    database: Database, apply: Handle, enrol: Enrolment
) -> None:
    graduate_id, without = await enrol(), await enrol()
    before = await registered(database, UNIT, graduate_id=graduate_id)
    await apply([erasure(graduate_id), erasure(without)])
    for caller in (SCHOOL, graduate_role(graduate_id)):
        with pytest.raises(refusals.ErasedPerson) as refused:
            await edit(database, before, caller, employer_name=CANARY)
        assert refused.value.extra == {"state": "draft", "allowed_transitions": []}
    with pytest.raises(refusals.ErasedPerson):
        await act(database, before, Action.SUBMIT)
    with pytest.raises(refusals.ErasedPerson):
        await register(database, SCHOOL, without, UNIT)
    assert len(await rows(database, "SELECT 1 FROM registration_versions")) == 1


async def test_a_file_leaves_erased_persons_as_they_are(
    office: Office, database: Database, apply: Handle, book: Any
) -> None:
    known, forgotten, other = office.row(**FULL), office.row(**FULL), office.row(**FULL)
    await office.send([known, forgotten, other])
    graduate_id = book.numbers[known["学号"]][0]
    await apply([erasure(graduate_id, cohort=2022)])
    # registry means the one still, the event has overtaken its answer; the other one it does not know any more
    book.erased.add(forgotten["学号"])
    operation = await office.send([row | {"单位名称": CANARY} for row in (known, forgotten, other, forgotten)])
    assert counts(operation) == (0, 1, 3, 0)
    assert [(each["row"], each["column"], each["rule"]) for each in operation["warnings"]] == [
        (2, "学号", "erased_person"),
        (3, "学号", "erased_person"),
        (5, "学号", "erased_person"),
    ]
    assert CANARY not in str(await of_person(database, graduate_id))


async def test_whichever_comes_second_no_text_stays(
    database: Database, addresses: ServiceDatabase, apply: Handle, enrol: Enrolment
) -> None:
    registering, waiting, editing = await enrol(), await enrol(), await enrol()
    before = await registered(database, UNIT, graduate_id=editing)
    edits = partial(commands.edit, caller=SCHOOL, cipher=CIPHER)
    calls = [
        partial(commands.register, caller=SCHOOL, graduate_id=registering, content=UNIT),
        partial(edits, registration_id=before.id, expected=1, patch={"employer_name": CANARY}),
    ]
    erasures = [erasure(each) for each in (registering, editing)]
    async with database.transaction(SYSTEM) as unit:
        for call in calls:
            await call(unit)
        erasing = asyncio.ensure_future(apply(erasures))
        await sessions_at_a_lock(addresses, 1)
        await unit.commit()
    await erasing
    async with database.transaction(SYSTEM) as unit:
        await keep_graduates(unit, [erasure(waiting)])
        await erase_registrations(unit, [erasure(waiting)])
        late = asyncio.create_task(register(database.patient, SCHOOL, waiting, UNIT))
        await sessions_at_a_lock(addresses, 1)
        await unit.commit()
    with pytest.raises(refusals.ErasedPerson):
        await late
    texts = [
        each[name] for who in (registering, editing) for each in await of_person(database, who) for name in EMPTIED
    ]
    assert set(texts) == {None}
    assert await of_person(database, waiting) == []
