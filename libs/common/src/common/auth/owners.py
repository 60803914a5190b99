"""Owners of a row, and the part of all rows that a caller sees: one rule, decided alike in Python and in SQL."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
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

    @cached_property
    def shape(self) -> "ScopeShape":
        """The scope without its values: what a statement is made for."""
        return ScopeShape(tuple((name, len(seen) > 1) for name, seen in self.among.parts().items()), self.everything)

    @cached_property
    def values(self) -> Mapping[str, object]:
        """What is bound to a statement that was made for the shape."""
        return {
            _bound(name): sorted(seen, key=str) if len(seen) > 1 else next(iter(seen))
            for name, seen in self.among.parts().items()
        }


EVERYTHING = RowScope(everything=True)
"""Every row: of a caller without limits, or of an act that has looked at its caller before."""


@dataclass(frozen=True)
class ScopeShape:
    """The parts that scopes of one kind name, each with one value or with several.

    Callers of one kind share their statements: `@cache def _one(seen: ScopeShape) -> Select[Any]`, executed with
    `scope.values`.
    """

    parts: tuple[tuple[str, bool], ...] = ()
    everything: bool = False

    @property
    def names(self) -> frozenset[str]:
        """The parts."""
        return frozenset(name for name, _ in self.parts)

    @property
    def nothing(self) -> bool:
        """True if no row is visible."""
        return not self.everything and not self.parts

    def condition(self, columns: Owners[Column]) -> Column:
        """What `RowScope.allows` decides, as a WHERE condition over a query's columns; its values are bound later.

        A part without a column hides every row.
        """
        if self.everything:
            return true()
        held = columns.parts()
        agreeing = [_among(name, held.get(name), several=several) for name, several in self.parts]
        return and_(*agreeing) if agreeing else false()


def _among(name: str, column: Column | None, *, several: bool) -> Column:
    """True for a column that holds the value, or one of them."""
    if column is None:
        return false()
    if several:
        return column == any_(bindparam(_bound(name), type_=ARRAY(column.type)))
    return column == bindparam(_bound(name), type_=column.type)


def _bound(name: str) -> str:
    return f"seen_{name}"
