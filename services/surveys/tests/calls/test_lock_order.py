"""Acts of interviewers and of who key papers meet others on the same rows: one order of locks."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from common import clock
from common.auth import Principal, Role
from common.clock import OFFSET_PARAMETER, SHANGHAI
from common.contracts import IncomingEvent
from common.crypto import FieldCipher, hashed_secret
from common.database import Database, UnitOfWork
from common.errors import Versions
from common.identifiers import GraduateId, WaveId
from surveys.answers import commands as answers
from surveys.calls import commands as calls
from surveys.calls.domain import NobodyToCall, Outcome, Reachable
from surveys.contact.commands import noting, opting_out
from surveys.contact.domain import Address, DueStep, Judged, OptOutScope, OptOutSource
from surveys.entries.commands import enter
from surveys.invitations import commands as invitations
from surveys.invitations import storage
from surveys.ladders.domain import Channel, Step, StepKind
from surveys.papers import commands as papers
from surveys.papers import storage as kept_papers
from surveys.papers.domain import Keyed
from surveys.responses.subscriptions import erase_answers
from surveys.roster.subscriptions import keep_graduates
from surveys.waves import commands as waves
from testing.collisions import TIMES, Act, meet_all

Json = dict[str, Any]
ANY = Versions(any=True)
LINKED, ALONE, DIFFERS = range(3)
VALUES: Json = {"satisfied": "y", "match": 4}
_AHEAD = text("SELECT set_config(:name, :ahead, true)")


def at_ten(act: Act) -> Act:
    """The act at ten o'clock of tomorrow, an hour at which people are called."""
    tomorrow = clock.now().astimezone(SHANGHAI).date() + timedelta(days=1)
    ahead = datetime.combine(tomorrow, time(10), SHANGHAI) - clock.now()

    async def moved(unit: UnitOfWork) -> None:
        await unit.connection.execute(_AHEAD, {"name": OFFSET_PARAMETER, "ahead": f"{ahead.total_seconds()} seconds"})
        with suppress(NobodyToCall):
            await act(unit)

    return moved


@pytest.fixture
async def acts(
    database: Database,
    cipher: FieldCipher,
    school: str,
    wave: Json,
    agreed: list[str],
    graduates: list[UUID],
    broken: Any,
    graduate_event: Callable[..., IncomingEvent],
) -> dict[str, Act]:
    """The first graduate has a link and a paper keyed once; the second has neither; of the third a paper differs."""
    wave_id = WaveId(UUID(wave["id"]))
    linked, alone, differs = (GraduateId(each) for each in graduates)
    await broken("DELETE FROM response_consents WHERE graduate_id = :id", id=alone)
    await broken("DELETE FROM responses WHERE graduate_id = :id", id=alone)
    await broken("DELETE FROM invitations WHERE graduate_id = :id", id=alone)
    async with database.reading() as connection:
        link = await storage.by_digest(connection, hashed_secret(agreed[LINKED]))
        third = await storage.by_digest(connection, hashed_secret(agreed[DIFFERS]))
    assert link is not None
    assert third is not None
    voice, manager, keyer, graduate = (
        Principal(subject=subject, role=role, school_code=school, graduate_id=whom)
        for subject, role, whom in (
            ("voice", Role.INTERVIEWER, None),
            ("manager", Role.SURVEY_MANAGER, None),
            ("keyer", Role.SURVEY_MANAGER, None),
            ("oneself", Role.GRADUATE, alone),
        )
    )

    def key(caller: Principal, of: GraduateId, **values: Any) -> Act:
        keyed = Keyed(VALUES | values, 1, sensitive=False)
        return partial(papers.key, caller=caller, cipher=cipher, wave_id=wave_id, graduate_id=of, keyed=keyed)

    def claim(of: GraduateId) -> Act:
        person = Reachable(of, "张三", "13800000000")
        return at_ten(
            partial(
                calls.claim,
                caller=voice,
                cipher=cipher,
                wave_id=wave_id,
                person=person,
                without=(linked, alone, differs),
            )
        )

    await database.act(keyer.actor, key(keyer, linked))
    await database.act(keyer.actor, key(keyer, differs))
    await database.act(manager.actor, key(manager, differs, match=1))
    async with database.reading() as connection:
        paper = await kept_papers.page(connection, manager.row_scope(), wave_id, None, None, 9)
    [differing] = [each for each in paper if each.graduate_id == differs]
    claimed = await database.act(
        voice.actor,
        lambda unit: _claimed(unit, claim_of=partial(calls.claim, caller=voice, cipher=cipher, wave_id=wave_id,
                                                     person=Reachable(linked, "李", "1"), without=())),
    )  # fmt: skip
    due = DueStep(wave_id, link.school_code, None, Step(StepKind.INVITE, Channel.SMS, 0), link.created_at)
    values: Json = {"expected": ANY, "values": VALUES}

    async def erase(unit: UnitOfWork) -> None:
        events = [graduate_event(school, each, sequence=2, erased=True) for each in graduates]
        await keep_graduates(unit, events)
        await erase_answers(unit, events)

    whom: Json = {"scope": OptOutScope.ALL, "wave_id": None}
    return {
        "claim": claim(differs),
        "claim anew": claim(alone),
        "outcome": at_ten(
            partial(calls.say_outcome, caller=voice, call_id=claimed.id, outcome=Outcome.BUSY, callback_at=None)
        ),
        "opt out": partial(opting_out.opt_out, caller=manager, graduate_id=differs, **whom),
        "stop": partial(opting_out.end_contact, invitation_id=third.id, source=OptOutSource.LIAISON),
        "enter anew": partial(enter, caller=graduate, cipher=cipher, wave_id=wave_id),
        "key anew": key(keyer, alone),
        "key": key(manager, linked),
        "key otherwise": key(manager, linked, match=2),
        "resolve": partial(
            papers.resolve, caller=manager, cipher=cipher, paper_id=differing.id, expected=ANY, values=VALUES
        ),
        "drop": lambda unit: kept_papers.drop_of(unit.connection, wave_id, linked),
        "submit": partial(answers.submit, cipher=cipher, invitation=link, **values),
        "submit third": partial(answers.submit, cipher=cipher, invitation=third, **values),
        "withdraw": partial(answers.withdraw, invitation=link),
        "withdraw third": partial(answers.withdraw, invitation=third),
        "revoke": partial(invitations.revoke, caller=manager, invitation_id=link.id),
        "note": partial(
            noting.note_asked, due=due, found=[Judged(link.id, linked, None, None)],
            reached={link.id: Address("1", "")}, price=1,
        ),
        "note third": partial(
            noting.note_asked, due=due, found=[Judged(third.id, differs, None, None)],
            reached={third.id: Address("1", "")}, price=1,
        ),
        "change": partial(
            waves.change, caller=manager, wave_id=wave_id, expected=ANY, patched=lambda wave: wave, said=set(),
        ),
        "erase": erase,
    }  # fmt: skip


async def _claimed(unit: UnitOfWork, claim_of: Act) -> Any:
    found: list[Any] = []

    async def claim(inner: UnitOfWork) -> None:
        found.append(await claim_of(inner))

    await at_ten(claim)(unit)
    return found[0]


pytestmark = pytest.mark.timeout(1_800 if TIMES > 1 else 300)

PAIRS = (
    # who is claimed already is passed over, not waited for: only the stream and the wave are
    ("claim", "opt out"),
    ("claim", "change"),
    ("claim anew", "claim anew"),
    ("claim anew", "enter anew"),
    ("claim anew", "key anew"),
    ("outcome", "outcome"),
    ("key", "key"),
    ("key", "submit"),
    ("key", "withdraw"),
    ("key", "change"),
    ("key", "erase"),
    ("resolve", "resolve"),
    ("resolve", "submit third"),
    ("resolve", "erase"),
)


RARER = (
    ("claim", "stop"),
    ("key", "key otherwise"),
    ("key", "revoke"),
    ("key", "note"),
    ("key", "drop"),
    ("key anew", "enter anew"),
    ("resolve", "withdraw third"),
    ("resolve", "note third"),
    ("resolve", "stop"),
)
"""They lock as others do that meet every day."""


async def test_acts_that_lock_the_same_rows_never_wait_in_a_circle(database: Database, acts: dict[str, Act]) -> None:
    await meet_all(database, acts, PAIRS + (RARER if TIMES > 1 else ()))
