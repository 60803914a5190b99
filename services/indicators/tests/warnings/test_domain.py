"""Scores and cuts of the contract's worked numbers, three cohorts, who is exempt, and lineage; pure."""

from fractions import Fraction
from typing import Any

import pytest

from indicators.warnings.domain.scoring import (
    DEFAULT,
    EMPLOYER_SATISFACTION,
    PLACEMENT_RATE,
    SALARY,
    Exempt,
    Found,
    Measured,
    Rule,
    components_of,
    found_of,
    number_flagged,
    score_of,
    standings,
)

PLACEMENT_ALONE = Rule({PLACEMENT_RATE: 100, SALARY: 0, EMPLOYER_SATISFACTION: 0}, 30, 10, 5)


def test_a_component_is_the_share_of_majors_below() -> None:
    values = {name: Fraction(value) for name, value in zip("abcde", (90, 85, 85, 80, 70), strict=True)}
    assert components_of(values) == {
        "a": 100, "b": Fraction("62.5"), "c": Fraction("62.5"), "d": 25, "e": 0,
    }  # fmt: skip
    assert components_of({"a": Fraction(90)}) == {}


@pytest.mark.parametrize(
    ("components", "score"),
    [
        ({PLACEMENT_RATE: "62.5", SALARY: "50"}, Fraction(4000, 70)),
        ({PLACEMENT_RATE: "62.5"}, None),
        ({SALARY: "50", EMPLOYER_SATISFACTION: "50"}, None),
        ({PLACEMENT_RATE: "50", SALARY: "50", EMPLOYER_SATISFACTION: "100"}, Fraction(65)),
    ],
)
def test_a_score_needs_the_placement_rate_and_half_the_weight(components: dict[str, str], score: Any) -> None:
    assert score_of({name: Fraction(value) for name, value in components.items()}, DEFAULT.weights) == score


@pytest.mark.parametrize(("majors", "flagged"), [(1, 1), (12, 1), (20, 1), (21, 2), (40, 2), (41, 3)])
def test_the_cut_is_rounded_up(majors: int, flagged: int) -> None:
    assert number_flagged(5, majors) == flagged


def majors(rates: list[int], base: int = 30) -> dict[str, Measured]:
    return {f"M{number:02}": Measured(base, {PLACEMENT_RATE: Fraction(rate)}) for number, rate in enumerate(rates)}


def test_equal_ones_at_the_cut_are_flagged_too() -> None:
    found = standings(majors([50, 50, *range(60, 70)]), PLACEMENT_ALONE)
    assert [major for major, each in found.items() if each.flagged] == ["M00", "M01"]
    assert [(found[each].standing, found[each].of) for each in ("M00", "M01", "M02")] == [(1, 12), (1, 12), (3, 12)]


def test_a_small_one_is_compared_with_no_other() -> None:
    found = standings(majors([*range(60, 70)]) | {"S": Measured(29, {PLACEMENT_RATE: Fraction(1)})}, PLACEMENT_ALONE)
    assert (found["S"].score, found["S"].components, found["M00"].standing, found["M00"].of) == (None, {}, 1, 10)


def of_three(first: Any, second: Any, third: Any, predecessors: Any = None) -> dict[str, Found]:
    cohorts: list[dict[str | None, dict[str, Measured]]] = [{"bachelor": each} for each in (first, second, third)]
    return {each.major: each for each in found_of(cohorts, predecessors or {}, PLACEMENT_ALONE)}


LOW = [50, *range(60, 70)]


def test_three_cohorts_in_a_row_are_warned_of() -> None:
    found = of_three(majors(LOW), majors(LOW), majors(LOW))
    assert [major for major, each in found.items() if each.warned] == ["M00"]
    found = of_three(majors(LOW), majors([99, *LOW[1:]]), majors(LOW))
    assert not any(each.warned for each in found.values())
    assert [each.flagged for each in found["M00"].cohorts] == [True, False, True]


def test_who_is_exempt() -> None:
    tiny = majors(LOW[1:]) | {"M00": Measured(29, {PLACEMENT_RATE: Fraction(1)})}
    assert of_three(majors(LOW), majors(LOW), tiny)["M00"].exempt is Exempt.SMALL
    assert of_three(majors(LOW), {}, majors(LOW))["M00"].exempt is Exempt.YOUNG
    few = of_three(majors(LOW[:9]), majors(LOW[:9]), majors(LOW[:9]))
    assert {each.exempt for each in few.values()} == {Exempt.TOO_FEW_MAJORS}
    assert not any(each.warned for each in few.values())


def renamed(measured: dict[str, Measured], code: str) -> dict[str, Measured]:
    return {code if major == "M00" else major: each for major, each in measured.items()}


def test_a_major_with_one_predecessor_inherits_and_a_merged_one_starts_anew() -> None:
    third = renamed(majors(LOW), "N")
    assert of_three(majors(LOW), majors(LOW), third, {"N": ["M00"]})["N"].warned
    merged = of_three(majors(LOW), majors(LOW), third, {"N": ["M00", "M01"]})["N"]
    assert (merged.warned, merged.exempt) == (False, Exempt.YOUNG)
    twice = of_three(majors(LOW), renamed(majors(LOW), "B"), third, {"N": ["B"], "B": ["M00"]})["N"]
    assert twice.warned


def test_levels_are_apart() -> None:
    cohort: dict[str | None, dict[str, Measured]] = {"bachelor": majors(LOW), "master": majors([40, *range(70, 80)])}
    found = found_of([cohort] * 3, {}, PLACEMENT_ALONE)
    assert [(each.level, each.major) for each in found if each.warned] == [("bachelor", "M00"), ("master", "M00")]
