"""Results over HTTP."""

from contextlib import suppress
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from common.auth import Caller, Principal
from common.database import Database
from common.errors import Missing
from common.http import Cipher, Db, IdempotencyKey, Page, Router, answer, resource
from common.identifiers import WaveId
from common.once import Answered
from common.shown_groups.tables import name_of
from surveys.questionnaires.storage import published
from surveys.results import commands
from surveys.results.domain.analysis import responded
from surveys.results.domain.dimensions import groupings
from surveys.results.domain.editions import NoEdition
from surveys.results.domain.questions import asked
from surveys.results.domain.weighting import Weighting
from surveys.results.storage import editions, weightings
from surveys.results.storage.analysis import people
from surveys.results.wire.analysis import AnalysisBody
from surveys.results.wire.tables import Asking, EditionBody, EditionsPage, TablesBody, tables_body
from surveys.results.wire.weightings import NewWeighting, WeightingBody, WeightingsPage

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
WeightingQuery = Annotated[UUID | None, Query(description="Shares and means by these weights, of their edition")]
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
        commands.must_know_groups(wave, names, caller.own_college())
        found = await people(connection, wave, names, caller.own_college())
    return AnalysisBody.of(wave, names, responded(found, grouped=bool(names)))


@router.get(
    "/{wave_id}/tables",
    summary="What was answered to a question, by groups that may be shown",
    description="Of the newest edition, the first of which is taken when the wave closes (409 `no_edition` before). A "
    "group of fewer than 5 answers (amounts of money: 8), or from which a smaller one would follow, is `too_few`.",
    responses={409: {"$ref": "#/components/responses/Problem409"}},
)
async def read_tables(
    *,
    caller: Caller,
    database: Db,
    wave_id: WaveId,
    question: QuestionQuery,
    by: TableByQuery = None,
    weighting: WeightingQuery = None,
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
        of: UUID = edition.id
        if weighting is not None:
            weights = await weightings.existing(connection, wave_id, weighting)
            of, edition = weights.id, await editions.numbered(connection, wave_id, weights.edition)
        weighted = weighting is not None
        found = await editions.figures(connection, of, name_of(groups.table), names, weighted=weighted)
    whole_matrix = variables[0].row is not None and variables[0].variable != question
    asking = Asking(by=groups.by, groups=groups.keys, variables=variables, whole_matrix=whole_matrix)
    return tables_body(wave_id, question, asking, edition, weighting, found)


@router.get("/{wave_id}/editions", summary="Editions of a wave, the newest first")
async def list_editions(*, caller: Caller, database: Db, wave_id: WaveId, page: Page) -> EditionsPage:
    after = page.after(int)
    async with database.reading() as connection:
        await commands.readable(connection, caller, wave_id)
        before = None if after is None else after[0]
        found = await editions.listed(connection, wave_id, before=before, limit=page.limit + 1)
    kept, cursor = page.cut(found, lambda edition: edition.number)
    return EditionsPage(items=list(map(EditionBody.model_validate, kept)), next_cursor=cursor)


@router.post(
    "/{wave_id}/weightings",
    status_code=201,
    response_model=WeightingBody,
    summary="Weight the answers of the newest edition",
    description="Post-stratification by strata of the population, or raking to margins. If an answer of the edition "
    "has gone since, the next edition is taken first. A stratum without answers is 422 `empty_stratum`, margins that "
    "are not met within 200 rounds 422 `not_converged`.",
    responses={409: {"$ref": "#/components/responses/Problem409"}},
)
async def weight_answers(
    *, caller: Caller, database: Db, cipher: Cipher, wave_id: WaveId, body: NewWeighting, once: IdempotencyKey
) -> Response:
    async def weighted() -> Weighting:
        # an edition that is taken meanwhile, or other weights, are known in the next try
        while True:
            made = await commands.weighed(database, cipher, caller=caller, wave_id=wave_id, asked=body.asked())
            act = partial(commands.weigh, caller=caller, wave_id=wave_id, made=made)
            with suppress(Missing):
                return await database.act(caller.actor, act, once)

    async def again(done: Answered) -> Weighting:
        return await _weighting(database, caller, wave_id, UUID(done.object_id))

    return await answer(
        weighted(),
        show=lambda each: resource(
            WeightingBody.model_validate(each), each.version, 201, f"/v1/waves/{wave_id}/weightings/{each.id}"
        ),
        again=again,
    )


@router.get("/{wave_id}/weightings", summary="Weights of a wave")
async def list_weightings(*, caller: Caller, database: Db, wave_id: WaveId, page: Page) -> WeightingsPage:
    after = page.last_seen(UUID)
    async with database.reading() as connection:
        await commands.readable(connection, caller, wave_id)
        found = await weightings.listed(connection, wave_id, after, page.limit + 1)
    kept, cursor = page.cut(found, lambda each: each.id)
    return WeightingsPage(items=list(map(WeightingBody.model_validate, kept)), next_cursor=cursor)


@router.get("/{wave_id}/weightings/{weighting_id}", response_model=WeightingBody, summary="Weights of an edition")
async def read_weighting(*, caller: Caller, database: Db, wave_id: WaveId, weighting_id: UUID) -> Response:
    found = await _weighting(database, caller, wave_id, weighting_id)
    return resource(WeightingBody.model_validate(found), found.version)


async def _weighting(database: Database, caller: Principal, wave_id: WaveId, weighting_id: UUID) -> Weighting:
    async with database.reading() as connection:
        await commands.readable(connection, caller, wave_id)
        return await weightings.existing(connection, wave_id, weighting_id)
