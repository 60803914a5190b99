"""A row comes to the same whether it is checked while the rows before it are stored, or once its graduate is known."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from common.codes import Cell
from common.crypto import FieldCipher, KeyRing
from common.identifiers import Cohort, GraduateId, SchoolCode
from common.imports import read_rows
from common.spreadsheets.cells import Unclear
from common.spreadsheets.headers import Header
from registry.graduates.imports.guards import OtherGraduates, RosterTask
from registry.graduates.imports.plan import RosterPlanner
from registry.graduates.imports.rows import KnownGraduate, RosterRow

CIPHER = FieldCipher(KeyRing.generate())
TASK = RosterTask(SchoolCode("90001"), "csv", cohort=Cohort(2024))
FIELDS = ("student_number", "name", "citizen_id", "birth_date", "sex", "college_name", "cohort")
HEADER = Header(0, {column: place for place, column in enumerate(FIELDS)}, dict.fromkeys(FIELDS, ""))
DATA = CIPHER.data_cipher(*CIPHER.new_data_key())
VALUES: list[list[Cell]] = [
    ["1", "2", "3", "4", "", "五 号"],
    ["张三", "阿里木．买买提", "", "**CLEAR**", "7", Unclear("cell_error", "#N/A")],
    ["11010120020307777X", "110101200203077774", "E12345678", None],
    ["2002-03", "2002-03-07", "2030", None],
    ["男", 1.0, True, "7", None],
    ["理学院", "**CLEAR**", None],
    ["2024", "2023", None],
]
LINES = st.lists(st.tuples(*map(st.sampled_from, VALUES)).map(list), min_size=1, max_size=8)


def planned(planner: RosterPlanner, lines: list[list[Cell]], stored: set[str]) -> list[object]:
    """What is known of each row by now, and the rows to store."""
    rows = read_rows(planner.read, HEADER, list(enumerate(lines, 2)))
    known = {index: graduate(row, row.student_number in stored) for row in rows if (index := row.student_number_index)}
    planner.check(rows, known, None)
    good = planner.plan(rows, OtherGraduates(), DATA)
    found = [(row.given, row.units, row.indexes, row.faults, row.warnings, row.is_unchanged) for row in rows]
    return [*found, [row.number for row in good]]


def graduate(row: RosterRow, is_unchanged: bool) -> KnownGraduate:
    """The stored graduate of a row, which has left this content or another."""
    line = row.fingerprint if is_unchanged else None
    number = row.student_number_index or b""
    return KnownGraduate(GraduateId(UUID(int=1)), 1, number, None, b"", None, "C1", None, line)


@given(LINES, st.sets(st.sampled_from(["1", "2", "3"])))
def test_a_row_is_checked_ahead_or_later(lines: list[list[Cell]], stored: set[str]) -> None:
    later, ahead = RosterPlanner(HEADER, TASK, CIPHER), RosterPlanner(HEADER, TASK, CIPHER)
    # after a chunk that changes most, rows are checked as they are read
    ahead.check([RosterRow()], {}, None)
    assert planned(ahead, lines, stored) == planned(later, lines, stored)
