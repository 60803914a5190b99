"""What would be otherwise if a snapshot were frozen now; pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from indicators.schemes.schemes import Scheme
from indicators.schemes.tally import Count, Figure, Tally

Counted = Iterable[tuple[str | None, Count]]
"""Graduates by college and destination; without a college None."""


@dataclass(frozen=True)
class Difference:
    """A measure of a college, of the whole school without one, as it was frozen and as it would be frozen now."""

    measure: str
    college: str | None
    before: Figure
    after: Figure


def differences(before: Counted, after: Counted, scheme: Scheme) -> list[Difference]:
    """The measures that differ, of the school first, then of its colleges by their codes."""
    frozen, present = _tallies(before, scheme), _tallies(after, scheme)
    colleges = sorted(code for code in frozen.keys() | present.keys() if code is not None)
    return [each for college in (None, *colleges) for each in _of_college(frozen, present, college, scheme)]


def _of_college(
    frozen: dict[str | None, Tally], present: dict[str | None, Tally], college: str | None, scheme: Scheme
) -> Iterator[Difference]:
    nobody = Tally(scheme)
    before, after = frozen.get(college, nobody), present.get(college, nobody)
    for measure in scheme.measures:
        found = Difference(measure.name, college, before.figure(measure), after.figure(measure))
        if found.before != found.after:
            yield found


def _tallies(counted: Counted, scheme: Scheme) -> dict[str | None, Tally]:
    """By college; under None stands the whole school, those without a college among them."""
    found: dict[str | None, Tally] = {}
    for college, count in counted:
        for code in {None, college}:
            found.setdefault(code, Tally(scheme)).add(count)
    return found
