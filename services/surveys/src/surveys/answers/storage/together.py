"""What is done with many answers at once in SQL: the same as acts on one, and in the same order of locks."""

from collections.abc import Collection, Sequence

from sqlalchemy import ARRAY, Uuid, bindparam, delete, select, text

from common import rows
from common.clock import NOW_SQL, TODAY_SQL
from common.identifiers import GraduateId, InvitationId, ResponseId, WaveId
from common.sql import Connection
from surveys.invitations.domain import Invitation, InvitationState
from surveys.invitations.storage import MARKED
from surveys.invitations.tables import invitations
from surveys.measures.storage import Subject, places_in
from surveys.responses.domain import Editing, Moment, Response, Submission
from surveys.responses.storage import EDITING
from surveys.responses.tables import response_pages, responses

_IDS = bindparam("ids", type_=ARRAY(Uuid))
_FREE_WAVES = text("SELECT id FROM waves WHERE id = ANY(CAST(:ids AS uuid[])) ORDER BY id FOR SHARE SKIP LOCKED")
_OF_INVITATIONS = select(responses).where(responses.c.invitation_id == _IDS.any_())
_EDITING = EDITING.add_columns(responses.c.id).where(responses.c.id == _IDS.any_())


_HOLD = select(invitations).where(invitations.c.id == _IDS.any_()).order_by(invitations.c.id)
_HOLD_AMONG = _HOLD.with_for_update(skip_locked=True)
_MARK = MARKED.where(invitations.c.id == _IDS.any_())


def _busy(table: str, key: str) -> str:
    return f"""
        SELECT {key} FROM {table} WHERE {key} = ANY(CAST(:ids AS uuid[])) AND {key} NOT IN (
            SELECT {key} FROM {table} WHERE {key} = ANY(CAST(:ids AS uuid[])) ORDER BY {key} FOR UPDATE SKIP LOCKED)
    """


_BUSY_RESPONSES = text(_busy("response_streams", "graduate_id"))
_BUSY_MEASURES = text(_busy("measure_streams", "subject_id"))
_NEXT = text(
    f"""
    INSERT INTO response_streams AS stream (graduate_id, school_code, sequence, last_decided_on)
    SELECT subject_id, school_code, count, {TODAY_SQL}
      FROM unnest(CAST(:subjects AS uuid[]), CAST(:schools AS text[]), CAST(:counts AS bigint[]))
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
    busy = await connection.scalars(_BUSY_RESPONSES, {"ids": graduate_ids})
    return {*busy, *await connection.scalars(_BUSY_MEASURES, {"ids": measured})}


async def next_moments(connection: Connection, subjects: Sequence[Subject]) -> list[Moment]:
    """Takes the next places in the streams of responses, one for each time that a graduate is named."""
    return await places_in(connection, _NEXT, subjects)


async def screen_out(connection: Connection, response_ids: Sequence[ResponseId]) -> list[Response]:
    """Ends responses that a cap has no place for, and erases what was answered."""
    await connection.execute(_ERASE, {"ids": response_ids})
    return rows.all(Response, await connection.execute(_SCREEN_OUT, {"ids": response_ids}))


async def submit(
    connection: Connection, given: Sequence[tuple[Response, Moment, Submission, bool]]
) -> dict[ResponseId, Response]:
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
