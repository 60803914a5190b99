"""What one or two cells say about a field, and which of them is at fault."""

from collections.abc import Mapping

import pytest

from common.codes import Cell
from common.imports import CellReader, Fault, coded, plain, text_of
from common.spreadsheets.cells import CellProblem, identifier_text
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
