"""An unclear cell is one fault, by its own rule, whatever else a reader says of its column."""

import pytest

from common.imports import Fault
from common.imports.unclear import without_echoes
from common.sheet_reader import cells

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
    faults = [Fault("day", "date_format"), Fault("name_label", "choice"), Fault("day", rule), Fault("day", rule)]
    assert without_echoes(faults) == [Fault("name_label", "choice"), Fault("day", rule)]
