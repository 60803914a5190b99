"""Editions: whose answers are counted together, and when that falls due."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Any, NewType
from uuid import UUID

from common.clock import SHANGHAI
from common.errors import BadQuery, FieldProblem, Message
from common.identifiers import SchoolCode
from common.shown_groups.tables import Table, table_with
from indicators.tracking_counts.dimensions import HIRE_LEVEL, tables_of_employers, tables_of_gaps
from indicators.tracking_counts.figures import gap
from indicators.tracking_counts.indicators import INDICATORS, MATCH_GAP, VALUE

EditionId = NewType("EditionId", UUID)

Key = tuple[str | None, ...]
"""A group by the values of its dimensions."""

Columns = Mapping[str, Mapping[str, Any]]
"""The figures of an indicator's columns for one group."""

FIRST_NEEDS, NEXT_NEEDS = 30, 5
"""Answers that the first weekly edition needs, and those that came, went or changed before another one."""

CYCLES = (0, 1, 3, 5)
"""Years after graduation in which graduates are asked."""

WEEKLY_AT = time(4)
"""On Mondays, in Shanghai (contract of indicators, 4)."""


class Because(StrEnum):
    """Why an edition was taken."""

    CLOSED = "closed"
    WEEKLY = "weekly"


@dataclass(frozen=True)
class Series:
    """Whose editions follow one another: of graduates a cohort and cycle, of employers a year."""

    school_code: SchoolCode
    cohort: int | None
    cycle: int | None
    year: int | None

    @property
    def of_employers(self) -> bool:
        """Whether employers were asked."""
        return self.year is not None

    def values(self) -> dict[str, object]:
        """What binds it in a statement."""
        return {"school": self.school_code, "cohort": self.cohort, "cycle": self.cycle, "year": self.year}


@dataclass(frozen=True)
class Due:
    """An edition that is to be taken; `wave_id` is that of the wave whose close asks for it."""

    series: Series
    because: Because
    wave_id: UUID | None = None


@dataclass(frozen=True)
class Edition:
    """An edition as it is listed."""

    id: EditionId
    number: int
    taken_at: datetime
    because: Because
    answers: int
    moved: int
    reference_tables: Mapping[str, int]


@dataclass(frozen=True)
class Taken:
    """The newest edition of what is asked, and that of the employers of a gap."""

    edition: Edition | None
    employers: Edition | None = None

    def has(self, indicator: str) -> bool:
        """Whether all editions have been taken that an indicator is of."""
        return self.edition is not None and (indicator != MATCH_GAP or self.employers is not None)


def last_weekly(now: datetime) -> datetime:
    """The newest Monday 04:00 in Shanghai that is not after `now`.

    >>> from datetime import UTC
    >>> f"{last_weekly(datetime(2026, 11, 29, 20, tzinfo=UTC)):%F %R %z}"
    '2026-11-30 04:00 +0800'
    >>> f"{last_weekly(datetime(2026, 11, 29, 19, 59, tzinfo=UTC)):%F %R %z}"
    '2026-11-23 04:00 +0800'
    """
    there = now.astimezone(SHANGHAI)
    monday = datetime.combine(there.date() - timedelta(days=there.weekday()), WEEKLY_AT, SHANGHAI)
    return monday if monday <= there else monday - timedelta(weeks=1)


_NO_TABLE = Message(
    "分组与筛选合起来须为：无、一个维度，或一个维度与 education_level 或 college（企业：至多两个维度）；不得用 class",
    "Groupings and filters together are none, one dimension, or one with education_level or college (employers: up to"
    " two); never class",
)
_ONE_FILTER = Message("画像须由一个筛选条件指明群体", "A portrait needs one filter that names its group")
_REPEATED = Message("分组维度重复", "The dimension is given twice")


@dataclass(frozen=True)
class Asked:
    """The cells of one table: those that the filters keep, grouped by `by`."""

    by: tuple[str, ...]
    filters: Mapping[str, str]
    table: Table

    def groups(self, figures: Mapping[Key, Columns]) -> dict[Key, Columns]:
        """The figures of the cells by the values of those groupings that the table has."""
        kept = [(self.table.index(name), value) for name, value in self.filters.items() if name in self.table]
        places = [self.table.index(name) for name in self.by if name in self.table]
        return {
            tuple([key[place] for place in places]): columns
            for key, columns in figures.items()
            if not kept or all(key[place] == value for place, value in kept)
        }

    def place(self, group: Key) -> Key:
        """A group by all groupings as one by those that the table has."""
        return tuple(value for name, value in zip(self.by, group, strict=True) if name in self.table)

    @property
    def is_whole(self) -> bool:
        """Whether the table has all that is grouped and filtered by, so that its cells say everything."""
        return {*self.by, *self.filters} <= set(self.table)


def asked_of(by: str | None, filters: Mapping[str, str], tables: Sequence[Table]) -> Asked:
    """What groupings and filters ask of the tables; raises BadQuery where they name none.

    Beside `major`, `college` is not counted: a major lies in one college.
    """
    names = tuple(by.split(",")) if by else ()
    known = {name for table in tables for name in table}
    for at, name in enumerate(names):
        if name not in known:
            raise BadQuery([FieldProblem("by", "unknown_dimension", _unknown(sorted(known)))])
        if name in names[:at]:
            raise BadQuery([FieldProblem("by", "repeated_dimension", _REPEATED)])
    given = {*names, *filters}
    table = table_with(tables, [name for name in given if name != "college" or "major" not in given])
    if table is None:
        raise BadQuery([FieldProblem("by", "no_such_table", _NO_TABLE)])
    return Asked(names, filters, table)


def group_of(filters: Mapping[str, str], tables: Sequence[Table]) -> Asked:
    """The one cell that the filters name; raises BadQuery unless they name one dimension."""
    asked = asked_of(None, filters, tables)
    if len(asked.table) != 1:
        raise BadQuery([FieldProblem("college", "one_filter", _ONE_FILTER)])
    return asked


def _unknown(known: Sequence[str]) -> Message:
    listed = " ".join(known)
    return Message(f"未知的分组维度；可用：{listed}", f"Unknown dimension; there are: {listed}")


MOST_INDICATORS = 50
"""Of one answer (contract of indicators, 11)."""

_OF_EMPLOYERS = {
    "college": "hire_college",
    "major": "hire_major",
    "education_level": HIRE_LEVEL,
    "education_level_code": "hire_education_level",
}
"""Groups of graduates that employers' answers can be about, too."""

NEITHER_OR_BOTH = Message(
    "须给出 cohort 与 cycle（毕业生）或 year（用人单位）；match_gap 须三者都给",
    "Give cohort and cycle (graduates) or year (employers); all three for match_gap",
)
ONE_OF_BOTH = Message(
    "期次属于 cohort 与 cycle（毕业生）或 year（用人单位）之一",
    "Editions are of cohort and cycle (graduates), or of a year (employers)",
)
_OTHERS = Message("该指标属于另一类受访者", "The indicator is of the other kind of respondents")
_NOT_OF_BOTH = Message("match_gap 不能按此分组", "match_gap has no such groups")
_TOO_MANY = Message(f"一次最多 {MOST_INDICATORS} 个指标", f"At most {MOST_INDICATORS} indicators at once")


@dataclass(frozen=True)
class Question:
    """What is asked: indicators of one series by the cells of a table; a gap asks of employers' cells, too."""

    series: Series
    indicators: tuple[str, ...]
    top: str
    asked: Asked
    other_series: Series | None = None
    other_asked: Asked | None = None

    @property
    def key(self) -> object:
        """What tells its answers apart, given the editions."""
        return self.indicators, self.top, self.asked.by, tuple(sorted(self.asked.filters.items())), self.other_series

    @property
    def stored(self) -> list[str]:
        """The indicators whose figures are read."""
        return [*dict.fromkeys("major_match" if name == MATCH_GAP else name for name in self.indicators)]


def question_of(series: Sequence[Series], indicators: str, top: str, asked: Asked) -> Question:
    """The question; raises BadQuery for indicators that there are not, or that are of other respondents."""
    own, other = series[0], series[1] if len(series) > 1 else None
    given = indicators.split(",")
    names = tuple(dict.fromkeys(given))
    if len(given) > MOST_INDICATORS:
        raise BadQuery([FieldProblem("indicator", "too_many_indicators", _TOO_MANY)])
    if (MATCH_GAP in names) != (other is not None):
        raise BadQuery([FieldProblem("year", "respondents", NEITHER_OR_BOTH)])
    problems = [problem for name in names for problem in _problems_with(name, of_employers=own.of_employers)]
    if problems:
        raise BadQuery(problems)
    return Question(own, names, top, asked, other, None if other is None else _of_employers(asked))


def _problems_with(name: str, *, of_employers: bool) -> Iterator[FieldProblem]:
    known = INDICATORS.get(name)
    if name == MATCH_GAP:
        return
    if known is None:
        listed = " ".join([*INDICATORS, MATCH_GAP])
        text = Message(f"未知的指标 {name[:40]}；可用：{listed}", f"Unknown indicator {name[:40]}; there are: {listed}")
        yield FieldProblem("indicator", "unknown_indicator", text)
    elif known.of_employers != of_employers:
        yield FieldProblem("indicator", "other_respondents", _OTHERS)


def _of_employers(asked: Asked) -> Asked:
    """The same cells in employers' answers; raises BadQuery where these know no such groups."""
    if not {*asked.by, *asked.filters} <= _OF_EMPLOYERS.keys():
        raise BadQuery([FieldProblem("by", "no_such_table", _NOT_OF_BOTH)])
    filters = {_OF_EMPLOYERS[name]: value for name, value in asked.filters.items() if name in asked.table}
    by = [_OF_EMPLOYERS[name] for name in asked.by if name in asked.table]
    return asked_of(",".join(by), filters, [*tables_of_employers(), *tables_of_gaps()])


def gaps(graduates: Mapping[Key, Columns], employers: Mapping[Key, Columns], top: str) -> dict[Key, Columns]:
    """Where both are shown: what graduates say of their match less what employers say."""
    both = graduates.keys() & employers.keys()
    return {key: {VALUE: gap(_share(graduates[key], top), _share(employers[key], top))} for key in both}


def _share(columns: Columns, top: str) -> tuple[Fraction, int]:
    return Fraction(columns[top]["exact"]), columns[top]["base"]
