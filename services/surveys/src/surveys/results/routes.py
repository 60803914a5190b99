"""Results over HTTP."""

from typing import Annotated

from fastapi import Query

from common.auth import Caller
from common.http import Db, Router
from common.identifiers import WaveId
from surveys.results import commands
from surveys.results.domain.analysis import responded
from surveys.results.domain.dimensions import groupings
from surveys.results.storage.analysis import people
from surveys.results.wire.analysis import AnalysisBody

router = Router(prefix="/v1/waves", tags=["results"])

ByQuery = Annotated[
    str | None,
    Query(
        max_length=200,
        description="Groupings, comma-separated: education_level college major destination_class study_form",
    ),
]


@router.get(
    "/{wave_id}/response-analysis",
    summary="What became of everybody whom a wave asks, live",
    description="Strata are those of the wave's creation. A college's officer sees the own college.",
)
async def analyse_responses(*, caller: Caller, database: Db, wave_id: WaveId, by: ByQuery = None) -> AnalysisBody:
    names = groupings(by)
    async with database.reading() as connection:
        wave = await commands.readable(connection, caller, wave_id)
        found = await people(connection, wave_id, names, caller.own_college())
    return AnalysisBody.of(wave, names, responded(found, grouped=bool(names)))
