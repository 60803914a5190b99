"""What becomes of a file's rows among stored graduates, without a database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

from common.codes import Cell
from common.crypto import DataCipher, FieldCipher, KeyRing
from common.identifiers import Cohort, GraduateId, SchoolCode
from common.imports import Fault, read_rows
from registry.graduates.domain.entry import CLEAR, INDEXED
from registry.graduates.domain.unit_book import UnitBook
from registry.graduates.imports.columns import COLUMNS
from registry.graduates.imports.guards import OtherGraduates, RosterTask
from registry.graduates.imports.plan import RosterPlanner
from registry.graduates.imports.rows import KnownGraduate, RosterRow
from registry.graduates.storage.erased_numbers import Number
from registry.graduates.storage.sealing import indexes, sealed
from registry.organisation.domain import Kind, OrganisationUnit

SCHOOL = SchoolCode("90001")

Content = Mapping[str, Any]


@cache
def keys() -> tuple[FieldCipher, DataCipher]:
    """One key ring and data key for all pure tests."""
    cipher = FieldCipher(KeyRing.generate())
    return cipher, cipher.data_cipher(*cipher.new_data_key())


def unit(kind: Kind, code: str, name: str, **further: Any) -> OrganisationUnit:
    return OrganisationUnit(kind=kind, school_code=SCHOOL, code=code, name=name, **further)


class Stored(dict[str, Any]):
    """A row of a table."""

    def __getattr__(self, name: str) -> Any:
        return self[name]


@dataclass
class Roster:
    """Stored graduates by their content, the school's units, and numbers of erased people."""

    people: Sequence[Content]
    units: Sequence[OrganisationUnit] = ()
    erased: Collection[Number] = ()
    known: list[KnownGraduate] = field(default_factory=list)
    newest: dict[GraduateId, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        cipher, data = keys()
        for number, person in enumerate(self.people, 1):
            content = {**dict.fromkeys(CLEAR), "status": "registered", **person}
            found = dict.fromkeys(f"{each}_index" for each in INDEXED) | indexes(cipher, SCHOOL, content)
            numbers = (found[f"{each}_index"] for each in ("student_number", "exam_number", "name", "citizen_id"))
            graduate, units = GraduateId(UUID(int=number)), (content["college_code"], content["major_code"])
            self.known.append(KnownGraduate(graduate, 1, *numbers, *units, None))  # type: ignore[arg-type, call-arg]
            document = sealed(data, graduate, 1, content)
            self.newest[graduate] = Stored(id=graduate, version=1, sealed=document, **content)

    def planned(self, titles: Sequence[str], lines: Sequence[Sequence[Cell]], **task: Any) -> list[RosterRow]:
        """The rows of a file with their faults; what they say of the graduates whom they mean."""
        header = COLUMNS.find([list(titles), *map(list, lines)])
        assert header is not None
        cipher, data = keys()
        planner = RosterPlanner(header, RosterTask(SCHOOL, "xlsx", cohort=Cohort(2024), **task), cipher)
        rows = read_rows(planner.read, header, [(number, list(cells)) for number, cells in enumerate(lines, 2)])
        planner.check(rows, {each.student_number_index: each for each in self.known}, None)
        by_exam: dict[bytes, list[KnownGraduate]] = {}
        for each in self.known:
            by_exam.setdefault(each.exam_number_index or b"-", []).append(each)
        by_citizen = {each.citizen_id_index: each for each in self.known if each.citizen_id_index}
        others = OtherGraduates(by_exam, by_citizen, self.newest, UnitBook(SCHOOL, self.units))
        others.mark(rows, self.erased)
        planner.seal([row for row in planner.plan(rows, others, data) if not row.is_unchanged], data)
        return rows


def found(rows: Sequence[RosterRow]) -> list[int | list[Fault] | None]:
    """Of each row the place of its graduate, from 1, None for one whom it creates, or its faults."""
    return [row.faults or (row.known.id.int if row.known else None) for row in rows]
