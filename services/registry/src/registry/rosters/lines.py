"""The data rows of a file on their way through an import, and what the roster knows of their graduates."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from common.codes import Cell
from common.identifiers import GraduateId
from registry.rosters.rows import Row


@dataclass(frozen=True)
class Known:
    """A graduate of the roster as far as an import must know it."""

    id: GraduateId
    student_number: str
    exam_number: str | None
    name_index: bytes
    citizen_id_cipher: bytes | None
    citizen_id_index: bytes | None
    birth_date: date | None
    enrolled_on: date | None
    graduated_on: date | None
    college_code: str | None
    major_code: str | None
    line_fingerprint: bytes | None


@dataclass
class Line:
    """One data row. `college_due` marks a graduate without a college whose major has got one since."""

    number: int
    cells: Sequence[Cell]
    fingerprint: bytes = b""
    student_number: str | None = None
    exam_number: str | None = None
    row: Row = field(default_factory=Row)
    known: Known | None = None
    college_due: bool = False
    citizen_index: bytes | None = None

    @property
    def is_unchanged(self) -> bool:
        """True if exactly this line left the stored content: nothing about it needs to be looked at again."""
        same = self.known is not None and self.known.line_fingerprint == self.fingerprint
        return same and not self.college_due

    @property
    def is_good(self) -> bool:
        """True if no rule is broken."""
        return not self.row.faults

    @property
    def needs_exam_number(self) -> bool:
        """True for a checked line that names its graduate by examinee number only."""
        given = self.row.given
        return self.is_good and "student_number" not in given and bool(given.get("exam_number"))
