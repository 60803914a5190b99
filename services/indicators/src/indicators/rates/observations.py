"""What callers get to see: one observation per group, from counts to percentages."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from indicators.rates.figures import Count, Figure, Tally
from indicators.rates.schemes import Scheme
from indicators.rates.series import Group, Point

Json = dict[str, Any]


def tallies(counts: Iterable[tuple[Group, Count]], scheme: Scheme) -> dict[Group, Tally]:
    """Counts of each group added up."""
    found: dict[Group, Tally] = {}
    for group, count in counts:
        found.setdefault(group, Tally(scheme)).add(count)
    return found


def observations(counts: Iterable[tuple[Group, Count]], by: Sequence[str], scheme: Scheme) -> list[Json]:
    """Groups with somebody in them; without a grouping always exactly one."""
    found = tallies(counts, scheme)
    if not by:
        found = {(): found.get((), Tally(scheme))}
    return [_observation(by, group, found[group]) for group in in_order(found)]


def series_observations(points: Mapping[Group, Sequence[Point]], by: Sequence[str]) -> list[Json]:
    """Groups with somebody in them on one of the days."""
    shown = {group: own for group, own in points.items() if not by or any(point.base for point in own)}
    return [{"group": named(by, group), "points": list(map(_point, shown[group]))} for group in in_order(shown)]


def named(by: Sequence[str], group: Group) -> dict[str, str | None]:
    """A group with the names of its dimensions."""
    return dict(zip(by, group, strict=True))


def in_order(groups: Iterable[Group]) -> list[Group]:
    """Groups by their values, missing values last."""
    return sorted(groups, key=lambda group: [(value is None, value or "") for value in group])


def _observation(by: Sequence[str], group: Group, tally: Tally) -> Json:
    return {
        "group": named(by, group),
        "base": tally.base,
        "not_registered": tally.not_registered,
        "measures": {measure.name: shown(tally.figure(measure)) for measure in tally.scheme.measures},
    }


def _point(point: Point) -> Json:
    return {"as_of": point.as_of.isoformat(), **shown(point.figure)}


def shown(figure: Figure) -> Json:
    """Numerator, denominator and the percentage."""
    return {"numerator": figure.numerator, "denominator": figure.denominator, "rate": figure.rate}
