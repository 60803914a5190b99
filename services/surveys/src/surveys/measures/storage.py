"""SQL of the streams of events about measures, and of what the outbox has to forget."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Text, TextClause, Uuid, bindparam, select, text, update

from common import rows
from common.clock import NOW_SQL, TODAY_SQL
from common.contracts.measure import MeasureData
from common.database import NOW
from common.identifiers import GraduateId, ResponseId, SchoolCode, WaveId
from common.outbox import Reached, raising
from common.sql import Connection, array, array_sql
from surveys.measures.tables import measure_streams
from surveys.responses.domain import Moment, Response
from surveys.responses.tables import responses
from surveys.roster.tables import graduates
from surveys.waves.tables import waves

Subject = tuple[UUID, SchoolCode]
"""Whom or what a stream of events is about, and its school."""

_NEXT = text(
    f"""
    INSERT INTO measure_streams AS stream (subject_id, school_code, sequence, last_decided_on)
    SELECT subject_id, school_code, count, {TODAY_SQL}
      FROM unnest({array_sql("subjects", "uuid")}, {array_sql("schools", "text")}, {array_sql("counts", "bigint")})
        AS named (subject_id, school_code, count) ORDER BY subject_id
    ON CONFLICT (subject_id) DO UPDATE
       SET sequence = stream.sequence + EXCLUDED.sequence,
           last_decided_on = greatest(stream.last_decided_on, EXCLUDED.last_decided_on)
    RETURNING subject_id, sequence, last_decided_on
    """
)
_OF_ERASED = (
    select(responses)
    .join(graduates, graduates.c.graduate_id == responses.c.graduate_id)
    .where(responses.c.graduate_id == bindparam("ids", type_=ARRAY(Uuid)).any_())
    .where(graduates.c.erased, responses.c.measured_version.is_not(None))
    .order_by(responses.c.graduate_id, responses.c.id)
)
_FORGET = text(
    f"""
    UPDATE responses SET measured_version = NULL WHERE id = ANY(CAST(:ids AS uuid[]))
    RETURNING {NOW_SQL} AS recorded_at
    """
)
_BLANK = text("SELECT blank_measures(:keys)").bindparams(bindparam("keys", type_=ARRAY(Text)))
_RAISE_VERSIONS = text(
    """
    UPDATE responses AS stored SET version = told.version
      FROM unnest(CAST(:ids AS uuid[]), CAST(:versions AS int[])) AS told (id, version)
     WHERE stored.id = told.id AND stored.version < told.version
    """
)
_LOCK = select(waves.c.closed_at, waves.c.closes_at <= NOW).where(waves.c.id == bindparam("id")).with_for_update()
_CLOSE = update(waves).where(waves.c.id == bindparam("of_id")).values(closed_at=NOW).returning(waves.c.closed_at)

_raise_sequences = raising(measure_streams)


async def next_moments(connection: Connection, subjects: Sequence[Subject]) -> list[Moment]:
    """Locks the streams in their order and takes the next places, one for each time that a subject is named."""
    return await places_in(connection, _NEXT, subjects)


async def places_in(connection: Connection, streams: TextClause, subjects: Sequence[Subject]) -> list[Moment]:
    """Does so in the streams that a statement says."""
    counted = Counter(subjects)
    ordered = sorted(counted)
    bound = {
        "subjects": array(subject for subject, _ in ordered),
        "schools": array(school for _, school in ordered),
        "counts": array(counted[each] for each in ordered),
    }
    reached = {row.subject_id: row for row in await connection.execute(streams, bound)}
    moments = []
    for subject, school in subjects:
        counted[subject, school] -= 1
        row = reached[subject]
        moments.append(Moment(row.sequence - counted[subject, school], row.last_decided_on))
    return moments


async def measured_of_erased(connection: Connection, graduate_ids: Sequence[GraduateId]) -> list[Response]:
    """Responses that have values in indicators, of those of these graduates who are erased."""
    return rows.all(Response, await connection.execute(_OF_ERASED, {"ids": graduate_ids}))


async def forget_measured(connection: Connection, response_ids: Sequence[ResponseId]) -> datetime:
    """Notes that these responses, of which there is one at least, give nothing any more; the moment of it."""
    found: list[datetime] = await connection.scalars(_FORGET, {"ids": list(response_ids)})
    return max(found)


async def blank(connection: Connection, keys: Iterable[UUID]) -> None:
    """Empties what the outbox has of answers of these respondents that are withdrawn by a later event in it."""
    await connection.execute(_BLANK, {"keys": sorted({str(key) for key in keys})})


async def raise_streams(connection: Connection, reached: Sequence[Reached]) -> None:
    """Brings sequences up to what was published, and responses to the versions that events had.

    What a response says next is above what was said of it then; and what is withdrawn by now is emptied.
    """
    await _raise_sequences(connection, reached)
    told = {
        thing.response_id: thing.response_version
        for each in reached
        for thing in each.things
        if isinstance(thing, MeasureData)
    }
    await connection.execute(_RAISE_VERSIONS, {"ids": list(told), "versions": list(told.values())})
    await blank(connection, (UUID(each.key) for each in reached))


async def lock_due(connection: Connection, wave_id: WaveId) -> bool:
    """Locks a wave against everything that is done with its answers; whether it is still due."""
    closed_at, is_over = (await connection.execute(_LOCK, {"id": wave_id})).one()
    return closed_at is None and is_over


async def close(connection: Connection, wave_id: WaveId) -> datetime:
    """Notes that a locked wave is closed; the moment of it."""
    closed_at: datetime = await connection.scalar(_CLOSE, {"of_id": wave_id})
    return closed_at
