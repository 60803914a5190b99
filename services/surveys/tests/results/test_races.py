"""Editions, weights and acts on answers that meet: one edition of two, and figures of the answers that stand."""

import os
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID

import httpx
import pytest
from at_once import at_once

from common.crypto import FieldCipher
from common.database import Database
from common.identifiers import WaveId
from surveys.results.commands import take, take_due
from surveys.results.domain.editions import NEXT_NEEDS, Because
from surveys.settings import Settings
from surveys.verification import CHECKS

Json = dict[str, Any]
Campaigns = Callable[..., Awaitable[Any]]
Rows = Callable[..., Awaitable[list[Json]]]

ANY = {"If-Match": "*"}
PARTS, PER_WAVE = (20, 10) if os.environ.get("QUXIANG_SOAK") else (1, 4)
"""Rounds on one wave: an edition is judged by all before it, so that each takes longer than the one before."""

pytestmark = pytest.mark.parametrize("part", range(PARTS))

PROVED = ("contents", "counts", "measures", "results", "editions", "weightings")


def said(at: int) -> Json:
    return {"satisfied": "yn"[at % 2], "match": 1 + at % 5}


async def agrees(database: Database, settings: Settings, school: str) -> None:
    for check in PROVED:
        verified = await CHECKS[check](database, settings, school=school)
        assert verified.differences == 0, verified


async def test_of_workers_that_take_an_edition_one_does(
    campaign: Campaigns,
    database: Database,
    cipher: FieldCipher,
    rows: Rows,
    settings: Settings,
    school: str,
    questionnaire: Json,
    part: int,
) -> None:
    made = await campaign({"C1": NEXT_NEEDS + 3}, answered=said, content=questionnaire)
    await made.end()
    decided = [each["id"] for each in (await made.responses()).values()][:NEXT_NEEDS]
    for turn in range(1, PER_WAVE + 1):
        for each in decided:
            act, body = ("exclude" if turn % 2 else "include"), {"reason": "重复作答"}
            done = await made.manager.post(f"/v1/responses/{each}/{act}", json=body, headers=ANY)
            assert done.status_code == 200, done.text
        taken = await at_once(*[partial(take_due, database.patient, cipher)] * 3)
        assert all(isinstance(each, int) for each in taken), taken
        found = await rows("SELECT number FROM result_editions WHERE wave_id = CAST(CAST(:id AS text) AS uuid)"
                           " ORDER BY number", id=made.wave["id"])  # fmt: skip
        assert [each["number"] for each in found] == list(range(1, turn + 2))
    await agrees(database, settings, school)


async def test_weights_that_are_made_at_once_are_all_made_and_judged_one_after_the_other(
    campaign: Campaigns,
    database: Database,
    cipher: FieldCipher,
    settings: Settings,
    school: str,
    rows: Rows,
    questionnaire: Json,
    part: int,
) -> None:
    asked = {"method": "post_stratification", "by": ["college"]}
    made = await campaign({"C1": 7, "C2": 6}, answered=said, content=questionnaire)
    await made.end()
    path = f"/v1/waves/{made.wave['id']}/weightings"
    one = partial(made.manager.post, path, json=asked)
    for turn in range(1, PER_WAVE // 2 + 1):
        given: list[httpx.Response] = await at_once(one, one, partial(take_due, database.patient, cipher))
        assert [each.status_code for each in given[:2]] == [201, 201], [each.text for each in given[:2]]
        found = await rows("SELECT weighting.id FROM result_weightings AS weighting JOIN result_editions AS edition"
                           " ON edition.id = edition_id WHERE wave_id::text = :id", id=made.wave["id"])  # fmt: skip
        assert len(found) == 2 * turn
        assert len({each.json()["id"] for each in given[:2]}) == 2
    await agrees(database, settings, school)


async def test_an_exclusion_a_withdrawal_and_an_edition_meet(
    campaign: Campaigns,
    database: Database,
    cipher: FieldCipher,
    settings: Settings,
    school: str,
    rows: Rows,
    questionnaire: Json,
    part: int,
) -> None:
    made = await campaign({"C1": PER_WAVE + 6}, answered=said, content=questionnaire)
    await made.end()
    wave_id, begun = WaveId(UUID(made.wave["id"])), await made.responses()
    for graduate in [*made.answers][:PER_WAVE]:
        path = f"/v1/responses/{begun[graduate]['id']}"
        excluded, withdrawn, taken = await at_once(
            partial(made.manager.post, f"{path}/exclude", json={"reason": "重复作答"}, headers=ANY),
            partial(made.client(link=made.tokens[graduate]).post, "/v1/answer/withdraw"),
            partial(take, database.patient, cipher, wave_id, Because.CHANGED),
        )
        assert excluded.status_code in (200, 409), excluded.text
        assert withdrawn.status_code == 204
        assert isinstance(taken, bool), taken
        [stored] = await rows(
            "SELECT state, effective_version, (SELECT count(*) FROM submitted_contents"
            " WHERE response_id = responses.id) AS contents FROM responses WHERE id::text = :id",
            id=begun[graduate]["id"],
        )
        assert stored == {"state": "withdrawn", "effective_version": None, "contents": 0}
        blanked = "SELECT data -> 'values' AS given FROM outbox WHERE key = :key AND type LIKE 'quxiang.measure.%'"
        assert all(each["given"] == [] for each in await rows(blanked, key=graduate))
    # what the last edition has not seen, the next one does
    await take(database.patient, cipher, wave_id, Because.CHANGED)
    await agrees(database, settings, school)
