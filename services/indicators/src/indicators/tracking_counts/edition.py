"""What an edition is counted from, what it keeps of that, and what comes out: values that travel as JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

Group = tuple[str | None, ...]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Answer(_Value):
    """One answer, or of an employer's answer one level of posts.

    `since` says in which version of the answer each measure got its value, `group` the values of the dimensions in the
    order of the edition's. `founder` and `stratum` are those of the graduate, `first` the values of cycle 0.
    """

    person: str
    id: str
    measured: Mapping[str, Any]
    since: Mapping[str, int]
    group: Group
    first: Mapping[str, Any] = {}
    founder: bool = False
    stratum: tuple[str | None, str] | None = None
    hires: int | None = None


class Memory(_Value):
    """Who stood in which group of an edition, and what it showed; no values of answers.

    `states` has for each column of an indicator the version since which an answer says the same, None where it is not
    in the base; `shown` the groups whose figure was taken anew, by column and table.
    """

    people: Sequence[str]
    ids: Sequence[str]
    groups: Sequence[Group]
    states: Mapping[str, Sequence[int | None]]
    shown: Mapping[str, Mapping[str, Sequence[Group]]]


class Row(_Value):
    """One indicator in one table: the figures of its columns by group."""

    table: str
    indicator: str
    figures: Sequence[tuple[Group, Mapping[str, Mapping[str, Any]]]]


class Counting(_Value):
    """Everything that an edition is counted from. `kept` are the figures of the edition before."""

    of_employers: bool
    cohort: int
    cycle: int
    dimensions: Sequence[str]
    tables: Sequence[tuple[str, ...]]
    answers: Sequence[Answer]
    strata: Sequence[tuple[str | None, str, int]] = ()
    founders: Sequence[Group] = ()
    prices: Sequence[tuple[int, str, str]] = ()
    benchmarks: Sequence[tuple[int, str, str, str]] = ()
    past: Sequence[Memory] = ()
    kept: Sequence[Row] = ()


class Counted(_Value):
    """The results of all tables, and what later editions have to know of this one."""

    rows: Sequence[Row]
    memory: Memory
