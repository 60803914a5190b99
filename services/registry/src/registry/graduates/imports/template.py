"""The template that an import of a roster takes: its columns in the order of our files."""

from collections.abc import Collection, Mapping

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
    return [template_column(field, title, units) for field, title in TITLES.items() if field in FIELDS]


def template_column(field: str, title: str, units: Collection[OrganisationUnit]) -> TemplateColumn:
    """The column of a field; units are shown as codes or names, other codes as labels unless the title says 代码."""
    if kind := _UNITS.get(field):
        pairs = [(unit.code, unit.name) for unit in units if unit.kind is kind and unit.state == "active"]
        listed = [Choice(*pair if field.endswith("_code") else reversed(pair)) for pair in pairs]
        return TemplateColumn(title, _UNIT, listed)
    if field in CODE_LIST_OF:
        entries = CodeLists.load().get(CODE_LIST_OF[field]).in_force(clock.today())
        pairs = [(each.code, each.label_zh) for each in entries]
        listed = [Choice(*pair if title.endswith(HOLDS_CODE) else reversed(pair)) for pair in pairs]
        return TemplateColumn(title, _CODED, listed)
    # the first word of a value is the one that we write
    words: dict[object, str] = {}
    for word, value in WORDS.get(field, {}).items():
        words.setdefault(value, word)
    return TemplateColumn(title, _HINTS.get(field, ""), list(map(Choice, words.values())), only=bool(words))
