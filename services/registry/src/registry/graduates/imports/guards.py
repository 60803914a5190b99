"""What a row may not do although it is right by itself: overwrite the student register, leave the college. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from common.identity import comparable_name
from common.imports import Fault, Task
from registry.graduates.domain.editing import overwritten
from registry.graduates.domain.merging import placed
from registry.graduates.domain.unit_book import UnitBook, UnitNamed
from registry.graduates.imports.columns import FIELDS
from registry.graduates.imports.rows import RosterRow
from registry.organisation.domain import Kind


@dataclass(frozen=True, kw_only=True)
class RosterTask(Task):
    """The roster of one cohort; `college_code` is the one that rows must be of, since its officer sends them."""

    authoritative: str = "refuse"
    college_code: str | None = None

    @property
    def overwrites(self) -> bool:
        """True if the file counts more than what the student register says."""
        return self.authoritative == "accept"


def differing(row: RosterRow, book: UnitBook) -> Iterator[Fault]:
    """The faults of a row that would overwrite filled fields of the student register.

    Another spelling of the same name is none, and the stored one stays. A major that has a code already keeps it from
    now on, whatever units the rows before this one bring.
    """
    after = dict(row.given)
    if "major" in row.units:
        after["major_code"] = _settled(row, Kind.MAJOR, book)
    if "name" in after and comparable_name(str(after["name"])) == comparable_name(row.before["name"]):
        after["name"] = row.given["name"] = row.before["name"]
    faulty = {fault.column for fault in row.faults}
    for column in map(FIELDS.__getitem__, overwritten(row.before, after)):
        if column not in faulty:
            yield Fault(column, "authoritative_differs")


def outside(row: RosterRow, own_college: str, book: UnitBook) -> Iterator[Fault]:
    """The fault of a row whose graduate is in another college than the officer who sends it, or would be."""
    if row.known and row.known.college_code != own_college:
        yield Fault(row.named_by or "student_number", "not_editable")
    elif not row.is_unchanged and not row.faults and _college_after(row, own_college, book) != own_college:
        yield Fault("college", "not_editable")


def _college_after(row: RosterRow, own_college: str, book: UnitBook) -> str | None:
    """The college of the graduate once the row is stored; a new one that its major brings there keeps it."""
    codes = {f"{unit}_code": _settled(row, Kind(unit), book) for unit in row.units if unit != Kind.CLASS}
    before = {"college_code": row.known.college_code, "major_code": row.known.major_code} if row.known else {}
    after = placed(before, codes, book.college_of_major(codes.get("major_code"))).get("college_code")
    if row.known is None and after == own_college:
        row.units.setdefault("college", UnitNamed(own_college, None))
    return after


def _settled(row: RosterRow, kind: Kind, book: UnitBook) -> str | None:
    """The code of a unit that a row names, by which the row names it from now on; None where it names or finds none."""
    named = row.units.get(kind)
    code = book.code_named(kind, named) if named else None
    if named and code:
        row.units[kind] = UnitNamed(code, named.name)
    return code
