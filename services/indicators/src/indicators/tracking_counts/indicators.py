"""The table of indicators (source 002, 三): what each reads of whose answers, and which statistic it makes of that."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from indicators.tracking_counts import readings as read
from indicators.tracking_counts import statistics
from indicators.tracking_counts.readings import Reading
from indicators.tracking_counts.statistics import Statistic

ANSWERS, ANSWERS_OF_MONEY = 5, 8
"""Answers that a figure needs (contract of indicators, 4)."""

TOPS = (75, 100)
"""From which score on an answer counts as matched; 75 unless the other is asked for."""

VALUE = "value"
"""Name of the column that is an indicator's value; of one with `tops` they are named after these."""

PART = "part "
"""What names of columns begin with that stand in `parts`."""

PARTS_OF_SATISFACTION = ("ethics", "professional_skill", "teamwork", "learning", "professional_quality")
PARTS_OF_FIT = ("fit_knowledge", "fit_problem_solving", "fit_professionalism")
LEAST_PARTS = 2


FIRST_SALARY, FIRST_INDUSTRY = "first salary", "first industry"
"""The wage and the industry of cycle 0, where an answer says since when each measure has its value."""

SITUATIONS, INDUSTRY_FLOWS = "situations", "industry_flows"
"""What portraits show beside the other indicators."""


@dataclass(frozen=True)
class Unit:
    """What values are multiplied by, and how many places they have when shown."""

    name: str
    factor: int = 1
    places: int = 2


PERCENT, SCORE, YEARS, YUAN = Unit("percent", 100), Unit("score"), Unit("years"), Unit("yuan", places=0)
PER_100, COUNT, MONTHS, WAN = Unit("per_100", 100), Unit("count"), Unit("months"), Unit("wan")


@dataclass(frozen=True)
class Column:
    """One figure: what it reads and makes of a group's answers. Each column is judged by its own answers."""

    reading: Reading
    statistic: Statistic
    unit: Unit
    least: int = ANSWERS


@dataclass(frozen=True)
class Indicator:
    """An indicator by its columns, and the measures that these read."""

    id: str
    measures: tuple[str, ...]
    columns: Mapping[str, Column]
    of_employers: bool = False

    @property
    def has_tops(self) -> bool:
        """Whether `top` chooses among its columns."""
        return VALUE not in self.columns


def _valued(name: str, measures: tuple[str, ...], column: Column, **beside: Column) -> Indicator:
    return Indicator(name, measures, {VALUE: column, **beside})


def _share(name: str, reading: Reading, *measures: str) -> Indicator:
    return _valued(name, measures, Column(reading, statistics.share, PERCENT))


def _mean(name: str, measure: str, unit: Unit = SCORE) -> Indicator:
    return _valued(name, (measure,), Column(read.number(measure), statistics.mean, unit))


def _match(name: str, measure: str, *, of_employers: bool = False) -> Indicator:
    columns = {
        f"{top}": Column(read.at_least(measure, top, working=not of_employers), statistics.share, PERCENT)
        for top in TOPS
    }
    return Indicator(name, (measure, *(() if of_employers else ("situation",))), columns, of_employers)


def _per_100(name: str, measure: str, *, working: bool = True) -> Indicator:
    column = Column(read.number(measure, working=working), statistics.per_hundred, PER_100)
    return _valued(name, (measure, *(("situation",) if working else ())), column)


def _distribution(name: str, measure: str, *, of_employers: bool = False) -> Indicator:
    column = Column(read.codes(measure), statistics.distribution, PERCENT)
    return Indicator(name, (measure,), {VALUE: column}, of_employers)


def _of_employers(name: str, parts: tuple[str, ...]) -> Indicator:
    columns = {f"{PART}{part}": Column(read.number(part), statistics.mean, SCORE) for part in parts}
    whole = Column(read.mean_of(parts, LEAST_PARTS), statistics.mean, SCORE)
    return Indicator(name, parts, {VALUE: whole, **columns}, of_employers=True)


def _amounts(measure: str) -> Column:
    return Column(read.of_founders(measure), statistics.median, WAN, ANSWERS_OF_MONEY)


_SALARY = ("situation", "salary")

_ALL = (
    _valued(
        "salary",
        _SALARY,
        Column(read.number("salary", working=True), statistics.median, YUAN, ANSWERS_OF_MONEY),
    ),
    _valued(
        "salary_growth",
        (*_SALARY, "work_place", FIRST_SALARY),
        Column(read.salary_pair, statistics.growth, PERCENT, ANSWERS_OF_MONEY),
    ),
    _valued(
        "salary_competitiveness",
        (*_SALARY, "work_place", "industry"),
        Column(read.competitiveness, statistics.median, PERCENT, ANSWERS_OF_MONEY),
    ),
    _match("major_match", "major_match"),
    _match("interest_match", "interest_match"),
    _match("employer_match", "fit_need", of_employers=True),
    _share("turnover_1y", read.flag_of_those("left_job_12m", "worked_12m"), "left_job_12m", "worked_12m"),
    _share("industry_change_3y", read.industry_changed, "situation", "industry", "first_industry"),
    _share("promotion", read.number("promoted", working=True), "situation", "promoted"),
    _valued(
        "promotion_years",
        ("promoted", "promotion_months"),
        Column(read.months_in_years("promotion_months", "promoted"), statistics.mean, YEARS),
    ),
    _share("management", read.in_higher_post, "situation", "post_level"),
    _share("higher_degree", read.number("higher_degree"), "higher_degree"),
    _share("training", read.number("training"), "training"),
    _per_100("qualifications_per_100", "qualifications", working=False),
    _share("startup_survival", read.of_founders("firm_operating"), "firm_operating"),
    _valued(
        "startup_financing",
        ("financing", "financing_amount"),
        Column(read.financed, statistics.share, PERCENT),
        median=_amounts("financing_amount"),
    ),
    _valued(
        "startup_technology",
        ("technology_income",),
        Column(read.has_income, statistics.share, PERCENT),
        median=_amounts("technology_income"),
    ),
    _per_100("patents_per_100", "patents"),
    _per_100("proposals_per_100", "proposals"),
    _per_100("technical_results_per_100", "technical_results"),
    _per_100("honours_per_100", "honours"),
    _mean("job_satisfaction", "job_satisfaction"),
    _mean("skill_use", "skill_use"),
    _mean("search_satisfaction", "search_satisfaction"),
    _mean("guidance_satisfaction", "guidance_satisfaction"),
    _mean("teaching_satisfaction", "teaching_satisfaction"),
    _mean("offers", "offers", COUNT),
    _mean("search_months", "search_months", MONTHS),
    _of_employers("employer_satisfaction", PARTS_OF_SATISFACTION),
    _of_employers("employer_fit", PARTS_OF_FIT),
    Indicator(
        "rehire",
        ("rehire",),
        {VALUE: Column(read.says("rehire", "yes"), statistics.share, PERCENT)},
        of_employers=True,
    ),
    _distribution(SITUATIONS, "situation"),
    _valued(INDUSTRY_FLOWS, ("industry", FIRST_INDUSTRY), Column(read.industry_flow, statistics.distribution, PERCENT)),
    _distribution("leave_reasons", "leave_reason"),
    _distribution("not_working_reasons", "not_working_reason"),
    _distribution("ability_gaps", "ability_gaps"),
    _distribution("employer_ability_gaps", "ability_gaps", of_employers=True),
)

INDICATORS: Mapping[str, Indicator] = MappingProxyType({each.id: each for each in _ALL})
"""Every indicator that an edition counts, by its id; `match_gap` is made of two of them when it is asked for."""

OF_PORTRAITS = tuple(each.id for each in _ALL if not each.of_employers)
"""The indicators of graduates."""

MATCH_GAP = "match_gap"
"""major_match less employer_match, where both are shown."""
