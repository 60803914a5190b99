"""The tables that a publication may have: which figures, of what groups; pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from common.codes.rules import rule
from common.errors import FieldProblem, Invalid, Message
from common.identifiers import Cohort
from common.shown_groups.tables import table_with
from indicators.schemes.groupings import DIMENSIONS
from indicators.schemes.schemes import default_scheme
from indicators.structures.domain.spreads import SPREADS
from indicators.structures.domain.structure import DENOMINATOR_RULES
from indicators.tracking.domain import CYCLES
from indicators.tracking_counts.dimensions import tables_of_graduates
from indicators.tracking_counts.indicators import OF_PORTRAITS

TABLES = tables_of_graduates([*DIMENSIONS])
"""All tables of a snapshot, in the order in which their groups are judged."""


class TableKind(StrEnum):
    """Which figures a table has."""

    RATES = "rates"
    STRUCTURE = "structure"
    TRACKING = "tracking"


@dataclass(frozen=True)
class TableAsked:
    """A table as its authors want it.

    Measures of rates, a structure by its dimension and denominator rule, or a tracking indicator in a cycle.
    """

    kind: TableKind
    by: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    dimension: str | None = None
    denominator_rule: str | None = None
    indicator: str | None = None
    cycle: int | None = None

    @property
    def rule(self) -> str | None:
        """The rule of the structure's base: that of the dimension where none is said."""
        spread = SPREADS.get(self.dimension or "")
        return self.denominator_rule or (None if spread is None else spread.rule)


class PublicationRefused(Invalid):
    """The tables that are wanted do not exist, or nothing of so small a cohort is published."""

    code = "publication_refused"
    title = Message("发布的内容不符合要求", "What is to be published is not possible")


_BY = Message(
    "分组须为：无、一个维度，或一个维度与 education_level 或 college；不得用 class",
    "`by` is none, one dimension, or one with education_level or college; never class",
)
_DIMENSION = Message("未知的结构维度", "There is no such dimension of structures")
_RULE = Message("未知的分母规则", "There is no such denominator rule")
NOT_OF_SNAPSHOTS = frozenset({"class", "insurance", "city_tier"})
"""Structures that nothing is published of: too few people, or looked up in what the snapshot does not have."""

_INDICATOR = Message(
    f"毕业生跟踪指标为 {' '.join(OF_PORTRAITS)}", f"The indicators of graduates are {' '.join(OF_PORTRAITS)}"
)
_CYCLE = Message("周期为 0、1、3、5", "The cycles are 0, 1, 3 and 5")
_OWN = {
    TableKind.RATES: {"measures"},
    TableKind.STRUCTURE: {"dimension", "denominator_rule"},
    TableKind.TRACKING: {"indicator", "cycle"},
}
"""What a table says beside its groups, by what it shows."""

_CELLS = Message("该结构不能按此分组发布", "Only destination_class is published by major or by two dimensions")


def must_exist(tables: Sequence[TableAsked], cohort: Cohort) -> None:
    """Raises PublicationRefused naming each part of a table that there is not."""
    problems = [problem for at, table in enumerate(tables) for problem in _problems(f"/tables/{at}", table, cohort)]
    if problems:
        raise PublicationRefused(problems)


def _problems(pointer: str, table: TableAsked, cohort: Cohort) -> Iterator[FieldProblem]:
    if len(set(table.by)) != len(table.by) or table_with(TABLES, table.by) is None:
        yield FieldProblem(f"{pointer}/by", "no_such_table", _BY)
    for name in sorted(set().union(*_OWN.values()) - _OWN[table.kind]):
        if getattr(table, name) not in (None, ()):
            yield rule("must_be_empty").problem(f"{pointer}/{name}")
    match table.kind:
        case TableKind.RATES:
            yield from _with_measures(pointer, table, cohort)
        case TableKind.STRUCTURE:
            yield from _with_structure(pointer, table)
        case TableKind.TRACKING:
            yield from _with_indicator(pointer, table)


def _with_measures(pointer: str, table: TableAsked, cohort: Cohort) -> Iterator[FieldProblem]:
    scheme = default_scheme(cohort)
    for at, name in enumerate(table.measures):
        if scheme.measure(name) is None:
            known = " ".join(measure.name for measure in scheme.measures)
            text = Message(f"口径 {scheme.id} 的指标为 {known}", f"{scheme.id} has {known}")
            yield FieldProblem(f"{pointer}/measures/{at}", "unknown_measure", text)


def _with_structure(pointer: str, table: TableAsked) -> Iterator[FieldProblem]:
    if table.dimension is None:
        yield rule("required").problem(f"{pointer}/dimension")
    elif table.dimension not in SPREADS or table.dimension in NOT_OF_SNAPSHOTS:
        yield FieldProblem(f"{pointer}/dimension", "unknown_dimension", _DIMENSION)
    elif (len(table.by) == 2 or table.by == ("major",)) and table.dimension != "destination_class":
        yield FieldProblem(f"{pointer}/dimension", "only_classes", _CELLS)
    if table.denominator_rule is not None and table.denominator_rule not in DENOMINATOR_RULES:
        yield FieldProblem(f"{pointer}/denominator_rule", "unknown_rule", _RULE)


def _with_indicator(pointer: str, table: TableAsked) -> Iterator[FieldProblem]:
    if table.indicator is None:
        yield rule("required").problem(f"{pointer}/indicator")
    elif table.indicator not in OF_PORTRAITS:
        yield FieldProblem(f"{pointer}/indicator", "unknown_indicator", _INDICATOR)
    if table.cycle is None:
        yield rule("required").problem(f"{pointer}/cycle")
    elif table.cycle not in CYCLES:
        yield FieldProblem(f"{pointer}/cycle", "unknown_cycle", _CYCLE)
