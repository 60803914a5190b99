"""Which values of an answer are kept, and what makes an event a dead letter."""

from typing import Any

import pytest

from indicators.measures.domain import Said, WrongValue, values_of


def of_graduate(*said: tuple[str, Any], cycle: int | None = 1) -> Any:
    return values_of([Said(name, value, None) for name, value in said], of_employer=False, cycle=cycle)


def test_values_of_known_measures_are_kept_and_others_named() -> None:
    found = of_graduate(
        ("salary", 6_500), ("ability_gaps", ("learning", "other")), ("happiness", 3.5), ("rehire", "yes")
    )
    assert found.measured == {"salary": 6_500, "ability_gaps": ("learning", "other")}
    # of a newer producer, and of employers
    assert found.ignored == ["happiness", "rehire"]


def test_a_measure_of_another_cycle_is_not_kept() -> None:
    assert of_graduate(("honours", 1), cycle=3).ignored == ["honours"]
    assert of_graduate(("honours", 1), cycle=5).measured == {"honours": 1}
    # without a cycle graduates report of themselves
    assert of_graduate(("honours", 1), cycle=None).measured == {"honours": 1}


def test_values_of_levels_stand_apart() -> None:
    said = [Said("ethics", 75, None), Said("ethics", 50, "junior"), Said("teamwork", 100, "junior")]
    found = values_of(said, of_employer=True, cycle=None)
    assert (found.measured, found.by_level) == ({"ethics": 75}, {"junior": {"ethics": 50, "teamwork": 100}})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("salary", "6500"),
        ("salary", 600_000),
        ("salary", 6_500.5),
        ("major_match", 101),
        ("major_match", True),
        ("worked_12m", 1),
        ("situation", "retired"),
        ("situation", ("employed",)),
        ("industry", "9999"),
        ("work_place", "410102"),
        ("leave_reason", "salary"),
        ("leave_reason", ("salary", "weather")),
    ],
)
def test_a_wrong_type_or_code_is_refused(name: str, value: Any) -> None:
    with pytest.raises(WrongValue, match=name):
        of_graduate((name, value))
