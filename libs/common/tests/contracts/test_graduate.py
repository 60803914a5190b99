"""Who is in the population N: the event says so; of one from before it could, the status does."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from common.contracts import EVENT_TYPES
from common.contracts.graduate import REGISTERED, GraduateData, status_counted

SAID: dict[str, Any] = EVENT_TYPES[REGISTERED].example.model_dump(mode="json")


def read(**said: Any) -> GraduateData:
    return GraduateData.read_json(json.dumps(SAID | said).encode())


@pytest.mark.parametrize(
    ("status", "counted"),
    [
        ("registered", True),
        ("completed", True),
        ("extended", False),
        ("withdrawn", False),
        ("deceased", False),
        ("transferred", False),
        ("a_word_of_tomorrow", False),
    ],
)
def test_an_event_from_before_the_field_counts_by_its_status(status: str, counted: bool) -> None:
    before = {name: value for name, value in SAID.items() if name != "counted"} | {"status": status}
    assert GraduateData.read(before).counted is counted
    assert GraduateData.read_json(json.dumps(before).encode()).counted is counted
    assert status_counted(status) is counted


@pytest.mark.parametrize("status", ["registered", "completed", "withdrawn", "excluded", "a_word_of_tomorrow"])
@pytest.mark.parametrize("counted", [True, False])
def test_what_an_event_says_stands_whatever_the_status(status: str, counted: bool) -> None:
    assert (read(status=status, counted=counted).counted, read(status=status, counted=counted).status) == (
        counted,
        status,
    )


@pytest.mark.parametrize("said", [{"counted": None}, {"counted": "perhaps"}, {"status": 7}])
def test_what_is_neither_true_nor_false_is_refused(said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        read(**said)


def test_a_status_without_which_nothing_is_derived_is_the_one_fault() -> None:
    lacking = {name: value for name, value in SAID.items() if name not in {"counted", "status"}}
    with pytest.raises(ValidationError) as refused:
        GraduateData.read(lacking)
    assert {fault["loc"] for fault in refused.value.errors()} >= {("status",)}
