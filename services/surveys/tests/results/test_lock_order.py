"""Editions, weights and the freeze of a wave meet acts on its answers: one order of locks."""

from functools import partial
from typing import Any
from uuid import UUID

import pytest

from common.auth import Principal, Role
from common.crypto import FieldCipher, hashed_secret
from common.database import Database
from common.errors import Versions
from common.identifiers import ResponseId, WaveId
from surveys.answers import commands as answers
from surveys.invitations import storage as invitations
from surveys.quality import commands as quality
from surveys.results import commands
from surveys.results.commands import editions
from surveys.results.domain.editions import Because
from surveys.results.domain.weighting import Asked, Method
from surveys.results.storage import editions as kept
from surveys.waves import storage as waves
from testing.collisions import TIMES, Act, meet_all

ANY = Versions(any=True)
pytestmark = pytest.mark.timeout(1_800 if TIMES > 1 else 300)

PAIRS = (
    ("edition", "edition"),
    ("edition", "weigh"),
    ("edition", "freeze"),
    ("edition", "exclude"),
    ("edition", "withdraw"),
)
RARER = (
    ("weigh", "weigh"),
    ("weigh", "freeze"),
    ("weigh", "exclude"),
    ("weigh", "withdraw"),
    ("freeze", "exclude"),
    ("freeze", "withdraw"),
    ("exclude", "withdraw"),
)
"""They lock as others do that meet every day."""


@pytest.fixture
async def acts(campaign: Any, database: Database, cipher: FieldCipher, school: str) -> dict[str, Act]:
    """On a wave with an edition, and on one of its answers."""
    made = await campaign({"C1": 6}, answered=lambda at: {"one": "1", "match": 1 + at % 5})
    await made.end()
    wave_id, caller = WaveId(UUID(made.wave["id"])), Principal("manager", Role.SURVEY_MANAGER, school_code=school)
    graduate, response = next(iter((await made.responses()).items()))
    asked = Asked(Method.POST_STRATIFICATION, ("college",))
    weights = await commands.weighed(database, cipher, caller=caller, wave_id=wave_id, asked=asked)
    async with database.reading() as connection:
        link = await invitations.by_digest(connection, hashed_secret(made.tokens[graduate]))
        wave = await waves.current(connection, wave_id)
        [memory] = await kept.memories(connection, wave_id)
    assert link is not None
    another = kept.NewEdition(
        wave=wave, known=1, number=2, taken_at=wave.closes_at, because=Because.CHANGED, answers=6, moved=0,
        memory=memory, results={}, changes=(),
    )  # fmt: skip
    rows = await answers.freezable(database, caller, cipher, wave_id)
    excluding = partial(quality.decide, caller=caller, cipher=cipher, expected=ANY, reason="x", counts=False)
    return {
        "edition": partial(editions.keep, made=another),
        "weigh": partial(commands.weigh, caller=caller, wave_id=wave_id, made=weights),
        "freeze": partial(answers.freeze, caller=caller, wave_id=wave_id, expected=ANY, made=rows),
        "exclude": partial(excluding, response_id=ResponseId(UUID(response["id"]))),
        "withdraw": partial(answers.withdraw, invitation=link),
    }


async def test_acts_that_lock_the_same_rows_never_wait_in_a_circle(database: Database, acts: dict[str, Act]) -> None:
    await meet_all(database, acts, PAIRS + (RARER if TIMES > 1 else ()))
