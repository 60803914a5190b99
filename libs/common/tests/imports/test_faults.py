"""Faults of a file are kept in few bytes, and come back as they were."""

import json

from hypothesis import given
from hypothesis import strategies as st

from common.imports import Fault
from common.imports.faults import Faults

FAULT = st.builds(Fault, st.sampled_from(["name", "badge"]), st.sampled_from(["required", "length"]))
ROWS = st.dictionaries(st.integers(2, 200_001), st.lists(FAULT, min_size=1, max_size=3), max_size=50)


@given(ROWS)
def test_they_survive_json_in_the_order_of_the_file(rows: dict[int, list[Fault]]) -> None:
    faults = Faults()
    for row in sorted(rows):
        faults.add(row, rows[row])
    again = Faults.from_json(json.loads(json.dumps(faults.to_json())))
    assert list(again) == [(row, tuple(rows[row])) for row in sorted(rows)]
    assert (len(again), again.problems) == (len(rows), sum(map(len, rows.values())))


def test_neighbours_with_the_same_faults_are_one_range() -> None:
    faults, found = Faults(), [Fault("name", "required")]
    for row in range(2, 20_002):
        faults.add(row, found)
    assert faults.to_json() == {"patterns": [[["name", "required"]]], "ranges": [[2, 20_001, 0]]}
