from collections import OrderedDict
from uuid import UUID

import pytest

from common.database import Database
from common.identifiers import QuestionnaireId
from surveys.questionnaires import storage


async def test_a_published_version_is_read_once_per_process(database: Database, published: str) -> None:
    questionnaire_id = QuestionnaireId(UUID(published))
    async with database.reading() as connection:
        first = await storage.published(connection, questionnaire_id, 1)
        assert first is not None
        assert await storage.published(connection, questionnaire_id, 1) is first
        assert await storage.published(connection, questionnaire_id, 2) is None


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
