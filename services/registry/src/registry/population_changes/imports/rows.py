"""One row of a file that names graduates → how it names one, or which rules it breaks. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import starmap

from common.codes import Cell
from common.crypto import FieldCipher
from common.imports import OWNER_HEADERS, CellReader, Fault, Task, foreign_cells, plain
from common.spreadsheets.cells import shown_text
from common.spreadsheets.headers import Header
from registry.graduates.domain import identity
from registry.graduates.domain.resolving import NamedRow
from registry.graduates.imports.readings import NUMBERS, stored_as
from registry.graduates.storage.numbers import named_row


@dataclass(slots=True)
class MemberRow:
    """One data row; `column` is the one that its graduate is looked for by."""

    number: int
    named: NamedRow
    faults: list[Fault]
    warnings: list[Fault] = field(default_factory=list)

    @property
    def column(self) -> str:
        """The student number; the examinee number only where it stands alone."""
        return (
            "student_number" if self.named.student_number_index or not self.named.exam_number_index else "exam_number"
        )


class RowReader:
    """Reads the rows of one file for one school and cohort."""

    def __init__(self, header: Header, task: Task, cipher: FieldCipher) -> None:
        self._header = header
        self._task = task
        self._cipher = cipher
        name = plain("name", stored_as(identity.name, lambda cell: cell if isinstance(cell, str) else shown_text(cell)))
        self._cells = CellReader(header, [*starmap(plain, NUMBERS.items()), name])
        self._names_owners = not header.positions.keys().isdisjoint(OWNER_HEADERS)

    def read(self, number: int, cells: Sequence[Cell]) -> MemberRow:
        """The row, checked by itself."""
        faults: list[Fault] = []
        if self._names_owners:
            faults += foreign_cells(self._header, cells, self._task.school_code, self._task.cohort)
        said = self._cells.read(cells, faults)
        at_fault = {fault.column for fault in faults}
        for column, others in (("student_number", {"student_number", "exam_number"}), ("name", {"name"})):
            if not any(said.get(each) for each in others) and at_fault.isdisjoint(others):
                faults.append(Fault(column, "required"))
        named = named_row(self._cipher, self._task.school_code, number, said, said.get("name"))
        return MemberRow(number, named, faults)
