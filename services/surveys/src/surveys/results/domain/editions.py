"""Editions (期) of a wave: which answers they count, what is asked of the one rule of shown groups, what they keep."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType
from uuid import UUID

from common.errors import BadQuery, Conflict, FieldProblem, Message
from common.identifiers import ResponseId
from common.shown_groups.asking import Ask, Base, Frame, Remembered, bits_of
from common.shown_groups.editions import Shown
from common.shown_groups.tables import Table, by_table, table_with, tables_of
from surveys.results.domain.dimensions import DIMENSIONS, Key, groupings
from surveys.results.domain.figures import Figure, Vote, figure_of
from surveys.results.domain.questions import Said, Tabled

EditionId = NewType("EditionId", UUID)

TABLES: tuple[Table, ...] = tuple(tables_of(DIMENSIONS))

NEXT_NEEDS = 5
"""Answers that came, went or changed before another edition is taken of itself."""

_NO_TABLE = Message(
    "分组须为：无、一个维度，或一个维度与 education_level 或 college",
    "Group by nothing, by one dimension, or by one with education_level or college",
)


class NoEdition(Conflict):
    """Nothing was counted yet: the first edition is taken when the wave closes."""

    code = "no_edition"
    title = Message("本轮尚无统计期次，截止后生成", "There is no edition yet; the first is taken when the wave closes")


class Because(StrEnum):
    """Why an edition was taken."""

    CLOSED = "closed"
    CHANGED = "changed"
    WEIGHTING = "weighting"


@dataclass(frozen=True)
class Edition:
    """An edition as it is listed. `answers` are those that it counts, `moved` those that came, went or changed."""

    id: EditionId
    number: int
    taken_at: datetime
    because: Because
    answers: int
    moved: int


@dataclass(frozen=True)
class CountedAnswer:
    """An answer that counts, with its values by question; `person` and `id` are as editions remember them.

    `group` has the values of DIMENSIONS; `hires` are the graduates that an employer's answer speaks for.
    """

    response_id: ResponseId
    person: str
    id: str
    group: Key
    sex: str | None
    values: Mapping[str, object]
    hires: int | None = None


Figures = Mapping[Key, Figure]
"""The figures of a table by group."""

Results = Mapping[tuple[str, str], Figures]
"""All figures of an edition, by variable and table."""

Sayings = Mapping[str, Mapping[int, Said]]
"""What answers, by their places, say of each variable."""


def table_for(by: str | None, within_college: bool = False) -> tuple[tuple[str, ...], Table]:
    """The groupings in the order in which they are asked for, and the table that has them; raises BadQuery.

    With `within_college` only groups of one college are asked for. Beside `major`, `college` is not counted: a major
    lies in one college.
    """
    names = groupings(by)
    wanted = {*names, *(("college",) if within_college else ())}
    table = table_with(TABLES, [name for name in wanted if name != "college" or "major" not in wanted])
    if table is None:
        raise BadQuery([FieldProblem("by", "no_such_table", _NO_TABLE)])
    return names, table


def frame_of(answers: Sequence[CountedAnswer]) -> Frame:
    """The answers as they are judged."""
    return Frame(
        dimensions=DIMENSIONS,
        tables=TABLES,
        people=[answer.person for answer in answers],
        ids=[answer.id for answer in answers],
        groups=[answer.group for answer in answers],
    )


def sayings_of(variables: Sequence[Tabled], answers: Sequence[CountedAnswer]) -> Sayings:
    """What the answers say; those that say nothing of a variable are not in its base."""
    return {
        each.variable: {at: said for at, answer in enumerate(answers) if (said := each.said(answer.values)) is not None}
        for each in variables
    }


def asks_of(variables: Sequence[Tabled], sayings: Sayings, past: Sequence[Remembered]) -> list[Ask]:
    """What is asked of the rule of shown groups, for each variable, after what all editions before have shown."""
    return [
        Ask(
            least=each.least,
            bases=[
                *(memory.base(each.variable) for memory in past),
                Base(bits=bits_of([*sayings[each.variable]])),
            ],
        )
        for each in variables
    ]


def remembered(frame: Frame, variables: Sequence[Tabled], asks: Sequence[Ask], shown: Sequence[Shown]) -> Remembered:
    """What later editions have to know; equal bases of which the same was shown are kept once."""
    places: dict[str, int] = {}
    judged: list[Base] = []
    found: dict[str, int] = {}
    for each, ask, tables in zip(variables, asks, shown, strict=True):
        kept = {name: sorted(keys, key=str) for name, keys in tables.items() if keys}
        base = Base(bits=ask.bases[-1].bits, shown=kept)
        place = places.setdefault(base.model_dump_json(), len(judged))
        if place == len(judged):
            judged.append(base)
        found[each.variable] = place
    return Remembered(frame=frame, judged=judged, variables=found)


def results_of(
    variables: Sequence[Tabled],
    sayings: Sayings,
    answers: Sequence[CountedAnswer],
    shown: Sequence[Shown],
    weights: Mapping[ResponseId, Any] | None = None,
) -> Results:
    """The figures of the groups that are shown, weighted where weights are given."""
    keys = by_table(DIMENSIONS, TABLES, [answer.group for answer in answers])
    found: dict[tuple[str, str], Figures] = {}
    for each, tables in zip(variables, shown, strict=True):
        for table, groups in tables.items():
            votes: defaultdict[Key, list[Vote]] = defaultdict(list)
            for at, said in sayings[each.variable].items():
                if (key := keys[table][at]) in groups:
                    answer = answers[at]
                    weight = None if weights is None else weights[answer.response_id]
                    votes[key].append(Vote(said, weight, answer.person, answer.hires))
            if votes:
                found[each.variable, table] = {key: figure_of(each, said) for key, said in votes.items()}
    return found


def with_kept(results: Results, kept: Results) -> Results:
    """A group that gets no figure of now keeps the one that it has."""
    return {place: {**kept.get(place, {}), **results.get(place, {})} for place in kept.keys() | results.keys()}


def moved(before: Remembered | None, now: Frame) -> int:
    """How many answers came, went or changed since the edition before."""
    then = set() if before is None else set(before.frame.ids)
    return len({each.partition(".")[0] for each in then ^ set(now.ids)})
