"""GET /v1/definitions: the schemes as data, so that a figure can be recomputed from its codes."""

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from common.auth import Caller
from common.errors import NotFound
from common.http import MinChange, Page, PageOf, Paging, page_response
from indicators.reading.answers import Label, json_answer
from indicators.reading.changes import included_for
from indicators.reading.snapshot import FiguresOf
from indicators.schemes.schemes import FLEXIBLE_FLAG, SCHEMES, Measure, Scheme

router = APIRouter(tags=["definitions"])


class MeasureBody(BaseModel):
    """How a rate is made of classes; without a denominator the population is meant."""

    name: str
    title: Label
    numerator: list[str]
    denominator: list[str] | None
    overlapping: bool


class Definition(BaseModel):
    """口径: a scheme with its classes of destination codes."""

    id: str
    version: str
    title: Label
    first_cohort: int | None
    last_cohort: int | None
    classes: dict[str, list[str]]
    measures: list[MeasureBody]
    source: str
    verified: bool


class Definitions(PageOf[Definition]):
    """Schemes, the newest first."""

    min_change_met: bool


class DefinitionAnswer(Definition):
    """One scheme; its `version` is the ETag."""

    min_change_met: bool


@router.get("/v1/definitions", response_model=Definitions, summary="All schemes, the newest first")
async def list_definitions(
    *, request: Request, caller: Caller, page: Page, min_change: MinChange, figures: FiguresOf
) -> Response:
    found = _after(page)
    met = await included_for(figures, min_change, caller)
    following = page.cursor_for(found[page.limit - 1].id) if len(found) > page.limit else None
    return page_response(request, [_shown(scheme) for scheme in found[: page.limit]], following, min_change_met=met)


@router.get("/v1/definitions/{definition_id}", response_model=DefinitionAnswer, summary="One scheme")
async def read_definition(*, caller: Caller, definition_id: str, min_change: MinChange, figures: FiguresOf) -> Response:
    scheme = SCHEMES.get(definition_id)
    if scheme is None:
        raise NotFound
    met = await included_for(figures, min_change, caller)
    return json_answer(_shown(scheme) | {"min_change_met": met}, {"ETag": f'"{scheme.version}"'})


def _after(page: Paging) -> list[Scheme]:
    """What the page and all after it show; an id falls with the age of its scheme."""
    after = page.after(str)
    return [scheme for scheme in SCHEMES.values() if after is None or scheme.id < after[0]]


def _shown(scheme: Scheme) -> dict[str, Any]:
    return {
        "id": scheme.id,
        "version": scheme.version,
        "title": {"zh": scheme.title.zh, "en": scheme.title.en},
        "first_cohort": scheme.first_cohort,
        "last_cohort": scheme.last_cohort,
        "classes": {name: list(codes) for name, codes in scheme.classes.items()},
        "measures": [_measure(measure) for measure in scheme.measures],
        "source": scheme.source,
        "verified": scheme.verified,
    }


def _measure(measure: Measure) -> dict[str, Any]:
    return {
        "name": measure.name,
        "title": {"zh": measure.title.zh, "en": measure.title.en},
        "numerator": list(measure.numerator),
        "denominator": list(measure.denominator) or None,
        "overlapping": FLEXIBLE_FLAG in measure.numerator,
    }
