"""What a publication is counted from and what comes out: values that travel as JSON."""

from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict

Group = tuple[str | None, ...]


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
    """A table to be published: measures of rates, or the cells of a structure."""

    by: tuple[str, ...]
    measures: Sequence[str] = ()
    dimension: str | None = None
    rule: str | None = None


class Counting(_Value):
    """Everything that a publication is counted from; `released` is in the order of the releases."""

    scheme: str
    dimensions: Sequence[str]
    tables: Sequence[tuple[str, ...]]
    people: Sequence[Person]
    wanted: Sequence[Wanted]
    released: Sequence[Released] = ()
    codes: Sequence[str] = ()


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
    """A row of a published table; a group that is not shown stands in `_other`, within the group that holds it."""

    group: Mapping[str, str | None]
    within: Mapping[str, str | None]
    base: int | None
    measures: Mapping[str, MeasureFigure] | None = None
    cells: Sequence[Cell] | None = None


class Hidden(_Value):
    """A group or measure that is not shown by itself, and why."""

    group: Mapping[str, str | None]
    because: str
    measure: str | None = None


class Table(_Value):
    """A published table, and what its preview tells its authors."""

    observations: Sequence[Observation]
    hidden: Sequence[Hidden]


class Published(_Value):
    """All tables, and the groups shown in each table of the snapshot, which later revisions have to know."""

    tables: Sequence[Table]
    shown: Mapping[str, Sequence[Group]]
