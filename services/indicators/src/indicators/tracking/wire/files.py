"""Tracking figures as a table of observations, from which the files of all formats are written."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from common.clock import day_in_shanghai
from common.errors import Message
from indicators.formats.about import table_of
from indicators.formats.observation import Dataflow, FigureTable, Observed, Status
from indicators.reading.answers import NamedGroup
from indicators.reading.selection import Selection
from indicators.tracking.domain import Question
from indicators.tracking.wire.answers import DEFINITIONS, IndicatorBody, Tracking, title_of
from indicators.tracking_counts.dimensions import OF_EMPLOYERS

_TITLE = Message("跟踪评价指标", "Tracking indicators")


def tracking_table(selection: Selection, question: Question, body: Tracking) -> FigureTable:
    """A row for each group and indicator; of a distribution, and of what stands beside a value, one for each name."""
    day = body.as_of if body.edition is None else day_in_shanghai(body.edition.taken_at)
    return table_of(
        selection,
        body,
        Dataflow.TRACKING,
        OF_EMPLOYERS,
        name="tracking",
        title=_TITLE,
        dimensions=question.asked.by,
        titles={name: title_of(name) for name in question.indicators},
        observations=[
            observed
            for each in body.observations
            for name, figure in each.indicators.items()
            for observed in observed_of(
                name, figure, Place({**question.asked.filters, **each.group}, question.series.cohort, day)
            )
        ],
    )


@dataclass(frozen=True)
class Place:
    """Where figures stand: their group with what it is filtered to, the cohort, and the day of their edition."""

    group: NamedGroup
    cohort: int | None
    day: date


def observed_of(name: str, figure: IndicatorBody, place: Place, before: str = "") -> Iterator[Observed]:
    """The rows of one indicator; `before` stands before the names of their measures."""
    for measure, numerator, value in _values(name, figure):
        yield Observed(
            group=place.group,
            measure=f"{before}{measure}",
            numerator=numerator,
            denominator=figure.base,
            value=value,
            cohort=place.cohort,
            as_of=place.day,
            definition=DEFINITIONS[name].version,
            status=_status(figure, value),
        )


def _values(name: str, figure: IndicatorBody) -> Iterator[tuple[str, int | None, str | None]]:
    """Measure, numerator and value: of a distribution each code, else the value."""
    if isinstance(figure.value, list):
        yield from ((f"{name}.{each.code}", each.count, each.share) for each in figure.value)
    else:
        yield name, None, figure.value


def _status(figure: IndicatorBody, value: str | None) -> Status:
    if value is not None:
        return Status.NORMAL
    return Status.HIDDEN if figure.status == "too_few" else Status.MISSING
