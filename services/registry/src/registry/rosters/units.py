"""Which unit a row means, and which units a file brings with it. Pure: a book is loaded before and stored after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from common.codes import normalise

from registry.rosters.rows import UnitNamed


@dataclass(frozen=True)
class Unit:
    """A college, major or class as the book knows it."""

    kind: str
    code: str
    name: str
    college_code: str | None = None
    major_code: str | None = None
    several_colleges: bool = False


class UnitBook:
    """The units of one school by code and by name, with those that rows have added or changed."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self._units: dict[tuple[str, str], Unit] = {}
        self._codes_by_name: dict[tuple[str, str], str] = {}
        self._touched: dict[tuple[str, str], bool] = {}
        for unit in units:
            self._enter(unit)

    def college(self, named: UnitNamed) -> str:
        """The code of the college a row names, entered if it is new."""
        return self._code("college", named)

    def major(self, named: UnitNamed, college_code: str | None) -> str:
        """The code of the major; it keeps a college of its own only while all rows name the same one."""
        code = self._code("major", named, college_code=college_code)
        major = self._units["major", code]
        if college_code and not major.several_colleges and major.college_code != college_code:
            first = major.college_code is None
            self._change(replace(major, college_code=college_code if first else None, several_colleges=not first))
        return code

    def school_class(self, named: UnitNamed, college_code: str | None, major_code: str | None) -> str:
        """The code of the class a row names, entered if it is new."""
        return self._code("class", named, college_code=college_code, major_code=major_code)

    def college_of_major(self, major_code: str | None) -> str | None:
        """The college of a major that has exactly one."""
        major = self._units.get(("major", major_code or ""))
        return major.college_code if major else None

    def touched(self) -> Iterator[tuple[Unit, bool]]:
        """Units that rows have added (True) or changed (False), colleges first, so that references hold."""
        order = {"college": 0, "major": 1, "class": 2}
        for key, is_new in sorted(self._touched.items(), key=lambda item: order[item[0][0]]):
            yield self._units[key], is_new

    def _code(
        self, kind: str, named: UnitNamed, *, college_code: str | None = None, major_code: str | None = None
    ) -> str:
        name = named.name or named.code or ""
        code = named.code or self._codes_by_name.get((kind, normalise(name))) or name
        if (kind, code) not in self._units:
            self._enter(Unit(kind, code, name, college_code, major_code))
            self._touched[kind, code] = True
        return code

    def _enter(self, unit: Unit) -> None:
        self._units[unit.kind, unit.code] = unit
        self._codes_by_name.setdefault((unit.kind, normalise(unit.name)), unit.code)

    def _change(self, unit: Unit) -> None:
        self._units[unit.kind, unit.code] = unit
        self._touched.setdefault((unit.kind, unit.code), False)
