"""Writes `docs/registration-fields.md`, every field of a registration: `python -m destinations.dictionary`.

All of it comes from what the code goes by; `--check` compares only. Run it from a source tree.
"""

import sys
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import get_args, get_type_hints

from common.codes import CodeLists
from common.generated import write_or_check
from common.reference_tables.minimum_wages import PayUnit
from destinations.field_rules.domain import EVER, FieldRule, field_rules, pairs, schemes
from destinations.registrations.announcements import CARRIED
from destinations.registrations.domain.content import (
    CODE_LISTS,
    EMPTIED,
    FIELDS,
    LONGEST,
    SEALED,
    Destination,
)
from destinations.registrations.imports.columns import HEADERS

PAGE = Path(__file__).parents[4] / "docs" / "registration-fields.md"
_TYPES = {date: "day", bool: "true or false"}
_SEALED_TYPES = {"pay_amount": "whole yuan", "pay_unit": " ".join(f"`{each}`" for each in PayUnit)}

HEAD = """\
# Fields of a registration

Made from the code by `make contracts` and compared by `make drift`: change the code or its data, not this page.
`GET /v1/field-rules?cohort=` of destinations answers the rules of a cohort, each code for itself.

**sealed** fields stand encrypted, bound to field and graduate, and are in no event. Erased are texts, the number of a
unit and what is sealed; codes and days stay, for figures are made of them.

| Field | Headers | Type | Stored | In events | Erased |
|---|---|---|---|---|---|
"""
RULES = """
## What each code asks

Of the rules whose code the destination code begins with, the longest wins, field by field, then the one of the newest
cohort. Where none stands, a field is optional. *required*: to submit. *expected*: its lack is a warning, and in
`incomplete_fields`. *imported*: its lack in a row of a file is a warning. What is not carried over goes when a code
changes to this one.

| Code | Cohorts | Use | Fields | Carried over | Verified |
|---|---|---|---|---|---|
"""
PAIRS = """
## Codes that go together

Refused of people, warned about in files, where both are given.

| Rule | Code | With | Both ways |
|---|---|---|---|
"""
SCHEMES = """
## 灵活就业 where a registration leaves it open

| Scheme | Cohorts | Codes | Verified |
|---|---|---|---|
"""


def document() -> str:
    """The page as the code gives it."""
    parts = ((HEAD, field_rows()), (RULES, rule_rows()), (PAIRS, pair_rows()), (SCHEMES, scheme_rows()))
    return "".join(head + "".join(f"| {' | '.join(row)} |\n" for row in rows) for head, rows in parts)


def field_rows() -> Iterator[Sequence[str]]:
    """Each field with what is done with it."""
    for name in FIELDS:
        headers = "、".join((*HEADERS.get(name, ()), *HEADERS.get(f"{name}_label", ()))[:3])
        stored = "sealed" if name in SEALED else "clear"
        yield (f"`{name}`", headers, type_of(name), stored, _yes(name in CARRIED), _yes(name in EMPTIED))


def type_of(name: str) -> str:
    """What a field holds, in words."""
    if name in CODE_LISTS:
        code_list = CodeLists.of_release().get(CODE_LISTS[name])
        return f"code of `{code_list.name}` ({code_list.title_zh})"
    hints = get_args(get_type_hints(Destination)[name])
    usual = f"text, {LONGEST[name]} characters" if name in LONGEST else "text"
    return _SEALED_TYPES.get(name) or next((text for kind, text in _TYPES.items() if kind in hints), usual)


def rule_rows() -> Iterator[Sequence[str]]:
    """Each use under each code, with its fields."""

    def key(rule: FieldRule) -> tuple[str, int, int, str, bool, bool]:
        return rule.code, rule.from_cohort, rule.to_cohort, rule.use, rule.carried, rule.verified

    for (code, first, last, use, carried, verified), group in groupby(sorted(field_rules(), key=key), key):
        fields = " ".join(f"`{each.field}`" for each in group)
        yield (code, _cohorts(first, last), use, fields, _yes(carried), _yes(verified))


def pair_rows() -> Iterator[Sequence[str]]:
    """Each pair of codes."""
    for each in pairs():
        with_what = f"`{each.other_field}` {each.other_code}"
        yield (f"`{each.rule}`", f"`{each.field}` {each.code}", with_what, _yes(each.both_ways))


def scheme_rows() -> Iterator[Sequence[str]]:
    """Each scheme with its codes."""
    for each in schemes():
        cohorts = _cohorts(each.from_cohort, each.to_cohort)
        yield (each.name, cohorts, " ".join(each.flexible_default), _yes(each.verified))


def _cohorts(first: int, last: int) -> str:
    if (first, last) == (0, EVER):
        return "all"
    return f"{first or ''}–{'' if last == EVER else last}"


def _yes(said: bool) -> str:
    return "yes" if said else "no"


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes or checks, and returns the exit code."""
    return write_or_check("destinations.dictionary", __doc__, {PAGE: document()}, "make contracts", arguments)


if __name__ == "__main__":
    sys.exit(main())
