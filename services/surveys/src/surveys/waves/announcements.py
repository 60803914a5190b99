"""What a wave announces: one event per eligible graduate or employer, written by the database in one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from sqlalchemy import TextClause, text

from common.clock import NOW_SQL, TODAY_SQL
from common.contracts import ChangeToken
from common.contracts.response import EMPLOYER_RELEASED, EMPLOYER_REQUESTED, RELEASED, REQUESTED, TOPIC
from common.database import UnitOfWork
from common.sql import Connection
from surveys.waves.domain import Audience, Wave
from surveys.waves.storage.asking import Member

_FACTS = ("id", "school_code", "cohort", "cycle", "year", "unit", "questionnaire_id", "questionnaire_version")
"""What the events say of a wave."""

# Streams are locked in the order of their keys, as every writer does, so that two waves of a cohort cannot deadlock.
# In SQL, because a cohort has thousands: one event each, in the order of the keys, with the sequences just taken.
_ANNOUNCE = """
    WITH wave AS (
        SELECT CAST(:id AS uuid) AS id, CAST(:school_code AS text) AS school_code, CAST(:cohort AS int) AS cohort,
               CAST(:cycle AS int) AS cycle, CAST(:year AS int) AS year, CAST(:unit AS text) AS unit,
               CAST(:questionnaire_id AS uuid) AS questionnaire_id,
               CAST(:questionnaire_version AS int) AS questionnaire_version
    ), asked AS MATERIALIZED ({asked}), next AS (
        INSERT INTO response_streams AS stream (graduate_id, school_code, sequence, last_decided_on)
        SELECT asked.subject_id, wave.school_code, 1, {today} FROM asked, wave ORDER BY asked.subject_id
        ON CONFLICT (graduate_id) DO UPDATE
           SET sequence = stream.sequence + 1,
               last_decided_on = greatest(stream.last_decided_on, EXCLUDED.last_decided_on)
        RETURNING graduate_id AS subject_id, sequence, last_decided_on
    ), moment AS MATERIALIZED (SELECT {now} AS recorded_at), told AS (
        INSERT INTO outbox (topic, key, sequence, type, school_code, decided_on, recorded_at, data, correlation_id)
        SELECT CAST(:topic AS text), next.subject_id::text, next.sequence, CAST(:type AS text), wave.school_code,
               next.last_decided_on, moment.recorded_at,
               jsonb_build_object(
                   'school_code', wave.school_code, 'decided_on', next.last_decided_on,
                   'recorded_at', moment.recorded_at, 'changed_fields', jsonb_build_array('state'),
                   '{subject}', next.subject_id, 'wave_id', wave.id, 'questionnaire_id', wave.questionnaire_id,
                   'questionnaire_version', wave.questionnaire_version, 'state', CAST(:state AS text), {said}),
               CAST(:correlation_id AS text)
          -- both have the same people. FULL, since a loop cannot do it: of a new wave the server expects one row, and
          -- would go through all the people once for each of them
          FROM next FULL JOIN asked USING (subject_id), moment, wave
         ORDER BY next.subject_id
        RETURNING key, sequence
    )
    SELECT key, sequence FROM told ORDER BY key::uuid DESC LIMIT 1
"""
_ELIGIBLE = "SELECT {subject} AS subject_id, {hires} AS hires FROM {eligible} WHERE wave_id = CAST(:id AS uuid)"
_GIVEN = "SELECT * FROM unnest(CAST(:subjects AS uuid[]), CAST(:hires AS int[])) AS given (subject_id, hires)"
# the streams of all of them in one order, before those of some are taken and those of others after
_HOLD = f"""
    INSERT INTO response_streams AS stream (graduate_id, school_code, sequence, last_decided_on)
    SELECT subject_id, CAST(:school_code AS text), 0, {TODAY_SQL}
      FROM (SELECT unnest(CAST(:subjects AS uuid[])) AS subject_id
             UNION SELECT {{subject}} FROM {{eligible}} WHERE wave_id = CAST(:id AS uuid)) AS everybody
     ORDER BY subject_id
    ON CONFLICT (graduate_id) DO UPDATE SET sequence = stream.sequence
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
    """The statements about those whom waves of one audience ask, and the types of what is announced of them."""

    requested: str
    released: str
    request: TextClause
    release: TextClause
    hold: TextClause
    last_request: TextClause

    @classmethod
    def of(cls, requested: str, released: str, **names: str) -> Self:
        """The statements with these names in them."""
        request, release = (
            _ANNOUNCE.format(asked=asked.format(**names), today=TODAY_SQL, now=NOW_SQL, **names)
            for asked in (_ELIGIBLE, _GIVEN)
        )
        hold, last = _HOLD.format(**names), _LAST_REQUEST.format(**names)
        return cls(requested, released, text(request), text(release), text(hold), text(last))


ASKING = {
    Audience.GRADUATES: _Asking.of(
        REQUESTED,
        RELEASED,
        subject="graduate_id",
        eligible="wave_eligible",
        hires="NULL",
        said="""'cohort', wave.cohort, 'cycle', wave.cycle, 'questions_answered', 0,
                'questions_total', CAST(:questions_total AS int)""",
    ),
    Audience.EMPLOYERS: _Asking.of(
        EMPLOYER_REQUESTED,
        EMPLOYER_RELEASED,
        subject="employer_id",
        eligible="wave_employers",
        hires="hires",
        said="'year', wave.year, 'unit', wave.unit, 'hires', coalesce(asked.hires, 0)",
    ),
}
"""What is said, and by which statements, of those whom waves ask."""


async def request_responses(unit: UnitOfWork, wave: Wave, questions_total: int) -> ChangeToken | None:
    """Announces that everybody eligible is asked, graduates with the number of questions; the last event's token."""
    asking = ASKING[wave.audience]
    bound = {"type": asking.requested, "state": "requested", "questions_total": questions_total}
    return await _announce(unit, asking.request, wave, bound)


async def release_responses(unit: UnitOfWork, wave: Wave, members: Sequence[Member]) -> ChangeToken | None:
    """Announces that whom a wave asked, as it was then, are not asked in it any more; the last event's token."""
    asking = ASKING[wave.audience]
    bound = {"type": asking.released, "state": "released", "questions_total": 0}
    given = {"subjects": [each.subject_id for each in members], "hires": [each.hires for each in members]}
    return await _announce(unit, asking.release, wave, bound | given)


async def hold_streams(unit: UnitOfWork, wave: Wave, members: Sequence[Member]) -> None:
    """Locks the streams of everybody eligible and of these members, in the order of their keys."""
    subjects = [each.subject_id for each in members]
    bound = {"id": wave.id, "school_code": wave.school_code, "subjects": subjects}
    await unit.connection.execute(ASKING[wave.audience].hold, bound)


async def _announce(
    unit: UnitOfWork, statement: TextClause, wave: Wave, bound: Mapping[str, object]
) -> ChangeToken | None:
    of_wave = {name: getattr(wave, name) for name in _FACTS}
    bound_all = {**of_wave, **bound, "topic": TOPIC, "correlation_id": unit.correlation_id}
    row = (await unit.connection.execute(statement, bound_all)).one_or_none()
    return None if row is None else ChangeToken(TOPIC, wave.school_code, row.key, row.sequence)


async def change_token(connection: Connection, wave: Wave) -> ChangeToken | None:
    """The token of the last event about the wave's creation; None without anybody eligible."""
    asking = ASKING[wave.audience].last_request
    row = (await connection.execute(asking, {"topic": TOPIC, "wave_id": wave.id})).one_or_none()
    return None if row is None else ChangeToken(TOPIC, wave.school_code, row.key, row.sequence)
