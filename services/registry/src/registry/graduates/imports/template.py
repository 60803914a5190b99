"""The template that an import of a roster takes: its columns in the order of our files."""

from collections.abc import Collection, Mapping, Sequence

from common import clock
from common.codes import CodeLists
from common.spreadsheets.templates import Choice, TemplateColumn
from registry.graduates.domain.entry import CODE_LIST_OF
from registry.graduates.domain.fields import COLUMNS as TITLES
from registry.graduates.imports.columns import DAYS, FIELDS, WORDS
from registry.organisation.domain import Kind, OrganisationUnit

HOLDS_CODE = "代码"
"""Ends the header of a column that holds a code as itself; another one holds its label."""

_REQUIRED = "必填。Required."
_HINTS: Mapping[str, str] = {
    "student_number": _REQUIRED,
    "name": _REQUIRED,
    **dict.fromkeys(DAYS, "日期，如 2026-06-30。A day, such as 2026-06-30."),
    "duration_years": "年数，如 4、2.5。Years, such as 4 or 2.5.",
}
_CODED = "从列表选择，或填写代码。Choose from the list, or enter a code."
_UNIT = "代码和名称至少填一项；新的会自动建立。Its code or its name; a new one is created."

_UNITS: Mapping[str, Kind] = {
    f"{kind}_{part}": kind for kind in (Kind.COLLEGE, Kind.MAJOR, Kind.CLASS) for part in ("code", "name")
}


def roster_template(units: Collection[OrganisationUnit] = ()) -> list[TemplateColumn]:
    """The columns to fill in, with drop-downs of codes and, of a school, of its units."""
    return [_column(field, title, units) for field, title in TITLES.items() if field in FIELDS]


def _column(field: str, title: str, units: Collection[OrganisationUnit]) -> TemplateColumn:
    if field in _UNITS:
        return TemplateColumn(title, _UNIT, _units(field, units))
    if field in CODE_LIST_OF:
        holds_code = title.endswith(HOLDS_CODE)
        return TemplateColumn(title, _CODED, _codes(CODE_LIST_OF[field], holds_code=holds_code))
    # the first word of a value is the one that we write
    words: dict[object, str] = {}
    for word, value in WORDS.get(field, {}).items():
        words.setdefault(value, word)
    return TemplateColumn(title, _HINTS.get(field, ""), list(map(Choice, words.values())), only=bool(words))


def _units(field: str, units: Collection[OrganisationUnit]) -> Sequence[Choice]:
    """The units in use by what the column holds, and the other of the two as its meaning."""
    pairs = [(unit.code, unit.name) for unit in units if unit.kind is _UNITS[field] and unit.state == "active"]
    return [Choice(code, name) if field.endswith("_code") else Choice(name, code) for code, name in pairs]


def _codes(code_list: str, *, holds_code: bool) -> Sequence[Choice]:
    """The codes of today, or their labels where each means one code only."""
    entries = CodeLists.load().get(code_list).in_force(clock.today())
    if holds_code:
        return [Choice(each.code, each.label_zh) for each in entries]
    return [Choice(each.label_zh, each.code) for each in entries]
