"""What is done with many answers at once in SQL: the same as acts on one, and in the same order of locks."""

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime

from sqlalchemy import ARRAY, Text, Uuid, bindparam, delete, select, text

from common import copying, rows
from common.clock import NOW_SQL, TODAY_SQL
from common.identifiers import GraduateId, InvitationId, ResponseId, WaveId
from common.sql import Connection, Row, array, array_sql, uuids_like
from surveys.invitations.domain import Batch, Invitation, InvitationState
from surveys.invitations.storage import MARKED
from surveys.invitations.tables import invitations
from surveys.measures.storage import Subject, places_in
from surveys.responses.domain import Editing, Moment, Response, ResponseState, Submission
from surveys.responses.storage import EDITING
from surveys.responses.tables import response_pages, responses

_IDS = bindparam("ids", type_=ARRAY(Uuid))
_FREE_WAVES = text("SELECT id FROM waves WHERE id = ANY(CAST(:ids AS uuid[])) ORDER BY id FOR SHARE SKIP LOCKED")
_OF_INVITATIONS = select(responses).where(responses.c.invitation_id == _IDS.any_())
_EDITING = EDITING.add_columns(responses.c.id).where(responses.c.id == _IDS.any_())


_HOLD = select(invitations).where(invitations.c.id == _IDS.any_()).order_by(invitations.c.id)
_HOLD_AMONG = _HOLD.with_for_update(skip_locked=True)
_MARK = MARKED.where(invitations.c.id == _IDS.any_(), invitations.c.state != bindparam("to_state", type_=Text))


_IDS_SQL = array_sql("ids", "uuid")
_MOMENT = text(f"SELECT {NOW_SQL} AS recorded_at, uuidv7() AS id")
# in the order of graduates and beside the erasure, as links that are sent are made; of these no one has a token
_INVITE_USED = text(
    f"""
    INSERT INTO invitations
           (id, wave_id, graduate_id, school_code, operation_id, channel, token_digest, state, first_used_at)
    SELECT made.id, :wave_id, made.graduate_id, :school_code, :operation_id, :channel, made.digest, 'submitted',
           {NOW_SQL}
      FROM unnest({_IDS_SQL}, {array_sql("graduate_ids", "uuid")}, {array_sql("digests", "bytea")})
           AS made (id, graduate_id, digest)
      JOIN graduates AS person ON person.graduate_id = made.graduate_id AND NOT person.erased
     ORDER BY made.graduate_id FOR SHARE OF person
    ON CONFLICT (wave_id, graduate_id) DO NOTHING
    """
)
_DIGEST_BYTES = 32
_UNSAID = dict.fromkeys(each.name for each in fields(Response))
_make = rows.builder(Response)
_STORED = [column for column in responses.c if column.name in _UNSAID]


def _busy(table: str, key: str) -> str:
    return f"""
        SELECT {key} FROM {table} WHERE {key} = ANY({_IDS_SQL}) AND {key} NOT IN (
            SELECT {key} FROM {table} WHERE {key} = ANY({_IDS_SQL}) ORDER BY {key} FOR UPDATE SKIP LOCKED)
    """


_BUSY_RESPONSES = text(_busy("response_streams", "graduate_id"))
_BUSY_MEASURES = text(_busy("measure_streams", "subject_id"))
_NEXT = text(
    f"""
    INSERT INTO response_streams AS stream (graduate_id, school_code, sequence, last_decided_on)
    SELECT subject_id, school_code, count, {TODAY_SQL}
      FROM unnest({array_sql("subjects", "uuid")}, {array_sql("schools", "text")}, {array_sql("counts", "bigint")})
        AS named (subject_id, school_code, count) ORDER BY subject_id
    ON CONFLICT (graduate_id) DO UPDATE
       SET sequence = stream.sequence + EXCLUDED.sequence,
           last_decided_on = greatest(stream.last_decided_on, EXCLUDED.last_decided_on)
    RETURNING graduate_id AS subject_id, sequence, last_decided_on
    """
)
_SUBMIT = text(
    f"""
    UPDATE responses AS response
       SET version = response.version + 1, recorded_at = {NOW_SQL}, submitted_at = {NOW_SQL}, state = 'submitted',
           questions_answered = told.answered, questions_total = told.total, completeness = told.completeness,
           mode = told.mode, completed_by = told.completed_by, announced_sequence = told.sequence,
           measured_version = CASE WHEN told.measured THEN response.version + 1 END,
           effective_version = response.version + 1
      FROM unnest(CAST(:ids AS uuid[]), CAST(:answered AS int[]), CAST(:totals AS int[]),
                  CAST(:completeness AS text[]), CAST(:modes AS text[]), CAST(:completed_by AS text[]),
                  CAST(:sequences AS bigint[]), CAST(:measured AS boolean[]))
        AS told (id, answered, total, completeness, mode, completed_by, sequence, measured)
     WHERE response.id = told.id
    RETURNING response.*
    """
)
_SCREEN_OUT = text(
    f"""
    UPDATE responses SET version = version + 1, recorded_at = {NOW_SQL}, state = 'screened_out'
     WHERE id = ANY(CAST(:ids AS uuid[])) RETURNING *
    """
)
_ERASE = delete(response_pages).where(response_pages.c.response_id == _IDS.any_())


async def waves_among(connection: Connection, wave_ids: Collection[WaveId]) -> list[WaveId]:
    """Those of these waves that can be held at once, held as `current` of their area does."""
    return await connection.scalars(_FREE_WAVES, {"ids": sorted(wave_ids)})


async def links_among(connection: Connection, invitation_ids: Collection[InvitationId]) -> list[Invitation]:
    """Those of these invitations that can be held at once, held as `hold` of their area does."""
    return rows.all(Invitation, await connection.execute(_HOLD_AMONG, {"ids": sorted(invitation_ids)}))


async def moment_of(connection: Connection) -> Row:
    """The present instant, `recorded_at`, and an `id` of it that others can be made like."""
    return (await connection.execute(_MOMENT)).one()


async def invite_used(
    connection: Connection, batch: Batch, graduate_ids: Sequence[GraduateId]
) -> dict[GraduateId, InvitationId]:
    """Stores links that are used up at once, for answers that come without one.

    Fewer are stored, which no caller may leave so, where another act has invited one of them, or one is erased.
    """
    drawn = os.urandom(_DIGEST_BYTES * len(graduate_ids)).hex()
    ids = uuids_like((await moment_of(connection)).id, len(graduate_ids))
    width = 2 * _DIGEST_BYTES
    bound = {
        "wave_id": batch.wave_id,
        "school_code": batch.school_code,
        "operation_id": batch.operation_id,
        "channel": batch.channel,
        "ids": array(ids),
        "graduate_ids": array(graduate_ids),
        "digests": array(f"\\x{drawn[at : at + width]}" for at in range(0, len(drawn), width)),
    }
    count = await connection.affected(_INVITE_USED, bound)
    return dict(zip(graduate_ids, map(InvitationId, ids), strict=True)) if count == len(ids) else {}


def begin(batch: Batch, links: Sequence[tuple[GraduateId, InvitationId]], moment: Row) -> list[Response]:
    """Responses of links that have none, about to be stored by `enter` or `store`."""
    ids = map(ResponseId, uuids_like(moment.id, len(links)))
    return [_begun(batch, each, link, moment.recorded_at) for each, link in zip(ids, links, strict=True)]


def _begun(batch: Batch, response_id: ResponseId, link: tuple[GraduateId, InvitationId], now: datetime) -> Response:
    graduate_id, invitation_id = link
    said = {
        "id": response_id,
        "invitation_id": invitation_id,
        "wave_id": batch.wave_id,
        "graduate_id": graduate_id,
        "number": 1,
        "school_code": batch.school_code,
        "version": 1,
        "state": ResponseState.OPEN,
        "questions_answered": 0,
        "questions_total": 0,
        "created_at": now,
        "recorded_at": now,
    }
    return _made(_UNSAID, said)


def _made(before: Mapping[str, object], said: Mapping[str, object]) -> Response:
    """A response of all its fields in their order, with others of them: of thousands, `replace` takes longest."""
    response: Response = _make({**before, **said}.values())
    return response


async def store(connection: Connection, begun: Sequence[Response]) -> None:
    """Stores responses that are not stored yet as they are."""
    values = {column.name: [getattr(each, column.name) for each in begun] for column in _STORED}
    records = {column.name: copying.fields_of(column.type, values[column.name]) for column in _STORED}
    names = [column.name for column in _STORED]
    await copying.copy_rows(connection.driver, responses.name, names, copying.joined(records, names))


async def mark(connection: Connection, invitation_ids: Collection[InvitationId], state: InvitationState) -> None:
    """Records what became of links that are held, as `mark` of their area does."""
    await connection.execute(_MARK, {"ids": sorted(invitation_ids), "to_state": state.value})


async def responses_of(
    connection: Connection, invitation_ids: Sequence[InvitationId]
) -> dict[InvitationId, list[Response]]:
    """The responses of invitations."""
    found: dict[InvitationId, list[Response]] = {}
    for response in rows.all(Response, await connection.execute(_OF_INVITATIONS, {"ids": invitation_ids})):
        found.setdefault(response.invitation_id, []).append(response)
    return found


async def editing_of(connection: Connection, response_ids: Sequence[ResponseId]) -> dict[ResponseId, Editing]:
    """Until when each of these responses may be edited."""
    found = await connection.execute(_EDITING, {"ids": response_ids})
    return {row.id: editing for row, editing in zip(found, rows.all(Editing, found), strict=True)}


async def busy_streams(
    connection: Connection, graduate_ids: Sequence[GraduateId], *, measured: Sequence[GraduateId]
) -> set[GraduateId]:
    """Locks the streams of graduates, those of measures for `measured`; whose is locked by another act."""
    busy = await connection.scalars(_BUSY_RESPONSES, {"ids": array(graduate_ids)})
    return {*busy, *await connection.scalars(_BUSY_MEASURES, {"ids": array(measured)})}


async def next_moments(connection: Connection, subjects: Sequence[Subject]) -> list[Moment]:
    """Takes the next places in the streams of responses, one for each time that a graduate is named."""
    return await places_in(connection, _NEXT, subjects)


async def screen_out(connection: Connection, response_ids: Sequence[ResponseId]) -> list[Response]:
    """Ends responses that a cap has no place for, and erases what was answered."""
    await connection.execute(_ERASE, {"ids": response_ids})
    return rows.all(Response, await connection.execute(_SCREEN_OUT, {"ids": response_ids}))


Submitted = tuple[Response, Moment, Submission, bool]
"""A response that is closed, its place in the stream, how completely it is answered, and whether it gives measures."""


async def enter(connection: Connection, given: Sequence[Submitted]) -> dict[ResponseId, Response]:
    """Stores responses that are not stored yet, closed as `submit` closes others."""
    now = (await moment_of(connection)).recorded_at
    closed = [
        _made(vars(response), _submitted(response.version + 1, now, moment, said, measured=measured))
        for response, moment, said, measured in given
    ]
    await store(connection, closed)
    return {each.id: each for each in closed}


def _submitted(
    version: int, now: datetime, moment: Moment, said: Submission, *, measured: bool
) -> Mapping[str, object]:
    return {
        "version": version,
        "recorded_at": now,
        "submitted_at": now,
        "state": ResponseState.SUBMITTED,
        "questions_answered": said.answered,
        "questions_total": said.total,
        "completeness": said.completeness,
        "mode": said.mode,
        "completed_by": said.completed_by,
        "announced_sequence": moment.sequence,
        "measured_version": version if measured else None,
        "effective_version": version,
    }


async def submit(connection: Connection, given: Sequence[Submitted]) -> dict[ResponseId, Response]:
    """Closes responses; the last of each four says whether its answers give values to measures."""
    said = [submission for _, _, submission, _ in given]
    bound = {
        "ids": [response.id for response, *_ in given],
        "answered": [each.answered for each in said],
        "totals": [each.total for each in said],
        "completeness": [each.completeness.value for each in said],
        "modes": [each.mode.value for each in said],
        "completed_by": [each.completed_by.value for each in said],
        "sequences": [moment.sequence for _, moment, _, _ in given],
        "measured": [measured for *_, measured in given],
    }
    await connection.execute(_ERASE, {"ids": bound["ids"]})
    return {each.id: each for each in rows.all(Response, await connection.execute(_SUBMIT, bound))}
