"""Acts on employers, their contacts and answers meet on the same rows: one order of locks."""

import json
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from common.auth import Principal, Role
from common.clock import today
from common.crypto import FieldCipher, hashed_secret
from common.database import Database, UnitOfWork
from common.errors import Versions
from common.identifiers import Cohort, EmployerId, SchoolCode
from surveys.answers import commands as answers
from surveys.contact.commands import noting, opting_out
from surveys.contact.domain import Address, DueStep, Judged, OptOutSource
from surveys.employers import commands as employers_commands
from surveys.employers.domain import Contact, EmployerPlan, Hired
from surveys.employers.storage import contacts as kept_contacts
from surveys.invitations import commands as invitations
from surveys.invitations import storage
from surveys.ladders.domain import Channel, Step, StepKind
from surveys.waves import commands as waves
from surveys.waves import storage as wave_storage
from surveys.waves.wire import NewWave
from testing.collisions import TIMES, Act, meet_all

Json = dict[str, Any]
ANY = Versions(any=True)
pytestmark = pytest.mark.timeout(1_800 if TIMES > 1 else 300)

PAIRS = (
    ("change", "change"),
    ("change", "learn"),
    ("learn", "learn"),
    ("learn", "end reading"),
    ("add", "add"),
    ("add contact", "add contact"),
    ("add contact", "remove contact"),
    ("begin", "begin"),
    ("begin", "submit"),
    ("begin", "close"),
    ("note", "stop"),
    ("note", "submit"),
    ("create", "stop"),
)
RARER = (
    ("end reading", "end reading"),
    ("change", "end reading"),
    ("begin", "revoke"),
    ("begin", "withdraw"),
    ("submit", "revoke"),
    ("note", "note"),
    ("stop", "stop"),
    ("create", "create"),
    ("create", "submit"),
    ("create", "note"),
)
"""They lock as others do that meet every day."""


@pytest.fixture
async def acts(
    database: Database, cipher: FieldCipher, manager: httpx.AsyncClient, client: Any, school: str,
    employers: list[Json], asking: Json, linked: Any,
) -> dict[str, Act]:  # fmt: skip
    first, feed = EmployerId(UUID(employers[0]["id"])), (SchoolCode(school), Cohort(2024))
    wave = (await manager.post("/v1/waves", json=asking | {"unit": "hire"})).json()
    token = (await linked(wave))[employers[0]["id"]]
    agreed = {"statement_version": 1, "agreed": True, "sensitive": False}
    consented = await client(link=token).put("/v1/answer/consent", json=agreed, headers={"If-Match": "*"})
    assert consented.status_code == 200
    async with database.reading() as connection:
        link = await storage.by_digest(connection, hashed_secret(token))
    assert link is not None
    caller = Principal(subject="manager", role=Role.SURVEY_MANAGER, school_code=school)
    whom: Json = {"caller": caller, "employer_id": first}
    began = await database.act(caller.actor, partial(employers_commands.begin_reading, feed=feed))
    contact = Contact(name="王经理", phone="0371-60000001")
    adding: Json = {**whom, "cipher": cipher, "contact": contact, "expires_on": None}
    kept = await database.act(caller.actor, partial(employers_commands.add_contact, **adding))
    codes: Json = dict.fromkeys(("nature_code", "industry_code", "place_code"))
    hired = Hired(registered_as=uuid4(), name="甲", uscc=employers[0]["uscc"], hires=3, contacts=(contact,), **codes)
    due = DueStep(link.wave_id, link.school_code, None, Step(StepKind.INVITE, Channel.SMS, 0), link.created_at)
    plan = EmployerPlan(school_code=SchoolCode(school), name="丁", uscc="91410100MA3X2Y8K5D")

    async def close(unit: UnitOfWork) -> None:
        await wave_storage.lock(unit.connection, link.wave_id)
        await wave_storage.begin_closing(unit.connection, link.wave_id)

    async def extend(unit: UnitOfWork) -> None:
        """Registrations name the contact for longer."""
        place = ((first, SchoolCode(school)), contact)
        await kept_contacts.learn(unit.connection, cipher, [place], today() + timedelta(days=3_000))

    return {
        "change": partial(employers_commands.change, **whom, expected=ANY, changes={"name": "甲集团"}),
        "learn": partial(employers_commands.keep, cipher=cipher, feed=feed, began=began, hired=[hired]),
        "end reading": partial(employers_commands.end_reading, feed=feed, began=began, seen={uuid4()}),
        "add": partial(employers_commands.create, caller=caller, plan=plan),
        "add contact": partial(employers_commands.add_contact, **adding),
        "remove contact": partial(employers_commands.remove_contact, **whom, cipher=cipher, contact_id=kept.id),
        "extend contact": extend,
        "begin": partial(answers.begin, cipher=cipher, invitation=link),
        "submit": partial(answers.submit, cipher=cipher, invitation=link, expected=ANY, values={"ethics": 4}),
        "withdraw": partial(answers.withdraw, invitation=link),
        "revoke": partial(invitations.revoke, caller=caller, invitation_id=link.id),
        "close": close,
        "note": partial(
            noting.note_asked, due=due, found=[Judged(link.id, None, None, None, first)],
            reached={link.id: Address("1", "")}, price=1,
        ),
        "stop": partial(opting_out.end_contact, invitation_id=link.id, source=OptOutSource.LINK),
        "create": partial(waves.create, caller=caller, plan=NewWave.model_validate_json(json.dumps(asking)).plan()),
    }  # fmt: skip


async def test_acts_that_lock_the_same_rows_never_wait_in_a_circle(database: Database, acts: dict[str, Act]) -> None:
    await meet_all(database, acts, PAIRS + (RARER if TIMES > 1 else ()))
