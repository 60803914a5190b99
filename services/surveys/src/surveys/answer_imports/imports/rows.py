"""One row of a file: whom it means, what was agreed to, and what is answered. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from common.codes.spelling import Cell, cell_text
from common.identifiers import GraduateId
from common.imports import Fault, foreign_cells, text_of
from common.spreadsheets.cells import CellProblem, identifier_text, is_blank
from common.spreadsheets.headers import Header
from common.sql import uuid_of
from surveys.answer_imports.imports.columns import KEYS
from surveys.answer_imports.imports.readings import AnswerReader, flag_of
from surveys.questionnaires.domain.content import Content

LONGEST_KEY = 64
UUID_LENGTH = 36


@dataclass
class AnswerRow:
    """What a row says, and what is wrong with it. `graduate_id` where the file itself says it."""

    number: int
    graduate_id: GraduateId | None = None
    student_number: str | None = None
    name: str | None = None
    consent: bool = False
    sensitive: bool = False
    values: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)

    @property
    def key_column(self) -> str:
        """The column by which the row means a person."""
        return KEYS[1] if self.graduate_id is None and self.student_number is not None else KEYS[0]


class RowReader:
    """Reads the rows of one file for one school and cohort."""

    def __init__(self, header: Header, content: Content, school_code: str, cohort: int) -> None:
        self.answers = AnswerReader(header, content)
        self._header = header
        self._owner = school_code, cohort

    @property
    def names_by_number(self) -> bool:
        """Whether the file has the column by which registry finds persons."""
        return "student_number" in self._header.positions

    def named(self, number: int, cells: Sequence[Cell]) -> AnswerRow:
        """Whom the row means."""
        row = AnswerRow(number)
        said = self._header.cell(cells, "graduate_id")
        if not is_blank(said):
            try:
                text = cell_text(said)
                # as programs write it, and as some do
                row.graduate_id = GraduateId(uuid_of(text) if len(text) == UUID_LENGTH else UUID(text))
            except ValueError:
                row.faults.append(Fault("graduate_id", "unknown_graduate"))
            return row
        for column, read in (("student_number", identifier_text), ("name", text_of)):
            cell = self._header.cell(cells, column)
            if is_blank(cell):
                continue
            try:
                text = read(cell)
            except CellProblem as problem:
                row.faults.append(Fault(column, problem.rule))
                continue
            if len(text) > LONGEST_KEY:
                row.faults.append(Fault(column, "length"))
            else:
                setattr(row, column, text)
        if row.student_number is None and not row.faults:
            row.faults.append(Fault(next(each for each in KEYS if each in self._header.positions), "required"))
        return row

    def read(self, number: int, cells: Sequence[Cell]) -> AnswerRow:
        """What the row says, each cell by itself."""
        row = self.named(number, cells)
        row.faults[:0] = foreign_cells(self._header, cells, *self._owner)
        row.consent = flag_of(self._header.cell(cells, "consent")) is True
        row.sensitive = flag_of(self._header.cell(cells, "sensitive")) is True
        if not row.consent:
            row.faults.append(Fault("consent", "consent_required"))
        row.values = self.answers.read(cells, row.faults)
        return row
