"""Cells of a row of a format: texts that an import reads as the same values again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, partial
from operator import itemgetter
from typing import Any, TypeAlias

from common.codes import CodeList, CodeLists, CodeProblem
from common.identifiers import Cohort, SchoolCode
from common.season import SeasonDay, season_day
from destinations.filing.formats.classes import CLASSES, FLEXIBLE, LEVEL, is_in_class, level_of
from destinations.filing.formats.layouts import NAMED, Column, Layout, Of, Shown
from destinations.registrations.domain.content import CODE_LISTS, Destination, field_of_name
from destinations.registrations.domain.fields import is_flexible

CellOf: TypeAlias = Callable[[Any], str | None]

_ROSTER_LISTS: Mapping[str, str] = {
    "sex_code": "sex",
    "ethnicity_code": "ethnicity",
    "political_status_code": "political-status",
    "education_level_code": "education-level",
    "training_mode_code": "training-mode",
}
_YES_NO: Mapping[object, str] = {True: "是", False: "否"}
_WORDS: Mapping[str, Mapping[object, str]] = {
    "urban_rural": {"urban": "城镇", "rural": "农村"},
    "study_form": {"full_time": "全日制", "part_time": "非全日制"},
    "file_moved_in": _YES_NO,
    "household_moved_in": _YES_NO,
}
_MONTH = len("2020-09")
# steps between province and county that only group, and are no part of an address
_GROUPS = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})


@dataclass(frozen=True)
class Owner:
    """Whose file it is; `majors` are the names of the school's majors by code."""

    school_code: SchoolCode
    cohort: Cohort
    school_name: str | None = None
    province_code: str | None = None
    majors: Mapping[str, str] = field(default_factory=dict, repr=False)


class RowMaker:
    """Makes the rows of one file, in two halves: what the destination says, and what registry opens of the person."""

    def __init__(self, layout: Layout, owner: Owner) -> None:
        self._owner = owner
        self._on = season_day(SeasonDay.INITIAL_RATE, owner.cohort)
        columns = [*enumerate(layout.columns)]
        said = [(place, each) for place, each in columns if each.of is not Of.PERSON]
        of_person = [(place, each) for place, each in columns if each.of is Of.PERSON]
        self._said = [self._cell(each) for _, each in said]
        self._of_person = [(each.value, self._person_cell(each)) for _, each in of_person]
        order = {place: at for at, (place, _) in enumerate((*said, *of_person))}
        self._in_order = itemgetter(*(order[place] for place in range(len(layout.columns))))

    def said(self, content: Destination) -> list[str | None]:
        """The half that a destination fills; its sealed fields are in clear."""
        return [cell(content) for cell in self._said]

    def row(self, said: Sequence[str | None], person: Mapping[str, Any]) -> list[str | None]:
        """The whole row, `person` being what registry says."""
        opened = [cell(value) if (value := person.get(name)) is not None else None for name, cell in self._of_person]
        return [*self._in_order([*said, *opened])]

    def _cell(self, column: Column) -> CellOf:
        name, owner = column.value, self._owner
        if column.of is Of.NOTHING:
            return lambda _content: None
        if column.of is Of.OWNER:
            stated = getattr(owner, name)
            text = None if stated is None else str(stated)
            return lambda _content: text
        if name == NAMED:
            return lambda content: getattr(content, field_of_name(content.destination_code))
        if name == "abroad_country":
            return _country
        if name == LEVEL:
            return lambda content: level_of(content.destination_code)
        if name in CLASSES:
            return lambda content: f"{is_in_class(content.destination_code, name):d}"
        if name == FLEXIBLE:
            return lambda content: f"{is_flexible(content, owner.cohort):d}"
        shown = self._shown(column, CODE_LISTS.get(name))
        return lambda content: None if (value := getattr(content, name)) is None else shown(value)

    def _person_cell(self, column: Column) -> CellOf:
        if column.value == "major_code" and column.shown is Shown.LABEL:
            return self._owner.majors.get
        if column.value == "enrolled_on":
            return lambda day: str(day)[:_MONTH].replace("-", "")
        if column.shown is Shown.WORD:
            return _WORDS[column.value].get
        return self._shown(column, _ROSTER_LISTS.get(column.value))

    def _shown(self, column: Column, code_list: str | None) -> CellOf:
        if column.shown is Shown.PLACE:
            return cache(partial(_place_name, CodeLists.load().get("division")))
        if column.shown is Shown.LABEL and code_list:
            return cache(partial(_label, CodeLists.load().get(code_list), self._on))
        return str


def _country(content: Destination) -> str | None:
    """The text that names the country or region; where there is none, the label of its code."""
    if content.abroad_country is not None or content.abroad_country_code is None:
        return content.abroad_country
    entry = CodeLists.load().get(CODE_LISTS["abroad_country_code"]).lookup(content.abroad_country_code)
    return entry.label_zh if entry else None


def _label(codes: CodeList, on: date, code: str) -> str:
    """The label of a code; the code itself where a reader would take its label for another one."""
    entry = codes.lookup(code)
    if entry is None:
        return code
    try:
        is_meant = codes.resolve(None, entry.label_zh, on) == code
    except CodeProblem:
        is_meant = False
    return entry.label_zh if is_meant else code


def _place_name(places: CodeList, code: str) -> str | None:
    """The name of a place with those that it lies in: 河南省郑州市中原区; None for one that the list lacks."""
    names: list[str] = []
    entry = places.lookup(code)
    while entry is not None:
        names += [] if names and entry.label_zh in _GROUPS else [entry.label_zh]
        entry = places.lookup(parent) if (parent := entry.attributes.get("parent", "")) else None
    return "".join(reversed(names)) or None
