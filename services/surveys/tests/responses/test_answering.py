import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from common.auth import SYSTEM, Principal, Role
from common.contracts.response import SUBMITTED, WITHDRAWN
from common.crypto import FieldCipher
from common.database import Database
from common.errors import Conflict, Invalid, NotFound
from surveys.invitations import commands as inviting
from surveys.invitations import storage as invitations
from surveys.invitations.domain import InvitationState, new_token
from surveys.invitations.storage import Batch
from surveys.problems import LinkRefused
from surveys.responses import answering, commands
from surveys.responses.answering import UNKNOWN_HOLDER, Answer
from surveys.waves.domain import Wave

CANARY = "金丝雀 13800138000"


@pytest.fixture
async def tokens(database: Database, manager: Principal, cipher: FieldCipher, wave: Wave) -> list[str]:
    """One link's token per graduate of the wave."""
    async with database.transaction(SYSTEM) as uow:
        assert await inviting.invite_some(uow, cipher, Batch(uuid4(), wave.id, wave.plan.school_code, "link")) == 3
        await uow.commit()
    async with database.reading() as connection:
        page = await invitations.page(connection, wave.id, None, 10)
    found = inviting.links(cipher, manager, "http://survey.test", page)
    return [found[each.id].split("#")[1] for each in sorted(page, key=lambda each: each.graduate_id)]


@asynccontextmanager
async def opened(database: Database, cipher: FieldCipher, token: str) -> AsyncIterator[tuple[Any, Answer]]:
    async with database.transaction(UNKNOWN_HOLDER) as uow:
        yield uow, await answering.open_answer(uow, cipher, token)
        await uow.commit()


async def save(database: Database, cipher: FieldCipher, token: str, page_id: str, values: dict[str, object]) -> Answer:
    async with opened(database, cipher, token) as (uow, answer):
        return await answering.save_page(uow, cipher, answer, answering.page_of(answer, page_id), values)


async def submitted(database: Database, cipher: FieldCipher, token: str) -> Answer:
    await save(database, cipher, token, "work", {"satisfied": "y", "comment": CANARY})
    await save(database, cipher, token, "study", {"match": 4})
    async with opened(database, cipher, token) as (uow, answer):
        done, _ = await answering.submit(uow, answer)
    return done


async def rows(database: Database, query: str, **bound: object) -> list[Any]:
    async with database.reading() as connection:
        return list((await connection.execute(text(query), bound)).mappings())


async def test_pages_are_saved_one_by_one_and_found_again(
    database: Database, cipher: FieldCipher, tokens: list[str]
) -> None:
    first = await save(database, cipher, tokens[0], "work", {"satisfied": "y", "comment": "好"})
    second = await save(database, cipher, tokens[0], "study", {"match": 3})
    third = await save(database, cipher, tokens[0], "work", {"satisfied": "n", "comment": None})
    assert [each.response.version for each in (first, second, third)] == [2, 3, 4]
    async with opened(database, cipher, tokens[0]) as (_, answer):
        assert answer.values == third.values == {"satisfied": "n", "match": 3}
        assert answer.response.version == 4


async def test_the_first_use_erases_the_link(
    database: Database, cipher: FieldCipher, tokens: list[str], wave: Wave
) -> None:
    async with opened(database, cipher, tokens[0]):
        pass
    async with database.reading() as connection:
        page = await invitations.page(connection, wave.id, None, 10)
    states = {each.graduate_id: (each.state, each.token_ciphertext is None) for each in page}
    assert sorted(states.values()) == [
        (InvitationState.CREATED, False),
        (InvitationState.CREATED, False),
        (InvitationState.OPENED, True),
    ]


@pytest.mark.parametrize("token", ["", "x", "A" * 22, "A" * 5000, "é" * 22])
async def test_a_token_nobody_has_is_refused(database: Database, cipher: FieldCipher, token: str) -> None:
    with pytest.raises(LinkRefused):
        async with opened(database, cipher, token):
            pass


async def test_an_expired_link_is_refused_with_the_same_text(
    database: Database, cipher: FieldCipher, tokens: list[str], wave: Wave
) -> None:
    async with database.transaction(SYSTEM) as uow:
        moved = text("UPDATE waves SET closes_at = opens_at + interval '1 second' WHERE id = :id")
        await uow.connection.execute(moved, {"id": wave.id})
        await uow.commit()
    with pytest.raises(LinkRefused) as expired:
        async with opened(database, cipher, tokens[0]):
            pass
    assert (expired.value.code, expired.value.detail) == (LinkRefused().code, LinkRefused().detail)


async def test_before_the_wave_opens_a_link_says_when(
    database: Database, cipher: FieldCipher, tokens: list[str], wave: Wave
) -> None:
    async with database.transaction(SYSTEM) as uow:
        moved = text("UPDATE waves SET opens_at = closes_at - interval '1 second' WHERE id = :id")
        await uow.connection.execute(moved, {"id": wave.id})
        await uow.commit()
    with pytest.raises(Conflict):
        async with opened(database, cipher, tokens[0]):
            pass


async def test_an_answer_is_submitted_once_it_is_complete(
    database: Database, cipher: FieldCipher, tokens: list[str], graduates: list[UUID]
) -> None:
    await save(database, cipher, tokens[0], "work", {"satisfied": "y"})
    with pytest.raises(Invalid) as incomplete:
        async with opened(database, cipher, tokens[0]) as (uow, answer):
            await answering.submit(uow, answer)
    assert [problem.pointer for problem in incomplete.value.problems] == ["/values/match"]
    done = await submitted(database, cipher, tokens[0])
    found = await rows(database, "SELECT * FROM outbox WHERE key = :key ORDER BY sequence", key=str(graduates[0]))
    assert [(row["sequence"], row["type"]) for row in found][1:] == [(2, SUBMITTED)]
    assert found[1]["data"]["questions_answered"] == found[1]["data"]["questions_total"] == 3
    assert found[1]["recorded_at"] == done.response.recorded_at
    with pytest.raises(LinkRefused):
        async with opened(database, cipher, tokens[0]):
            pass


async def test_two_submissions_at_once_are_one(
    database: Database, cipher: FieldCipher, tokens: list[str], graduates: list[UUID]
) -> None:
    await save(database, cipher, tokens[1], "work", {"satisfied": "y"})
    await save(database, cipher, tokens[1], "study", {"match": 1})

    async def submit() -> bool:
        try:
            async with opened(database, cipher, tokens[1]) as (uow, answer):
                await answering.submit(uow, answer)
        except LinkRefused:
            return False
        return True

    assert sorted(await asyncio.gather(*(submit() for _ in range(8)))) == [False] * 7 + [True]
    found = await rows(database, "SELECT sequence, type FROM outbox WHERE key = :key", key=str(graduates[1]))
    assert sorted(row["sequence"] for row in found) == [1, 2]


async def test_one_page_saved_by_many_at_once_ends_as_one_of_them(
    database: Database, cipher: FieldCipher, tokens: list[str]
) -> None:
    await asyncio.gather(*(save(database, cipher, tokens[2], "study", {"match": 1 + n % 5}) for n in range(8)))
    async with opened(database, cipher, tokens[2]) as (_, answer):
        assert answer.response.version == 9
        assert answer.values["match"] in range(1, 6)


async def test_what_was_answered_is_nowhere_in_clear(
    database: Database, cipher: FieldCipher, tokens: list[str], surveys_database: Any
) -> None:
    await submitted(database, cipher, tokens[0])
    tables = await rows(database, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
    for table in tables:
        for row in await rows(database, f'SELECT to_jsonb(t)::text AS line FROM "{table["table_name"]}" AS t'):
            assert "金丝雀" not in row["line"]
            assert tokens[0] not in row["line"]


async def test_a_withdrawn_response_is_erased_and_announced(
    database: Database, cipher: FieldCipher, tokens: list[str], graduates: list[UUID], school: str
) -> None:
    done = await submitted(database, cipher, tokens[0])
    owner = Principal("the graduate", Role.GRADUATE, graduate_id=graduates[0])
    async with database.transaction(owner.actor) as uow:
        response, token = await commands.withdraw(uow, await commands.locked(uow, owner, done.response.id))
        await uow.commit()
    assert (response.version, token.sequence) == (done.response.version + 1, 3)
    assert await rows(database, "SELECT page_id FROM response_pages WHERE response_id = :id", id=response.id) == []
    found = await rows(database, "SELECT type, data FROM outbox WHERE key = :key AND sequence = 3", key=token.key)
    assert (found[0]["type"], found[0]["data"]["state"]) == (WITHDRAWN, "withdrawn")
    with pytest.raises(Conflict):
        async with database.transaction(owner.actor) as uow:
            await commands.withdraw(uow, await commands.locked(uow, owner, response.id))


async def test_nobody_withdraws_the_response_of_somebody_else(
    database: Database, cipher: FieldCipher, tokens: list[str], graduates: list[UUID]
) -> None:
    done = await submitted(database, cipher, tokens[0])
    strangers = [
        Principal("another graduate", Role.GRADUATE, graduate_id=graduates[1]),
        Principal("another school", Role.SURVEY_MANAGER, school_code="99998"),
    ]
    for stranger in strangers:
        async with database.transaction(stranger.actor) as uow:
            with pytest.raises(NotFound):
                await commands.locked(uow, stranger, done.response.id)


async def test_every_act_leaves_one_audit_entry(database: Database, cipher: FieldCipher, tokens: list[str]) -> None:
    token = tokens[0]
    done = await submitted(database, cipher, token)
    found = await rows(
        database,
        "SELECT action, role FROM audit_entries WHERE object_id = :id ORDER BY recorded_at",
        id=str(done.response.id),
    )
    assert [row["action"] for row in found] == ["response.save_page", "response.save_page", "response.submit"]
    assert {row["role"] for row in found} == {"respondent"}
    assert new_token() != token
