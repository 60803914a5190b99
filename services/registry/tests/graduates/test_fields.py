"""Every field of an entry by every door: its header, its checks, and what each role sees of it."""

from collections.abc import Awaitable, Callable
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest

from common.auth import Role
from common.errors import Invalid
from common.identifiers import Cohort
from common.imports import Fault
from common.spreadsheets.headers import find_header
from registry.graduates.domain.checks import new_entry, patched_entry
from registry.graduates.domain.entry import CODE_LIST_OF, FIELDS, TEXTS
from registry.graduates.domain.fields import COLUMNS as OURS
from registry.graduates.domain.fields import EDITING
from registry.graduates.domain.masking import as_seen
from registry.graduates.domain.refusals import BirthDateContradictsCitizenId
from registry.graduates.imports.columns import COLUMNS
from registry.graduates.imports.rows import RosterRow, RowReader
from registry.graduates.wire import GivenFields, GraduateAnswer

Client = Callable[..., httpx.AsyncClient]
Imported = Callable[..., Awaitable[dict[str, Any]]]

# what cells of our template say, and what is stored of them
TEMPLATE: dict[str, tuple[str, Any]] = {
    "student_number": ("0020001", "0020001"),
    "exam_number": ("20410102150001", "20410102150001"),
    "name": ("欧阳询", "欧阳询"),
    "document_type_code": ("居民身份证", "1"),
    "citizen_id": ("11010119900307002x", "11010119900307002X"),
    "sex_code": ("女", "2"),
    "birth_date": ("1990-03-07", date(1990, 3, 7)),
    "ethnicity_code": ("汉族", "01"),
    "political_status_code": ("中共党员", "01"),
    "phone": ("138 1234 5678", "13812345678"),
    "home_phone": ("(0379) 6789-1234", "037967891234"),
    "email": ("Zhang.San@X.CN", "Zhang.San@x.cn"),
    "residence_address": ("河南省洛阳市西工区（一号院）", "河南省洛阳市西工区(一号院)"),
    "major_direction": ("统计", "统计"),
    "campus": ("东校区", "东校区"),
    "education_level_code": ("本科毕业", "31"),
    "duration_years": ("4", Decimal("4.0")),
    "study_form": ("全日制", "full_time"),
    "training_mode_code": ("定向", "2"),
    "commissioning_unit": ("河南省宜阳县教育体育局", "河南省宜阳县教育体育局"),
    "commissioning_place_code": ("410327", "410327"),
    "admission_mode_code": ("统一招生考试", "01"),
    "higher_vocational": ("否", False),
    "origin_place_code": ("410102", "410102"),
    "urban_rural": ("农村", "rural"),
    "teacher_training_code": ("公费师范生", "12"),
    "hardship_code": ("家庭困难", "2"),
    "enrolled_on": ("2020-09-01", date(2020, 9, 1)),
    "graduated_on": ("2024-06-30", date(2024, 6, 30)),
    "household_place_code": ("410327", "410327"),
    "household_address": ("河南省宜阳县城关镇一组", "河南省宜阳县城关镇一组"),
    "household_kind": ("居民", "resident"),
    "household_moved_in": ("是", True),
    "prior_police_station": ("河南省宜阳县城关派出所", "河南省宜阳县城关派出所"),
    "prior_file_unit": ("河南省宜阳县第一高级中学", "河南省宜阳县第一高级中学"),
    "file_moved_in": ("是", True),
    "marital_status_code": ("未婚", "10"),
    "health_status_code": ("健康", "10"),
    "qualification": ("教师资格证", "教师资格证"),
}
UNITS = {"college_code", "major_code", "class_code"}

MASKED = {
    "name": "欧***",
    "citizen_id": "1101**********002X",
    "phone": "138****5678",
    "home_phone": "037*****1234",
    "email": "Z***@x.cn",
    "residence_address": "河南省洛阳市***",
    "household_address": "河南省宜阳县***",
    "prior_police_station": "河南省宜阳县***",
    "prior_file_unit": "河南省宜阳县***",
    "commissioning_unit": "河南省宜阳县***",
    "marital_status_code": None,
    "health_status_code": None,
}
IN_CLEAR = {
    *("document_type_code", "birth_date", "sex_code", "education_level_code", "major_code", "college_code"),
    *("class_code", "ethnicity_code", "political_status_code", "origin_place_code", "urban_rural"),
    *("training_mode_code", "teacher_training_code", "hardship_code", "study_form", "enrolled_on", "graduated_on"),
    *("major_direction", "duration_years", "campus", "admission_mode_code", "higher_vocational"),
    *("commissioning_place_code", "household_place_code", "household_kind", "household_moved_in"),
    *("file_moved_in", "qualification", "status"),
}
NUMBERS = {"student_number", "exam_number"}
WITHOUT_NUMBERS = {"ministry", "employer", "office", "survey_manager", "interviewer", "integrator", "auditor"}


def test_class_and_header_are_said_of_every_field_but_the_status() -> None:
    assert set(EDITING) == set(FIELDS) - {"status"}
    assert OURS.keys() - {"college_name", "major_name", "class_name"} == set(FIELDS) - {"status"}
    assert TEMPLATE.keys() == set(FIELDS) - UNITS - {"status"}


def test_a_body_takes_and_an_answer_has_every_field() -> None:
    assert set(GivenFields.model_fields) == set(FIELDS)
    assert set(FIELDS) < set(GraduateAnswer.model_fields)


def test_a_column_with_our_header_fills_its_field() -> None:
    for name, header in OURS.items():
        column = COLUMNS.field_of_header[header]
        assert COLUMNS.headers[column][0] == header or name in {"college_name", "major_name"}, header
        field = column.removesuffix("_label") + "_code" if name.endswith("_code") else column
        assert field == name, header
    # one header text fills one field
    texts = [text for texts in COLUMNS.headers.values() for text in texts]
    assert len(texts) == len(set(texts))


def read(said: dict[str, str]) -> RosterRow:
    titles = [OURS[field] for field in said]
    header = find_header([titles], COLUMNS.field_of_header)
    assert header is not None
    reader = RowReader(header, "90001", 2024)
    (row,) = reader.read([(2, list(said.values()))])
    reader.check([row])
    row.faults += row.own_faults or ()
    return row


def test_a_row_of_our_template_is_read_whole() -> None:
    row = read({field: cell for field, (cell, _) in TEMPLATE.items()})
    assert row.faults == []
    assert row.given == {field: value for field, (_, value) in TEMPLATE.items()}


@pytest.mark.parametrize(
    ("field", "cell", "fault"),
    [
        ("document_type_code", "学生证", Fault("document_type_label", "unknown_label")),
        ("higher_vocational", "也许", Fault("higher_vocational", "choice")),
        ("household_kind", "集体户", Fault("household_kind", "choice")),
        ("household_place_code", "999999", Fault("household_place", "unknown_code")),
        ("home_phone", "家里没有", Fault("home_phone", "phone_format")),
        ("email", "zhang@x", Fault("email", "email_format")),
        ("email", "z s@x.cn", Fault("email", "email_format")),
        ("email", "13812345678", Fault("email", "email_format")),
        ("residence_address", "河" * 201, Fault("residence_address", "length")),
        ("qualification", "河" * 201, Fault("qualification", "length")),
    ],
)
def test_a_faulty_cell_is_named(field: str, cell: str, fault: Fault) -> None:
    row = read({"student_number": "1", "name": "张三", field: cell})
    assert (row.faults, field in row.given) == ([fault], False)


@pytest.mark.parametrize(
    ("cell", "value"),
    [("是", True), ("否", False), ("Y", True), ("no", False), ("1", True), ("0", False), ("TRUE", True)],
)
def test_words_of_yes_and_no(cell: str, value: bool) -> None:
    assert read({"student_number": "1", "name": "张三", "file_moved_in": cell}).given["file_moved_in"] is value


def entry_of_all() -> dict[str, Any]:
    return {field: value for field, (_, value) in TEMPLATE.items()} | dict.fromkeys(UNITS, "C1")


def test_a_body_is_stored_as_a_row_is() -> None:
    said = entry_of_all()
    typed = said | {
        "email": "Zhang.San@X.CN",
        "home_phone": "0379-67891234",
        "residence_address": TEMPLATE["residence_address"][0],
    }
    entry = new_entry(typed, Cohort(2024))
    assert vars(entry) == said | {"status": "registered"}
    emptied = patched_entry(entry, dict.fromkeys(said.keys() - {"student_number", "name"}), Cohort(2024))
    assert {field for field, value in vars(emptied).items() if value is not None} == {
        "student_number",
        "name",
        "status",
    }


@pytest.mark.parametrize("field", CODE_LIST_OF)
def test_a_code_that_no_list_has_is_refused(field: str) -> None:
    with pytest.raises(Invalid) as refused:
        new_entry({"student_number": "1", "name": "张三", field: "§"}, Cohort(2024))
    assert [(each.pointer, each.rule) for each in refused.value.problems] == [(f"/{field}", "unknown_code")]


@pytest.mark.parametrize("field", TEXTS)
def test_a_text_is_stored_as_a_file_would_store_it(field: str) -> None:
    named = {"student_number": "1", "name": "张三"}
    entered = new_entry({**named, field: " 东\u200b（校）\u3000 区\n"}, Cohort(2024))
    assert getattr(entered, field) == "东(校) 区"
    for text, rule in (("\u200b", "length"), ("\x1c", "length"), ("东\x1b区", "printable")):
        with pytest.raises(Invalid) as refused:
            new_entry({**named, field: text}, Cohort(2024))
        assert [(each.pointer, each.rule) for each in refused.value.problems] == [(f"/{field}", rule)]


def test_another_day_of_birth_than_the_citizen_id_says_has_a_code_of_its_own() -> None:
    given = {"student_number": "1", "name": "张三", "citizen_id": "11010119900307002X", "birth_date": date(1990, 3, 8)}
    with pytest.raises(BirthDateContradictsCitizenId) as refused:
        new_entry(given, Cohort(2024))
    assert refused.value.code == "birth_date_contradicts_citizen_id"
    assert [(each.pointer, each.rule) for each in refused.value.problems] == [("/birth_date", refused.value.code)]
    late = given | {"enrolled_on": date(2020, 9, 1), "graduated_on": date(2019, 6, 30)}
    with pytest.raises(Invalid) as both:
        new_entry(late, Cohort(2024))
    assert (both.value.code, len(both.value.problems)) == (refused.value.code, 2)


async def test_an_entry_of_all_fields_goes_through_every_door(
    client: Client, officer: httpx.AsyncClient, school: str, imported: Imported, files: Any
) -> None:
    """Entered with what is required, filled by a file, emptied and filled by patches: each door says the same."""
    body = {"school_code": school, "cohort": 2024, "student_number": "0020001", "name": "欧阳询"}
    made = await officer.post("/v1/graduates", json=body)
    assert made.status_code == 201, made.text
    path, own = made.headers["location"], client("graduate", graduate=made.json()["id"])
    sent = {field: value for field, (_, value) in TEMPLATE.items()}
    answered = {field: str(value) if isinstance(value, date | Decimal) else value for field, value in sent.items()}
    table = [[OURS[field] for field in TEMPLATE], [cell for cell, _ in TEMPLATE.values()]]
    for counts in ({"updated": 1}, {"unchanged": 1}):
        done = await imported(files.xlsx(table))
        assert (done["state"], done["errors"], done["result"]["ignored_columns"]) == ("succeeded", [], [])
        assert done["result"].items() >= counts.items()
        assert (await own.get(path)).json().items() >= answered.items()
    optional = [field for field in TEMPLATE if field not in {"student_number", "name"}]
    for given in (dict.fromkeys(optional), {field: answered[field] for field in optional}):
        version = (await officer.get(path)).headers["etag"]
        patch = {**given, "change_reason": "核对"}
        changed = await officer.patch(path, json=patch, headers={"If-Match": version})
        assert changed.status_code == 200, changed.text
        assert (await own.get(path)).json().items() >= given.items()
    ask = {"purpose": "filing", "graduate_ids": [made.json()["id"]], "fields": list(TEMPLATE)}
    (revealed,) = (await officer.post("/v1/graduates/reveal", json=ask)).json()["items"]
    assert revealed["values"] == answered
    shown = (await officer.get(path)).json()
    assert shown.items() >= {**answered, **MASKED}.items()


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_each_role_sees_what_is_listed_here(role: str) -> None:
    content = entry_of_all() | {"status": "registered"}
    assert content.keys() == MASKED.keys() | IN_CLEAR | NUMBERS == set(FIELDS)
    seen = as_seen(content, role)
    if role == "graduate":
        assert seen == content
        return
    numbers = {"student_number": "*******", "exam_number": "2041******0001"} if role in WITHOUT_NUMBERS else {}
    assert seen == content | MASKED | numbers
    assert as_seen(dict.fromkeys(content), role) == dict.fromkeys(content)
