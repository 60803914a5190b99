"""Responses in SQL. An act that changes one holds its invitation first; the change locks the row itself."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from common import rows
from common.auth import Owners, RowScope
from common.clock import TODAY_SQL
from common.database import NOW
from common.database.pages import page_by_id
from common.identifiers import InvitationId, ResponseId, SchoolCode, WaveId
from surveys.invitations.domain import Invitation
from surveys.responses.domain import Moment, Response, ResponseState
from surveys.responses.tables import response_pages, responses

_NEXT_MOMENT = text(
    f"""
    INSERT INTO response_streams AS stream (graduate_id, school_code, sequence, last_decided_on)
    VALUES (:graduate_id, :school_code, 1, {TODAY_SQL})
    ON CONFLICT (graduate_id) DO UPDATE
       SET sequence = stream.sequence + 1,
           last_decided_on = greatest(stream.last_decided_on, EXCLUDED.last_decided_on)
    RETURNING sequence, last_decided_on AS decided_on
    """
)


async def of_invitation(connection: AsyncConnection, invitation_id: InvitationId) -> Response | None:
    """The response of an invitation; None before its link was opened."""
    query = select(responses).where(responses.c.invitation_id == invitation_id)
    return rows.one_or_none(Response, await connection.execute(query))


async def begun(connection: AsyncConnection, invitation: Invitation) -> Response:
    """The response of a held invitation, stored if there is none."""
    found = await of_invitation(connection, invitation.id)
    if found is not None:
        return found
    statement = insert(responses).values(
        invitation_id=invitation.id,
        wave_id=invitation.wave_id,
        graduate_id=invitation.graduate_id,
        school_code=invitation.school_code,
    )
    return rows.one(Response, await connection.execute(statement.returning(responses)))


async def find(connection: AsyncConnection, scope: RowScope, response_id: ResponseId) -> Response | None:
    """The response, if the scope sees it."""
    visible = scope.condition(Owners(school_code=responses.c.school_code, graduate_id=responses.c.graduate_id))
    query = select(responses).where(responses.c.id == response_id, visible)
    return rows.one_or_none(Response, await connection.execute(query))


async def page(
    connection: AsyncConnection,
    scope: RowScope,
    school_code: SchoolCode | None,
    wave_id: WaveId | None,
    after: UUID | None,
    limit: int,
) -> list[Response]:
    """Responses in the order in which they were begun."""
    visible = scope.condition(Owners(school_code=responses.c.school_code, graduate_id=responses.c.graduate_id))
    query = page_by_id(responses, visible, after, limit, school_code=school_code, wave_id=wave_id)
    return rows.all(Response, await connection.execute(query))


async def next_moment(connection: AsyncConnection, response: Response) -> Moment:
    """Locks the graduate's stream of events and takes its next place; comes before the change of the response."""
    bound = {"graduate_id": response.graduate_id, "school_code": response.school_code}
    return rows.one(Moment, await connection.execute(_NEXT_MOMENT, bound))


async def submit(
    connection: AsyncConnection, response: Response, moment: Moment, answered: int, total: int
) -> Response:
    """Closes the response."""
    return await save(
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
    return await save(connection, response, **changes)


async def save(connection: AsyncConnection, response: Response, **changes: Any) -> Response:
    """Stores the next version of the response."""
    statement = (
        update(responses)
        .where(responses.c.id == response.id)
        .values(version=responses.c.version + 1, recorded_at=NOW, **changes)
        .returning(responses)
    )
    return rows.one(Response, await connection.execute(statement))
