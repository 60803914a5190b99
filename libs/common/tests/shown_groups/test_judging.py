"""What is shown tells of no set that is too small, tried by an attacker who adds and subtracts all there is."""

import random
from collections import Counter
from collections.abc import Callable, Sequence

import pytest
from attacker import Attacker, cohort, pinned

from common.shown_groups.editions import Edition, Key, Limits, Past, Shown
from common.shown_groups.judging import judge

FIVE = Limits.of(5)


def one_table(sizes: dict[str, int]) -> Edition:
    keys: list[Key] = [(name,) for name, people in sizes.items() for _ in range(people)]
    people = [f"{number}" for number in range(len(keys))]
    return Edition(people, [0] * len(keys), {"total": [()] * len(keys), "college": keys})


def shown_one_after_the_other(editions: Sequence[Edition], limits: Limits = FIVE) -> list[Past]:
    past: list[Past] = []
    for edition in editions:
        past.append(Past(edition, judge(edition, past, limits)))
    return past


def everything(edition: Edition, least: int = 1) -> Shown:
    return {
        table: frozenset(key for key, count in Counter(keys).items() if key is not None and count >= least)
        for table, keys in edition.tables.items()
    }


@pytest.mark.parametrize(
    ("sizes", "shown"),
    [
        ({"C1": 20, "C2": 6, "C3": 4}, {"C1"}),
        ({"C1": 20, "C2": 6, "C3": 5}, {"C1", "C2", "C3"}),
        ({"C1": 20, "C2": 6}, {"C1", "C2"}),
        ({"C1": 20, "C2": 4}, set()),
        ({"C1": 20, "C2": 2, "C3": 3}, {"C1"}),
        ({"C1": 7, "C2": 7, "C3": 2}, {"C1"}),
        ({"C2": 7, "C1": 7, "C3": 2}, {"C1"}),
        ({"C1": 4}, set()),
    ],
)
def test_the_larger_group_is_shown_and_none_that_leaves_too_few(sizes: dict[str, int], shown: set[str]) -> None:
    found = judge(one_table(sizes), [], FIVE)
    assert {key for (key,) in found["college"]} == shown
    assert found["total"] == ({()} if sum(sizes.values()) >= 5 else set())


def test_money_needs_eight() -> None:
    found = judge(one_table({"C1": 20, "C2": 8, "C3": 7, "C4": 1}), [], Limits.of(8))
    assert found["college"] == {("C1",), ("C2",)}


def test_no_answers_show_nothing() -> None:
    assert judge(Edition([], [], {"total": []}), [], FIVE) == {"total": frozenset()}


def test_parts_of_people_are_none_or_enough_in_each() -> None:
    majors = {"M1": (97, 3), "M2": (50, 30), "M3": (40, 0), "M4": (40, 40), "M5": (30, 3), "M6": (30, 27)}
    majors |= {"M7": (15, 7), "M8": (9, 4)}
    keys: list[Key] = [(name,) for name, (people, _) in majors.items() for _ in range(people)]
    parts = [int(number < unplaced) for people, unplaced in majors.values() for number in range(people)]
    people = [f"{number}" for number in range(len(keys))]
    edition = Edition(people, parts, {"total": [()] * len(keys), "major": keys}, parts)
    assert judge(edition, [], Limits(23, 5, 5))["major"] == {("M2",), ("M3",), ("M4",)}


def test_a_total_that_is_always_shown_tells_its_own_small_move_and_nothing_else() -> None:
    before, after = one_table({"C1": 40, "C2": 40}), one_table({"C1": 40, "C2": 41})
    past = [Past(before, everything(before))]
    # people are numbered through, so that the one who is new is the last of C2
    assert judge(after, past, FIVE) == {"total": frozenset(), "college": {("C1",)}}
    assert judge(after, past, FIVE, always={"total"}) == {"total": {()}, "college": {("C1",)}}


def test_a_group_that_four_came_to_keeps_its_figure_and_one_that_five_came_to_gets_a_new_one() -> None:
    before = one_table({"C1": 20})
    for more in range(1, 8):
        past = shown_one_after_the_other([before, one_table({"C1": 20 + more})])
        assert past[1].shown["total"] == ({()} if more >= 5 else set())


def test_four_who_say_something_else_are_as_few_as_four_who_came() -> None:
    before = one_table({"C1": 20})
    for changed in range(1, 8):
        after = Edition(before.people, [int(number < changed) for number in range(20)], before.tables)
        past = shown_one_after_the_other([before, after])
        assert past[1].shown["total"] == ({()} if changed >= 5 else set())


@pytest.mark.parametrize("answers", [1, 3])
@pytest.mark.parametrize("seed", range(10))
def test_an_attacker_finds_nothing_small(seed: int, answers: int) -> None:
    past = shown_one_after_the_other(cohort(seed, answers=answers, people=70 // answers))
    assert sum(len(keys) for each in past for keys in each.shown.values()) > 10
    # who was no group of an edition may have left by the next: what that tells, the figures before tell already
    before = [*past[:-1], Past(past[-1].edition)]
    assert Attacker(past).finds(5) == Attacker(before).finds(5)
    if answers == 1 and seed < 3:
        assert pinned(past[0], 5) == []


@pytest.mark.parametrize(
    ("seed", "people", "answers", "what"),
    [(69, 59, 1, "group"), (84, 74, 1, "group"), (137, 77, 3, "changed")],
)
def test_what_is_neither_a_rest_nor_a_move_as_a_whole_is_kept_back(
    seed: int, people: int, answers: int, what: str
) -> None:
    """In these cohorts a small group follows from crossing tables, or those who changed from two editions."""
    past = shown_one_after_the_other(cohort(seed, people=people, rounds=2 + seed % 2, answers=answers))
    before = [*past[:-1], Past(past[-1].edition)]
    assert what not in {found for found, _ in Attacker(past).finds(5)} - {
        found for found, _ in Attacker(before).finds(5)
    }


UNPROTECTED: dict[str, Callable[[Edition], Shown]] = {
    "everything": everything,
    "what is large": lambda edition: everything(edition, 5),
}


@pytest.mark.parametrize("protection", UNPROTECTED)
def test_the_attacker_does_find_what_is_not_protected(protection: str) -> None:
    found: Counter[str] = Counter()
    for seed in range(5):
        past = [Past(edition, UNPROTECTED[protection](edition)) for edition in cohort(seed)]
        found.update(what for what, _ in Attacker(past).finds(5))
    assert found.keys() >= {"rest", "move", "came", "left", "group"}
    if protection == "what is large":
        assert pinned(past[0], 5)


def test_a_group_that_has_the_people_of_an_open_total_does_not_move_with_it() -> None:
    def edition(people: int) -> Edition:
        # of some the level is not told
        level: list[Key | None] = [("L1",) if number < 20 else None for number in range(people)]
        tables: dict[str, list[Key | None]] = {"total": [()] * people, "college": [("C1",)] * people, "level": level}
        return Edition([f"{number}" for number in range(people)], [0] * people, tables)

    past = [Past(edition(40), {"total": frozenset({()}), "college": frozenset({("C1",)}), "level": frozenset()})]
    found = judge(edition(41), past, FIVE, always={"total"})
    assert found == {"total": {()}, "college": frozenset(), "level": {("L1",)}}


@pytest.mark.parametrize(("answers", "always"), [(1, ()), (1, ("total", "level")), (2, ())])
def test_several_at_once_show_what_each_shows_in_its_turn(
    answers: int, always: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def shown(seed: int, at_once: int) -> list[Shown]:
        monkeypatch.setattr("common.shown_groups.judging.AT_ONCE", at_once)
        past: list[Past] = []
        for edition in cohort(seed, answers=answers, people=120 // answers):
            past.append(Past(edition, judge(edition, past, FIVE, always)))
        return [each.shown for each in past]

    for seed in range(6):
        assert shown(seed, 48) == shown(seed, 1)


def test_the_same_answers_in_another_order_show_the_same() -> None:
    for seed in range(5):
        edition = cohort(seed)[0]
        order = list(range(len(edition.people)))
        random.Random(seed).shuffle(order)
        other = Edition(
            [edition.people[at] for at in order],
            [edition.states[at] for at in order],
            {table: [keys[at] for at in order] for table, keys in edition.tables.items()},
        )
        assert judge(other, [], FIVE) == judge(edition, [], FIVE)
