"""GET /v1/dimensions: names, labels and values, so that no caller has to list them itself."""

from common.auth import Caller
from common.http import MinChange, Page, Router
from indicators.dimensions.wire import DimensionBody, Dimensions, ValueBody
from indicators.reading.answers import Label
from indicators.reading.changes import included_for
from indicators.reading.snapshot import FiguresOf
from indicators.schemes.groupings import DIMENSIONS, Dimension
from indicators.schemes.labels import values_of

router = Router(tags=["dimensions"])


@router.get("/v1/dimensions", summary="What figures can be grouped and filtered by")
async def list_dimensions(*, caller: Caller, page: Page, min_change: MinChange, figures: FiguresOf) -> Dimensions:
    after = page.after(str)
    names = list(DIMENSIONS)
    first = names.index(after[0]) + 1 if after is not None and after[0] in DIMENSIONS else 0
    met = await included_for(figures, min_change, caller)
    kept, cursor = page.cut(list(DIMENSIONS.values())[first:], lambda dimension: dimension.name)
    return Dimensions(items=list(map(_body, kept)), next_cursor=cursor, min_change_met=met)


def _body(dimension: Dimension) -> DimensionBody:
    values = values_of(dimension.name)
    shown = [ValueBody(code=code, label=Label.model_validate(name)) for code, name in values] if values else None
    return DimensionBody(name=dimension.name, label=Label.model_validate(dimension.title), values=shown)
