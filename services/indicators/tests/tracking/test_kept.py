"""Answers that are kept: each of its own question and editions, whatever there is room for."""

from typing import Any

import pytest
from cycles import Cycle, answer, close

from common.database import Database
from indicators.schemes.groupings import DIMENSIONS
from indicators.tracking import storage
from indicators.tracking.domain import Question, asked_of
from indicators.tracking.operations import Editions
from indicators.tracking.wire.answers import bodies_of
from indicators.tracking.wire.kept import MOST_BYTES, KeptBodies
from indicators.tracking_counts.dimensions import tables_of_graduates

TABLES = tables_of_graduates([*DIMENSIONS])


@pytest.mark.parametrize("most", [0, MOST_BYTES])
async def test_what_is_kept_is_what_is_stored(most: int, cycle: Cycle, apply: Any, database: Database) -> None:
    kept = KeptBodies(most)
    await answer(apply, cycle, range(40), major_match=75)
    questions = [
        Question(cycle.series, indicators, top, asked_of(by, filters, TABLES))
        for indicators in (("salary",), ("major_match", "salary"))
        for top in ("75", "100")
        for by, filters in (("college", {}), (None, {"college": "C0"}), (None, {"college": "C1"}))
    ]
    for scores in (75, 100):
        await answer(apply, cycle, range(40), major_match=scores)
        await close(apply, cycle)
        await Editions(database).take_due()
        for question in [*questions, *questions]:
            async with database.reading() as connection:
                taken, bodies = await kept.read(connection, question)
                assert taken.edition == await storage.newest(connection, cycle.series)
                stored = await storage.asked_figures(connection, question, taken)
            assert bodies == bodies_of(question, taken, stored)
            assert bodies
