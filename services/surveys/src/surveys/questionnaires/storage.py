"""Questionnaires in SQL; their content is stored as JSON, without members that are not set."""

from collections import OrderedDict
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from common import rows
from common.auth import Owners, RowScope
from common.database import NOW, is_reading
from common.database.pages import page_by_id
from common.identifiers import QuestionnaireId, SchoolCode
from surveys.questionnaires.domain.content import Content, PublishedVersion, Questionnaire
from surveys.questionnaires.tables import questionnaire_versions as versions
from surveys.questionnaires.tables import questionnaires

MAX_CACHED = 64
"""Published versions that a process keeps: a school asks one or two at a time."""

_published: OrderedDict[tuple[QuestionnaireId, int], PublishedVersion] = OrderedDict()


async def add(connection: AsyncConnection, school_code: SchoolCode | None, content: Content) -> Questionnaire:
    """Stores a new draft."""
    statement = insert(questionnaires).values(school_code=school_code, **_documents(content)).returning(questionnaires)
    return rows.one(Questionnaire, await connection.execute(statement))


async def find(
    connection: AsyncConnection, scope: RowScope, questionnaire_id: QuestionnaireId, *, for_update: bool = False
) -> Questionnaire | None:
    """The questionnaire if the scope sees it, locked on demand."""
    visible = _shared_or(questionnaires.c.school_code, scope)
    query = select(questionnaires).where(questionnaires.c.id == questionnaire_id, visible)
    return rows.one_or_none(Questionnaire, await connection.execute(query.with_for_update() if for_update else query))


async def page(
    connection: AsyncConnection, scope: RowScope, school_code: SchoolCode | None, after: UUID | None, limit: int
) -> list[Questionnaire]:
    """Questionnaires in the order of their creation."""
    visible = _shared_or(questionnaires.c.school_code, scope)
    query = page_by_id(questionnaires, visible, after, limit, school_code=school_code)
    return rows.all(Questionnaire, await connection.execute(query))


async def save(
    connection: AsyncConnection, questionnaire: Questionnaire, content: Content, **changes: Any
) -> Questionnaire:
    """Stores the next version of a locked questionnaire; what was published stays as it is."""
    statement = (
        update(questionnaires)
        .where(questionnaires.c.id == questionnaire.id)
        .values(
            version=questionnaires.c.version + 1,
            recorded_at=NOW,
            **_documents(content),
            **changes,
        )
        .returning(questionnaires)
    )
    return rows.one(Questionnaire, await connection.execute(statement))


async def add_version(connection: AsyncConnection, questionnaire: Questionnaire, number: int) -> None:
    """Freezes the content under this number."""
    facts = {"questionnaire_id": questionnaire.id, "number": number, "school_code": questionnaire.school_code}
    await connection.execute(insert(versions).values(**facts, **_documents(questionnaire)))


async def find_version(
    connection: AsyncConnection, scope: RowScope, questionnaire_id: QuestionnaireId, number: int
) -> PublishedVersion | None:
    """A published version, if the scope sees it."""
    visible = _shared_or(versions.c.school_code, scope)
    query = select(versions).where(
        versions.c.questionnaire_id == questionnaire_id, versions.c.number == number, visible
    )
    return rows.one_or_none(PublishedVersion, await connection.execute(query))


async def published(
    connection: AsyncConnection, questionnaire_id: QuestionnaireId, number: int
) -> PublishedVersion | None:
    """A published version of any school, read once per process: what was committed never changes.

    Only a `reading` connection fills the cache: a unit of work may see what it published itself and then undo it.
    """
    key = (questionnaire_id, number)
    found = _published.get(key)
    if found is None:
        found = await find_version(connection, RowScope(everything=True), questionnaire_id, number)
    if found is not None and (key in _published or is_reading(connection)):
        _published[key] = found
        # the one asked for last is dropped last
        _published.move_to_end(key)
        if len(_published) > MAX_CACHED:
            _published.popitem(last=False)
    return found


def _documents(content: Content) -> dict[str, Any]:
    """`title` and `pages` as JSON."""

    def without_unset(members: list[tuple[str, Any]]) -> dict[str, Any]:
        return {name: value for name, value in members if value is not None}

    return asdict(Content(content.title, content.pages), dict_factory=without_unset)


def _shared_or(school_code: ColumnElement[Any], scope: RowScope) -> ColumnElement[bool]:
    """A questionnaire without a school may be used by every one; employers and offices see none."""
    if scope.nothing or scope.among.employer_id is not None or scope.among.office_id is not None:
        return scope.condition(Owners())
    return or_(school_code.is_(None), scope.condition(Owners(school_code=school_code)))
