import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from common.codes import CodeEntry, CodeList, CodeLists
from common.errors import Invalid
from registry.codes.domain import CodeInForce, CodeListFixed, LabelInUse, require_addable

LISTS = CodeLists.of_release()
DRONES = CodeEntry("47", "低空经济", "Low-altitude economy", date(2024, 9, 1), None, "a notice", False)
ROWS: dict[str, CodeEntry] = {
    "industry": DRONES,
    "division": replace(DRONES, code="500157", label_zh="两江新区", attributes={"parent": "500000"}),
    "not-employed-reason": replace(DRONES, code="military_exam", label_zh="拟参加军考", attributes={"parent": "70"}),
    "training-mode": replace(DRONES, code="9"),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_list_takes_a_row_of_its_form(name: str) -> None:
    require_addable(LISTS.get(name), ROWS[name])


@pytest.mark.parametrize("name", ["destination", "education-level", "sex", "hardship"])
def test_a_list_that_programs_know_takes_none(name: str) -> None:
    with pytest.raises(CodeListFixed):
        require_addable(LISTS.get(name), DRONES)


@pytest.mark.parametrize("code_list", [each for each in LISTS if each.added_codes], ids=lambda each: each.name)
def test_the_codes_of_a_release_have_the_form_of_those_that_may_be_added(code_list: CodeList) -> None:
    assert [code for code in code_list.codes() if not re.fullmatch(code_list.added_codes, code)] == []


@pytest.mark.parametrize(
    ("name", "given", "pointer", "rule"),
    [
        ("industry", {"code": "4"}, "/code", "pattern"),
        ("industry", {"code": "470"}, "/code", "pattern"),
        ("industry", {"code": "4a"}, "/code", "pattern"),
        ("industry", {"code": "４7"}, "/code", "pattern"),
        ("division", {"code": "990101"}, "/code", "unknown_province"),
        ("industry", {"valid_to": date(2024, 8, 31)}, "/valid_to", "after_valid_from"),
        ("industry", {"label_zh": "低空\x00经济"}, "/label_zh", "printable"),
        ("industry", {"label_zh": "\u3000"}, "/label_zh", "printable"),
        ("industry", {"label_en": "Low\naltitude"}, "/label_en", "printable"),
        ("industry", {"source": "\ud800"}, "/source", "printable"),
        ("industry", {"source": "张老师 13812345678"}, "/source", "personal_data"),
        ("industry", {"attributes": {"parent": "34"}}, "/attributes/parent", "unknown_attribute"),
        ("industry", {"attributes": {"tier": "quaternary"}}, "/attributes/tier", "choice"),
        ("division", {"attributes": {"parent": "500199"}}, "/attributes/parent", "choice"),
        ("not-employed-reason", {"attributes": {"parent": "job_seeking"}}, "/attributes/parent", "choice"),
    ],
)
def test_a_fault_names_its_field_and_rule(name: str, given: dict[str, Any], pointer: str, rule: str) -> None:
    with pytest.raises(Invalid) as refused:
        require_addable(LISTS.get(name), replace(ROWS[name], **given))
    assert [(each.pointer, each.rule) for each in refused.value.problems] == [(pointer, rule)]


def test_a_code_is_added_for_days_on_which_it_is_not_in_force() -> None:
    industries = LISTS.get("industry").extended([replace(DRONES, valid_to=date(2025, 8, 31))])
    require_addable(industries, replace(DRONES, valid_from=date(2025, 9, 1)))
    with pytest.raises(CodeInForce) as refused:
        require_addable(industries, replace(DRONES, valid_from=date(2025, 8, 31)))
    assert refused.value.extra == {"valid_from": date(2024, 9, 1), "valid_to": date(2025, 8, 31)}


@pytest.mark.parametrize("given", [{"label_zh": "制造业"}, {"label_zh": "制 造 业"}, {"label_en": "manufacturing"}])
def test_a_label_means_one_code(given: dict[str, Any]) -> None:
    with pytest.raises(LabelInUse) as refused:
        require_addable(LISTS.get("industry"), replace(DRONES, **given))
    assert refused.value.extra == {"used_by": "22"}


@pytest.mark.parametrize("label", ["34", "34.0", "３４"])
def test_no_label_reads_as_the_code_of_another_row(label: str) -> None:
    with pytest.raises(LabelInUse) as refused:
        require_addable(LISTS.get("industry"), replace(DRONES, label_zh=label))
    assert refused.value.extra == {"used_by": "34"}


def test_no_code_is_the_label_of_another_row() -> None:
    industries = LISTS.get("industry").extended([replace(DRONES, code="48", label_zh="47", label_en=None)])
    with pytest.raises(LabelInUse) as refused:
        require_addable(industries, replace(DRONES, valid_from=date(2030, 1, 1)))
    assert refused.value.extra == {"used_by": "48"}


def test_places_share_their_names() -> None:
    require_addable(LISTS.get("division"), replace(ROWS["division"], label_zh="市辖区"))
