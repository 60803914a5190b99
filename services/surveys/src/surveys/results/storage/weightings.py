"""Weightings in SQL: weights of answers, and figures by them, never changed once they are stored."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text

from common import rows
from common.errors import NotFound
from common.identifiers import ResponseId, SchoolCode, WaveId
from common.shown_groups.asking import Remembered
from common.sql import Connection
from surveys.results.domain.editions import EditionId, Results
from surveys.results.domain.weighting import Method, Weighting, WeightingId, Weights
from surveys.results.storage import editions

_ADD = text(
    """
    INSERT INTO result_weightings
        (edition_id, school_code, method, by, margins, max_ratio, answers, n_eff, deff, iterations, max_error, strata,
         memory)
    VALUES (:edition_id, :school_code, :method, CAST(:by AS text[]), CAST(:margins AS jsonb),
            CAST(:max_ratio AS double precision), :answers, :n_eff, :deff, CAST(:iterations AS int),
            CAST(:max_error AS double precision), CAST(:strata AS jsonb), CAST(:memory AS jsonb))
    RETURNING id
    """
)
_ADD_WEIGHTS = text(
    """
    INSERT INTO result_weights (weighting_id, response_id, school_code, weight)
    SELECT CAST(:id AS uuid), given.response_id, :school_code, given.weight
      FROM unnest(CAST(:responses AS uuid[]), CAST(:weights AS double precision[])) AS given (response_id, weight)
    """
)
_WEIGHTINGS = """
    SELECT weighting.id, 1 AS version, weighting.edition_id, edition.number AS edition, weighting.method, weighting.by,
           weighting.margins, weighting.max_ratio, weighting.answers, weighting.n_eff, weighting.deff,
           weighting.iterations, weighting.max_error, weighting.strata, weighting.created_at
      FROM result_weightings AS weighting JOIN result_editions AS edition ON edition.id = weighting.edition_id
     WHERE edition.wave_id = :wave_id
"""
_ONE = text(f"{_WEIGHTINGS} AND weighting.id = :id")
_LISTED = text(
    f"""
    {_WEIGHTINGS} AND (CAST(:after AS uuid) IS NULL OR weighting.id > CAST(:after AS uuid))
     ORDER BY weighting.id LIMIT :limit
    """
)


@dataclass(frozen=True, kw_only=True)
class NewWeighting:
    """Weights that are about to be stored; `known` is how much was remembered of the wave when they were made."""

    edition_id: EditionId
    known: int
    school_code: SchoolCode
    method: Method
    margins: Mapping[str, Mapping[str, str]] | None
    max_ratio: float | None
    weights: Weights
    by_response: Mapping[ResponseId, float]
    memory: Remembered
    results: Results


async def add(connection: Connection, made: NewWeighting) -> WeightingId:
    """Stores weights and what they give; the id."""
    weights = made.weights
    values = {
        "edition_id": made.edition_id,
        "school_code": made.school_code,
        "method": made.method.value,
        "by": [*weights.by],
        "margins": None if made.margins is None else json.dumps(made.margins, ensure_ascii=False),
        "max_ratio": made.max_ratio,
        "answers": len(made.by_response),
        "n_eff": float(weights.n_eff),
        "deff": float(weights.deff),
        "iterations": weights.iterations,
        "max_error": weights.max_error,
        "strata": json.dumps(_strata(weights), ensure_ascii=False),
        "memory": made.memory.model_dump_json(),
    }
    weighting_id = WeightingId(await connection.scalar(_ADD, values))
    given = {"responses": [*made.by_response], "weights": [*made.by_response.values()]}
    await connection.execute(_ADD_WEIGHTS, {"id": weighting_id, "school_code": made.school_code, **given})
    await editions.add_figures(connection, weighting_id, made.school_code, made.results, weighted=True)
    return weighting_id


async def find(connection: Connection, wave_id: WaveId, weighting_id: UUID) -> Weighting | None:
    """A weighting of a wave."""
    return rows.one_or_none(Weighting, await connection.execute(_ONE, {"wave_id": wave_id, "id": weighting_id}))


async def existing(connection: Connection, wave_id: WaveId, weighting_id: UUID) -> Weighting:
    """A weighting of a wave; raises NotFound."""
    found = await find(connection, wave_id, weighting_id)
    if found is None:
        raise NotFound
    return found


async def listed(connection: Connection, wave_id: WaveId, after: UUID | None, limit: int) -> list[Weighting]:
    """Weightings of a wave in the order in which they were made."""
    values = {"wave_id": wave_id, "after": after, "limit": limit}
    return rows.all(Weighting, await connection.execute(_LISTED, values))


def _strata(weights: Weights) -> list[dict[str, Any]]:
    """Each stratum with its answers and the weight of each of them."""
    return [
        {"group": dict(zip(weights.by, key, strict=True)), "answers": count, "weight": float(weights.weights[key])}
        for key, count in weights.answers.items()
    ]
