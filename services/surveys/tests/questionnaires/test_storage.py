import asyncio
from collections import OrderedDict
from contextlib import AsyncExitStack
from dataclasses import replace
from uuid import UUID

import pytest

from common.auth import SYSTEM, RowScope
from common.database import Database
from common.errors import Message
from common.identifiers import QuestionnaireId
from surveys.questionnaires import storage


async def test_a_published_version_is_read_once_per_process(database: Database, published: str) -> None:
    questionnaire_id = QuestionnaireId(UUID(published))
    async with database.reading() as connection:
        first = await storage.published(connection, questionnaire_id, 1)
        assert first is not None
        assert await storage.published(connection, questionnaire_id, 1) is first
        assert await storage.published(connection, questionnaire_id, 2) is None


async def test_requests_that_read_a_version_side_by_side_have_the_one_value(
    database: Database, published: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "_published", OrderedDict())
    questionnaire_id = QuestionnaireId(UUID(published))
    async with AsyncExitStack() as stack:
        connections = [await stack.enter_async_context(database.reading()) for _ in range(4)]
        first, *others = await asyncio.gather(
            *(storage.published(connection, questionnaire_id, 1) for connection in connections)
        )
    assert first is not None
    assert all(each is first for each in others)


async def test_a_process_keeps_a_few_published_versions_only(
    database: Database, published: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "_published", OrderedDict())
    monkeypatch.setattr(storage, "MAX_CACHED", 0)
    questionnaire_id = QuestionnaireId(UUID(published))
    async with database.reading() as connection:
        first = await storage.published(connection, questionnaire_id, 1)
        again = await storage.published(connection, questionnaire_id, 1)
    assert first == again
    assert first is not again


async def test_what_a_unit_of_work_published_and_undid_is_not_kept(database: Database, published: str) -> None:
    questionnaire_id = QuestionnaireId(UUID(published))
    async with database.transaction(SYSTEM) as unit:
        found = await storage.find(unit.connection, RowScope(everything=True), questionnaire_id)
        assert found is not None
        await storage.add_version(unit.connection, replace(found, title=Message("撤销", "Undone")), 2)
        seen = await storage.published(unit.connection, questionnaire_id, 2)
        assert seen is not None
        assert seen.title.en == "Undone"
    async with database.transaction(SYSTEM) as unit:
        await storage.add_version(unit.connection, replace(found, title=Message("保留", "Kept")), 2)
        await unit.commit()
    async with database.reading() as connection:
        kept = await storage.published(connection, questionnaire_id, 2)
    assert kept is not None
    assert kept.title.en == "Kept"
