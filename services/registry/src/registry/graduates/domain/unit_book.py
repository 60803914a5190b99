"""Which unit a row means, and which units a file brings with it. Pure: a book is loaded before and stored after."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any, NamedTuple

from common.codes import normalise
from common.codes.spelling import cell_text
from common.identifiers import CollegeCode, MajorCode, SchoolCode
from registry.organisation.domain import MAX_UNIT_CODE, Kind, OrganisationUnit, in_roster

MARK_DIGITS = 8

_ORDER = {Kind.COLLEGE: 0, Kind.MAJOR: 1, Kind.CLASS: 2}


class UnitNamed(NamedTuple):
    """A college, major or class as a row names it, by code, by name or both, and what national code it states."""

    code: str | None
    name: str | None
    national_code: str | None = None


class UnitBook:
    """The units of one school by code and by name, with those that rows have added or changed."""

    def __init__(self, school_code: SchoolCode, units: Iterable[OrganisationUnit]) -> None:
        self._school_code = school_code
        self._units: dict[tuple[Kind, str], OrganisationUnit] = {}
        self._codes_by_name: dict[tuple[Kind, str], list[str]] = {}
        self._codes_by_cell: dict[tuple[Kind, str], str] = {}
        self._touched: dict[tuple[Kind, str], OrganisationUnit | None] = {}
        self._known: dict[tuple[tuple[str, UnitNamed | None], ...], dict[str, str | None]] = {}
        self._changes = 0
        for unit in units:
            self._enter(unit)

    def codes_of(self, units: Mapping[str, UnitNamed | None]) -> dict[str, str | None]:
        """The codes of the units that a row names, entered if they are new; None for one that it erases."""
        key, changes = tuple(units.items()), self._changes
        if key not in self._known:
            codes = self._resolved(units)
            if self._changes != changes:
                return codes
            self._known[key] = codes
        return dict(self._known[key])

    def _resolved(self, units: Mapping[str, UnitNamed | None]) -> dict[str, str | None]:
        named = {unit: each for unit, each in units.items() if each}
        college = self.college(named["college"]) if "college" in named else None
        major = self.major(named["major"], college) if "major" in named else None
        school_class = self.school_class(named["class"], college, major) if "class" in named else None
        codes = {"college": college, "major": major, "class": school_class}
        return {f"{unit}_code": codes[unit] for unit in units}

    def college(self, named: UnitNamed) -> str:
        """The code of the college a row names, entered if it is new."""
        return self._code(Kind.COLLEGE, named)

    def major(self, named: UnitNamed, college_code: str | None) -> str:
        """The code of the major; it keeps a college of its own only while all rows name the same one."""
        code = self._code(Kind.MAJOR, named, college_code=college_code)
        before = self._units[Kind.MAJOR, code]
        major = in_roster(before, named.national_code)
        if college_code and not major.several_colleges and major.college_code != college_code:
            first = major.college_code is None
            major = replace(
                major, college_code=CollegeCode(college_code) if first else None, several_colleges=not first
            )
        if major != before:
            self._changed()
            self._touched.setdefault((Kind.MAJOR, code), before)
            self._units[Kind.MAJOR, code] = major
        return code

    def school_class(self, named: UnitNamed, college_code: str | None, major_code: str | None) -> str:
        """The code of the class a row names, entered if it is new; classes of other colleges may have the same name."""
        code = self._code_meant(Kind.CLASS, named.code) if named.code else None
        code = code or self._class_code(named.name or "", college_code, major_code)
        return self._code(Kind.CLASS, named, code=code, college_code=college_code, major_code=major_code)

    def with_own(
        self, units: Mapping[str, UnitNamed | None], stored: Mapping[str, Any]
    ) -> Mapping[str, UnitNamed | None]:
        """The units that a row names, by code where its graduate's college or major has that name: others may, too."""
        own = {
            unit: named._replace(code=code)
            for unit, named in units.items()
            if unit != Kind.CLASS
            and named
            and named.code is None
            and (code := stored.get(f"{unit}_code")) in self._codes_named(Kind(unit), named.name or "")
        }
        return {**units, **own} if own else units

    def code_named(self, kind: Kind, named: UnitNamed) -> str | None:
        """The code of a unit that a row names; None for a name that no unit has."""
        if named.code:
            return self._code_meant(kind, named.code)
        return next(iter(self._codes_named(kind, named.name or "")), None)

    def college_of_major(self, major_code: str | None) -> CollegeCode | None:
        """The college of a major that has exactly one."""
        major = self._units.get((Kind.MAJOR, major_code or ""))
        return major.college_code if major else None

    @property
    def added(self) -> int:
        """How many units rows have entered."""
        return sum(before is None for before in self._touched.values())

    def touched(self) -> Iterator[tuple[OrganisationUnit | None, OrganisationUnit]]:
        """Units that rows have added or changed, before and after; colleges first, so that references hold."""
        for key, before in sorted(self._touched.items(), key=lambda item: _ORDER[item[0][0]]):
            yield before, self._units[key]

    def _code(
        self,
        kind: Kind,
        named: UnitNamed,
        *,
        code: str | None = None,
        college_code: str | None = None,
        major_code: str | None = None,
    ) -> str:
        name = named.name or named.code or ""
        code = code or self.code_named(kind, named) or _code_of(name)
        if (kind, code) not in self._units:
            self._touched[kind, code] = None
            self._enter(
                OrganisationUnit(
                    kind=kind,
                    school_code=self._school_code,
                    code=code,
                    name=name,
                    college_code=CollegeCode(college_code) if college_code else None,
                    major_code=MajorCode(major_code) if major_code else None,
                )
            )
        return code

    def _class_code(self, name: str, college_code: str | None, major_code: str | None) -> str:
        """The code of the class most like the row among those of the name, else the first that nothing contradicts."""
        place = college_code, major_code
        classes = [self._units[Kind.CLASS, code] for code in self._codes_named(Kind.CLASS, name)]
        fitting = [each for each in classes if _fits(each, *place)]
        if fitting:
            # the most like the row first
            alike = {
                each.code: (each.college_code == college_code) + (each.major_code == major_code) for each in fitting
            }
            return min(alike, key=lambda code: (-alike[code], len(code), code))
        codes = _codes_of_class(name, *place)
        taken = {code: self._units.get((Kind.CLASS, code)) for code in codes}
        return next((code for code, each in taken.items() if each is None or _fits(each, *place)), codes[-1])

    def _codes_named(self, kind: Kind, name: str) -> Sequence[str]:
        return self._codes_by_name.get((kind, normalise(name)), ())

    def _code_meant(self, kind: Kind, code: str) -> str:
        """A code as it is stored: cells are read in one width, and a code may be made of a name in another."""
        return code if (kind, code) in self._units else self._codes_by_cell.get((kind, code), code)

    def _changed(self) -> None:
        """Forgets what names mean: what rows add or change may give them another meaning."""
        self._changes += 1
        self._known.clear()

    def _enter(self, unit: OrganisationUnit) -> None:
        self._changed()
        self._units[unit.kind, unit.code] = unit
        self._codes_by_name.setdefault((unit.kind, normalise(unit.name)), []).append(unit.code)
        self._codes_by_cell.setdefault((unit.kind, _slashed(cell_text(unit.code))), unit.code)


def _fits(school_class: OrganisationUnit, college_code: str | None, major_code: str | None) -> bool:
    """True unless the class is of another college or major than the row; what is unknown contradicts nothing."""
    pairs = (school_class.college_code, college_code), (school_class.major_code, major_code)
    return all(ours == theirs or None in {ours, theirs} for ours, theirs in pairs)


def _codes_of_class(name: str, college_code: str | None, major_code: str | None) -> list[str]:
    """Candidate codes of a class without one: name, then name with major, college, both."""
    whole = f"{college_code}-{major_code}" if college_code and major_code else None
    owners = [owner for owner in (major_code, college_code, whole) if owner]
    return [_code_of(name), *(_code_of(f"{owner}-{name}") for owner in owners)]


def _code_of(name: str) -> str:
    """The code of a unit that came without one: its name, of a long one the beginning and a mark of the whole."""
    code = _slashed(name)
    if len(code) <= MAX_UNIT_CODE:
        return code
    mark = sha256(normalise(name).encode()).hexdigest()[:MARK_DIGITS]
    return f"{code[: MAX_UNIT_CODE - MARK_DIGITS - 1]}-{mark}"


def _slashed(code: str) -> str:
    """A code that may be part of an address."""
    return code.replace("/", "／")
