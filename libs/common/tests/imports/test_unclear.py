"""An unclear cell is one fault, by its own rule, whatever else a reader says of its column."""

import pytest

from common.imports import Fault
from common.imports.unclear import unclear_cells, without_echoes
from common.sheet_reader import cells
from common.spreadsheets.cells import Unclear
from common.spreadsheets.headers import Header

UNCLEAR = {
    "formula_without_value",
    "cell_error",
    "number_shown_otherwise",
    "number_in_scientific_notation",
    "cell_is_no_text",
    "merged_across",
    "broken_character",
    "stray_quote",
    "length",
}


def test_all_rules_of_unclear_cells_are_known() -> None:
    assert {value for name, value in vars(cells).items() if name.isupper() and isinstance(value, str)} == UNCLEAR


@pytest.mark.parametrize("rule", sorted(UNCLEAR))
def test_what_follows_from_an_unclear_cell_is_no_second_fault(rule: str) -> None:
    unclear = list(unclear_cells(Header(0, {"day": 1}, {}), ["1", Unclear(rule, "?")]))
    follows = [Fault("day", "date_format"), Fault("name_label", "choice"), Fault("day", rule)]
    kept = without_echoes([*unclear, *follows, *unclear])
    assert [(each.column, each.rule) for each in kept] == [("day", rule), ("name_label", "choice")]


@pytest.mark.parametrize("rule", ["length", "cell_is_no_text"])
def test_a_clear_cell_may_break_several_rules(rule: str) -> None:
    faults = [Fault("major", rule), Fault("major_label", "printable")]
    assert without_echoes(faults) == faults
