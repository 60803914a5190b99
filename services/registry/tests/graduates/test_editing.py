"""Who may change which field, for every role and class as the contract has them; what a filled locked one asks for."""

import pytest

from common.auth import Role
from common.errors import Forbidden
from registry.graduates.domain.editing import may_change, must_be_changeable, must_be_reasoned, overwritten
from registry.graduates.domain.entry import FIELDS
from registry.graduates.domain.fields import EDITING
from registry.graduates.domain.refusals import ChangeReasonRequired, NotEditable

LOCKED = {
    *("student_number", "exam_number", "name", "document_type_code", "citizen_id", "birth_date", "sex_code"),
    *("education_level_code", "major_code"),
}
PLACED = {"college_code", "class_code"}
FREE = {"phone", "home_phone", "email", "residence_address"}
REVIEWED = set(EDITING) - LOCKED - PLACED - FREE

CHANGED_BY = {
    Role.SCHOOL_OFFICER: LOCKED | PLACED | REVIEWED | FREE,
    Role.COLLEGE_OFFICER: REVIEWED | FREE,
    Role.COUNSELLOR: FREE,
    Role.GRADUATE: FREE,
}


@pytest.mark.parametrize("role", Role)
def test_a_role_changes_the_fields_of_its_classes(role: Role) -> None:
    assert {field for field in {*EDITING, *FIELDS, "id", "cohort"} if may_change(role, field)} == CHANGED_BY.get(
        role, set()
    )


@pytest.mark.parametrize("role", Role)
def test_every_field_that_a_role_may_not_change_is_named(role: Role) -> None:
    own = CHANGED_BY.get(role, set())
    foreign = [field for field in EDITING if field not in own]
    if foreign:
        with pytest.raises(NotEditable) as refused:
            must_be_changeable(role, EDITING)
        assert [each.pointer for each in refused.value.problems] == [f"/{field}" for field in foreign]
        assert {each.rule for each in refused.value.problems} == {"not_editable"}
    if own:
        must_be_changeable(role, [*own, "status"])
    else:
        with pytest.raises(Forbidden):
            must_be_changeable(role, [])


FILLED = {"name": "张三", "citizen_id": "11010119900307002X", "sex_code": None, "phone": "1", "ethnicity_code": "01"}


@pytest.mark.parametrize(
    ("after", "fields"),
    [
        ({"name": "李四"}, ("name",)),
        ({"citizen_id": None, "name": "李四"}, ("name", "citizen_id")),
        ({"name": "张三", "citizen_id": FILLED["citizen_id"]}, ()),
        ({"sex_code": "1", "birth_date": "1990-03-07"}, ()),
        ({"phone": None, "ethnicity_code": "02"}, ()),
        ({}, ()),
    ],
)
def test_a_filled_locked_field_changes_for_a_reason(after: dict[str, object], fields: tuple[str, ...]) -> None:
    assert overwritten(FILLED, after) == fields
    must_be_reasoned(FILLED, after, "更正")
    if not fields:
        must_be_reasoned(FILLED, after, None)
        return
    with pytest.raises(ChangeReasonRequired) as refused:
        must_be_reasoned(FILLED, after, None)
    assert [(each.pointer, each.rule) for each in refused.value.problems] == [
        ("/change_reason", "change_reason_required")
    ]
