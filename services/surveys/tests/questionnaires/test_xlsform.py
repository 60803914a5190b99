"""Forms that pyxform takes become questionnaires; what has no equal is refused with its row and column."""

import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any
from xml.etree import ElementTree

import httpx
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyxform.xls2xform import convert

from common.errors import FieldProblem, Message
from surveys.questionnaires.domain.checks import Severity, ambiguities, findings
from surveys.questionnaires.domain.content import Constraint, Content, Scale
from surveys.questionnaires.wire.formats import Sheets, questionnaire_of, sheets_of
from surveys.questionnaires.wire.formats.unsupported import XlsformUnsupported

Rows = Sequence[Sequence[Any]]
HEADER = (
    "type", "name", "label::中文 (zh)", "label::English (en)", "hint::中文 (zh)", "hint::English (en)", "required",
    "relevant", "constraint", "constraint_message::中文 (zh)", "constraint_message::English (en)", "calculation",
    "appearance", "parameters",
)  # fmt: skip
COLUMN = {title.partition("::")[0]: place for place, title in reversed([*enumerate(HEADER)])}


def row(kind: str, name: str | None = None, label: tuple[str, str] | None = None, **more: Any) -> list[Any]:
    made: list[Any] = [kind, name, *(label or (None, None))] + [None] * (len(HEADER) - 4)
    for column, value in more.items():
        if isinstance(value, tuple):
            made[COLUMN[column]], made[COLUMN[column] + 1] = value
        else:
            made[COLUMN[column]] = value
    return made


SURVEY: list[list[Any]] = [
    [*HEADER],
    row("begin_group", "work", ("工作", "Work"), appearance="field-list"),
    row("select_one jobs", "job", ("现状", "Now"), required="yes", hint=("选一项", "Choose one")),
    row("select_multiple jobs or_other", "wanted", ("希望", "Wanted")),
    row("rank jobs", "order", ("排序", "Order"), relevant="count-selected(${wanted}) > 1"),
    row("integer", "pay", ("月薪", "Pay"), relevant="${job} = '1'", constraint=". > 0",
        constraint_message=("须大于零", "Above zero")),
    row("decimal", "hours", ("小时", "Hours")),
    row("calculate", "year", calculation="${pay} * 12"),
    row("calculate", "rich", calculation="${pay} > 20000"),
    row("end_group"),
    row("begin_group", "rest", ("其他", "Rest"), relevant="${job} = '2'"),
    row("range", "mark", ("评分", "Mark"), parameters="start=1 end=5 step=1", appearance="rating"),
    row("date", "day", ("日期", "Day"), constraint=". <= today()"),
    row("date", "begun", ("开始年月", "Begun"), appearance="month-year"),
    row("note", "thanks", ("谢谢", "Thank you")),
    row("end_group"),
    row("text", "more", ("还有吗", "Anything else?"), appearance="multiline", required="no"),
    row("file", "proof", ("证明", "Proof")),
]  # fmt: skip
CHOICES: Rows = [
    ["list_name", "name", "label::中文 (zh)", "label::English (en)"],
    ["jobs", 1, "工作", "Work"],
    ["jobs", 2, "学习", "Study"],
    ["jobs", 3, "求职", "Looking"],
]
SETTINGS: Rows = [["form_title", "form_id", "version"], ["跟踪调查", "followup", "3"]]


def book(survey: Rows = SURVEY, choices: Rows = CHOICES, settings: Rows = SETTINGS, **others: Rows) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in {"survey": survey, "choices": choices, "settings": settings, **others}.items():
        sheet = made.create_sheet(name)
        for each in rows:
            sheet.append([*each])
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def read(survey: Rows = SURVEY, choices: Rows = CHOICES, settings: Rows = SETTINGS) -> Content:
    sheets = {"survey": survey, "choices": choices, "settings": settings}
    return questionnaire_of(Sheets({name: [*enumerate(map(list, rows), 1)] for name, rows in sheets.items()}))


def refused(*sheets: Rows) -> list[tuple[int | None, str | None]]:
    with pytest.raises(XlsformUnsupported) as caught:
        read(*sheets)
    return [(each.row, each.column) for each in caught.value.problems]


async def test_what_pyxform_takes_is_asked_here_question_by_question() -> None:
    content = book()
    form = ElementTree.fromstring(convert(content, validate=False).xform)
    binds = {
        each.get("nodeset", "").rpartition("/")[2]: each
        for each in form.iter("{http://www.w3.org/2002/xforms}bind")
        if not each.get("nodeset", "").endswith("/instanceID")
    }
    made = questionnaire_of(await sheets_of(content))
    asked = {each.id: each for each in made.questions}
    pages = {each.id: each for each in made.pages}
    # pyxform makes a question of what stands beside the other option
    assert binds.keys() - {"wanted_other"} - pages.keys() == asked.keys()
    for name, bind in binds.items():
        if name in asked:
            assert (asked[name].visible_if is not None) == (bind.get("relevant") is not None), name
            assert (asked[name].constraint is not None) == (bind.get("constraint") is not None), name
            assert (asked[name].calculation is not None) == (bind.get("calculate") is not None), name
            assert asked[name].required == (bind.get("required") == "true()"), name


def test_each_type_is_the_one_of_the_table() -> None:
    made = read()
    assert (made.title.zh, made.title.en) == ("跟踪调查", "跟踪调查")
    assert [(page.id, page.visible_if) for page in made.pages] == [
        ("work", None), ("rest", "${job} = '2'"), ("page_3", None),
    ]  # fmt: skip
    asked = {each.id: each for each in made.questions}
    assert {name: each.type.value for name, each in asked.items()} == {
        "job": "single_choice", "wanted": "multiple_choice", "order": "ranking", "pay": "number", "hours": "number",
        "year": "calculated", "rich": "calculated", "mark": "scale", "day": "date", "begun": "month", "thanks": "note",
        "more": "text", "proof": "file",
    }  # fmt: skip
    assert (asked["pay"].decimals, asked["hours"].decimals) == (0, None)
    assert (asked["year"].result, asked["rich"].result) == ("number", "boolean")
    assert (asked["mark"].scale, asked["mark"].display, asked["more"].lines) == (Scale(1, 5), "stars", 5)
    assert [each.value for each in asked["wanted"].options or ()] == ["1", "2", "3", "other"]
    assert asked["job"].hint == Message("选一项", "Choose one")
    assert asked["pay"].constraint == Constraint(". > 0", Message("须大于零", "Above zero"))
    # the constraint of `day` has a message of ours, and calculations are called by their names
    assert [each for each in findings(made) if each.severity is Severity.ERROR] == []


def with_row(*rows: list[Any]) -> list[list[Any]]:
    return [[*HEADER], *rows]


@pytest.mark.parametrize(
    ("survey", "places"),
    [
        (with_row(row("begin_repeat", "r", ("甲", "a")), row("end_repeat")), [(2, "type"), (3, "type")]),
        (with_row(row("geopoint", "g", ("甲", "a"))), [(2, "type")]),
        (with_row(row("start", "s")), [(2, "type")]),
        (with_row(row("select_one", "s", ("甲", "a"))), [(2, "type")]),
        (with_row(row("select_one none", "s", ("甲", "a"))), [(2, "type")]),
        (with_row(row("text jobs", "s", ("甲", "a"))), [(2, "type")]),
        (with_row(row("text or_other", "s", ("甲", "a"))), [(2, "type")]),
        (with_row(row("begin_group", "组", ("甲", "a")), row("end_group")), [(2, "name")]),
        (with_row(row("text", "s", ("甲" * 2_001, "a"))), [(2, "label::中文 (zh)")]),
        (with_row(row("text", "s", ("甲", "a"), relevant="(" * 30_000)), [(2, "relevant")]),
        (with_row(row("select_one jobs", "s", ("甲", "a"), appearance="minimal")), [(2, "appearance")]),
        (with_row(row("text", "s", ("甲", "a"), required="${x} = 1")), [(2, "required")]),
        (with_row(row("text", "s", ("甲", "a"), relevant="jr:choice-name(${x}, '${x}')")), [(2, "relevant")]),
        (with_row(row("text", "s", ("甲", "a"), relevant="${x} = ")), [(2, "relevant")]),
        (with_row(row("text", "s", ("甲", "a"), relevant="uuid() = ''")), [(2, "relevant")]),
        (with_row(row("text", "s", ("甲", "a"), constraint="regex(., '(?=a)')")), [(2, "constraint")]),
        (
            with_row(row("text", "s", ("甲", "a"), constraint_message=("乙", "b"))),
            [(2, "constraint_message::中文 (zh)")],
        ),
        (with_row(row("text", "s", ("甲", "a"), calculation="1 + 1")), [(2, "calculation")]),
        (with_row(row("calculate", "s")), [(2, "calculation")]),
        (with_row(row("range", "s", ("甲", "a"), parameters="start=0 end=1 step=0.1")), [(2, "parameters")]),
        (with_row(row("text", "名", ("甲", "a"))), [(2, "name")]),
        (with_row(row("text", "s", ("甲", "a")), row("text", "s", ("乙", "b"))), [(3, "name")]),
        (with_row(row("begin_group", "g"), row("text", "s", ("甲", "a"))), [(2, "type")]),
        (with_row(row("end_group")), [(2, "type")]),
        (with_row(row("begin_group", "g"), row("begin_group", "h"), row("end_group")), [(3, "type")]),
        (with_row(row("note", "s", ("甲", "a"), required="yes")), [(2, "required")]),
        ([["type", "name", "label", "relevent"], ["text", "s", "甲", None]], [(1, "relevent")]),
        ([["type", "name", "label::Français (fr)"], ["text", "s", "a"]], [(1, "label::Français (fr)")]),
        ([["type", "name", "label", "choice_filter"], ["text", "s", "甲", "x=1"]], [(2, "choice_filter")]),
        ([["type", "name", "label", "default"], ["text", "s", "甲", 3]], [(2, "default")]),
        ([["type", "name", "label"], ["text", "s", "甲", "beside"]], [(2, "D")]),
        (
            [["type", "name", "label", "default"], ["text", "s", "甲", None], ["geotrace", "g", "乙", 1]],
            [(3, "default"), (3, "type")],
        ),
    ],
)  # fmt: skip
def test_what_would_be_lost_is_refused_at_its_place(survey: Rows, places: list[tuple[int, str]]) -> None:
    assert sorted(refused(survey), key=str) == sorted(places, key=str)


def test_columns_of_the_other_sheets_are_not_lost_either() -> None:
    choices = [["list_name", "name", "label", "region"], ["jobs", "1", "甲", "north"]]
    assert refused(SURVEY, choices) == [(1, "region")]
    assert refused(SURVEY, CHOICES, [["form_title", "instance_name"], ["甲", "concat(1)"]]) == [(2, "instance_name")]


def test_one_label_stands_for_both_languages_and_empty_columns_of_the_standard_are_no_loss() -> None:
    made = read([["type", "name", "label", "default", "media::image"], ["int", "a", "数", None, None]], [], [])
    [question] = made.questions
    assert (question.text.zh, question.text.en, question.decimals) == ("数", "数", 0)


CELLS = st.sampled_from(
    [
        *(
            None,
            0,
            1.5,
            True,
            "",
            " ",
            "a",
            "A b",
            "名",
            "${a}",
            "${a} = 1",
            "(",
            "a" * 3_000,
            "begin_group",
            "end_group",
        ),
        *(
            "select_one jobs",
            "select_one",
            "calculate",
            "range",
            "or_other",
            "start=1",
            "start=a end=b",
            "rating",
            "note",
        ),
    ]
)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(CELLS, max_size=len(HEADER)), max_size=6), st.lists(st.lists(CELLS, max_size=4), max_size=3))
def test_any_cells_are_a_draft_or_refused_at_their_rows(survey: list[list[Any]], choices: list[list[Any]]) -> None:
    problems: list[FieldProblem] = []
    try:
        made = read([[*HEADER], *survey], [CHOICES[0], *choices])
    except XlsformUnsupported as refusal:
        problems.extend(refusal.problems)
    else:
        assert ambiguities(made) == []
        findings(made)
    assert {each.row for each in problems} <= set(range(2, max(len(survey), len(choices)) + 2))
    assert all(each.column for each in problems)


async def test_a_form_begins_a_draft_once(manager: httpx.AsyncClient) -> None:
    form, key = {"file": ("form.xlsx", book())}, {"Idempotency-Key": "a-form"}
    made, again = [await manager.post("/v1/questionnaires/xlsform", files=form, headers=key) for _ in range(2)]
    assert (made.status_code, made.json()["state"]) == (201, "draft")
    assert made.json()["title"] == {"zh": "跟踪调查", "en": "跟踪调查"}
    assert again.json()["id"] == made.json()["id"] == made.headers["Location"].rpartition("/")[2]
    evaluated = await manager.post(
        f"{made.headers['Location']}/evaluate", json={"values": {"job": "1", "pay": 8000}, "language": "en"}
    )
    assert evaluated.json()["calculated"] == {"year": 96000, "rich": False}


async def test_a_refused_form_names_rows_and_columns(manager: httpx.AsyncClient) -> None:
    wrong = book([["type", "name", "label"], ["geopoint", "where", "哪里"], ["begin_repeat", "r", "多次"]])
    answer = await manager.post("/v1/questionnaires/xlsform", files={"file": ("form.xlsx", wrong)})
    assert (answer.status_code, answer.json()["code"]) == (422, "xlsform_unsupported")
    assert [(each["rule"], each["row"], each["column"]) for each in answer.json()["errors"]] == [
        ("xlsform_unsupported", 2, "type"), ("xlsform_unsupported", 3, "type"),
    ]  # fmt: skip


async def test_other_files_are_refused(manager: httpx.AsyncClient) -> None:
    many = [["type", "name", "label"], *(["note", f"n{place}", "甲"] for place in range(10_001))]
    macros = io.BytesIO(book())
    with zipfile.ZipFile(macros, "a") as package:
        package.writestr("xl/vbaProject.bin", b"")
    for content, code in (
        (b"type,name,label\ntext,a,b\n", "file_kind"),
        (book(many), "too_many_rows"),
        (macros.getvalue(), "file_has_macros"),
        (book(entities=[["list_name"], ["people"]]), "sheet_unknown"),
    ):
        answer = await manager.post("/v1/questionnaires/xlsform", files={"file": ("form.xlsx", content)})
        assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text


async def test_who_may_not_write_questionnaires_is_refused_before_the_file_is_read(
    client: Callable[..., httpx.AsyncClient], school: str
) -> None:
    counsellor = client("counsellor", school=school, class_="0101")
    answer = await counsellor.post("/v1/questionnaires/xlsform", files={"file": ("form.xlsx", b"no workbook")})
    assert answer.status_code == 403
