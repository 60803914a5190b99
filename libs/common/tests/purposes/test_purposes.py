import pytest

from common.codes import CodeLists
from common.purposes import PurposeRequired, PurposeUnknown, purpose_of

CODES = {
    "registration", "review", "verification", "correction", "support", "agreement", "look_up", "file_transfer",
    "household_list", "filing", "survey_contact", "tip_off", "incident", "data_subject_request", "audit",
}  # fmt: skip


def test_the_list_has_the_purposes_of_the_contract_with_their_grounds() -> None:
    purposes = CodeLists.of_release().get("purpose")
    assert set(purposes.codes()) == CODES
    assert [each.code for each in purposes if each.verified] == []
    assert {frozenset(each.attributes) for each in purposes} == {
        frozenset({"pipl_basis", "roles", "impact_assessment"})
    }


@pytest.mark.parametrize(
    ("header", "field", "purpose"),
    [("review", None, "review"), (None, "support", "support"), ("review", "support", "review"), ("", "audit", "audit")],
)
def test_the_header_counts_over_the_field(header: str | None, field: str | None, purpose: str) -> None:
    assert purpose_of(header, field) == purpose


@pytest.mark.parametrize(("header", "field", "pointer"), [("x", "review", "X-Purpose"), (None, "x", "/purpose")])
def test_an_unknown_purpose_is_named_where_it_stands(header: str | None, field: str, pointer: str) -> None:
    with pytest.raises(PurposeUnknown) as refused:
        purpose_of(header, field)
    assert [(each.pointer, each.rule) for each in refused.value.problems] == [(pointer, "purpose_unknown")]


@pytest.mark.parametrize("nothing", [None, ""])
def test_no_purpose_is_none(nothing: str | None) -> None:
    with pytest.raises(PurposeRequired):
        purpose_of(nothing, nothing)
