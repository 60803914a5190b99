"""What is too large for one answer: more than 100,000 figures."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest

from common.identifiers import Cohort
from indicators.comparisons.wire import compared
from indicators.rates.wire import observations
from indicators.reading.answers import TooManyCells
from indicators.schemes.groupings import Group
from indicators.schemes.schemes import CN_2024
from indicators.schemes.tally import Count, Figure, Tally
from indicators.structures.domain.places import Places
from indicators.structures.domain.structure import Asked, Particulars
from indicators.structures.wire import StructureTable
from indicators.trends.domain import Definition, TrendPoint
from indicators.trends.wire import trend_observations

MOST = 100_000
MEASURES = len(CN_2024.measures)


def classes(groups: int) -> Iterator[Group]:
    return ((f"K{number}",) for number in range(groups))


def rates(groups: int) -> None:
    observations([(group, Count("10", False, 1)) for group in classes(groups)], ["class"], CN_2024)


def comparisons(groups: int) -> None:
    nothing = Tally(CN_2024)
    compared(dict.fromkeys(classes(groups), (nothing, nothing)), ["class"], nothing)


def structures(groups: int) -> None:
    both = [Particulars(code, False, ("39",), 1) for code in ("10", "801")]
    table = StructureTable(Asked("employer_nature", "placed", Places("four")), "zh", {})
    table.observations(dict.fromkeys(classes(groups), both), ["class"])


def trends(groups: int) -> None:
    definition = Definition(CN_2024, CN_2024.measures[0], date(2024, 8, 31))
    points = [TrendPoint(Cohort(2024), definition, 1, Figure(0, 1), False)] * 10
    trend_observations(dict.fromkeys(classes(groups), points), ["class"])


@pytest.mark.parametrize(
    ("answer", "cells_each"), [(rates, MEASURES), (comparisons, MEASURES), (structures, 2), (trends, 10)]
)
def test_an_answer_has_at_most_a_hundred_thousand_figures(answer: Callable[[int], None], cells_each: int) -> None:
    answer(MOST // cells_each)
    with pytest.raises(TooManyCells):
        answer(MOST // cells_each + 1)
