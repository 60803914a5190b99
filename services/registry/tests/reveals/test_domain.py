"""Purpose × role → fields, written once more by hand from the contract, over every field that an entry has today."""

from datetime import UTC, datetime

import pytest

from common.auth import Role
from common.clock import seconds_left
from common.codes import CodeLists
from common.errors import Invalid
from common.purposes import PurposeNotPermitted
from registry.graduates.domain.entry import FIELDS
from registry.reveals.domain import OPENINGS, FieldNotForPurpose, must_open

PHONES = {"name", "phone", "home_phone"}
CONTACT = PHONES | {"email"}
PERSON = PHONES | {"citizen_id", "birth_date"}
FILE = {
    *("name", "student_number", "commissioning_unit", "residence_address", "household_address"),
    *("household_place_code", "household_kind", "household_moved_in", "prior_police_station", "prior_file_unit"),
}
HOUSEHOLD = FILE | {"citizen_id", "birth_date", "graduated_on"}
ALL = set(FIELDS)
OFFICERS = ("college_officer", "school_officer")

PERMITTED: dict[tuple[str, str], set[str]] = {
    **{(purpose, role): CONTACT for purpose in ("registration", "support") for role in ("counsellor", *OFFICERS)},
    **{(purpose, role): PERSON for purpose in ("review", "verification", "correction") for role in OFFICERS},
    ("review", "system"): {"commissioning_unit"},
    ("verification", "system"): PHONES,
    ("agreement", "system"): {"name", "commissioning_unit"},
    ("look_up", "system"): {"name", "graduated_on"},
    **{("file_transfer", role): FILE for role in (*OFFICERS, "system")},
    **{("household_list", role): HOUSEHOLD for role in (*OFFICERS, "system")},
    ("survey_contact", "system"): {"name", "phone", "email"},
    **{("filing", role): ALL for role in ("school_officer", "system")},
    **{(purpose, "school_officer"): ALL for purpose in ("tip_off", "incident", "data_subject_request")},
}


def opened(purpose: str, role: str, field: str) -> bool:
    try:
        must_open(purpose, role, [field])
    except FieldNotForPurpose:
        return False
    return True


@pytest.mark.parametrize("purpose", CodeLists.of_release().get("purpose").codes())
def test_a_purpose_opens_to_a_role_what_the_contract_says(purpose: str) -> None:
    for role in Role:
        expected = PERMITTED.get((purpose, role.value))
        if expected is None:
            with pytest.raises(PurposeNotPermitted):
                must_open(purpose, role.value, ["name"])
        else:
            assert {field for field in FIELDS if opened(purpose, role.value, field)} == expected, role


def test_the_code_list_names_every_role_that_a_purpose_opens_something_to() -> None:
    purposes = CodeLists.of_release().get("purpose")
    for opening in OPENINGS:
        for purpose in opening.purposes:
            entry = purposes.lookup(purpose)
            assert entry is not None
            assert set(opening.roles) <= set(entry.attributes["roles"].split())


def test_each_field_at_fault_is_named_with_what_would_be_right() -> None:
    with pytest.raises(FieldNotForPurpose) as refused:
        must_open("support", "counsellor", ["name", "citizen_id", "birth_date"])
    assert [(each.pointer, each.rule) for each in refused.value.problems] == [
        ("/fields/1", "field_not_for_purpose"),
        ("/fields/2", "field_not_for_purpose"),
    ]
    assert refused.value.problems[0].message.en == "This purpose opens: name, phone, home_phone, email"
    with pytest.raises(Invalid) as unknown:
        must_open("support", "counsellor", ["citizen_id", "shoe_size"])
    assert [(each.pointer, each.rule) for each in unknown.value.problems] == [("/fields/1", "unknown_field")]


@pytest.mark.parametrize(
    ("hour_in_utc", "left"),
    [(0, 16 * 3600), (15, 3600), (16, 24 * 3600)],
)
def test_the_day_of_the_limit_is_one_of_shanghai(hour_in_utc: int, left: float) -> None:
    assert seconds_left(datetime(2026, 6, 15, hour_in_utc, tzinfo=UTC)) == left
