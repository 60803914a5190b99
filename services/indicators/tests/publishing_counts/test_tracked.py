"""Tracking tables of made-up editions: who is shown with ten answers, and what never is."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from indicators.publishing_counts.counting import published
from indicators.publishing_counts.people import Counting, Cycle, Person, Published, Wanted
from indicators.schemes.groupings import DIMENSIONS
from indicators.tracking_counts import counting as editions
from indicators.tracking_counts.dimensions import tables_of_graduates
from indicators.tracking_counts.edition import Answer, Counted, Memory
from indicators.tracking_counts.edition import Counting as Editing

TABLES = tables_of_graduates([*DIMENSIONS])
NAMES = [name for table in TABLES if len(table) == 1 for name in table]
BY_COLLEGE = Wanted(by=("college",), indicator="salary", cycle=1, definition="d")


def answers(wages: Mapping[str, Sequence[int]], version: int = 1, **measured: Any) -> list[Answer]:
    """Answers by college with these wages."""
    return [
        Answer(
            person=f"{college} {number}",
            id=f"{college} {number}",
            measured={"situation": "employed", "salary": wage, **measured},
            since=dict.fromkeys(["situation", "salary", *measured], version),
            group=tuple(college if name == "college" else None for name in NAMES),
        )
        for college, found in wages.items()
        for number, wage in enumerate(found)
    ]


def taken(said: Sequence[Answer], past: Sequence[Memory] = ()) -> Counted:
    return editions.counted(
        Editing(of_employers=False, cohort=2024, cycle=1, dimensions=NAMES, tables=TABLES, answers=said, past=past)
    )


def publish(edition: Counted | None, *wanted: Wanted, past: Sequence[Memory] = ()) -> Published:
    cycle = Cycle(cycle=1) if edition is None else Cycle(
        cycle=1, newest=edition.memory, figures=edition.rows, past=past
    )  # fmt: skip
    people = [
        Person(id=f"{at}", state="", group=(None,) * len(NAMES), destination_code="10", flexible=False)
        for at in range(30)
    ]
    return published(
        Counting(scheme="CN-2024", dimensions=NAMES, tables=TABLES, people=people, wanted=wanted, cycles=[cycle])
    )


def shown(found: Published) -> dict[str | None, tuple[int | None, str]]:
    return {
        each.group["college"]: (each.base, each.indicators["salary"]["value"])
        for each in found.tables[0].observations
        if each.indicators is not None
    }


def why(found: Published) -> dict[str | None, str]:
    return {each.group["college"]: each.because for each in found.tables[0].hidden}


def test_ten_answers_are_shown_and_nine_are_not() -> None:
    edition = taken(answers({"A": [5000] * 24, "B": [6000] * 10, "C": [7000] * 10, "D": [4000] * 9}))
    found = publish(edition, BY_COLLEGE)
    # the last of ten would leave the nine
    assert shown(found) == {"A": (24, "5000"), "B": (10, "6000")}
    assert why(found) == {"C": "complementary", "D": "few_answers"}
    assert found.tracked[1]["salary.value"]["college"] == [("A",), ("B",)]
    [figure] = (found.tables[0].observations[0].indicators or {}).values()
    assert (figure["status"], figure["definition_hash"], figure["p75"]) == ("ok", "d", "5000")
    assert not {"exact", "dominant"} & figure.keys()


@pytest.mark.parametrize(("largest", "reason"), [(9 * 5000, None), (9 * 5000 + 1, "dominant")])
def test_no_amount_is_shown_of_which_one_answer_has_above_half(largest: int, reason: str | None) -> None:
    found = publish(taken(answers({"A": [5000] * 9 + [largest]})), BY_COLLEGE)
    assert why(found).get("A") == reason
    assert ("A" in shown(found)) == (reason is None)
    assert found.tracked[1]["salary.value"].get("college", []) == ([("A",)] if reason is None else [])


def test_a_score_may_have_a_dominant_answer() -> None:
    edition = taken(answers({"A": [5000] * 9 + [90000]}, job_satisfaction=75))
    wanted = Wanted(by=(), indicator="job_satisfaction", cycle=1, definition="d")
    [row] = publish(edition, wanted).tables[0].observations
    assert (row.base, (row.indicators or {})["job_satisfaction"]["value"]) == (10, "75.00")


@pytest.mark.parametrize(("changed", "reason"), [(9, "small_change"), (10, None)])
def test_what_changed_since_a_release_is_none_or_ten(changed: int, reason: str | None) -> None:
    before = taken(answers({"A": [5000] * 30}))
    released = publish(before, BY_COLLEGE)
    memory = before.memory.model_copy(update={"shown": released.tracked[1]})
    now = answers({"A": [5000] * 30})
    now[:changed] = answers({"A": [5500] * changed}, version=2)
    found = publish(taken(now), BY_COLLEGE, past=[memory])
    assert why(found).get("A") == reason
    assert bool(shown(found)) == (reason is None)


def test_the_same_edition_shows_the_same_again() -> None:
    edition = taken(answers({"A": [5000] * 24, "B": [6000] * 10, "C": [7000] * 10, "D": [4000] * 9}))
    first = publish(edition, BY_COLLEGE)
    again = publish(edition, BY_COLLEGE, past=[edition.memory.model_copy(update={"shown": first.tracked[1]})])
    assert shown(again) == shown(first)


def test_what_the_edition_did_not_take_anew_is_not_published() -> None:
    before = taken(answers({"A": [5000] * 30, "B": [5000] * 30}))
    now = answers({"A": [5000] * 30, "B": [5000] * 30})
    now[:4] = answers({"A": [5500] * 4}, version=2)
    found = publish(taken(now, past=[before.memory]), BY_COLLEGE)
    assert set(shown(found)) <= {"B"}


def test_before_an_edition_nothing_is_shown() -> None:
    [table] = publish(None, BY_COLLEGE).tables
    assert (table.observations, [each.because for each in table.hidden]) == ([], ["few_answers"])


REASONS = Wanted(by=("college",), indicator="leave_reasons", cycle=1, definition="d")
IN_ALL = Wanted(by=(), indicator="leave_reasons", cycle=1, definition="d")


def naming(colleges: Mapping[str, Sequence[Sequence[str]]]) -> list[Answer]:
    """Answers by college that name these codes."""
    return [
        answer.model_copy(update={"measured": {"leave_reason": list(said)}, "since": {"leave_reason": 1}})
        for college, named in colleges.items()
        for answer, said in zip(answers({college: [1] * len(named)}), named, strict=True)
    ]


def counts(found: Published, table: int = 0) -> dict[str | None, dict[str, int]]:
    return {
        each.group.get("college"): {code["code"]: code["count"] for code in each.indicators["leave_reasons"]["value"]}
        for each in found.tables[table].observations
        if each.indicators is not None
    }


def test_a_reason_that_a_few_name_stands_in_the_rest() -> None:
    """Everybody names one: three of family would follow from the others, so they stand with health."""
    said = naming({"A": [["salary"]] * 30 + [["growth"]] * 20 + [["health"]] * 7 + [["family"]] * 3})
    found = publish(taken(said), IN_ALL)
    # seven of health would leave the three
    assert counts(found) == {None: {"salary": 30, "growth": 20, "_other": 10}}
    assert [(each.measure, each.because) for each in found.tables[0].hidden] == [
        ("leave_reasons.health", "small_count"),
        ("leave_reasons.family", "small_count"),
    ]


def test_a_reason_that_all_but_a_few_name_is_not_shown() -> None:
    """Several may be named: 57 of 60 leave three who do not."""
    said = naming({"A": [["salary", "growth"]] * 30 + [["salary"]] * 27 + [["growth"]] * 3})
    assert counts(publish(taken(said), IN_ALL)) == {None: {"growth": 33}}


def test_a_reason_is_shown_where_no_table_tells_of_a_few() -> None:
    """Two of B name family: they would follow from all and from A, so family is shown of all alone."""
    said = naming(
        {
            "A": [["salary", "family"]] * 10 + [["salary"]] * 10 + [["growth"]] * 10,
            "B": [["salary"]] * 13 + [["growth", "family"]] * 2 + [["growth"]] * 8,
        }
    )
    found = publish(taken(said), IN_ALL, REASONS)
    assert counts(found) == {None: {"salary": 33, "growth": 20, "family": 12}}
    assert counts(found, 1) == {"A": {"salary": 20, "growth": 10}, "B": {"salary": 13, "growth": 10}}


def test_what_follows_of_a_college_that_is_not_shown_is_not_of_a_few() -> None:
    """C has nine answers and D eight: together they are 17, of whom three name family."""
    family = [["growth", "family"]]
    said = naming(
        {
            "A": family * 10 + [["salary"]] * 20,
            "C": family * 2 + [["salary"]] * 7,
            "D": family * 1 + [["salary"]] * 7,
        }
    )
    found = publish(taken(said), IN_ALL, REASONS)
    assert [*counts(found, 1)] == ["A"]
    assert "family" in counts(found)[None]
    assert counts(found, 1) == {"A": {}}
