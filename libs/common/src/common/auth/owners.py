"""Owners of a row, and the part of all rows that a caller sees: one rule, decided alike in Python and in SQL."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, and_, any_, bindparam, false, true
from sqlalchemy.dialects.postgresql import ARRAY

Part = TypeVar("Part")
Column = ColumnElement[Any]


@dataclass(frozen=True, kw_only=True)
class Owners(Generic[Part]):
    """Every part by which a row can belong to a caller: its values for one row, or the columns that hold them.

    None is a part that the row does not have, or that no column of the query holds.
    """

    school_code: Part | None = None
    college_code: Part | None = None
    class_code: Part | None = None
    graduate_id: Part | None = None
    province_code: Part | None = None
    employer_id: Part | None = None
    office_id: Part | None = None

    def parts(self) -> Mapping[str, Part]:
        """The parts that are set, by name."""
        return {name: part for name, part in vars(self).items() if part is not None}


@dataclass(frozen=True)
class RowScope:
    """The rows whose owners are among the named ones in every named part; nothing named: no row at all."""

    among: Owners[Collection[object]] = Owners()
    everything: bool = False

    @property
    def nothing(self) -> bool:
        """True if no row is visible."""
        return not self.everything and not self.among.parts()

    def allows(self, owners: Owners[object]) -> bool:
        """True if a row of these owners is visible."""
        row = vars(owners)
        return self.everything or (
            not self.nothing and all(row[name] in seen for name, seen in self.among.parts().items())
        )

    def condition(self, columns: Owners[Column]) -> Column:
        """The same as a WHERE condition over a query's columns; a part without a column hides every row."""
        if self.everything:
            return true()
        held = columns.parts()
        agreeing = [_among(held.get(name), seen) for name, seen in self.among.parts().items()]
        return and_(*agreeing) if agreeing else false()


def _among(column: Column | None, seen: Collection[object]) -> Column:
    """True for a column that holds one of the values; one statement for any number of several."""
    if column is None:
        return false()
    if len(seen) == 1:
        return column == next(iter(seen))
    return column == any_(bindparam(None, sorted(seen, key=str), type_=ARRAY(column.type), unique=True))
