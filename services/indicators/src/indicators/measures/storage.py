"""SQL of answers' values: of each answer the newest, and nothing of one that is taken back."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from sqlalchemy import TextClause, text

from common.clock import NOW_SQL
from common.consuming.forks import Fork
from common.consuming.included import OF_EVENT, among
from common.contracts.measure import TOPIC
from common.sql import Connection

ANSWER: Mapping[str, str] = MappingProxyType(
    {
        "response_id": "uuid",
        "response_version": "integer",
        "withdrawn": "boolean",
        "school_code": "text",
        "graduate_id": "uuid",
        "employer_id": "uuid",
        "wave_id": "uuid",
        "cohort": "integer",
        "cycle": "integer",
        "year": "integer",
        "unit": "text",
        "hires": "integer",
        "measured": "jsonb",
        "by_level": "jsonb",
        "recorded_at": "timestamptz",
        "event_id": "uuid",
        "event_sequence": "bigint",
    }
)
"""Columns of a row that an event makes, and their types."""

_WAVE: Mapping[str, str] = MappingProxyType(
    {
        "wave_id": "uuid",
        "school_code": "text",
        "audience": "text",
        "cohort": "integer",
        "cycle": "integer",
        "year": "integer",
        "closed_at": "timestamptz",
        "event_id": "uuid",
        "event_sequence": "bigint",
    }
)


def _arrived(columns: Mapping[str, str]) -> str:
    listed = ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in columns.items())
    return f"SELECT * FROM unnest({listed}) AS arrived ({', '.join(columns)})"


def _since(values: str, kept: str, since: str) -> str:
    """Measure → version of the answer since which it has its value: kept where the arrived value is the stored one."""
    return f"""
        (SELECT jsonb_object_agg(said.key, CASE WHEN {kept} -> said.key = said.value
                    THEN coalesce({since} -> said.key, to_jsonb(kept.response_version))
                    ELSE to_jsonb(EXCLUDED.response_version) END)
           FROM jsonb_each({values}) AS said)
    """


_OF_LEVEL = _since("level.value", "(kept.by_level -> level.key)", "(kept.by_level_since -> level.key)")

# A version that is withdrawn is above the same version recorded: whatever the order of delivery, the greatest stands.
_KEEP = text(
    f"""
    INSERT INTO measure_answers AS kept ({", ".join(ANSWER)}) {_arrived(ANSWER)} ORDER BY response_id
    ON CONFLICT (response_id) DO UPDATE
       SET {", ".join(f"{name} = EXCLUDED.{name}" for name in ANSWER if name != "response_id")},
           measured_since = {_since("EXCLUDED.measured", "kept.measured", "kept.measured_since")},
           by_level_since = (SELECT jsonb_object_agg(level.key, {_OF_LEVEL})
                               FROM jsonb_each(EXCLUDED.by_level) AS level),
           changed_at = {NOW_SQL}
     WHERE (EXCLUDED.response_version, EXCLUDED.withdrawn) > (kept.response_version, kept.withdrawn)
    """
)
_CLOSE = text(
    f"""
    INSERT INTO closed_waves ({", ".join(_WAVE)}) {_arrived(_WAVE)} ORDER BY wave_id
    ON CONFLICT (wave_id) DO NOTHING
    """
)
_DROP = text(
    """
    UPDATE measure_answers SET response_version = 0, event_sequence = 0
     WHERE (graduate_id = CAST(:key AS uuid) OR employer_id = CAST(:key AS uuid))
       AND event_sequence = :sequence AND event_id <> :event_id
    """
)

_REACHED = f"""
    stored.school_code = named.school_code AND stored.event_sequence >= named.sequence
    AND (stored.event_sequence > named.sequence OR {OF_EVENT})
"""
INCLUDED: Mapping[str, TextClause] = MappingProxyType(
    {
        TOPIC: among(
            f"""
            SELECT 1 FROM measure_answers AS stored
             WHERE (stored.graduate_id = CAST(named.key AS uuid) OR stored.employer_id = CAST(named.key AS uuid))
               AND {_REACHED}
            UNION ALL
            SELECT 1 FROM closed_waves AS stored WHERE stored.wave_id = CAST(named.key AS uuid) AND {_REACHED}
            """
        )
    }
)
"""Which events are in the tables, or behind one that is: those up to the newest of a respondent, or of a wave."""


async def keep_answers(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Stores answers, one row with the columns of ANSWER for each, where they are newer than what is stored."""
    await _unnest(connection, _KEEP, ANSWER, rows)


async def close_waves(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Notes waves as closed; repeatable."""
    await _unnest(connection, _CLOSE, _WAVE, rows)


async def drop_answer(connection: Connection, fork: Fork) -> None:
    """Lets any version of the owner replace a row that is from another event than the owner's.

    What is taken back stays empty.
    """
    await connection.execute(_DROP, {"key": fork.key, "sequence": fork.sequence, "event_id": fork.event_id})


async def _unnest(
    connection: Connection, statement: TextClause, columns: Mapping[str, str], rows: Sequence[Mapping[str, object]]
) -> None:
    if rows:
        await connection.execute(statement, {name: [row[name] for row in rows] for name in columns})
