"""Responses in SQL; values pass through as ciphertexts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from common.auth import Owners, RowScope
from common.clock import TODAY_SQL
from common.database import NOW
from surveys.responses.domain import ResponseState
from surveys.responses.tables import response_pages, responses


@dataclass(frozen=True)
class Response:
    """答卷, without what was answered."""

    id: UUID
    invitation_id: UUID
    wave_id: UUID
    graduate_id: UUID
    school_code: str
    version: int
    state: ResponseState
    questions_answered: int
    questions_total: int
    created_at: datetime
    recorded_at: datetime
    submitted_at: datetime | None
    announced_sequence: int | None


@dataclass(frozen=True)
class Moment:
    """Where the next event of a graduate stands: its sequence, and the day from which it counts."""

    sequence: int
    decided_on: date


_NEXT_MOMENT = text(
    f"""
    INSERT INTO response_streams AS stream (graduate_id, school_code, sequence, last_decided_on)
    VALUES (:graduate_id, :school_code, 1, {TODAY_SQL})
    ON CONFLICT (graduate_id) DO UPDATE
       SET sequence = stream.sequence + 1,
           last_decided_on = greatest(stream.last_decided_on, EXCLUDED.last_decided_on)
    RETURNING sequence, last_decided_on
    """
)


async def of_invitation(
    connection: AsyncConnection, *, invitation_id: UUID, wave_id: UUID, graduate_id: UUID, school_code: str
) -> Response:
    """The response of an invitation, begun if there is none; the invitation's row must be locked."""
    found = await _one(connection, responses.c.invitation_id == invitation_id)
    if found is not None:
        return found
    statement = insert(responses).values(
        invitation_id=invitation_id, wave_id=wave_id, graduate_id=graduate_id, school_code=school_code
    )
    return _response((await connection.execute(statement.returning(responses))).mappings().one())


async def find(
    connection: AsyncConnection, scope: RowScope, response_id: UUID, *, for_update: bool = False
) -> Response | None:
    """The response, if the scope sees it."""
    visible = scope.condition(Owners(school_code=responses.c.school_code, graduate_id=responses.c.graduate_id))
    return await _one(connection, (responses.c.id == response_id) & visible, for_update=for_update)


async def page(
    connection: AsyncConnection,
    scope: RowScope,
    *,
    school_code: str | None,
    wave_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> list[Response]:
    """Responses in the order in which they were begun."""
    visible = scope.condition(Owners(school_code=responses.c.school_code, graduate_id=responses.c.graduate_id))
    query = select(responses).where(visible).order_by(responses.c.id).limit(limit)
    if school_code is not None:
        query = query.where(responses.c.school_code == school_code)
    if wave_id is not None:
        query = query.where(responses.c.wave_id == wave_id)
    if after is not None:
        query = query.where(responses.c.id > after)
    return [_response(row) for row in (await connection.execute(query)).mappings()]


async def pages(connection: AsyncConnection, response_id: UUID) -> Mapping[str, bytes]:
    """What was answered so far: page → ciphertext."""
    query = select(response_pages.c.page_id, response_pages.c.values_ciphertext)
    rows = await connection.execute(query.where(response_pages.c.response_id == response_id))
    return {row.page_id: row.values_ciphertext for row in rows}


async def save_page(connection: AsyncConnection, response: Response, page_id: str, ciphertext: bytes) -> Response:
    """Replaces the answers of one page."""
    saved = {"school_code": response.school_code, "values_ciphertext": ciphertext}
    statement = insert(response_pages).values(response_id=response.id, page_id=page_id, **saved)
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=[response_pages.c.response_id, response_pages.c.page_id],
            set_=saved | {"recorded_at": NOW},
        )
    )
    return await _save(connection, response)


async def submit(
    connection: AsyncConnection, response: Response, moment: Moment, answered: int, total: int
) -> Response:
    """Closes the response."""
    return await _save(
        connection,
        response,
        state=ResponseState.SUBMITTED.value,
        submitted_at=NOW,
        questions_answered=answered,
        questions_total=total,
        announced_sequence=moment.sequence,
    )


async def withdraw(connection: AsyncConnection, response: Response, moment: Moment) -> Response:
    """Takes the response back and erases what was answered."""
    await connection.execute(delete(response_pages).where(response_pages.c.response_id == response.id))
    changes = {"state": ResponseState.WITHDRAWN.value, "announced_sequence": moment.sequence}
    return await _save(connection, response, **changes)


async def next_moment(connection: AsyncConnection, response: Response) -> Moment:
    """Locks the graduate's stream of events and takes its next place."""
    bound = {"graduate_id": response.graduate_id, "school_code": response.school_code}
    row = (await connection.execute(_NEXT_MOMENT, bound)).one()
    return Moment(row.sequence, row.last_decided_on)


async def _save(connection: AsyncConnection, response: Response, **changes: Any) -> Response:
    statement = (
        update(responses)
        .where(responses.c.id == response.id)
        .values(version=responses.c.version + 1, recorded_at=NOW, **changes)
        .returning(responses)
    )
    return _response((await connection.execute(statement)).mappings().one())


async def _one(connection: AsyncConnection, condition: Any, *, for_update: bool = False) -> Response | None:
    query = select(responses).where(condition)
    row = (await connection.execute(query.with_for_update() if for_update else query)).mappings().one_or_none()
    return _response(row) if row else None


def _response(row: RowMapping) -> Response:
    return Response(**{**row, "state": ResponseState(row["state"])})
