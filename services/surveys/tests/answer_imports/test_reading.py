"""Cells become the values that were written: of every type, and of any answer that an export writes."""

from datetime import date
from typing import Any

import pytest
from every_type import EVERY_TYPE
from hypothesis import given, settings
from hypothesis import strategies as st

from common.imports import Fault
from common.sheet_reader.cells import SerialOf1904
from common.spreadsheets.headers import Header
from surveys.answer_imports.imports.columns import VARIABLE, columns_of, variables_of
from surveys.answer_imports.imports.readings import AnswerReader
from surveys.exports.domain.parts import parts_of
from surveys.questionnaires.domain.content import Content, QuestionType
from surveys.questionnaires.wire import NewQuestionnaire

CONTENT: Content = NewQuestionnaire.model_validate(EVERY_TYPE, strict=False).content()
NAMES = [name for question in CONTENT.questions for name in variables_of(question)]
HEADER = Header(0, {f"{VARIABLE}{name}": at for at, name in enumerate(NAMES)}, {}, NAMES)
READER = AnswerReader(HEADER, CONTENT)


def read(**cells: Any) -> tuple[dict[str, Any], list[Fault]]:
    faults: list[Fault] = []
    return READER.read([cells.get(name) for name in NAMES], faults), faults


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        ({"one": "1"}, {"one": "1"}),
        ({"one": 2.0, "one_other": " 别的 "}, {"one": "2", "one_other": "别的"}),
        ({"one": "选项2"}, {"one": "2"}),
        ({"one": "七"}, {"one": "七"}),
        ({"many_1": 1.0, "many_2": 0.0, "many_9": "0"}, {"many": ["1"]}),
        ({"many_1": "是", "many_2": "是"}, {"many": ["1", "2"]}),
        ({"many_1": 0.0, "many_2": 0.0}, {"many": []}),
        ({"grid_a": "1", "grid_b": "选项3"}, {"grid": {"a": "1", "b": "3"}}),
        ({"grid_a": "1"}, {"grid": {"a": "1"}}),
        ({"order_a": 2.0, "order_b": 1.0}, {"order": ["b", "a"]}),
        ({"match": 4.0}, {"match": 4}),
        ({"hours": "37.5"}, {"hours": 37.5}),
        ({"hours": "1,000"}, {"hours": 1000}),
        ({"hours": "很多"}, {"hours": "很多"}),
        ({"pay": -98.0}, {"pay": {"missing": "refused"}}),
        ({"pay": "-99"}, {"pay": {"missing": "unknown"}}),
        ({"pay": -97.0}, {}),
        ({"hours": -98.0}, {"hours": -98}),
        ({"one": "-98"}, {"one": {"missing": "refused"}}),
        ({"fair": "是"}, {"fair": True}),
        ({"fair": 0.0}, {"fair": False}),
        ({"fair": "也许"}, {"fair": "也许"}),
        ({"since": date(2024, 6, 30)}, {"since": "2024-06-30"}),
        ({"since": "2024/6/3"}, {"since": "2024-06-03"}),
        ({"left": "2024年6月"}, {"left": "2024-06"}),
        ({"home": "河南省"}, {"home": "410000"}),
        ({"town": "境外"}, {"town": "abroad"}),
        ({"story": "   "}, {}),
        (
            {"boss_name": "某厂", "boss_uscc": "91110000600037341l"},
            {"boss": {"name": "某厂", "uscc": "91110000600037341L"}},
        ),
    ],
)
def test_cells_are_read_as_people_write_them(cells: dict[str, Any], values: dict[str, Any]) -> None:
    assert read(**cells) == (values, [])


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"many_2": "x"}, "many_2"),
        ({"order_a": 1.0, "order_b": 1.0}, "order_b"),
        ({"order_a": 1.0, "order_b": 0.0}, "order_b"),
        ({"order_a": "-1", "order_b": "2"}, "order_a"),
    ],
)
def test_a_part_that_says_neither_is_at_fault(cells: dict[str, Any], column: str) -> None:
    assert read(**cells)[1] == [Fault(f"{VARIABLE}{column}", "choice")]


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        # true and 1.0 are equal, so are a serial of 1904 and a number
        ([{"fair": 1.0}, {"fair": True}, {"hours": 1.0}, {"hours": True}], [True, True, 1, "True"]),
        ([{"since": 45_473.0}, {"since": SerialOf1904(45_473.0)}], ["2024-06-30", "2028-07-01"]),
        ([{"many_1": 1.0}, {"many_1": "1"}, {"many_2": 1.0}], [["1"], ["1"], ["2"]]),
        ([{"story": "长" * 65}, {"story": "长" * 64}], ["长" * 65, "长" * 64]),
    ],
)
def test_cells_that_come_again_are_read_as_at_first(cells: list[dict[str, Any]], values: list[Any]) -> None:
    reader = AnswerReader(HEADER, CONTENT)
    for _ in range(2):
        rows = (reader.read([each.get(name) for name in NAMES], []) for each in cells)
        assert [repr(value) for row in rows for value in row.values()] == [*map(repr, values)]


@pytest.mark.parametrize(("cell", "value"), [("1,000", 1000), ("12,345,678.50", 12345678.5), ("1,00", "1,00"),
                                             ("10,00,000", "10,00,000"), (",5", ",5"), ("85%", "85%")])  # fmt: skip
def test_commas_stand_between_thousands_or_are_no_number(cell: str, value: Any) -> None:
    assert read(hours=cell) == ({"hours": value}, [])


def test_a_file_has_a_column_for_each_variable_and_no_person_in_the_clear() -> None:
    columns = columns_of(CONTENT)
    assert {"学号", "同意", "many_1", "grid_a", "one_other"} <= set(columns.field_of_header)
    assert not {"intro", "twice", "many", "grid"} & set(columns.field_of_header)
    assert {"student_number", f"{VARIABLE}story", f"{VARIABLE}one_other"} <= set(columns.identifying)


OPTIONS = st.sampled_from(["1", "2"])
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "one": OPTIONS,
        "many": st.lists(st.sampled_from(["1", "2", "9"]), unique=True, min_size=1).map(sorted),
        "grid": st.fixed_dictionaries({}, optional={"a": OPTIONS, "b": OPTIONS}).filter(bool),
        "order": st.permutations(["a", "b", "c"]),
        "match": st.integers(1, 5),
        "recommend": st.integers(0, 10),
        "fair": st.booleans(),
        "hours": st.integers(0, 800).map(lambda tenth: tenth / 10 if tenth % 10 else tenth // 10),
        "pay": st.integers(0, 10**9) | st.sampled_from([{"missing": "refused"}, {"missing": "unknown"}]),
        "since": st.dates(date(1990, 1, 1), date(2090, 1, 1)).map(date.isoformat),
        "left": st.dates(date(1990, 1, 1), date(2090, 1, 1)).map(lambda day: f"{day:%Y-%m}"),
        "trade": st.sampled_from(["A01", "I65"]),
    },
)


@settings(max_examples=300, deadline=None)
@given(ANSWERS)
def test_what_an_export_writes_is_read_back(values: dict[str, Any]) -> None:
    cells: dict[str, Any] = {}
    for question in CONTENT.questions:
        value = values.get(question.id)
        if value is None or question.type in (QuestionType.NOTE, QuestionType.CALCULATED):
            continue
        for part in parts_of(question):
            if part.beside:
                continue
            name = question.id if part.suffix is None else f"{question.id}_{part.suffix}"
            if isinstance(value, dict) and "missing" in value:
                cells[name] = {"refused": -98.0, "unknown": -99.0}[value["missing"]]
            else:
                cell = part.pick(value)
                cells[name] = float(cell) if isinstance(cell, int | float) else cell
    assert read(**cells) == (values, [])
