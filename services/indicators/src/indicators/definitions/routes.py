"""GET /v1/definitions: what figures mean, as data, so that each can be recomputed from its codes."""

from typing import Annotated

from fastapi import Query, Response

from common.auth import Caller
from common.errors import NotFound
from common.http import MinChange, Page, Router
from indicators.definitions.wire import (
    ANSWER,
    DEFINITION,
    DefinitionAnswer,
    Definitions,
    DenominatorAnswer,
    MethodAnswer,
    SchemeAnswer,
)
from indicators.reading.changes import included_for
from indicators.reading.snapshot import FiguresOf
from indicators.schemes.documents import Kind, newest, versions_of

router = Router(tags=["definitions"])


@router.get("/v1/definitions", summary="All definitions in their newest version")
async def list_definitions(
    *,
    caller: Caller,
    page: Page,
    min_change: MinChange,
    figures: FiguresOf,
    kind: Annotated[Kind | None, Query(description="What is defined")] = None,
) -> Definitions:
    after = page.after(str)
    found = newest(kind)
    ids = [each.id for each in found]
    # an unknown id, such as one of another kind, is before all of them
    begin = ids.index(after[0]) + 1 if after and after[0] in ids else 0
    met = await included_for(figures, min_change, caller)
    kept, cursor = page.cut(found[begin:], lambda each: each.id)
    items = [DEFINITION.validate_python(dict(each.content)) for each in kept]
    return Definitions(items=items, next_cursor=cursor, min_change_met=met)


@router.get("/v1/definitions/{definition_id}", response_model=DefinitionAnswer, summary="One definition")
async def read_definition(
    *,
    caller: Caller,
    definition_id: str,
    min_change: MinChange,
    figures: FiguresOf,
    response: Response,
    version: Annotated[str | None, Query(max_length=64, description="The newest one without")] = None,
) -> SchemeAnswer | DenominatorAnswer | MethodAnswer:
    found = next((each for each in versions_of(definition_id) if version in {None, each.version}), None)
    if found is None:
        raise NotFound
    met = await included_for(figures, min_change, caller)
    response.headers["ETag"] = f'"{found.version}"'
    return ANSWER.validate_python({**found.content, "min_change_met": met})
