"""GET /v1/definitions: the schemes as data, so that a figure can be recomputed from its codes."""

from fastapi import Response

from common.auth import Caller
from common.errors import NotFound
from common.http import MinChange, Page, Router
from indicators.definitions.wire import Definition, DefinitionAnswer, Definitions
from indicators.reading.changes import included_for
from indicators.reading.snapshot import FiguresOf
from indicators.schemes.schemes import SCHEMES

router = Router(tags=["definitions"])


@router.get("/v1/definitions", summary="All schemes, the newest first")
async def list_definitions(*, caller: Caller, page: Page, min_change: MinChange, figures: FiguresOf) -> Definitions:
    after = page.after(str)
    # an id falls with the age of its scheme
    older = [scheme for scheme in SCHEMES.values() if after is None or scheme.id < after[0]]
    met = await included_for(figures, min_change, caller)
    kept, cursor = page.cut(older, lambda scheme: scheme.id)
    return Definitions(items=list(map(Definition.model_validate, kept)), next_cursor=cursor, min_change_met=met)


@router.get("/v1/definitions/{definition_id}", summary="One scheme")
async def read_definition(
    *, caller: Caller, definition_id: str, min_change: MinChange, figures: FiguresOf, response: Response
) -> DefinitionAnswer:
    scheme = SCHEMES.get(definition_id)
    if scheme is None:
        raise NotFound
    met = await included_for(figures, min_change, caller)
    response.headers["ETag"] = f'"{scheme.version}"'
    return DefinitionAnswer(**dict(Definition.model_validate(scheme)), min_change_met=met)
