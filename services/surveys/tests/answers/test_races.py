"""Of acts on answers that meet each has one winner: a dozen rounds, 200 in a soak."""

import os
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from at_once import at_once

from common.auth import SYSTEM
from common.crypto import FieldCipher, hashed_secret
from common.database import Database
from common.errors import Versions
from surveys.answers import commands
from surveys.answers.commands import Submissions, close_due_waves
from surveys.invitations import storage
from surveys.settings import Settings
from surveys.verification import CHECKS

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]
Moved = Callable[[str, str], Awaitable[None]]

ANY = {"If-Match": "*"}
ROUNDS = 200 if os.environ.get("QUXIANG_SOAK") else 12
PEOPLE, PLACES = 9, 4
WHOLE: Json = {"satisfied": "y", "match": 4}
SOON = "closes_at = statement_timestamp() + interval '30 milliseconds'"
SUBMITTED = """
    SELECT count(*) AS count FROM outbox
     WHERE type = 'quxiang.response.submitted' AND data ->> 'wave_id' = :wave
"""
STATES = "SELECT state, count(*) AS count FROM responses WHERE wave_id = :wave GROUP BY state"


@pytest.fixture
async def graduates(keep: Any, school: str, graduate_event: Any) -> list[UUID]:
    ids = sorted(uuid4() for _ in range(PEOPLE))
    await keep([graduate_event(school, each) for each in ids])
    return ids


async def test_of_many_submissions_as_many_get_a_place_as_there_are(
    database: Database, settings: Settings, cipher: FieldCipher, manager: httpx.AsyncClient, agree: Any, links: Any,
    rows: Rows, school: str,
) -> None:  # fmt: skip
    caps = [{"id": name, "condition": "${match} > 1", "limit": PLACES + more} for more, name in enumerate("ba")]
    for turn in range(ROUNDS):
        wave, tokens = await links(caps=caps)
        for token in tokens:
            await agree(token)
        async with database.reading() as connection:
            held = [await storage.by_digest(connection, hashed_secret(token)) for token in tokens]
        # two processes that group, and acts that come alone
        grouping = [Submissions(database, cipher), Submissions(database, cipher)]

        def alone(invitation: Any) -> Coroutine[Any, Any, Any]:
            given = {"invitation": invitation, "expected": Versions(any=True), "values": WHOLE}
            return database.act(SYSTEM, partial(commands.submit, cipher=cipher, **given))

        def grouped(invitation: Any, by: Submissions) -> Coroutine[Any, Any, Any]:
            return by.submit(holder=invitation, expected=Versions(any=True), values=WHOLE)

        acts = [
            partial(alone, each) if at % 3 == 2 else partial(grouped, each, grouping[(at + turn) % 2])
            for at, each in enumerate(held)
        ]
        said = Counter(each.response.state.value for each in await at_once(*acts))
        assert said == {"submitted": PLACES, "screened_out": PEOPLE - PLACES}
        assert {row["state"]: row["count"] for row in await rows(STATES, wave=UUID(wave))} == said
        shown = (await manager.get(f"/v1/waves/{wave}")).json()["caps"]
        assert [each["taken"] for each in shown] == [PLACES, PLACES]
        assert (await rows(SUBMITTED, wave=wave))[0]["count"] == PLACES
    assert (await CHECKS["caps"](database, settings, school)).differences == 0


async def test_a_double_submission_gives_one_event(client: Client, agree: Any, links: Any, rows: Rows) -> None:
    for turn in range(ROUNDS):
        wave, tokens = await links()
        await agree(tokens[0])
        keys = [{"Idempotency-Key": f"{wave}-{at if turn % 2 else 0}"} for at in range(3)]
        holders = [client(link=tokens[0]) for _ in keys]
        acts = [
            partial(holder.post, "/v1/answer/submit", json={"values": WHOLE}, headers=ANY | key)
            for holder, key in zip(holders, keys, strict=True)
        ]
        said = await at_once(*acts)
        statuses = sorted(each.status_code for each in said)
        # with one key the others find the first being answered, or its answer
        assert statuses.count(200) >= 1
        assert {*statuses} <= ({200, 401} if turn % 2 else {200, 409})
        assert (await rows(SUBMITTED, wave=wave))[0]["count"] == 1
        assert (await rows("SELECT count(*) AS count FROM submitted_contents JOIN responses ON id = response_id "
                           "WHERE wave_id = :wave", wave=UUID(wave)))[0]["count"] == 1  # fmt: skip


async def test_of_two_tabs_one_saves(client: Client, agree: Any, links: Any) -> None:
    for _ in range(ROUNDS):
        _, tokens = await links()
        await agree(tokens[0])
        holder = client(link=tokens[0])
        headers = {"If-Match": (await holder.get("/v1/answer")).headers["ETag"]}
        acts = [
            partial(client(link=tokens[0]).put, "/v1/answer/pages/work", json={"values": values}, headers=headers)
            for values in ({"satisfied": "y"}, {"satisfied": "n"})
        ]
        said = await at_once(*acts)
        assert sorted(each.status_code for each in said) == [200, 412]
        [saved] = [each for each in said if each.status_code == 200]
        assert (await holder.get("/v1/answer")).json()["values"] == saved.json()["values"]


async def test_submissions_the_close_and_the_freeze_agree_on_what_counts(
    client: Client, manager: httpx.AsyncClient, agree: Any, links: Any, rows: Rows, moved: Moved, database: Database,
    settings: Settings, cipher: FieldCipher, school: str,
) -> None:  # fmt: skip
    for _ in range(ROUNDS):
        wave, tokens = await links()
        holders = [client(link=token) for token in tokens[:4]]
        for token in tokens[:4]:
            await agree(token)
        # what two of them have left is complete
        for holder in holders[2:]:
            for page, values in (("work", {"satisfied": "y"}), ("study", {"match": 4})):
                await holder.put(f"/v1/answer/pages/{page}", json={"values": values}, headers=ANY)
        await moved(wave, SOON)

        async def frozen(wave: str = wave) -> httpx.Response:
            while True:
                await close_due_waves(database.patient, cipher)
                answer = await manager.post(f"/v1/waves/{wave}/freeze", headers=ANY)
                if answer.status_code == 200:
                    return answer

        submits = [partial(holder.post, "/v1/answer/submit", json={"values": WHOLE}, headers=ANY) for holder in holders]
        *said, answer = await at_once(*submits, frozen)
        accepted = [each.status_code for each in said]
        assert {*accepted} <= {200, 401, 503}, accepted
        states = {row["state"]: row["count"] for row in await rows(STATES, wave=UUID(wave))}
        # complete drafts count either way; the others as they were accepted
        assert states["submitted"] == 2 + accepted[:2].count(200)
        assert (await rows(SUBMITTED, wave=wave))[0]["count"] == states["submitted"]
        kept = await rows("SELECT count(*) AS count FROM frozen_rows WHERE wave_id = :wave", wave=UUID(wave))
        assert kept[0]["count"] == states["submitted"], answer.text
    for name in ("contents", "counts", "measures"):
        assert (await CHECKS[name](database, settings, school)).differences == 0
