"""GET /v1/definitions: the schemes as data, so that a figure can be recomputed from its codes."""

from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel

from common.auth import Caller
from common.errors import NotFound
from indicators.rates.schemes import FLEXIBLE_FLAG, SCHEMES, Measure, Scheme
from indicators.reading.answers import Label, json_answer

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


class Definitions(BaseModel):
    """All schemes, the newest first."""

    items: list[Definition]
    next_cursor: None = None


@router.get("/v1/definitions", response_model=Definitions, summary="All schemes, the newest first")
async def list_definitions(*, _caller: Caller) -> Response:
    return json_answer({"items": [_shown(scheme) for scheme in SCHEMES.values()], "next_cursor": None})


@router.get("/v1/definitions/{definition_id}", response_model=Definition, summary="One scheme")
async def read_definition(*, _caller: Caller, definition_id: str) -> Response:
    scheme = SCHEMES.get(definition_id)
    if scheme is None:
        raise NotFound
    return json_answer(_shown(scheme))


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
