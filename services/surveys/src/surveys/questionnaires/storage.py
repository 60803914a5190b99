"""Questionnaires in SQL."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from common.auth import Owners, RowScope
from common.database import NOW
from surveys.questionnaires.documents import from_documents, to_documents
from surveys.questionnaires.domain import Content, PublishedVersion, Questionnaire, QuestionnaireState
from surveys.questionnaires.tables import questionnaire_versions as versions
from surveys.questionnaires.tables import questionnaires


async def add(connection: AsyncConnection, school_code: str | None, content: Content) -> Questionnaire:
    """Stores a new draft."""
    document = to_documents(content)
    statement = insert(questionnaires).values(school_code=school_code, title=document.title, pages=document.pages)
    return _questionnaire((await connection.execute(statement.returning(questionnaires))).mappings().one())


async def find(
    connection: AsyncConnection, scope: RowScope, questionnaire_id: UUID, *, for_update: bool = False
) -> Questionnaire | None:
    """The questionnaire, if the scope sees it."""
    query = _visible(select(questionnaires), scope).where(questionnaires.c.id == questionnaire_id)
    row = (await connection.execute(query.with_for_update() if for_update else query)).mappings().one_or_none()
    return _questionnaire(row) if row else None


async def page(
    connection: AsyncConnection, scope: RowScope, school_code: str | None, after: UUID | None, limit: int
) -> list[Questionnaire]:
    """Questionnaires in the order of their creation."""
    query = _visible(select(questionnaires), scope).order_by(questionnaires.c.id).limit(limit)
    if school_code is not None:
        query = query.where(questionnaires.c.school_code == school_code)
    if after is not None:
        query = query.where(questionnaires.c.id > after)
    return [_questionnaire(row) for row in (await connection.execute(query)).mappings()]


async def save_content(
    connection: AsyncConnection, questionnaire: Questionnaire, content: Content, state: QuestionnaireState
) -> Questionnaire:
    """Replaces the content; published versions stay as they are."""
    document = to_documents(content)
    return await _save(connection, questionnaire, state=state.value, title=document.title, pages=document.pages)


async def publish(connection: AsyncConnection, questionnaire: Questionnaire) -> Questionnaire:
    """Freezes the content as the next version."""
    number = (questionnaire.published_version or 0) + 1
    document = to_documents(questionnaire.content)
    await connection.execute(
        insert(versions).values(
            questionnaire_id=questionnaire.id,
            number=number,
            school_code=questionnaire.school_code,
            title=document.title,
            pages=document.pages,
        )
    )
    return await _save(connection, questionnaire, state="published", published_version=number)


async def find_version(
    connection: AsyncConnection, scope: RowScope, questionnaire_id: UUID, number: int
) -> PublishedVersion | None:
    """A published version, if the scope sees it."""
    query = select(versions).where(
        versions.c.questionnaire_id == questionnaire_id,
        versions.c.number == number,
        _shared_or(versions.c.school_code, scope),
    )
    row = (await connection.execute(query)).mappings().one_or_none()
    return _version(row) if row else None


async def _save(connection: AsyncConnection, questionnaire: Questionnaire, **changes: Any) -> Questionnaire:
    statement = (
        update(questionnaires)
        .where(questionnaires.c.id == questionnaire.id)
        .values(version=questionnaires.c.version + 1, recorded_at=NOW, **changes)
        .returning(questionnaires)
    )
    return _questionnaire((await connection.execute(statement)).mappings().one())


def _visible(query: Select[Any], scope: RowScope) -> Select[Any]:
    return query.where(_shared_or(questionnaires.c.school_code, scope))


def _shared_or(school_code: ColumnElement[Any], scope: RowScope) -> ColumnElement[bool]:
    """A questionnaire without a school may be used by every one."""
    if scope.nothing:
        return scope.condition(Owners())
    return or_(school_code.is_(None), scope.condition(Owners(school_code=school_code)))


def _questionnaire(row: RowMapping) -> Questionnaire:
    return Questionnaire(
        id=row["id"],
        version=row["version"],
        school_code=row["school_code"],
        state=QuestionnaireState(row["state"]),
        published_version=row["published_version"],
        content=from_documents(row["title"], row["pages"]),
        created_at=row["created_at"],
        recorded_at=row["recorded_at"],
    )


def _version(row: RowMapping) -> PublishedVersion:
    return PublishedVersion(
        questionnaire_id=row["questionnaire_id"],
        number=row["number"],
        school_code=row["school_code"],
        content=from_documents(row["title"], row["pages"]),
        published_at=row["published_at"],
    )
