"""What a wave announces: one event per eligible graduate, written by the database in one statement."""

from sqlalchemy import text

from common.clock import NOW_SQL, TODAY_SQL
from common.contracts import ChangeToken
from common.contracts.response import REQUESTED, TOPIC
from common.database import UnitOfWork
from common.sql import Connection
from surveys.waves.domain import Wave

# Streams are locked in the order of their keys, as every writer does, so that two waves of a cohort cannot deadlock.
_NEXT_SEQUENCES = f"""
    INSERT INTO response_streams AS stream (graduate_id, school_code, sequence, last_decided_on)
    SELECT graduate_id, school_code, 1, {TODAY_SQL}
      FROM wave_eligible WHERE wave_id = CAST(:wave_id AS uuid) ORDER BY graduate_id
    ON CONFLICT (graduate_id) DO UPDATE
       SET sequence = stream.sequence + 1,
           last_decided_on = greatest(stream.last_decided_on, EXCLUDED.last_decided_on)
    RETURNING graduate_id, sequence, last_decided_on
"""

# in SQL, because a cohort has thousands: one event each, in the order of the keys, with the sequences just taken
_REQUEST = text(
    f"""
    WITH next AS ({_NEXT_SEQUENCES}), moment AS MATERIALIZED (SELECT {NOW_SQL} AS recorded_at)
    INSERT INTO outbox (topic, key, sequence, type, school_code, decided_on, recorded_at, data, correlation_id)
    SELECT CAST(:topic AS text), next.graduate_id::text, next.sequence, CAST(:type AS text), wave.school_code,
           next.last_decided_on, moment.recorded_at,
           jsonb_build_object(
               'school_code', wave.school_code, 'decided_on', next.last_decided_on,
               'recorded_at', moment.recorded_at, 'changed_fields', jsonb_build_array('state'),
               'graduate_id', next.graduate_id, 'wave_id', wave.id, 'questionnaire_id', wave.questionnaire_id,
               'questionnaire_version', wave.questionnaire_version, 'cohort', wave.cohort, 'cycle', wave.cycle,
               'state', 'requested', 'questions_answered', 0, 'questions_total', CAST(:questions_total AS int)),
           CAST(:correlation_id AS text)
      FROM next, moment, waves AS wave
     WHERE wave.id = CAST(:wave_id AS uuid)
     ORDER BY next.graduate_id
    """
)

_LAST_REQUEST = text(
    """
    SELECT key, sequence FROM outbox
     WHERE topic = :topic AND data ->> 'wave_id' = CAST(:wave_id AS uuid)::text AND data ->> 'state' = 'requested'
       AND key = (SELECT graduate_id::text FROM wave_eligible
                   WHERE wave_id = CAST(:wave_id AS uuid) ORDER BY graduate_id DESC LIMIT 1)
     ORDER BY sequence DESC LIMIT 1
    """
)


async def request_responses(unit: UnitOfWork, wave: Wave, questions_total: int) -> None:
    """Announces that every eligible graduate is asked this many questions."""
    bound = {
        "wave_id": wave.id,
        "topic": TOPIC,
        "type": REQUESTED,
        "questions_total": questions_total,
        "correlation_id": unit.correlation_id,
    }
    await unit.connection.execute(_REQUEST, bound)


async def change_token(connection: Connection, wave: Wave) -> ChangeToken | None:
    """The token of the last event about the wave's creation; None if no graduate is eligible."""
    row = (await connection.execute(_LAST_REQUEST, {"topic": TOPIC, "wave_id": wave.id})).one_or_none()
    return None if row is None else ChangeToken(TOPIC, wave.school_code, row.key, row.sequence)
