"""What one or two cells say about a field, and which of them is at fault."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.codes import Cell
from common.imports import CellReader, Fault, coded, plain, text_of
from common.imports.cells import LONGEST_REMEMBERED, REMEMBERED
from common.spreadsheets.cells import CellProblem, Unclear, identifier_text
from common.spreadsheets.headers import Header

READINGS = [
    plain("number", identifier_text),
    plain("note", text_of),
    coded("sex", "sex", 2024, "sex_code"),
    coded("place", "division", 2024),
]
COLUMNS = ("number", "note", "sex", "sex_label", "place", "place_label")
HEADER = Header(0, {name: at for at, name in enumerate(COLUMNS)}, {name: name for name in COLUMNS})


def read(cells: Mapping[str, Cell]) -> tuple[dict[str, str | None], list[Fault]]:
    faults: list[Fault] = []
    return CellReader(HEADER, READINGS).read([cells.get(column) for column in COLUMNS], faults), faults


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({}, {}),
        ({"number": " ", "note": "　"}, {}),
        ({"number": 2020001.0, "note": "'甲  乙"}, {"number": "2020001", "note": "甲 乙"}),
        ({"note": "\u200b"}, {}),
        ({"note": "某\u200b公司\ue000"}, {"note": "某公司\ue000"}),
        ({"number": "**CLEAR**", "sex_label": "**CLEAR**"}, {"number": None, "sex_code": None}),
        ({"sex": 1.0}, {"sex_code": "1"}),
        ({"sex": "女", "sex_label": "女"}, {"sex_code": "2"}),
        ({"sex_label": "女"}, {"sex_code": "2"}),
        ({"place": 410102.0, "place_label": "某地"}, {"place": "410102"}),
        ({"place_label": "410102.0"}, {"place": "410102"}),
        ({"place_label": "河南省郑州市"}, {}),
    ],
)
def test_blank_says_nothing_and_clear_erases(cells: Mapping[str, Cell], said: Mapping[str, str | None]) -> None:
    assert read(cells) == (said, [])


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"number": 1.1e17}, Fault("number", "number_in_scientific_notation")),
        ({"note": "a\x07b"}, Fault("note", "printable")),
        ({"sex": "7"}, Fault("sex", "unknown_code")),
        ({"sex_label": "7"}, Fault("sex_label", "unknown_code")),
        ({"sex": "1", "sex_label": "雄"}, Fault("sex_label", "unknown_label")),
        ({"sex": "雄", "sex_label": "男"}, Fault("sex", "unknown_label")),
        ({"sex": "1", "sex_label": "女"}, Fault("sex", "code_label_disagree")),
        ({"place": "999999", "place_label": "某地"}, Fault("place", "unknown_code")),
        ({"place": "410102", "place_label": "410103"}, Fault("place", "code_label_disagree")),
    ],
)
def test_the_cell_at_fault_is_named(cells: Mapping[str, Cell], fault: Fault) -> None:
    assert read(cells) == ({}, [fault])


def test_a_column_that_the_file_lacks_is_not_read() -> None:
    def never(cell: Cell) -> str:
        raise CellProblem("internal_error")

    assert CellReader(HEADER, [plain("absent", never)]).read([None] * len(COLUMNS), []) == {}


MEANINGS = st.sampled_from(
    [None, "", " ", "'", "**CLEAR**", "1", 1.0, True, "男", "女", "7", 7.0, "雄", "410102", 410102.0, 1.1e17, "a\x07b"]
)
CELLS = MEANINGS | st.builds(Unclear, st.just("cell_error"), st.just("男")) | st.text(max_size=3)


@given(st.lists(st.lists(CELLS, max_size=len(COLUMNS) + 1), max_size=40))
def test_a_row_means_the_same_whatever_the_rows_before_it_were(rows: list[list[Cell]]) -> None:
    of_the_file = CellReader(HEADER, READINGS)
    for row in rows:
        found: tuple[list[Fault], list[Fault]] = [], []
        assert of_the_file.read(row, found[0]) == CellReader(HEADER, READINGS).read(row, found[1])
        assert found[0] == found[1]


@given(st.lists(st.lists(CELLS, max_size=len(COLUMNS) + 1), max_size=40))
def test_many_rows_say_what_each_of_them_says(rows: list[list[Cell]]) -> None:
    readings = [plain("number", identifier_text, lambda text: text.isascii() and text.isalnum()), *READINGS[1:]]
    found: tuple[list[list[Fault]], list[list[Fault]]] = [[] for _ in rows], [[] for _ in rows]
    reader = CellReader(HEADER, readings)
    for _ in range(2):
        said = reader.read_all(rows, found[0])
    assert said == [CellReader(HEADER, READINGS).read(*each) for each in zip(rows, found[1], strict=True)]
    assert found[0] == [faults * 2 for faults in found[1]]


def test_rows_of_a_file_without_any_of_the_columns_say_nothing() -> None:
    assert CellReader(HEADER, [plain("absent", str)]).read_all([["1"], []], [[], []]) == [{}, {}]


def test_a_row_is_judged_after_more_values_than_are_remembered() -> None:
    reader, faults = CellReader(HEADER, READINGS), list[Fault]()
    rows = [(str(number), "甲", "男" if number % 2 else "雄") for number in range(REMEMBERED + 10)]
    said = [reader.read(row, faults) for row in [*rows, *rows]]
    assert [each["number"] for each in said] == [number for number, *_ in rows] * 2
    assert faults == [Fault("sex", "unknown_label")] * len(rows)


@pytest.mark.parametrize(("length", "judged"), [(LONGEST_REMEMBERED, 1), (LONGEST_REMEMBERED + 1, 2)])
def test_long_texts_are_not_kept(length: int, judged: int) -> None:
    asked: list[Cell] = []

    def counted(cell: Cell) -> str:
        asked.append(cell)
        return str(cell)

    reader = CellReader(HEADER, [plain("note", counted)])
    for _ in range(2):
        assert reader.read([None, "甲" * length], []) == {"note": "甲" * length}
    assert len(asked) == judged
