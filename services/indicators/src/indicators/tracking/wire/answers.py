"""Tracking figures and editions as callers see them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer
from pydantic_core import to_json

from common.errors import Message
from common.http import PageOf
from indicators.reading.answers import NamedGroup, Stamp, in_order, must_be_few, named
from indicators.responses.domain import ResponseFigure
from indicators.schemes.documents import Document, Kind, newest
from indicators.tracking.domain import Because, Columns, Key, Question, Taken
from indicators.tracking_counts.figures import KEPT_INSIDE
from indicators.tracking_counts.indicators import INDICATORS, MATCH_GAP, PART, VALUE

DEFINITIONS: Mapping[str, Document] = {each.id: each for each in newest(Kind.TRACKING)}
"""The definition of each indicator in its newest version."""


def title_of(indicator: str) -> Message:
    """Its name for people."""
    said = DEFINITIONS[indicator].content["title"]
    return Message(said["zh"], said["en"])


Status = Literal["ok", "too_few", "no_edition"]


class IntervalBody(BaseModel):
    """Limits of 95 %."""

    low: str
    high: str
    method: Literal["wilson", "binomial", "normal", "newcombe"]


class WeightedBody(BaseModel):
    """The value by weights of strata, and as many answers of one weight as tell as much."""

    value: str
    interval: IntervalBody | None
    effective_base: str


class CodeBody(BaseModel):
    """How many name a code, and their share of the base."""

    code: str
    count: int
    share: str


class IndicatorBody(BaseModel):
    """One indicator of one group; without `status` ok base and value are null. Other fields stand where they belong."""

    base: int | None
    value: str | list[CodeBody] | None = Field(examples=["68.00"])
    unit: str | None = Field(examples=["percent"])
    interval: IntervalBody | None
    weighted: WeightedBody | None
    status: Status
    definition_hash: str | None = Field(default=None, description="The `hash` of its version among the definitions")
    p25: str | None = None
    p75: str | None = None
    of_medians: str | None = None
    real: str | None = None
    real_of_medians: str | None = None
    trimmed: int | None = None
    low_bound: str | None = None
    high_bound: str | None = None
    per_graduate: str | None = None
    median: "IndicatorBody | None" = None
    parts: "dict[str, IndicatorBody] | None" = None

    @model_serializer(mode="wrap")
    def _with_what_it_has(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Only fields that the indicator has: null where it could have a value, missing where it could not."""
        return {name: value for name, value in written(self).items() if name in self.model_fields_set}


class TrackingObservation(BaseModel):
    """One group. Who was asked and who answered is live; null where an employer's answer alone says the group."""

    group: NamedGroup
    eligible: int | None
    respondents: int | None
    response_rate: str | None
    indicators: dict[str, IndicatorBody]


class EditionBody(BaseModel):
    """Which edition the figures are of."""

    model_config = ConfigDict(from_attributes=True)

    number: int
    taken_at: datetime


class Tracking(Stamp):
    """Indicators of a cycle, or of employers in a year."""

    school_code: str
    cohort: int | None
    cycle: int | None
    year: int | None
    edition: EditionBody | None
    reference_tables: dict[str, int] = Field(description="Versions of the tables that wages are compared by")
    observations: list[TrackingObservation]


class EditionItem(EditionBody):
    """One edition: why it was taken, its respondents, and answers that came, went or changed since the one before."""

    because: Because
    answers: int
    moved: int


class Editions(PageOf[EditionItem]):
    """Editions, the newest first."""


def indicator_body(
    indicator: str, columns: Mapping[str, Mapping[str, Any]] | None, *, top: str, any_edition: bool
) -> dict[str, Any]:
    """The fields of an IndicatorBody out of the figures of an indicator's columns."""
    columns = columns or {}
    known = {} if indicator == MATCH_GAP else INDICATORS[indicator].columns
    whole = top if indicator != MATCH_GAP and INDICATORS[indicator].has_tops else VALUE
    figures = {name: _figure(columns.get(name), any_edition=any_edition) for name in (*known, whole)}
    body = {**figures[whole], "definition_hash": DEFINITIONS[indicator].hash}
    parts = {name.removeprefix(PART): figures[name] for name in known if name.startswith(PART)}
    if parts:
        body["parts"] = parts
    if "median" in known:
        body["median"] = figures["median"]
    return body


def _figure(figure: Mapping[str, Any] | None, *, any_edition: bool) -> dict[str, Any]:
    if figure is None:
        nothing = dict.fromkeys(("base", "value", "unit", "interval", "weighted"))
        return {**nothing, "status": "too_few" if any_edition else "no_edition"}
    return {**{name: value for name, value in figure.items() if name not in KEPT_INSIDE}, "status": "ok"}


Bodies = Mapping[Key, bytes]
"""The indicators of each cell as they are answered, JSON of IndicatorBody by name."""


def bodies_of(question: Question, taken: Taken, found: Mapping[str, Mapping[Key, Columns]]) -> Bodies:
    """The cells that have a figure; `found` are the figures by indicator."""
    return {
        key: _indicators(question, taken, {name: figures.get(key) for name, figures in found.items()})
        for key in dict.fromkeys(key for figures in found.values() for key in figures)
    }


def tracking(
    question: Question, stamp: Stamp, responses: Mapping[Key, ResponseFigure], taken: Taken, bodies: Bodies
) -> bytes:
    """A Tracking as JSON; raises TooManyCells.

    Put together of what is JSON already: models of 200 figures would take six times as long.
    """
    groups = groups_of(question, responses, bodies)
    must_be_few(len(groups) * len(question.indicators))
    series, edition = question.series, taken.edition
    fields = {
        **dict(stamp),
        "school_code": series.school_code,
        "cohort": series.cohort,
        "cycle": series.cycle,
        "year": series.year if question.other_series is None else question.other_series.year,
        "edition": None if edition is None else {"number": edition.number, "taken_at": edition.taken_at},
        "reference_tables": {} if edition is None else dict(edition.reference_tables),
    }
    nothing = _indicators(question, taken, {})
    observations = [_observation(question, group, responses.get(group), bodies, nothing) for group in groups]
    return _with(to_json(fields), "observations", b"[" + b",".join(observations) + b"]")


def groups_of(question: Question, responses: Mapping[Key, ResponseFigure], bodies: Bodies) -> list[Key]:
    """Groups in which graduates were asked or a figure is shown; without a grouping always exactly one."""
    if not question.asked.by:
        return [()]
    shown = bodies.keys() if question.asked.is_whole else set()
    return in_order({*responses, *shown} - {()})


def _observation(
    question: Question, group: Key, response: ResponseFigure | None, bodies: Bodies, nothing: bytes
) -> bytes:
    # the college is not of the table, but who is asked about it has to be in it
    inside = question.asked.is_whole or (response is not None and response.eligible > 0)
    unknown: int | None = 0
    if question.series.of_employers and question.asked.table:
        response, unknown = None, None
    fields = {
        "group": named(question.asked.by, group),
        "eligible": response.eligible if response else unknown,
        "respondents": response.valid if response else unknown,
        "response_rate": response.rate if response else None,
    }
    found = bodies.get(question.asked.place(group), nothing) if inside else nothing
    return _with(to_json(fields), "indicators", found)


def _indicators(question: Question, taken: Taken, columns: Mapping[str, Columns | None]) -> bytes:
    return to_json(
        {
            name: indicator_body(name, columns.get(name), top=question.top, any_edition=taken.has(name))
            for name in question.indicators
        }
    )


def _with(fields: bytes, name: str, value: bytes) -> bytes:
    """An object with one field more, both as JSON."""
    return b'%s,"%s":%s}' % (fields[:-1], name.encode(), value)
