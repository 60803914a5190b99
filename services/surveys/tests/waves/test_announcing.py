"""How the database writes what a wave announces."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

from sqlalchemy import text

from common.database import Database
from surveys.waves.announcements import ASKING
from surveys.waves.domain import Audience

WAVE = {
    "cohort": 2024,
    "cycle": 1,
    "year": None,
    "unit": None,
    "questionnaire_version": 1,
    "questions_total": 1,
    "topic": "t",
    "type": "t",
    "state": "requested",
    "correlation_id": None,
}


async def test_a_new_wave_does_not_go_through_everybody_once_for_each(
    wave: dict[str, Any], school: str, broken: Callable[..., Awaitable[None]], database: Database
) -> None:
    """Where the server knows of other waves alone, it expects one row of a new one, however many people it asks."""
    await broken("ANALYZE wave_eligible")
    explained = text(f"EXPLAIN {ASKING[Audience.GRADUATES].request}")
    bound = {**WAVE, "id": uuid4(), "questionnaire_id": uuid4(), "school_code": school}
    async with database.reading() as connection:
        plan = "\n".join([row[0] for row in await connection.execute(explained, bound)])
    assert "Join Filter" not in plan, plan
