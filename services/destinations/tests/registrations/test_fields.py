from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.codes import CodeLists
from common.identifiers import Cohort
from destinations.field_rules.domain import asked_by
from destinations.registrations.domain import fields as checked
from destinations.registrations.domain.content import FIELDS, SEALED, Destination, changed_fields
from destinations.registrations.domain.fields import (
    contradictions,
    forbidden_fields,
    incomplete_fields,
    is_country_unknown,
    is_flexible,
    is_reason_of,
    located,
    missing_fields,
    missing_on_import,
    recoded,
)

COHORT = Cohort(2024)
CODES = CodeLists.load().get("destination").codes()
SAMPLES: dict[str, Any] = {
    "flexible": True,
    "flexible_kind": "certificate",
    "employer_name": "某公司",
    "employer_uscc": "91410100MA40ABCD15",
    "employer_nature_code": "39",
    "industry_code": "22",
    "place_code": "410102",
    "employer_address": "某路 1 号",
    "position_code": "40",
    "job_title": "会计",
    "signed_on": date(2024, 6, 15),
    "contract_from": date(2024, 7, 1),
    "contract_to": date(2027, 6, 30),
    **{name: name.encode() for name in SEALED},
    "freelance_kind": "翻译",
    "reason": "job_seeking",
    "study_school_name": "某大学",
    "study_level_code": "11",
    "abroad_country": "英国",
    "abroad_country_code": "GB",
    "abroad_school_name_zh": "某大学",
    "abroad_school_name_en": "Some University",
    "abroad_major_zh": "数学",
    "abroad_major_en": "Mathematics",
}
FULL_UNIT = {"employer_name", "employer_uscc", "employer_nature_code", "industry_code", "place_code"} | {
    "employer_address",
    "position_code",
}
ABROAD = {name for name in FIELDS if name.startswith("abroad_") and name != "abroad_country_code"}


def content(code: str, *names: str) -> Destination:
    return Destination(code, **{name: SAMPLES[name] for name in names})


@pytest.mark.parametrize(
    ("codes", "required"),
    [
        (("10", "11", "12"), FULL_UNIT | {"signed_on"}),
        (("271", "27", "501", "503", "511", "519", "50", "51"), {"employer_name", "place_code"}),
        (("46",), set()),
        (("75", "751", "753"), {"employer_name", "industry_code", "place_code"}),
        (("76",), {"freelance_kind", "place_code"}),
        (("80", "801", "802", "803", "81"), {"study_school_name", "study_level_code"}),
        (("85",), ABROAD),
        (("70", "71", "72"), {"reason"}),
    ],
)
def test_each_code_asks_for_its_own_fields(codes: tuple[str, ...], required: set[str]) -> None:
    for code in codes:
        assert set(missing_fields(Destination(code), COHORT)) == required
        assert missing_fields(content(code, *required), COHORT) == ()


@pytest.mark.parametrize(
    ("codes", "forbidden"),
    [
        (("10", "11", "12"), ABROAD | {"reason"}),
        (("271", "502", "512"), {"employer_nature_code", "industry_code", "position_code"}),
        (("46",), FULL_UNIT),
        (("75",), {"employer_nature_code", "position_code"}),
        (("76",), {"employer_nature_code", "industry_code", "position_code", "employer_uscc"}),
        (("801", "803"), {"employer_nature_code", "industry_code", "position_code"}),
        (("85",), FULL_UNIT),
        (("70", "71", "72"), FULL_UNIT | ABROAD | {"study_school_name", "freelance_kind"}),
    ],
)
def test_each_code_forbids_what_contradicts_it(codes: tuple[str, ...], forbidden: set[str]) -> None:
    for code in codes:
        for name in forbidden:
            assert forbidden_fields(content(code, name), COHORT) == (name,)
            assert [problem.pointer for problem in contradictions(content(code, name), COHORT)] == [f"/{name}"]


@pytest.mark.parametrize("code", CODES)
def test_no_code_both_requires_and_forbids_a_field(code: str) -> None:
    asked = asked_by(code, COHORT)
    assert not asked.awaited & asked.not_carried
    assert asked.forbidden <= asked.not_carried
    assert asked.imported <= asked.required


@pytest.mark.parametrize("code", ["10", "11", "12"])
def test_a_row_of_a_spreadsheet_may_lack_address_and_signing_day(code: str) -> None:
    assert set(missing_fields(Destination(code), COHORT)) - set(missing_on_import(Destination(code), COHORT)) == {
        "employer_address",
        "signed_on",
    }


@pytest.mark.parametrize("code", ["46", "70", "71", "72", "76", "801", "85"])
def test_a_row_without_a_unit_lacks_nothing(code: str) -> None:
    assert missing_on_import(Destination(code), COHORT) == ()


def test_flexible_follows_the_default_rule_unless_the_record_says_otherwise() -> None:
    assert {code for code in CODES if is_flexible(Destination(code), COHORT)} == {"12", "76"}
    assert is_flexible(Destination("11", flexible=True), COHORT)
    assert not is_flexible(Destination("12", flexible=False), COHORT)


def test_a_changed_code_drops_what_it_forbids() -> None:
    employed = content("10", *FULL_UNIT, "signed_on")
    assert recoded(employed, {"destination_code": "70", "reason": "job_seeking"}, COHORT) == Destination(
        "70", reason="job_seeking"
    )
    assistant = recoded(employed, {"destination_code": "271"}, COHORT)
    assert assistant.employer_name == "某公司"
    assert assistant.position_code is None


@pytest.mark.parametrize(
    ("reason", "given", "left"),
    [
        ("job_seeking", {}, None),
        ("other", {}, "other"),
        ("planning_study", {}, "planning_study"),
        ("job_seeking", {"reason": "planning_study"}, "planning_study"),
        ("job_seeking", {"reason": "signing"}, "signing"),
    ],
)
def test_a_changed_code_drops_the_reason_of_another_code(reason: str, given: dict[str, str], left: str | None) -> None:
    """`signing` belongs to 70: what the patch itself says stays, even so."""
    assert recoded(Destination("70", reason=reason), {"destination_code": "71", **given}, COHORT).reason == left


@pytest.mark.parametrize(
    ("reason", "code", "fits"),
    [
        ("job_seeking", "70", True),
        ("job_seeking", "701", True),
        ("job_seeking", "71", False),
        ("planning_abroad", "72", True),
        ("other", "71", True),
    ],
)
def test_a_reason_belongs_to_a_code_and_its_sub_codes(reason: str, code: str, fits: bool) -> None:
    assert is_reason_of(reason, code) == fits


def test_a_forbidden_field_that_the_patch_itself_fills_is_not_dropped_silently() -> None:
    patched = recoded(content("10", *FULL_UNIT), {"destination_code": "46", "employer_name": "某公司"}, COHORT)
    assert forbidden_fields(patched, COHORT) == ("employer_name",)


def test_unknown_codes_are_named_by_field() -> None:
    wrong = Destination("10", place_code="999999", industry_code="00")
    assert {problem.pointer for problem in contradictions(wrong, COHORT)} == {"/place_code", "/industry_code"}
    assert [problem.pointer for problem in contradictions(Destination("99", reason="job_seeking"), COHORT)] == [
        "/destination_code"
    ]


@pytest.mark.parametrize(
    ("code", "missed"),
    [
        ("12", {"pay_amount", "pay_unit"}),
        ("27", {"pay_amount", "pay_unit"}),
        ("271", {"pay_amount", "pay_unit"}),
        ("76", {"pay_amount", "pay_unit"}),
        ("85", {"abroad_country_code"}),
        *((code, set()) for code in ("10", "11", "46", "502", "512", "75", "801", "70", "72")),
    ],
)
def test_what_is_expected_is_missed_and_keeps_nothing_back(code: str, missed: set[str]) -> None:
    bare = Destination(code)
    assert set(incomplete_fields(bare, COHORT)) - set(missing_fields(bare, COHORT)) == missed
    assert not missed & set(missing_on_import(bare, COHORT))


@pytest.mark.parametrize(("flexible", "missed"), [(True, True), (False, False), (None, False)])
def test_who_is_said_to_be_in_flexible_employment_is_so_in_some_way(flexible: bool | None, missed: bool) -> None:
    said = Destination("12", flexible=flexible)
    assert ("flexible_kind" in incomplete_fields(said, COHORT)) == missed
    assert "flexible_kind" not in incomplete_fields(said.merged({"flexible_kind": "certificate"}), COHORT)


@pytest.mark.parametrize(
    ("before", "patch", "country", "code"),
    [
        (None, {"abroad_country": "英国"}, "英国", "GB"),
        (None, {"abroad_country": "United Kingdom"}, "United Kingdom", "GB"),
        (None, {"abroad_country": "英国", "abroad_country_code": None}, "英国", "GB"),
        (None, {"abroad_country": "英国（伦敦）"}, "英国（伦敦）", None),
        (None, {"abroad_country": "英国（伦敦）", "abroad_country_code": "GB"}, "英国（伦敦）", "GB"),
        (None, {"abroad_country_code": "GB"}, None, "GB"),
        ("英国", {"abroad_country": "法国"}, "法国", "FR"),
        ("英国", {"abroad_country": "西洋"}, "西洋", None),
        ("英国", {"abroad_country": None}, None, None),
        ("英国", {"abroad_major_zh": "数学"}, "英国", "GB"),
    ],
)
def test_a_country_by_its_label_has_its_code(
    before: str | None, patch: dict[str, Any], country: str | None, code: str | None
) -> None:
    stored = Destination("85", **located({"abroad_country": before}))
    found = recoded(stored, patch, COHORT)
    assert (found.abroad_country, found.abroad_country_code) == (country, code)
    assert is_country_unknown(found) == (country is not None and code is None)
    assert contradictions(found, COHORT) == ()


def test_code_and_label_of_one_country_agree() -> None:
    for country in CodeLists.load().get("country"):
        for label in (country.label_zh, country.label_en):
            assert located({"abroad_country": label})["abroad_country_code"] == country.code
    two = Destination("85", abroad_country="英国", abroad_country_code="US")
    found = {(problem.pointer, problem.rule) for problem in contradictions(two, COHORT)}
    assert found == {("/abroad_country_code", "code_label_disagree")}


contents = st.builds(
    lambda code, names: content(code, *names), st.sampled_from(CODES), st.sets(st.sampled_from(sorted(SAMPLES)))
)


@given(contents, st.sampled_from(CODES))
def test_whatever_the_code_changes_to_nothing_forbidden_stays(before: Destination, code: str) -> None:
    if code != before.destination_code:
        assert forbidden_fields(recoded(before, {"destination_code": code}, COHORT), COHORT) == ()


@given(contents, contents)
def test_changed_fields_are_exactly_the_difference(before: Destination, after: Destination) -> None:
    changed = changed_fields(before, after)
    assert before.merged({name: getattr(after, name) for name in changed}) == after
    assert all(getattr(before, name) != getattr(after, name) for name in changed)


def test_texts_must_be_usable() -> None:
    def faulty(**fields: str) -> set[tuple[str, str]]:
        return {(problem.pointer, problem.rule) for problem in contradictions(Destination("10", **fields), COHORT)}  # type: ignore[arg-type]

    assert faulty(employer_uscc="91410100MA40ABCD15") == set()
    assert faulty(employer_uscc="91410100MA40ABCD16") == {("/employer_uscc", "uscc_format")}
    assert faulty(employer_uscc="9141 0100MA40ABCD15") == {("/employer_uscc", "uscc_format")}
    assert faulty(employer_name="某" * 201) == {("/employer_name", "length")}
    for kind in ("按小时打零工", "p13811112222", "13811112222"):
        assert faulty(flexible_kind=kind) == {("/flexible_kind", "unknown_code")}


@pytest.mark.parametrize(
    ("to", "found"), [(date(2026, 6, 30), {"/contract_to"}), (date(2026, 7, 1), set()), (None, set())]
)
def test_a_contract_does_not_end_before_it_begins(to: date | None, found: set[str]) -> None:
    term = Destination("10", contract_from=date(2026, 7, 1), contract_to=to)
    problems = contradictions(term, COHORT)
    assert {problem.pointer for problem in problems} == found
    assert {problem.rule for problem in problems} <= {"contract_ends_before"}


def test_only_codes_of_employers_are_remembered() -> None:
    checked._validated.cache_clear()
    assert checked.is_uscc("91410100MA40ABCD15")
    assert not any(map(checked.is_uscc, ("110101200203077774", "某" * 30_000, "")))
    assert checked._validated.cache_info().currsize == 1
