"""Of who is erased nothing stays of what was answered, and no link works any more; the responses count on."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from asked_also import asking_also

from common.auth import SYSTEM
from common.contracts.envelope import IncomingEvent
from common.contracts.measure import RECORDED, WITHDRAWN
from common.contracts.measure import TOPIC as MEASURE_TOPIC
from common.contracts.response import TOPIC as RESPONSE_TOPIC
from common.crypto import FieldCipher, hashed_secret
from common.database import Database
from common.errors import Versions
from common.identifiers import GraduateId, InvitationId, OperationId
from common.operations import OperationRunner
from surveys.answers import commands as answers
from surveys.invitations import commands as invitations
from surveys.invitations import storage
from surveys.invitations.domain import Batch, Channel, Invitation, LinkRefused, NewInvitation
from surveys.responses.subscriptions import erase_answers
from surveys.roster.subscriptions import keep_graduates
from surveys.settings import Settings
from testing.databases import ServiceDatabase, sessions_at_a_lock

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]
Keep = Callable[[Sequence[IncomingEvent]], Awaitable[None]]
Events = Callable[..., IncomingEvent]

ANY = {"If-Match": "*"}
OF_WAVE = """
    SELECT invitation.graduate_id, invitation.state AS invited, response.state, questions_answered, response.version,
           token_digest IS NULL AND token_ciphertext IS NULL AS linkless, array_agg(page_id) AS pages
      FROM invitations invitation LEFT JOIN responses response ON invitation_id = invitation.id
      LEFT JOIN response_pages ON response_id = response.id
     WHERE invitation.wave_id = :wave GROUP BY invitation.id, response.id ORDER BY invitation.graduate_id
"""

OF_RESPONSES = f"SELECT count(*) FROM outbox WHERE topic = '{RESPONSE_TOPIC}'"
GIVEN = f"""
    SELECT type, data -> 'values' AS values, sequence FROM outbox
     WHERE topic = '{MEASURE_TOPIC}' AND key = :key ORDER BY sequence
"""


async def test_answers_and_links_go_and_the_responses_count_on(
    client: Client,
    manager: httpx.AsyncClient,
    wave: Json,
    plan: Json,
    graduates: list[UUID],
    agree: Any,
    tokens: list[str],
    school: str,
    keep: Keep,
    graduate_event: Events,
    runner: OperationRunner,
    rows: Rows,
) -> None:
    for token in tokens[:2]:
        await agree(token)
        for page, values in (("work", {"satisfied": "y", "comment": "金丝雀"}), ("study", {"match": 4})):
            path = f"/v1/answer/pages/{page}"
            saved = await client(link=token).put(path, json={"values": values}, headers=ANY)
            assert saved.status_code == 200
    assert (await client(link=tokens[0]).post("/v1/answer/submit", headers=ANY)).status_code == 200
    before, said = await rows(OF_WAVE, wave=wave["id"]), await rows(OF_RESPONSES)
    assert [each["values"] for each in await rows(GIVEN, key=str(graduates[0]))] == [
        [{"measure": "major_match", "value": 75, "post_level": None}]
    ]
    erased = [graduate_event(school, each, sequence=2, erased=True) for each in graduates]
    await keep(erased[:1])
    assert [each["linkless"] for each in await rows(OF_WAVE, wave=wave["id"])] == [True, False, False]
    await keep(erased)
    await keep([graduate_event(school, graduates[0], sequence=3, erased=True)])
    assert await rows(OF_WAVE, wave=wave["id"]) == [{**each, "linkless": True, "pages": [None]} for each in before]
    assert [(each["invited"], each["state"]) for each in before] == [
        ("submitted", "submitted"), ("opened", "open"), ("created", None)
    ]  # fmt: skip
    # of the response itself nothing is announced; what it gave to measures is taken back
    assert await rows(OF_RESPONSES) == said
    assert await rows(GIVEN, key=str(graduates[0])) == [
        {"type": RECORDED, "values": [], "sequence": 1},
        {"type": WITHDRAWN, "values": [], "sequence": 2},
    ]
    for token in [*tokens, "A" * 22]:
        refused = await client(link=token).get("/v1/answer")
        assert (refused.status_code, refused.json()["code"]) == (401, "link_refused")
    listed = (await manager.get(f"/v1/waves/{wave['id']}/invitations")).json()["items"]
    assert [each["link"] for each in listed] == [None] * 3
    other = (await manager.post("/v1/waves", json=plan)).json()
    assert (await manager.post(f"/v1/waves/{other['id']}/invitations", json={"channel": "link"})).status_code == 202
    assert await runner.run_once()
    assert await rows("SELECT id FROM invitations WHERE wave_id = :wave", wave=other["id"]) == []


async def test_whichever_comes_second_nothing_stays(
    database: Database,
    addresses: ServiceDatabase,
    settings: Settings,
    wave: Json,
    graduates: list[UUID],
    agree: Any,
    tokens: list[str],
    school: str,
    keep: Keep,
    graduate_event: Events,
    rows: Rows,
    changed: Any,
) -> None:
    cipher = FieldCipher.load(settings.keyring_file)
    for token in tokens[:2]:
        await agree(token)
    async with database.reading() as connection:
        links = [await storage.by_digest(connection, hashed_secret(token)) for token in tokens]
    erased = [graduate_event(school, each, sequence=2, erased=True) for each in graduates]
    newcomer = uuid4()
    await keep([graduate_event(school, newcomer)])
    await changed(asking_also(wave["id"], [newcomer]))

    def saves(invitation: Invitation | None) -> Any:
        assert invitation is not None
        values = {"satisfied": "n", "comment": "金丝雀"}
        known: Json = {"cipher": cipher, "invitation": invitation, "page_id": "work", "expected": Versions(any=True)}
        return partial(answers.save_page, **known, values=values)

    def invites(graduate_id: UUID) -> Any:
        batch = Batch(OperationId(uuid4()), UUID(wave["id"]), school, Channel.LINK)  # type: ignore[arg-type]
        made = NewInvitation(InvitationId(uuid4()), GraduateId(graduate_id), uuid4().bytes, b"")
        return partial(invitations.invite, batch=batch, made=[made])

    async with database.transaction(SYSTEM) as unit:
        await saves(links[0])(unit)
        erasing = asyncio.ensure_future(keep(erased[:1]))
        await sessions_at_a_lock(addresses, 1)
        await unit.commit()
    await erasing
    gone = graduate_event(school, newcomer, sequence=2, erased=True)
    async with database.transaction(SYSTEM) as unit:
        for apply in (keep_graduates, erase_answers):
            await apply(unit, [erased[1], gone])
        patient = database.patient
        saving = asyncio.create_task(patient.act(SYSTEM, saves(links[1])))
        inviting = asyncio.create_task(patient.act(SYSTEM, invites(newcomer)))
        await sessions_at_a_lock(addresses, 2)
        await unit.commit()
    with pytest.raises(LinkRefused):
        await saving
    assert await inviting == 0
    assert [each["pages"] for each in await rows(OF_WAVE, wave=wave["id"])] == [[None]] * 3
