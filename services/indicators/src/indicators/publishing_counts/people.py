"""What a publication is counted from and what comes out: values that travel as JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from indicators.tracking_counts.edition import Group, Memory, Row


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Person(_Value):
    """One graduate of a snapshot, by a pseudonym; `state` differs where anything else is said of the graduate.

    `group` has the values of the dimensions in their order, `cells` those of the structures that are published.
    """

    id: str
    state: str
    group: Group
    destination_code: str | None
    flexible: bool
    cells: Mapping[str, str | None] = {}


class Released(_Value):
    """A revision that was released before: its people, and the groups that it showed by table."""

    people: Sequence[Person]
    shown: Mapping[str, Sequence[Group]]


class Wanted(_Value):
    """A table to be published: measures of rates, the cells of a structure, or an indicator in a cycle."""

    by: tuple[str, ...]
    measures: Sequence[str] = ()
    dimension: str | None = None
    rule: str | None = None
    indicator: str | None = None
    cycle: int | None = None
    definition: str | None = None


class Cycle(_Value):
    """The newest edition of a cycle, with the figures of the indicators that are wanted; None before there is one.

    `past` are the editions that released publications have shown figures of, in the order of the releases, where
    `shown` are the groups that these publications have shown.
    """

    cycle: int
    newest: Memory | None = None
    figures: Sequence[Row] = ()
    past: Sequence[Memory] = ()


class Counting(_Value):
    """Everything that a publication is counted from; `released` is in the order of the releases."""

    scheme: str
    dimensions: Sequence[str]
    tables: Sequence[tuple[str, ...]]
    people: Sequence[Person]
    wanted: Sequence[Wanted]
    released: Sequence[Released] = ()
    codes: Sequence[str] = ()
    cycles: Sequence[Cycle] = ()


class MeasureFigure(_Value):
    """A rate from exact counts; None where the counts are not shown."""

    numerator: int | None
    denominator: int | None
    rate: str | None
    protected: bool = False


class Cell(_Value):
    """A value of a structure; `_other` or `<column>_other` for what stands together."""

    code: str | None
    count: int
    share: str | None


class Observation(_Value):
    """A row of a published table; a group that is not shown stands in `_other`, within the group that holds it.

    `indicators` has the figure of a tracking table as `GET /v1/tracking` shows it.
    """

    group: Mapping[str, str | None]
    within: Mapping[str, str | None]
    base: int | None
    measures: Mapping[str, MeasureFigure] | None = None
    cells: Sequence[Cell] | None = None
    indicators: Mapping[str, Any] | None = None


class Hidden(_Value):
    """A group or measure that is not shown by itself, and why."""

    group: Mapping[str, str | None]
    because: str
    measure: str | None = None


class Table(_Value):
    """A published table, and what its preview tells its authors."""

    observations: Sequence[Observation]
    hidden: Sequence[Hidden]


Tracked = Mapping[int, Mapping[str, Mapping[str, Sequence[Group]]]]
"""Groups shown of editions, by cycle, column of an indicator, and table."""


class Published(_Value):
    """All tables, and the groups shown in each table of the snapshot, which later revisions have to know.

    `tracked` are those of the editions that the tracking tables are of.
    """

    tables: Sequence[Table]
    shown: Mapping[str, Sequence[Group]]
    tracked: Tracked = {}
