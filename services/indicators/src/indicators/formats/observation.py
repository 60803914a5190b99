"""A table of figures, whatever its route: observations with their groups, and what has to be known of all of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from common.errors import Message

OTHER = "_other"
"""The value of a group in which groups too small to be published stand together (其他)."""

MEASURE = "measure"
"""The column that names the measure, and its words among the labels."""


class Dataflow(StrEnum):
    """What kind of figures a table has; SDMX names its structure by it."""

    RATES = "RATES"
    STRUCTURES = "STRUCTURES"
    TRACKING = "TRACKING"


class Status(StrEnum):
    """What is to be known of a figure, by the code list CL_OBS_STATUS of SDMX."""

    NORMAL = "A"
    BREAK = "B"
    """The definition differs from that of the figure before."""
    MISSING = "M"
    """0/0."""
    LIVE = "P"
    """Of no snapshot: it may still move."""
    HIDDEN = "Q"
    """Kept back to protect persons."""


class Confidentiality(StrEnum):
    """Who may see a figure, by the code list CL_CONF_STATUS of SDMX."""

    INSIDE = "N"
    FREE = "F"
    PROTECTED = "C"


class Side(StrEnum):
    """Which part of a comparison a figure is; a difference is in points of per cent."""

    BEFORE = "before"
    AFTER = "after"
    DIFFERENCE = "difference"


class Chart(StrEnum):
    """How a table is drawn."""

    BARS = "bars"
    LINES = "lines"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """One figure. `group` has the dimensions that it is grouped by or filtered to; a missing value is None.

    `value` is the figure as it is published: a rate in per cent, a share, an amount. `pooled` are dimensions of the
    group that the figure is not cut by: it is of the whole beside it.
    """

    group: Mapping[str, str | None]
    measure: str
    numerator: int | None
    denominator: int | None
    value: str | None
    cohort: int | None
    as_of: date
    definition: str
    status: Status
    side: Side | None = None
    pooled: Collection[str] = ()
    confidentiality: Confidentiality = Confidentiality.INSIDE


def status_of(value: str | None, *, live: bool, is_break: bool = False, hidden: bool = False) -> Status:
    """The one status that says most of a figure."""
    if value is None:
        return Status.HIDDEN if hidden else Status.MISSING
    if is_break:
        return Status.BREAK
    return Status.LIVE if live else Status.NORMAL


@dataclass(frozen=True, kw_only=True)
class FigureTable:
    """Observations with what all of them share.

    `area`: code of the scope. `dimensions`: the columns of groups, in their order; `further` names attributes of
    observations that are columns after them. `known`: all dimensions that figures of this kind can have. `titles`:
    names of measures for people. `labels`: words of codes by dimension, and of measures, in one language; files for
    people have them in columns of their own. `notes`: what has to be known of the whole table, line by line.
    """

    name: str
    title: Message
    dataflow: Dataflow
    area: str
    dimensions: Sequence[str]
    known: Sequence[str]
    observations: Sequence[Observed]
    further: Sequence[str] = ()
    titles: Mapping[str, Message] = field(default_factory=dict)
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    notes: Sequence[tuple[str, str]] = ()
    chart: Chart = Chart.BARS

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns that say of what an observation is, without its measure."""
        return (*self.dimensions, *self.further)

    @property
    def labelled(self) -> tuple[str, ...]:
        """The names of the columns that say in words what codes mean, after all others."""
        return tuple(f"{name}_label" for name in (*self.dimensions, MEASURE)) if self.labels else ()

    def words(self, observed: Observed) -> list[str | None]:
        """The cells of these columns."""
        codes = [*((name, observed.group.get(name)) for name in self.dimensions), (MEASURE, observed.measure)]
        return [self.labels.get(name, {}).get(code or "") for name, code in codes] if self.labels else []

    def place(self, observed: Observed) -> list[str | int | date | None]:
        """The cells of these columns."""
        return [*(observed.group.get(name) for name in self.dimensions), *(getattr(observed, n) for n in self.further)]
