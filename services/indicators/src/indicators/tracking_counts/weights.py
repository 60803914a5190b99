"""Weights of graduates' answers: how many graduates of a stratum each answer of it stands for."""

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

ENOUGH = 5
"""Answers that a stratum needs to stand by itself (contract of indicators, 4)."""


class Stratum(NamedTuple):
    """Education level and what the graduate did on 31 December of the cohort's year: employed, study or other."""

    level: str | None
    standing: str


def weights(graduates: Mapping[Stratum, int], answers: Mapping[Stratum, int]) -> Mapping[Stratum, Fraction]:
    """The weight of an answer of each stratum: graduates over answers of the stratum, or of those it is pooled with.

    A level in which a stratum with graduates has fewer than 5 answers is one stratum; levels with fewer than 5 answers
    are one; if these have fewer than 5 together, they join the level with the fewest answers among the others, and
    without any other everything counts alike.
    """
    pools = _pools(graduates, answers)
    if pools is None:
        return dict.fromkeys(graduates, Fraction(1))
    people, held = _summed(pools, graduates), _summed(pools, answers)
    return {stratum: Fraction(people[pool], held[pool]) for stratum, pool in pools.items() if held[pool]}


def _pools(graduates: Mapping[Stratum, int], answers: Mapping[Stratum, int]) -> Mapping[Stratum, object] | None:
    """What each stratum is pooled into; none where no level has enough answers."""
    levels = {stratum.level for stratum, people in graduates.items() if people}
    of_level = Counter(dict.fromkeys(levels, 0))
    for stratum, count in answers.items():
        of_level[stratum.level] += count
    small = {level for level in levels if of_level[level] < ENOUGH}
    large = levels - small
    if not large:
        return None
    if small and sum(of_level[level] for level in small) < ENOUGH:
        fewest = min(large, key=lambda level: (of_level[level], level is None, level or ""))
        small.add(fewest)
    whole = {stratum.level for stratum, people in graduates.items() if people and answers.get(stratum, 0) < ENOUGH}
    return {
        stratum: "small" if stratum.level in small else (stratum.level,) if stratum.level in whole else stratum
        for stratum in graduates
    }


def _summed(pools: Mapping[Stratum, object], counts: Mapping[Stratum, int]) -> Counter[object]:
    found: Counter[object] = Counter()
    for stratum, pool in pools.items():
        found[pool] += counts.get(stratum, 0)
    return found
