"""What callers get to see: one observation per group, from counts to percentages."""

from collections.abc import Iterable, Mapping, Sequence

from indicators.rates.domain import Point
from indicators.reading.answers import Json, in_order, named, shown
from indicators.schemes.groupings import Group
from indicators.schemes.schemes import Scheme
from indicators.schemes.tally import Count, Tally


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


def _observation(by: Sequence[str], group: Group, tally: Tally) -> Json:
    return {
        "group": named(by, group),
        "base": tally.base,
        "not_registered": tally.not_registered,
        "measures": {measure.name: shown(tally.figure(measure)) for measure in tally.scheme.measures},
    }


def _point(point: Point) -> Json:
    return {"as_of": point.as_of.isoformat(), **shown(point.figure)}
