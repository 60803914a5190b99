"""One row of a spreadsheet of units → what it says about a unit, or which rules it breaks. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from re import fullmatch
from typing import Any

from common.codes import Cell, normalise
from common.codes.spelling import cell_text
from common.identity import steers_a_device
from common.imports import SCHOOL_HEADERS, CellReader, Fault, Reading, foreign_school, plain, text_of
from common.spreadsheets.cells import CellProblem, as_year, identifier_text
from common.spreadsheets.headers import Header
from registry.organisation.domain import (
    FIRST_YEAR,
    LAST_YEAR,
    MAX_NAME,
    MAX_PREDECESSORS,
    MAX_UNIT_CODE,
    NATIONAL_CODE,
    Kind,
)
from registry.organisation.imports.columns import FIELDS_OF, KINDS

MAJOR_DIGITS = 6
"""Of a code in the catalogues of majors."""


@dataclass(slots=True)
class UnitRow:
    """One data row. A field that is absent from `given` keeps what is stored; one that is given as None erases it."""

    number: int
    kind: Kind | None = None
    code: str = ""
    given: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)


class RowReader:
    """Reads the rows of one file for one school."""

    def __init__(self, header: Header, school_code: str) -> None:
        self._header = header
        self._school_code = school_code
        self._cells = CellReader[Any](header, READINGS)
        self._names_school = not header.positions.keys().isdisjoint(SCHOOL_HEADERS)

    def read(self, number: int, cells: Sequence[Cell]) -> UnitRow:
        """The row, checked by itself; what depends on other units is checked later."""
        faults: list[Fault] = []
        if self._names_school:
            faults += foreign_school(self._header, cells, self._school_code)
        said = self._cells.read(cells, faults)
        row = UnitRow(number, said.pop("kind", None), faults=faults)
        codes = said.pop("code", None), said.pop("code_of_major", None)
        row.code = codes[row.kind is Kind.MAJOR] or ""
        at_fault = {fault.column for fault in faults}
        missing = {"kind": row.kind, "code": row.code, "name": said.get("name", "kept")}
        faults += [
            Fault(column, "required") for column, value in missing.items() if not value and column not in at_fault
        ]
        if row.kind:
            row.given = {name: value for name, value in said.items() if name in FIELDS_OF[row.kind]}
            foreign = (name for name, value in said.items() if value is not None and name not in row.given)
            faults += [Fault(name, "must_be_empty") for name in foreign]
        if "predecessors" in row.given:
            row.given["predecessors"] = row.given["predecessors"] or ()
        return row


def unit_code(cell: Cell) -> str:
    """A code of the school's own in the form in which it is stored: it is part of an address."""
    code = identifier_text(cell).replace("/", "／")
    if len(code) > MAX_UNIT_CODE or steers_a_device(code):
        raise CellProblem("unit_code_format")
    return code


def major_code(cell: Cell) -> str:
    """A major's code, of six digits again where the program took it for a number and dropped the zero in front."""
    return unit_code(whole_code(cell))


def whole_code(cell: Cell) -> Cell:
    """A cell with a major's code, with the zero in front that a number has lost.

    >>> whole_code(80901.0), whole_code("80901"), whole_code(120203)
    ('080901', '80901', 120203)
    """
    text, _, decimals = cell_text(cell).partition(".")
    is_number = isinstance(cell, int | float) or bool(decimals and not decimals.strip("0"))
    is_cut = is_number and len(text) == MAJOR_DIGITS - 1 and text.isdigit()
    return text.zfill(MAJOR_DIGITS) if is_cut else cell


def _kind(cell: Cell) -> Kind:
    try:
        return KINDS[normalise(cell_text(cell))]
    except KeyError:
        raise CellProblem("unit_kind") from None


def _name(cell: Cell) -> str:
    name = text_of(cell)
    if len(name) > MAX_NAME:
        raise CellProblem("length")
    return name


def national_code(cell: Cell) -> str:
    """A cell with a code of the national catalogue of majors; raises CellProblem for another form."""
    code = identifier_text(whole_code(cell)).upper()
    if not fullmatch(NATIONAL_CODE, code):
        raise CellProblem("national_code_format")
    return code


def _catalogue_year(cell: Cell) -> int:
    year = as_year(cell)
    if year is None or not FIRST_YEAR <= year <= LAST_YEAR:
        raise CellProblem("catalogue_year_format")
    return year


def _predecessors(cell: Cell) -> tuple[str, ...]:
    codes = cell.split() if isinstance(cell, str) else [cell]
    if len(codes) > MAX_PREDECESSORS:
        raise CellProblem("too_many_predecessors")
    return tuple(sorted(set(map(major_code, codes))))


READINGS: list[Reading[Any]] = [
    plain("kind", _kind),
    # what a number means depends on the kind: it has lost its zero only where it is a major's
    plain("code", unit_code),
    Reading("code_of_major", ("code",), major_code),
    plain("name", _name),
    plain("college_code", unit_code),
    plain("major_code", major_code),
    plain("national_code", national_code),
    plain("catalogue_year", _catalogue_year),
    plain("predecessors", _predecessors),
]
