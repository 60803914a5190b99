"""Results over HTTP."""

from typing import Annotated

from fastapi import Query

from common.auth import Caller
from common.http import Db, Page, Router
from common.identifiers import WaveId
from common.shown_groups.tables import name_of
from surveys.questionnaires.storage import published
from surveys.results import commands
from surveys.results.domain.analysis import responded
from surveys.results.domain.dimensions import groupings
from surveys.results.domain.editions import NoEdition
from surveys.results.domain.questions import asked
from surveys.results.storage import editions
from surveys.results.storage.analysis import people
from surveys.results.wire.analysis import AnalysisBody
from surveys.results.wire.tables import Asking, EditionBody, EditionsPage, TablesBody, tables_body

router = Router(prefix="/v1/waves", tags=["results"])

ByQuery = Annotated[
    str | None,
    Query(
        max_length=200,
        description="Groupings, comma-separated: education_level college major destination_class study_form",
    ),
]

TableByQuery = Annotated[
    str | None,
    Query(
        max_length=200,
        description="None, one of education_level college major destination_class study_form, or one with "
        "education_level or college",
    ),
]
QuestionQuery = Annotated[
    str, Query(max_length=64, pattern=r"^[^\x00]+$", description="Variable; of a matrix one row (`m_r1`) or all (`m`)")
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


@router.get(
    "/{wave_id}/tables",
    summary="What was answered to a question, by groups that may be shown",
    description="Of the newest edition, the first of which is taken when the wave closes (409 `no_edition` before). A "
    "group of fewer than 5 answers (amounts of money: 8), or from which a smaller one would follow, is `too_few`.",
    responses={409: {"$ref": "#/components/responses/Problem409"}},
)
async def read_tables(
    *, caller: Caller, database: Db, wave_id: WaveId, question: QuestionQuery, by: TableByQuery = None
) -> TablesBody:
    async with database.reading() as connection:
        wave = await commands.readable(connection, caller, wave_id)
        groups = await commands.groups_for(connection, caller, wave, by)
        content = await published(connection, wave.questionnaire_id, wave.questionnaire_version)
        assert content is not None, "a wave refers to a published version by a foreign key"
        variables = asked(content, question)
        edition = await editions.newest(connection, wave_id)
        if edition is None:
            raise NoEdition
        names = [each.variable for each in variables]
        found = await editions.figures(connection, edition.id, name_of(groups.table), names)
    whole_matrix = variables[0].row is not None and variables[0].variable != question
    asking = Asking(by=groups.by, groups=groups.keys, variables=variables, whole_matrix=whole_matrix)
    return tables_body(wave_id, question, asking, edition, None, found)


@router.get("/{wave_id}/editions", summary="Editions of a wave, the newest first")
async def list_editions(*, caller: Caller, database: Db, wave_id: WaveId, page: Page) -> EditionsPage:
    after = page.after(int)
    async with database.reading() as connection:
        await commands.readable(connection, caller, wave_id)
        before = None if after is None else after[0]
        found = await editions.listed(connection, wave_id, before=before, limit=page.limit + 1)
    kept, cursor = page.cut(found, lambda edition: edition.number)
    return EditionsPage(items=list(map(EditionBody.model_validate, kept)), next_cursor=cursor)
