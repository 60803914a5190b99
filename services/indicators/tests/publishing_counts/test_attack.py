"""An attacker of all that is published of made-up cohorts, over releases and revisions, and of their tracking tables.

A few cohorts, and some of what they hide; 20 cohorts and all of it under QUXIANG_SOAK.
"""

import os
from collections.abc import Sequence
from random import Random

import pytest
from made_up import ALL, NAMES, TABLES, changed, of_majors, person, place_of, publish, some_cohort, unprotected
from solver import CLASSES, REASONS, Hidden, Place, Solver, is_in, said, small_counts

from indicators.publishing_counts.counting import published
from indicators.publishing_counts.people import Counting, Cycle, Person, Released, Table, Wanted
from indicators.tracking_counts import counting as editions
from indicators.tracking_counts.edition import Answer
from indicators.tracking_counts.edition import Counting as Editing

IS_WHOLE = bool(os.environ.get("QUXIANG_SOAK"))
COHORTS = range(20) if IS_WHOLE else (1,)
SAMPLE = 10_000 if IS_WHOLE else 6
REVISIONS = ((0, 3, 40), (0, 12, 60), (0, 25, 4))
"""How many people go elsewhere before each release."""

Release = tuple[Sequence[Person], Sequence[Table]]


def releases_of(seed: int) -> list[Release]:
    """A cohort's first figures and two revisions of them, all tables of each."""
    people, draw = some_cohort(seed), Random(seed)
    before: list[Released] = []
    found: list[Release] = []
    for moved in REVISIONS[seed % len(REVISIONS)]:
        people = changed(people, moved, draw)
        counted = publish(people, *ALL, released=before)
        before.append(Released(people=people, shown=counted.shown))
        found.append((people, counted.tables))
    return found


def attacked(releases: Sequence[Release], seed: int) -> list[tuple[int, Hidden]]:
    """What is hidden, by release, and has fewer than four values that agree with everything."""
    solver = Solver([place_of(each) for each in releases[0][0]], [tables for _, tables in releases])
    hidden = [
        (number, each, count)
        for number, (people, _) in enumerate(releases)
        for each, count in sorted(small_counts(NAMES, people).items(), key=str)
    ]
    tried = Random(seed).sample(hidden, min(SAMPLE, len(hidden)))
    return [(number, each) for number, each, count in tried if solver.values(each, number, count) < 4]


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("seed", COHORTS)
def test_a_solver_pins_down_nothing_small_over_revisions(seed: int) -> None:
    """Of each hidden base below 23 and each count of 1 to 4, at least four values agree with all that is published."""
    assert attacked(releases_of(seed), seed) == []


@pytest.mark.parametrize("seed", COHORTS)
def test_every_published_number_is_a_recount(seed: int) -> None:
    """Those of 其他, too."""
    for people, tables in releases_of(seed):
        kinds = [(place_of(each), CLASSES[each.destination_code]) for each in people]
        for table in tables:
            for row in table.observations:
                inside = [kind for place, kind in kinds if is_in(table, row, place)]
                assert row.base == len(inside)
                assert [count for _, count in said(row)] == [sum(kind in of for kind in inside) for of, _ in said(row)]


@pytest.mark.parametrize("least", [1, 23])
def test_the_solver_pins_down_what_is_not_protected(least: int) -> None:
    """With protection off, and where only small groups are hidden."""
    people = of_majors({"a": (60, 20), "b": (50, 15), "c": (10, 3)})
    places = [place_of(each) for each in people]
    hidden = {each: n for each, n in small_counts(NAMES, people).items() if each[0] == (("major", "c"),)}
    bare, protected = (
        Solver(places, [tables]) for tables in (unprotected(people, least), publish(people, *ALL).tables)
    )
    assert [bare.values(each, 0, count) for each, count in hidden.items()] == [1, 1]
    assert [protected.values(each, 0, count) for each, count in hidden.items()] == [4, 4]


@pytest.mark.parametrize(("forgetful", "values"), [(True, 1), (False, 4)])
def test_the_solver_pins_down_what_a_release_that_forgets_those_before_shows(forgetful: bool, values: int) -> None:
    """The college is shown first; then five of b find work, so that it is not, and a would be: the college less b."""
    people = [person("10", college="X", major="a") for _ in range(40)]
    people += [person("10" if at < 12 else "70", college="X", major="b") for at in range(20)]
    people += [person("10" if at < 40 else "70", college="Y", major="c") for at in range(60)]
    later = [
        each.model_copy(update={"state": "later", "destination_code": "10"}) if 52 <= at < 57 else each
        for at, each in enumerate(people)
    ]
    first = publish(people, *ALL)
    before = [] if forgetful else [Released(people=people, shown=first.shown)]
    second = publish(later, *ALL, released=before)
    solver = Solver([place_of(each) for each in people], [first.tables, second.tables])
    assert solver.values(((("major", "b"),), None), 0, 20) == values


def edition_of(seed: int) -> tuple[Cycle, list[Answer]]:
    """Reasons to leave of most of a cohort, of which everybody names one."""
    draw = Random(seed)
    answers = [
        Answer(
            person=each.id,
            id=each.id,
            measured={
                "leave_reason": draw.choices([[reason] for reason in sorted(REASONS)], weights=[9, 6, 3, 1, 1])[0]
            },
            since={"leave_reason": 1},
            group=each.group,
        )
        for each in some_cohort(seed)
        if draw.random() < 0.8
    ]
    counted = editions.counted(
        Editing(of_employers=False, cohort=2024, cycle=1, dimensions=NAMES, tables=TABLES, answers=answers)
    )
    return Cycle(cycle=1, newest=counted.memory, figures=counted.rows), answers


@pytest.mark.parametrize("seed", COHORTS)
def test_a_solver_pins_down_no_reason_of_a_few(seed: int) -> None:
    """Of each count of 1 to 4 who name a reason, and of each base below 10, at least four values agree."""
    cycle, answers = edition_of(seed)
    wanted = [Wanted(by=table, indicator="leave_reasons", cycle=1) for table in TABLES if len(table) <= 2]
    people = some_cohort(seed)
    counting = Counting(scheme="CN-2024", dimensions=NAMES, tables=TABLES, people=people, wanted=wanted, cycles=[cycle])
    tables = published(counting).tables
    places = [dict(zip(NAMES, each.group, strict=True)) for each in answers]
    reasons = [each.measured["leave_reason"][0] for each in answers]
    for table in tables:
        for row in table.observations:
            inside = [reason for place, reason in zip(places, reasons, strict=True) if is_in(table, row, place)]
            assert [count for _, count in said(row)] == [sum(each in of for each in inside) for of, _ in said(row)]
    solver = Solver(places, [tables], sorted(REASONS))
    hidden = few_reasons(places, reasons)
    tried = Random(seed).sample(sorted(hidden.items(), key=str), min(SAMPLE, len(hidden)))
    assert [each for each, count in tried if solver.values(each, 0, count) < 4] == []


def few_reasons(places: Sequence[Place], reasons: Sequence[str]) -> dict[Hidden, int]:
    """Bases of 1 to 9, and counts of 1 to 4 by reason."""
    counts: dict[Hidden, int] = {}
    for by in ((), ("college",), ("major",), ("sex",), ("major", "sex"), ("college", "sex")):
        for place, reason in zip(places, reasons, strict=True):
            group = tuple((name, place[name]) for name in by)
            for kind in (None, reason):
                counts[group, kind] = counts.get((group, kind), 0) + 1
    return {hidden: count for hidden, count in counts.items() if count < (10 if hidden[1] is None else 5)}
