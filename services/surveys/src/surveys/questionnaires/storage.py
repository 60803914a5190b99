"""Questionnaires in SQL; their content is stored as JSON, without members that are not set."""

from collections import OrderedDict
from dataclasses import asdict
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from common import rows
from common.auth import EVERYTHING, Owners, RowScope, ScopeShape
from common.database import NOW
from common.database.pages import page_by_id
from common.identifiers import QuestionnaireId, SchoolCode
from common.sql import Connection
from surveys.questionnaires.domain.content import Content, PublishedVersion, Questionnaire
from surveys.questionnaires.domain.units import asks_units, version_asks_units, version_with_units, with_units
from surveys.questionnaires.tables import questionnaire_versions as versions
from surveys.questionnaires.tables import questionnaires
from surveys.units.storage import units_of

_ADD = insert(questionnaires).returning(questionnaires)
_SAVE = (
    update(questionnaires)
    .where(questionnaires.c.id == bindparam("of_id"))
    .values(version=questionnaires.c.version + 1, recorded_at=NOW)
    .returning(questionnaires)
)
_ADD_VERSION = insert(versions)

MAX_CACHED = 64
"""Published versions that a process keeps: a school asks one or two at a time."""

_published: OrderedDict[tuple[QuestionnaireId, int], PublishedVersion] = OrderedDict()


async def add(connection: Connection, school_code: SchoolCode | None, content: Content) -> Questionnaire:
    """Stores a new draft."""
    values = {"school_code": school_code, **_documents(content)}
    return rows.one(Questionnaire, await connection.execute(_ADD, values))


async def find(
    connection: Connection, scope: RowScope, questionnaire_id: QuestionnaireId, *, for_update: bool = False
) -> Questionnaire | None:
    """The questionnaire if the scope sees it, locked on demand."""
    query = _one(scope.shape, for_update=for_update)
    return rows.one_or_none(Questionnaire, await connection.execute(query, {**scope.values, "id": questionnaire_id}))


async def page(
    connection: Connection, scope: RowScope, school_code: SchoolCode | None, after: UUID | None, limit: int
) -> list[Questionnaire]:
    """Questionnaires in the order of their creation."""
    query = page_by_id(questionnaires, _visible, scope, after, limit, school_code=school_code)
    return rows.all(Questionnaire, await connection.execute(*query))


async def save(connection: Connection, questionnaire: Questionnaire, content: Content, **changes: Any) -> Questionnaire:
    """Stores the next version of a locked questionnaire; what was published stays as it is."""
    changed = {**_documents(content), **changes, "of_id": questionnaire.id}
    return rows.one(Questionnaire, await connection.execute(_SAVE, changed))


async def add_version(connection: Connection, questionnaire: Questionnaire, number: int) -> None:
    """Freezes the content under this number."""
    facts = {"questionnaire_id": questionnaire.id, "number": number, "school_code": questionnaire.school_code}
    await connection.execute(_ADD_VERSION, {**facts, **_documents(questionnaire)})


async def find_version(
    connection: Connection, scope: RowScope, questionnaire_id: QuestionnaireId, number: int
) -> PublishedVersion | None:
    """A published version, if the scope sees it."""
    bound = {**scope.values, "id": questionnaire_id, "number": number}
    return rows.one_or_none(PublishedVersion, await connection.execute(_version(scope.shape), bound))


async def published(
    connection: Connection, questionnaire_id: QuestionnaireId, number: int, *, is_committed: bool = False
) -> PublishedVersion | None:
    """A published version of any school, read once per process: what was committed never changes.

    A unit of work may see what it published itself and then undo it, so that it fills the cache only where another act
    is known to have committed it before.
    """
    key = (questionnaire_id, number)
    found = _published.get(key)
    if found is None:
        found = await find_version(connection, EVERYTHING, questionnaire_id, number)
    if found is not None and (key in _published or connection.reading or is_committed):
        # of requests that read it side by side all have the one value: what is made of it is found by what it is, and
        # two equal ones would be compared question by question for every answer
        found = _published.setdefault(key, found)
        # the one asked for last is dropped last
        _published.move_to_end(key)
        if len(_published) > MAX_CACHED:
            _published.popitem(last=False)
    return found


async def draft_asked(connection: Connection, draft: Questionnaire, school_code: SchoolCode | None) -> Questionnaire:
    """A draft as a school asks it: questions of majors and colleges with those that it has; of no school as it is."""
    if school_code is None or not asks_units(draft):
        return draft
    return with_units(draft, await units_of(connection, school_code))


async def as_asked(
    connection: Connection, version: PublishedVersion, school_code: SchoolCode | None
) -> PublishedVersion:
    """The same of a published version."""
    if school_code is None or not version_asks_units(version):
        return version
    return version_with_units(version, await units_of(connection, school_code))


def _documents(content: Content) -> dict[str, Any]:
    """`title` and `pages` as JSON."""

    def without_unset(members: list[tuple[str, Any]]) -> dict[str, Any]:
        return {name: value for name, value in members if value is not None}

    return asdict(Content(content.title, content.pages), dict_factory=without_unset)


def _visible(seen: ScopeShape) -> ColumnElement[bool]:
    return shared_or(questionnaires.c.school_code, seen)


@lru_cache
def _one(seen: ScopeShape, *, for_update: bool) -> Select[Any]:
    query = select(questionnaires).where(questionnaires.c.id == bindparam("id"), _visible(seen))
    return query.with_for_update() if for_update else query


@lru_cache
def _version(seen: ScopeShape) -> Select[Any]:
    number = versions.c.number == bindparam("number")
    visible = shared_or(versions.c.school_code, seen)
    return select(versions).where(versions.c.questionnaire_id == bindparam("id"), number, visible)


def shared_or(school_code: ColumnElement[Any], seen: ScopeShape) -> ColumnElement[bool]:
    """Rows of schools in scope, and those without a school, which any may use; employers and offices see none."""
    if seen.nothing or seen.names & {"employer_id", "office_id"}:
        return seen.condition(Owners())
    return or_(school_code.is_(None), seen.condition(Owners(school_code=school_code)))
