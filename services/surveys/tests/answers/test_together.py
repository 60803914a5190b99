"""Many submissions in one act leave what as many acts leave, and each hears the same."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from common.auth import SYSTEM
from common.crypto import FieldCipher, hashed_secret
from common.database import Database
from common.errors import QuxiangError, Versions
from common.grouping import Alone
from common.observability import correlated
from common.once import AlreadyAnswered, Once
from surveys.answers import commands
from surveys.answers.commands import Answer, Submissions, Submitting, holder_of, submit_all
from surveys.answers.wire import AnswerBody, written
from surveys.invitations import storage
from surveys.responses.domain import Mode
from surveys.settings import Settings
from surveys.verification import CHECKS

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]

ANY = Versions(any=True)
CAUSE = "the-request-of-a-test"
HEADERS = {"If-Match": "*"}
WHOLE: Json = {"satisfied": "y", "match": 4, "comment": "好"}
PAID: Json = {"satisfied": "n", "match": 2}
CAPS: list[Json] = [
    {"id": "content", "condition": "${satisfied} = 'y'", "limit": 2},
    {"id": "all", "condition": "true()", "limit": 8},
]

CASES: list[Json] = [
    {"sends": WHOLE},
    {"sends": PAID, "mode": "web"},
    {"drafts": {"work": {"satisfied": "n", "comment": "草稿"}, "study": {"match": 5}}, "sends": {}},
    {"drafts": {"work": {"satisfied": "y", "comment": "草稿"}}, "sends": {"match": 1, "comment": None}},
    {"sends": {"satisfied": "y"}},
    {"sends": {"satisfied": "x", "match": 9, "nothing": 1}},
    {"sends": PAID, "expected": 7},
    {"sends": PAID, "expected": 2, "once": "kept"},
    {"sends": WHOLE, "once": "full"},
    {"sends": PAID, "agrees": False},
    {"sends": PAID, "opens": False},
    {"sends": PAID, "before": "submit"},
    {"sends": PAID, "before": "withdraw"},
    {"sends": PAID, "before": "reopen"},
    {"sends": PAID, "once": "answered", "before": "answered"},
    {"sends": PAID, "once": "reused", "before": "reused"},
]
"""What the holder of each link has done before, and sends now."""

RESPONSES = """
    SELECT response.graduate_id, response.state, response.version, questions_answered, questions_total, completeness,
           mode, completed_by, effective_version, measured_version, submitted_at IS NOT NULL AS has_time,
           invitation.state AS link, (SELECT count(*) FROM response_pages WHERE response_id = response.id) AS pages,
           (SELECT count(*) FROM outbox WHERE key = CAST(response.graduate_id AS text)
               AND sequence = announced_sequence AND data ->> 'wave_id' = CAST(response.wave_id AS text)) AS announced,
           (SELECT array_agg(cap_id ORDER BY cap_id) FROM cap_places WHERE response_id = response.id) AS caps
      FROM responses AS response JOIN invitations AS invitation ON invitation.id = invitation_id
     WHERE response.wave_id = :wave ORDER BY graduate_id
"""
CONTENTS = """
    SELECT response.id, graduate_id, content.version, content.completeness, content.mode, values_ciphertext
      FROM submitted_contents AS content JOIN responses AS response ON response.id = response_id
     WHERE wave_id = :wave ORDER BY graduate_id, content.version
"""
EVENTS = """
    SELECT type, key, data - ARRAY['wave_id', 'response_id', 'recorded_at'] AS data, correlation_id
      FROM outbox WHERE data ->> 'wave_id' = :wave AND type <> 'quxiang.response.requested' ORDER BY id
"""
AUDIT = """
    SELECT subject, role, action, object_kind, detail - 'wave_id' AS detail, correlation_id, graduate_id
      FROM audit_entries JOIN responses AS response ON response.id = CAST(object_id AS uuid)
     WHERE detail ->> 'wave_id' = :wave ORDER BY audit_entries.id
"""
KEYS = """
    SELECT key, method, path, payload_hash, idempotency_keys.version, graduate_id FROM idempotency_keys
      JOIN responses AS response ON response.id = CAST(object_id AS uuid) WHERE wave_id = :wave ORDER BY key
"""
TAKEN = "SELECT id, taken FROM wave_caps WHERE wave_id = :wave ORDER BY id"


@pytest.fixture
async def graduates(keep: Any, school: str, graduate_event: Any) -> list[UUID]:
    """As many as there are cases."""
    ids = sorted(uuid4() for _ in CASES)
    await keep([graduate_event(school, each) for each in ids])
    return ids


@pytest.fixture
def plan(plan: Json) -> Json:
    return plan | {"edit_hours": None, "caps": CAPS}


async def asked_of(
    database: Database, cipher: FieldCipher, client: Client, agree: Any, token: str, case: Json
) -> Submitting:
    """Does what the holder has done before, and gives what is sent now."""
    holder = client(link=token)
    if case.get("opens", True):
        assert (await holder.get("/v1/answer")).status_code == 200
        if case.get("agrees", True):
            await agree(token)
    for page, values in case.get("drafts", {}).items():
        saved = await holder.put(f"/v1/answer/pages/{page}", json={"values": values}, headers=HEADERS)
        assert saved.status_code == 200, saved.text
    before = case.get("before", "")
    if before in {"submit", "withdraw", "reopen"}:
        assert (await holder.post("/v1/answer/submit", json={"values": PAID}, headers=HEADERS)).status_code == 200
    if before in {"withdraw", "reopen"}:
        assert (await holder.post(f"/v1/answer/{before}", headers=HEADERS)).status_code in {200, 204}
    async with database.reading() as connection:
        invitation = await storage.by_digest(connection, hashed_secret(token))
    assert invitation is not None
    expected = Versions(frozenset({case["expected"]})) if "expected" in case else ANY
    once = Once("POST", "/v1/answer/submit", f"{case['once']}", b"hash") if "once" in case else None
    asked = Submitting(invitation, expected, case["sends"], Mode(case.get("mode", "api")), once, (CAUSE, None))
    if once is not None and before in {"answered", "reused"}:
        earlier = once if before == "answered" else replace(once, payload_hash=b"other")
        await alone(database, cipher, replace(asked, once=earlier))
    return asked


async def alone(database: Database, cipher: FieldCipher, asked: Submitting) -> Answer:
    """As an act of its own."""
    given: Json = {name: getattr(asked, name) for name in ("invitation", "expected", "values", "mode")}
    with correlated(CAUSE):
        act = partial(commands.submit, cipher=cipher, **given)
        return await database.act(holder_of(asked.invitation), act, asked.once)


async def heard(database: Database, cipher: FieldCipher, asked: Submitting) -> Answer | Exception:
    try:
        return await alone(database, cipher, asked)
    except (QuxiangError, AlreadyAnswered) as refused:
        return refused


def said(outcome: Answer | Exception, language: str = "zh") -> Any:
    """What a caller is told, but for ids and instants."""
    match outcome:
        case QuxiangError():
            problems = [(each.pointer, each.rule) for each in outcome.problems]
            return type(outcome).__name__, problems, outcome.extra
        case AlreadyAnswered():
            return type(outcome).__name__, outcome.answered.version
        case Answer():
            body = json.loads(written(outcome, language))
            assert body == AnswerBody.of(outcome, language).model_dump(mode="json")
            cap = outcome.response.full_cap
            return {name: value for name, value in body.items() if name not in {"change_token", "wave"}}, cap
    return outcome


async def stored(rows: Rows, cipher: FieldCipher, wave: str) -> Json:
    """All that the acts on a wave's answers have left, but for ids, instants and ciphertexts."""
    found: Json = {"responses": await rows(RESPONSES, wave=UUID(wave)), "caps": await rows(TAKEN, wave=UUID(wave))}
    contents = await rows(CONTENTS, wave=UUID(wave))
    for each in contents:
        record, sealed = f"{each.pop('id')}/{each['version']}", each.pop("values_ciphertext")
        each["values"] = json.loads(cipher.decrypt("submitted_contents.values", record, sealed))
    events, audit = await rows(EVENTS, wave=wave), await rows(AUDIT, wave=wave)
    for each in events:
        each["is_ours"] = each.pop("correlation_id") == CAUSE
    ids: dict[str, int] = {}
    for each in audit:
        each["is_ours"] = each.pop("correlation_id") == CAUSE
        each["subject"] = ids.setdefault(each["subject"], len(ids))
    return found | {"contents": contents, "events": events, "audit": audit, "keys": await rows(KEYS, wave=UUID(wave))}


async def test_a_group_leaves_and_says_what_its_acts_do_one_by_one(
    database: Database, settings: Settings, cipher: FieldCipher, client: Client, agree: Any, links: Any, rows: Rows,
    school: str,
) -> None:  # fmt: skip
    (together, one_by_one), outcomes = [await links() for _ in range(2)], []
    for wave, tokens in (together, one_by_one):
        asked = [
            await asked_of(database, cipher, client, agree, token, case)
            for token, case in zip(tokens, CASES, strict=True)
        ]
        if wave == together[0]:
            act = partial(submit_all, cipher=cipher, asked=asked)
            found = await database.act(SYSTEM, act)
            at_once = [not isinstance(each, Alone) for each in found]
            # those that `submit_all` leaves are done alone afterwards
            outcomes.append(
                [
                    await heard(database, cipher, each) if isinstance(outcome, Alone) else outcome
                    for each, outcome in zip(asked, found, strict=True)
                ]
            )
        else:
            outcomes.append([await heard(database, cipher, each) for each in asked])
    assert [*map(said, outcomes[0])] == [*map(said, outcomes[1])]
    left = [await stored(rows, cipher, wave) for wave, _ in (together, one_by_one)]
    assert left[0] == left[1]
    # a link that was not opened, what was submitted before, and what is edited
    assert [at for at, is_so in enumerate(at_once) if not is_so] == [10, 11, 13]
    kinds = [type(each).__name__ for each in outcomes[0]]
    assert kinds == [
        *["Answer"] * 4, "Invalid", "Invalid", "PreconditionFailed", "Answer", "Answer", "ConsentRequired",
        "ConsentRequired", "AlreadySubmitted", "LinkRefused", "Answer", "AlreadyAnswered", "KeyReused",
    ]  # fmt: skip
    full = [each.response.full_cap for each in outcomes[0] if isinstance(each, Answer)]
    assert full == [None, None, None, None, "all", "content", None]
    for name in ("contents", "counts", "measures", "caps"):
        assert (await CHECKS[name](database, settings, school)).differences == 0


async def test_what_another_act_holds_is_done_alone_and_twice_the_same_once(
    database: Database, cipher: FieldCipher, client: Client, agree: Any, links: Any, rows: Rows
) -> None:
    wave, tokens = await links()
    asked = [await asked_of(database, cipher, client, agree, token, {"sends": PAID}) for token in tokens[:6]]
    keyed = [replace(each, once=Once("POST", "/v1/answer/submit", "same", b"hash")) for each in asked]
    async with database.transaction(SYSTEM) as unit:
        await storage.hold(unit.connection, asked[0].invitation.id)
        graduate = asked[1].invitation.graduate_id
        await unit.driver.execute("SELECT 1 FROM response_streams WHERE graduate_id = $1 FOR UPDATE", graduate)
        given = [asked[0], asked[1], asked[2], asked[2], keyed[3], keyed[3], keyed[4]]
        found = await database.act(SYSTEM, partial(submit_all, cipher=cipher, asked=given))
    assert [type(each).__name__ for each in found] == [
        "Alone", "Alone", "Answer", "Alone", "Answer", "RequestInProgress", "Answer",
    ]  # fmt: skip
    states = await rows("SELECT state FROM responses WHERE wave_id = :id ORDER BY graduate_id LIMIT 6", id=UUID(wave))
    assert [each["state"] for each in states] == ["open", "open", *["submitted"] * 3, "open"]


async def test_a_wave_that_is_changed_is_waited_for_and_nobody_else(
    database: Database, cipher: FieldCipher, client: Client, agree: Any, links: Any
) -> None:
    (changed, tokens), (_, others) = await links(), await links()
    held, free = [
        [await asked_of(database, cipher, client, agree, token, {"sends": PAID}) for token in given[:3]]
        for given in (tokens, others)
    ]
    submissions = Submissions(database, cipher)
    async with database.transaction(SYSTEM) as unit:
        await unit.driver.execute("SELECT 1 FROM waves WHERE id = $1 FOR UPDATE", UUID(changed))

        async def sent(each: Submitting) -> Answer:
            return await submissions.submit(holder=each.invitation, expected=ANY, values=each.values)

        waiting = [asyncio.create_task(sent(each)) for each in held]
        answered = await asyncio.gather(*map(sent, free))
        assert {each.response.state.value for each in answered} == {"submitted"}
        await unit.driver.execute("SELECT 1")
    assert {each.response.state.value for each in await asyncio.gather(*waiting)} == {"submitted"}
