"""What a wave announces: one event per eligible graduate or employer, written by the database in one statement."""

from dataclasses import dataclass
from typing import Self

from sqlalchemy import TextClause, text

from common.clock import NOW_SQL, TODAY_SQL
from common.contracts import ChangeToken
from common.contracts.response import EMPLOYER_REQUESTED, REQUESTED, TOPIC
from common.database import UnitOfWork
from common.sql import Connection
from surveys.waves.domain import Audience, Wave

# Streams are locked in the order of their keys, as every writer does, so that two waves of a cohort cannot deadlock.
# In SQL, because a cohort has thousands: one event each, in the order of the keys, with the sequences just taken.
_REQUEST = """
    WITH asked AS MATERIALIZED (
        SELECT {subject} AS subject_id, {hires} AS hires FROM {eligible} WHERE wave_id = CAST(:wave_id AS uuid)
    ), next AS (
        INSERT INTO response_streams AS stream (graduate_id, school_code, sequence, last_decided_on)
        SELECT asked.subject_id, wave.school_code, 1, {today} FROM asked, waves AS wave
         WHERE wave.id = CAST(:wave_id AS uuid) ORDER BY asked.subject_id
        ON CONFLICT (graduate_id) DO UPDATE
           SET sequence = stream.sequence + 1,
               last_decided_on = greatest(stream.last_decided_on, EXCLUDED.last_decided_on)
        RETURNING graduate_id AS subject_id, sequence, last_decided_on
    ), moment AS MATERIALIZED (SELECT {now} AS recorded_at)
    INSERT INTO outbox (topic, key, sequence, type, school_code, decided_on, recorded_at, data, correlation_id)
    SELECT CAST(:topic AS text), next.subject_id::text, next.sequence, CAST(:type AS text), wave.school_code,
           next.last_decided_on, moment.recorded_at,
           jsonb_build_object(
               'school_code', wave.school_code, 'decided_on', next.last_decided_on,
               'recorded_at', moment.recorded_at, 'changed_fields', jsonb_build_array('state'),
               '{subject}', next.subject_id, 'wave_id', wave.id, 'questionnaire_id', wave.questionnaire_id,
               'questionnaire_version', wave.questionnaire_version, 'state', 'requested', {said}),
           CAST(:correlation_id AS text)
      FROM next JOIN asked USING (subject_id), moment, waves AS wave
     WHERE wave.id = CAST(:wave_id AS uuid)
     ORDER BY next.subject_id
"""
_LAST_REQUEST = """
    SELECT key, sequence FROM outbox
     WHERE topic = :topic AND data ->> 'wave_id' = CAST(:wave_id AS uuid)::text AND data ->> 'state' = 'requested'
       AND key = (SELECT {subject}::text FROM {eligible}
                   WHERE wave_id = CAST(:wave_id AS uuid) ORDER BY {subject} DESC LIMIT 1)
     ORDER BY sequence DESC LIMIT 1
"""


@dataclass(frozen=True)
class _Asking:
    """The statements about those whom waves of one audience ask."""

    type: str
    request: TextClause
    last_request: TextClause

    @classmethod
    def of(cls, type_: str, **names: str) -> Self:
        """The statements with these names in them."""
        request = _REQUEST.format(**names, today=TODAY_SQL, now=NOW_SQL)
        return cls(type_, text(request), text(_LAST_REQUEST.format(**names)))


_ASKING = {
    Audience.GRADUATES: _Asking.of(
        REQUESTED,
        subject="graduate_id",
        eligible="wave_eligible",
        hires="NULL",
        said="""'cohort', wave.cohort, 'cycle', wave.cycle, 'questions_answered', 0,
                'questions_total', CAST(:questions_total AS int)""",
    ),
    Audience.EMPLOYERS: _Asking.of(
        EMPLOYER_REQUESTED,
        subject="employer_id",
        eligible="wave_employers",
        hires="hires",
        said="'year', wave.year, 'unit', wave.unit, 'hires', asked.hires",
    ),
}


async def request_responses(unit: UnitOfWork, wave: Wave, questions_total: int) -> None:
    """Announces that everybody eligible is asked, graduates with the number of questions."""
    asking = _ASKING[wave.audience]
    bound = {
        "wave_id": wave.id,
        "topic": TOPIC,
        "type": asking.type,
        "questions_total": questions_total,
        "correlation_id": unit.correlation_id,
    }
    await unit.connection.execute(asking.request, bound)


async def change_token(connection: Connection, wave: Wave) -> ChangeToken | None:
    """The token of the last event about the wave's creation; None without anybody eligible."""
    asking = _ASKING[wave.audience].last_request
    row = (await connection.execute(asking, {"topic": TOPIC, "wave_id": wave.id})).one_or_none()
    return None if row is None else ChangeToken(TOPIC, wave.school_code, row.key, row.sequence)
