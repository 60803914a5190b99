"""Rules about fields as data: what a destination code asks of each field, for which cohorts.

Of the rules whose code the destination code begins with, the longest code wins, for each field by itself; of these the
one of the newest cohort. Where no rule stands, a field is optional.
"""

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from common.identifiers import Cohort


class Use(StrEnum):
    """What is asked of a field: by the acts of people, or of a row of a file."""

    REQUIRED = "required"
    """Needed to submit."""

    EXPECTED = "expected"
    """Its lack is a warning."""

    IMPORTED = "imported"
    """Its lack in a file's row is a warning; published history has gaps."""

    OPTIONAL = "optional"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True)
class Scheme:
    """A scheme of destinations (统计口径), and its cohorts; `flexible_default` are its codes of 灵活就业."""

    name: str
    from_cohort: int
    to_cohort: int
    flexible_default: tuple[str, ...]
    verified: bool

    def covers(self, cohort: int) -> bool:
        """True for a cohort of the scheme."""
        return self.from_cohort <= cohort <= self.to_cohort


@dataclass(frozen=True)
class FieldRule:
    """One use of one field under all codes that begin with `code`.

    What is not `carried` goes when a registration's code changes to one of these, unless the change itself fills it.
    """

    code: str
    field: str
    use: Use
    carried: bool
    from_cohort: int
    to_cohort: int
    verified: bool

    def fits(self, code: str, cohort: int) -> bool:
        """True under this code in this cohort."""
        return code.startswith(self.code) and self.from_cohort <= cohort <= self.to_cohort


@dataclass(frozen=True)
class Pair:
    """A code of one field that goes with a code of another field; `both_ways`: each of the two only with the other."""

    rule: str
    field: str
    code: str
    other_field: str
    other_code: str
    both_ways: bool
    verified: bool

    def is_broken_by(self, content: Mapping[str, Any]) -> bool:
        """True where both fields are given and do not go together."""
        first, other = content[self.field], content[self.other_field]
        if first is None or other is None:
            return False
        has_first, has_other = first == self.code, other == self.other_code
        return has_first != has_other if self.both_ways else has_first and not has_other


@dataclass(frozen=True)
class Asked:
    """What a code asks of the fields in a cohort. Of the same field a file and people may be asked different things.

    `awaited` are required and expected fields, `not_carried` those that go when a code changes to this one.
    """

    rules: tuple[FieldRule, ...]
    required: frozenset[str]
    awaited: frozenset[str]
    imported: frozenset[str]
    forbidden: frozenset[str]
    not_carried: frozenset[str]


# asked for each row of an import: as many as there are codes and cohorts in use
@lru_cache(maxsize=10_000)
def asked_by(code: str, cohort: Cohort) -> Asked:
    """What the code asks in the cohort; nothing, where no rule stands."""
    rules = winning(field_rules(), code, cohort)
    by_use = {use: frozenset(each.field for each in rules if each.use is use) for use in Use}
    return Asked(
        rules,
        required=by_use[Use.REQUIRED],
        awaited=by_use[Use.REQUIRED] | by_use[Use.EXPECTED],
        imported=by_use[Use.IMPORTED],
        forbidden=by_use[Use.FORBIDDEN],
        not_carried=frozenset(each.field for each in rules if not each.carried),
    )


def winning(rules: Iterable[FieldRule], code: str, cohort: int) -> tuple[FieldRule, ...]:
    """Of all rules those that hold under a code in a cohort, in their order."""
    fitting = [each for each in rules if each.fits(code, cohort)]
    first: dict[str, tuple[int, int]] = {}
    for each in fitting:
        first[each.field] = max(first.get(each.field, _rank(each)), _rank(each))
    return tuple(each for each in fitting if _rank(each) == first[each.field])


def _rank(rule: FieldRule) -> tuple[int, int]:
    return len(rule.code), rule.from_cohort


def broken_pairs(content: Mapping[str, Any]) -> Collection[Pair]:
    """The pairs that a content breaks, its fields by name."""
    return [pair for pair in pairs() if pair.is_broken_by(content)]


@cache
def scheme_of(cohort: Cohort) -> Scheme:
    """The scheme by which a cohort is registered."""
    return next(each for each in schemes() if each.covers(cohort))


@cache
def schemes() -> tuple[Scheme, ...]:
    """All schemes, oldest first; together they cover every cohort."""
    return tuple(
        Scheme(
            row["scheme"],
            *_cohorts(row),
            flexible_default=tuple(row["flexible_default"].split()),
            verified=_verified(row),
        )
        for row in _rows("schemes")
    )


@cache
def field_rules() -> tuple[FieldRule, ...]:
    """All rules, in the order of the data."""
    by_name = {each.name: each for each in schemes()}
    return tuple(
        FieldRule(code, field, Use(row["use"]), row["carried"] == "true", *_within(row, by_name), _verified(row))
        for row in _rows("field-rules")
        for code in row["codes"].split()
        for field in row["fields"].split()
    )


@cache
def pairs() -> tuple[Pair, ...]:
    """All pairs, in the order of the data."""
    return tuple(
        Pair(
            row["rule"],
            row["field"],
            row["code"],
            row["other_field"],
            row["other_code"],
            both_ways=row["both_ways"] == "true",
            verified=_verified(row),
        )
        for row in _rows("pairs")
    )


EVER = 9999
"""Stands for the last cohort of what has no end."""


def _within(row: Mapping[str, str], by_name: Mapping[str, Scheme]) -> tuple[int, int]:
    """The cohorts that a row names, as far as they are of its scheme; all of them, where it names neither."""
    first, last = _cohorts(row)
    scheme = by_name.get(row["scheme"])
    return (max(first, scheme.from_cohort), min(last, scheme.to_cohort)) if scheme else (first, last)


def _cohorts(row: Mapping[str, str]) -> tuple[int, int]:
    return int(row["from_cohort"] or 0), int(row["to_cohort"] or EVER)


def _verified(row: Mapping[str, str]) -> bool:
    return row["verified"] == "true"


def _rows(name: str) -> Iterator[dict[str, str]]:
    content = (files("destinations.field_rules") / "data" / f"{name}.csv").read_text("utf-8")
    return iter(csv.DictReader(io.StringIO(content)))
