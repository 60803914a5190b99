"""Responses in SQL. An act that changes one holds its invitation first; the change locks the row itself."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Interval,
    Select,
    Uuid,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningUpdate

from common import rows
from common.auth import Owners, RowScope, ScopeShape
from common.clock import TODAY_SQL
from common.database import NOW
from common.database.pages import page_by_id
from common.identifiers import GraduateId, InvitationId, ResponseId, SchoolCode, WaveId
from common.objects import ObjectName
from common.sql import Connection
from surveys.caps import storage as caps
from surveys.invitations.domain import Invitation
from surveys.responses.domain import Editing, Moment, Response, ResponseState, Submission
from surveys.responses.tables import frozen_rows, response_files, response_pages, responses
from surveys.waves.tables import wave_employers, waves

_NEXT_MOMENT = text(
    f"""
    INSERT INTO response_streams AS stream (graduate_id, school_code, sequence, last_decided_on)
    VALUES (:subject_id, :school_code, 1, {TODAY_SQL})
    ON CONFLICT (graduate_id) DO UPDATE
       SET sequence = stream.sequence + 1,
           last_decided_on = greatest(stream.last_decided_on, EXCLUDED.last_decided_on)
    RETURNING sequence, last_decided_on AS decided_on
    """
)

_OF_INVITATION = select(responses).where(
    responses.c.invitation_id == bindparam("invitation_id"), responses.c.number == bindparam("number")
)
_HIRES = (
    select(wave_employers.c.hires)
    .where(wave_employers.c.wave_id == bindparam("of_wave", type_=Uuid))
    .where(wave_employers.c.employer_id == bindparam("of_employer", type_=Uuid))
    .scalar_subquery()
)
_BEGIN = insert(responses).values(hires=_HIRES).returning(responses)
_OTHERS_STAND = select(
    exists().where(
        responses.c.invitation_id == bindparam("invitation_id"),
        responses.c.id != bindparam("id"),
        responses.c.effective_version.is_not(None),
    )
)
_UNTIL = case(
    (or_(responses.c.submitted_at.is_(None), waves.c.edit_hours == 0), None),
    (waves.c.edit_hours.is_(None), waves.c.closes_at),
    else_=func.least(
        responses.c.submitted_at + waves.c.edit_hours * literal_column("interval '1 hour'", Interval), waves.c.closes_at
    ),
)
# what the release before submitted is not kept as a whole
_IS_POSSIBLE = and_(
    waves.c.closed_at.is_(None), responses.c.effective_version.is_not(None), func.coalesce(_UNTIL > NOW, False)
)
EDITING = (
    select(_UNTIL.label("until"), _IS_POSSIBLE.label("is_possible"))
    .select_from(responses)
    .join(waves, waves.c.id == responses.c.wave_id)
)
"""Until when responses may be edited, and whether that is still so."""

_EDITING = EDITING.where(responses.c.id == bindparam("id"))
_OVERDUE = (
    select(responses)
    .join(waves, waves.c.id == responses.c.wave_id)
    .where(responses.c.state == "open", responses.c.effective_version.is_not(None), not_(_IS_POSSIBLE))
    .order_by(responses.c.id)
    .limit(bindparam("limit"))
)
_LEFT_OPEN = (
    select(responses)
    .where(responses.c.wave_id == bindparam("wave_id"), responses.c.state == "open")
    .order_by(responses.c.id)
    .limit(bindparam("limit"))
)
_LEFT_OPEN_AFTER = _LEFT_OPEN.where(responses.c.id > bindparam("after"))
_FORGET_FROZEN = update(frozen_rows).where(frozen_rows.c.response_id == bindparam("of_response")).values(salt=None)
_FORGET_ERASED = text(
    """
    UPDATE frozen_rows AS kept SET salt = NULL FROM responses AS response JOIN graduates AS person USING (graduate_id)
     WHERE response.graduate_id = ANY(:ids) AND kept.response_id = response.id AND person.erased
    """
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))
_TAKE_FILES = (
    delete(response_files)
    .where(response_files.c.response_id == bindparam("response_id"))
    .returning(response_files.c.name)
)
_DESTROY = text("SELECT destroy_contents(:ids)").bindparams(bindparam("ids", type_=ARRAY(Uuid)))
_ERASE_ANSWERS = text("SELECT erase_answers(:ids)").bindparams(bindparam("ids", type_=ARRAY(Uuid)))
_SHOW = update(responses).where(responses.c.id == bindparam("of_id"))
_ERASE = delete(response_pages).where(response_pages.c.response_id == bindparam("response_id"))


async def of_invitation(connection: Connection, invitation_id: InvitationId, number: int = 1) -> Response | None:
    """The response of an invitation; None before its link was opened. `number` is that of an answer about one hired."""
    bound = {"invitation_id": invitation_id, "number": number}
    return rows.one_or_none(Response, await connection.execute(_OF_INVITATION, bound))


async def others_stand(connection: Connection, response: Response) -> bool:
    """Whether another answer of the same link counts."""
    bound = {"invitation_id": response.invitation_id, "id": response.id}
    return bool(await connection.scalar(_OTHERS_STAND, bound))


async def begun(connection: Connection, invitation: Invitation) -> Response:
    """The response of a held invitation, stored if there is none."""
    found = await of_invitation(connection, invitation.id, invitation.number)
    if found is not None:
        return found
    values = {
        "invitation_id": invitation.id,
        "wave_id": invitation.wave_id,
        "graduate_id": invitation.graduate_id,
        "employer_id": invitation.employer_id,
        "number": invitation.number,
        "of_wave": invitation.wave_id,
        "of_employer": invitation.employer_id,
        "school_code": invitation.school_code,
    }
    return rows.one(Response, await connection.execute(_BEGIN, values))


async def begun_with(
    connection: Connection, invitation: Invitation, statement_id: UUID | None, statement_version: int
) -> None:
    """Stores the response of a held invitation, and which privacy statement its holder is shown."""
    response = await begun(connection, invitation)
    shown = {"shown_statement_id": statement_id, "shown_statement_version": statement_version}
    await connection.execute(_SHOW, {"of_id": response.id, **shown})


async def find(connection: Connection, scope: RowScope, response_id: ResponseId) -> Response | None:
    """The response, if the scope sees it."""
    bound = {**scope.values, "id": response_id}
    return rows.one_or_none(Response, await connection.execute(_one(scope.shape), bound))


async def page(
    connection: Connection,
    scope: RowScope,
    school_code: SchoolCode | None,
    wave_id: WaveId | None,
    after: UUID | None,
    limit: int,
) -> list[Response]:
    """Responses in the order in which they were begun."""
    query = page_by_id(responses, _visible, scope, after, limit, school_code=school_code, wave_id=wave_id)
    return rows.all(Response, await connection.execute(*query))


async def next_moment(connection: Connection, response: Response) -> Moment:
    """Locks the respondent's stream of events and takes its next place; comes before the change of the response."""
    bound = {"subject_id": response.subject_id, "school_code": response.school_code}
    return rows.one(Moment, await connection.execute(_NEXT_MOMENT, bound))


async def submit(
    connection: Connection, response: Response, moment: Moment, submission: Submission, *, measured: bool
) -> Response:
    """Closes the response; `measured` where its answers give values to measures."""
    await connection.execute(_ERASE, {"response_id": response.id})
    return await save(
        connection,
        response,
        state=ResponseState.SUBMITTED.value,
        submitted_at=NOW,
        questions_answered=submission.answered,
        questions_total=submission.total,
        completeness=submission.completeness.value,
        mode=submission.mode.value,
        completed_by=submission.completed_by.value,
        announced_sequence=moment.sequence,
        measured_version=response.version + 1 if measured else None,
        effective_version=response.version + 1,
    )


async def screen_out(connection: Connection, response: Response) -> Response:
    """Ends a response that a cap has no place for, and erases what was answered."""
    await connection.execute(_ERASE, {"response_id": response.id})
    return await save(connection, response, state=ResponseState.SCREENED_OUT.value)


async def editing(connection: Connection, response_id: ResponseId) -> Editing:
    """Until when a response may be edited once it was submitted."""
    return rows.one(Editing, await connection.execute(_EDITING, {"id": response_id}))


async def settled(connection: Connection, response: Response) -> Response:
    """Gives up what was edited: the response is what was submitted last."""
    await connection.execute(_ERASE, {"response_id": response.id})
    return await save(connection, response, state=ResponseState.SUBMITTED.value)


async def detached(connection: Connection, response: Response) -> Response:
    """Notes that what was answered is kept without the person from now on; a draft is given up."""
    await connection.execute(_ERASE, {"response_id": response.id})
    await connection.execute(_FORGET_FROZEN, {"of_response": response.id})
    await caps.forget(connection, response.id)
    return await save(connection, response, detached_at=NOW, measured_version=None)


async def overdue(connection: Connection, limit: int) -> list[Response]:
    """Responses that are edited though the time for it is over."""
    return rows.all(Response, await connection.execute(_OVERDUE, {"limit": limit}))


async def left_open(connection: Connection, wave_id: WaveId, after: ResponseId | None, limit: int) -> list[Response]:
    """Responses of a wave that are not submitted, or edited, in the order of their ids."""
    statement = _LEFT_OPEN if after is None else _LEFT_OPEN_AFTER
    found = await connection.execute(statement, {"wave_id": wave_id, "after": after, "limit": limit})
    return rows.all(Response, found)


async def withdraw(connection: Connection, response: Response, moment: Moment) -> Response:
    """Takes the response back and erases what was answered."""
    await connection.execute(_ERASE, {"response_id": response.id})
    withdrawn = await save(
        connection,
        response,
        state=ResponseState.WITHDRAWN.value,
        announced_sequence=moment.sequence,
        measured_version=None,
        effective_version=None,
        reason_ciphertext=None,
    )
    await connection.execute(_DESTROY, {"ids": [response.id]})
    await connection.execute(_FORGET_FROZEN, {"of_response": response.id})
    return withdrawn


async def take_files(connection: Connection, response_id: ResponseId) -> list[ObjectName]:
    """Takes the files out of a response; their names, for `drop`."""
    return await connection.scalars(_TAKE_FILES, {"response_id": response_id})


async def erase_answers(connection: Connection, graduate_ids: Sequence[GraduateId]) -> None:
    """Destroys answers, drafts and links of graduates whom the roster says to be erased; repeatable.

    Of answers that were frozen the digest stays, without the random bytes by which it could be guessed.
    Their responses count on as they stand. Locks the invitations first: what another act writes meanwhile goes, too,
    and one that comes later finds no link.
    """
    await connection.execute(_ERASE_ANSWERS, {"ids": graduate_ids})
    await connection.execute(_FORGET_ERASED, {"ids": graduate_ids})
    await caps.free_erased(connection, graduate_ids)


async def save(connection: Connection, response: Response, **changes: Any) -> Response:
    """Stores the next version of the response."""
    # the database's instant is an expression of the statement, everything else is bound to it
    instants = tuple(name for name, value in changes.items() if value is NOW)
    bound = {name: value for name, value in changes.items() if value is not NOW}
    return rows.one(Response, await connection.execute(_save(instants), {**bound, "of_id": response.id}))


@lru_cache
def _save(instants: tuple[str, ...]) -> ReturningUpdate[Any]:
    stated = {"version": responses.c.version + 1, "recorded_at": NOW, **dict.fromkeys(instants, NOW)}
    return update(responses).where(responses.c.id == bindparam("of_id")).values(stated).returning(responses)


def _visible(seen: ScopeShape) -> ColumnElement[bool]:
    return seen.condition(Owners(school_code=responses.c.school_code, graduate_id=responses.c.graduate_id))


@lru_cache
def _one(seen: ScopeShape) -> Select[Any]:
    return select(responses).where(responses.c.id == bindparam("id"), _visible(seen))
