"""What an indicator reads of one answer; None where the answer is not in its base."""

from collections.abc import Callable, Sequence
from fractions import Fraction

from indicators.tracking_counts.answers import Said
from indicators.tracking_counts.statistics import Growth, Value

Reading = Callable[[Said], Value | None]

GROWTH_FROM, GROWTH_TO = 1_000, 100_000
"""Wages outside are left out of growth: what is so far off is an error of typing more often than a wage."""

FLOW = ">"
"""Between two industries of a flow."""

HIGHER_POSTS = frozenset({"middle", "senior"})


def number(measure: str, *, working: bool = False) -> Reading:
    """A score, a count or an amount, or a flag; `working` only of those who work."""
    return lambda said: said.number(measure) if said.works or not working else None


def at_least(measure: str, top: int, *, working: bool = True) -> Reading:
    """Whether a score reaches `top`."""

    def read(said: Said) -> Fraction | None:
        score = said.number(measure) if said.works or not working else None
        return None if score is None else Fraction(score >= top)

    return read


def codes(measure: str) -> Reading:
    """Several codes, or the only one."""

    def read(said: Said) -> frozenset[str] | None:
        code = said.code(measure)
        return said.codes(measure) if code is None else frozenset({code})

    return read


def mean_of(measures: Sequence[str], least: int) -> Reading:
    """The mean of those measures that are there, if they are so many."""
    return lambda said: said.mean(measures, least)


def flag_of_those(measure: str, among: str) -> Reading:
    """A flag of those for whom another one holds."""
    return lambda said: said.number(measure) if said.measured.get(among) is True else None


def months_in_years(measure: str, among: str) -> Reading:
    """Months as years, of those for whom a flag holds."""

    def read(said: Said) -> Fraction | None:
        months = said.number(measure) if said.measured.get(among) is True else None
        return None if months is None else months / 12

    return read


def industry_changed(said: Said) -> Fraction | None:
    """Whether who works is in another industry than at first."""
    now, first = said.code("industry"), said.code("first_industry")
    return Fraction(now != first) if said.works and now and first else None


def in_higher_post(said: Said) -> Fraction | None:
    """Whether who works has a middle or senior post."""
    level = said.code("post_level")
    return Fraction(level in HIGHER_POSTS) if said.works and level else None


def financed(said: Said) -> Fraction | None:
    """Whether a founder's firm has financing of any kind."""
    kind = said.code("financing")
    return Fraction(kind != "none") if said.founder and kind else None


def of_founders(measure: str) -> Reading:
    """A number or a flag of founders."""
    return lambda said: said.number(measure) if said.founder else None


def has_income(said: Said) -> Fraction | None:
    """Whether a founder's firm has income of technology."""
    income = said.number("technology_income") if said.founder else None
    return None if income is None else Fraction(income > 0)


def says(measure: str, code: str) -> Reading:
    """Whether the code is named."""

    def read(said: Said) -> Fraction | None:
        found = said.code(measure)
        return None if found is None else Fraction(found == code)

    return read


def competitiveness(said: Said) -> Fraction | None:
    """The wage per 100 of what the industry pays there, of those who work."""
    salary, industry = said.number("salary"), said.code("industry")
    if not said.works or salary is None or not industry:
        return None
    benchmark = said.tables.benchmark(said.cohort + said.cycle, said.code("work_place"), industry)
    return None if benchmark is None else salary / benchmark


def industry_flow(said: Said) -> frozenset[str] | None:
    """From which industry in cycle 0 to which now, written as one code."""
    before, now = said.first.get("industry"), said.code("industry")
    return frozenset({f"{before}{FLOW}{now}"}) if isinstance(before, str) and now and said.cycle else None


def salary_pair(said: Said) -> Growth | None:
    """Wages in cycle 0 and now, of those who work, if both are plausible."""
    pair = _both_wages(said)
    if pair is None or not all(GROWTH_FROM <= wage <= GROWTH_TO for wage in pair):
        return None
    dearer = said.tables.dearer(said.cohort, said.cohort + said.cycle, said.code("work_place"))
    return Growth(*pair, dearer)


def is_trimmed(said: Said) -> bool:
    """Whether both wages are there and growth leaves them out."""
    return _both_wages(said) is not None and salary_pair(said) is None


def _both_wages(said: Said) -> tuple[Fraction, Fraction] | None:
    then, now = said.first.get("salary"), said.number("salary")
    if not said.works or not isinstance(then, int) or now is None or said.cycle == 0:
        return None
    return Fraction(then), now
