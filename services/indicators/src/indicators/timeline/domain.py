"""The timeline of one graduate: a pure function from the set of versions to spans.

Nothing here knows about batches, offsets or databases. Because the result depends on the set alone, a duplicate, a
late or a replayed version changes nothing but what it has to change.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise
from typing import NamedTuple, TypeVar

from common.identifiers import Cohort, SchoolCode
from common.season import SeasonDay, season_day

OPEN = date.max
"""End of a span that still lasts; PostgreSQL stores it as `infinity`."""

VOIDED = "voided"

PLACE_DIGITS = 6


class Groups(NamedTuple):
    """Group codes of a graduate; they come from the roster only. The province follows from the place: `groups_of`."""

    college_code: str | None = None
    major_code: str | None = None
    class_code: str | None = None
    education_level_code: str | None = None
    sex_code: str | None = None
    origin_place_code: str | None = None
    urban_rural: str | None = None
    ethnicity_code: str | None = None
    hardship_code: str | None = None
    training_mode_code: str | None = None
    teacher_training_code: str | None = None
    study_form: str | None = None
    origin_province_code: str | None = None


ROSTER_GROUPS = tuple(name for name in Groups._fields if name != "origin_province_code")
"""Those of the groups that a version says itself."""


class Destination(NamedTuple):
    """毕业去向 that is in force, with the particulars that structure tables need."""

    destination_code: str
    flexible: bool = False
    employer_nature_code: str | None = None
    industry_code: str | None = None
    place_code: str | None = None
    position_code: str | None = None
    study_level_code: str | None = None
    abroad_country_code: str | None = None


BEFORE, WIDE = 1, 2
"""Generations of versions: WIDE ones say town or country, the level of further study and the country abroad, too."""


class RosterVersion(NamedTuple):
    """One version of a graduate's roster entry; `counted` if it is in the population N."""

    sequence: int
    decided_on: date
    school_code: SchoolCode
    cohort: Cohort
    counted: bool
    groups: Groups
    generation: int = WIDE


class DestinationVersion(NamedTuple):
    """One version of a graduate's effective destination."""

    sequence: int
    decided_on: date
    state: str
    destination: Destination
    generation: int = WIDE


class Content(NamedTuple):
    """What a span says about the graduate while it lasts, and the generations of the versions that said it."""

    school_code: SchoolCode
    cohort: Cohort
    groups: Groups
    destination: Destination | None
    roster_generation: int | None = WIDE
    destination_generation: int | None = None


class Span(NamedTuple):
    """Period `[from_day, to_day)` in which nothing about a graduate changed."""

    from_day: date
    to_day: date
    content: Content


V = TypeVar("V", RosterVersion, DestinationVersion)


def province_of(place_code: str | None) -> str | None:
    """Province of a GB/T 2260 place; none for what is no such code."""
    if place_code is None or len(place_code) != PLACE_DIGITS or not place_code.isdigit():
        return None
    return f"{place_code[:2]}0000"


def groups_of(said: Iterable[str | None]) -> Groups:
    """What a version says, in the order of ROSTER_GROUPS, as groups."""
    groups = Groups(*said)
    return groups._replace(origin_province_code=province_of(groups.origin_place_code))


def timeline(roster: Iterable[RosterVersion], destinations: Iterable[DestinationVersion]) -> tuple[Span, ...]:
    """Spans of one graduate in order of time; none where the graduate is outside the population."""
    entries, decisions = _by_effective_day(roster), _by_effective_day(destinations)
    seasons = {season_day(SeasonDay.BEGINS, entry.cohort) for entry in entries.values()}
    days = sorted({*entries, *decisions, *seasons})
    return tuple(_merge_adjacent(_pieces(days, entries, decisions)))


def _by_effective_day(versions: Iterable[V]) -> dict[date, V]:
    """Last version per effective day, where the effective day never runs backwards along the sequence."""
    effective: dict[date, V] = {}
    day = date.min
    for version in sorted(versions, key=lambda version: version.sequence):
        day = max(day, version.decided_on)
        effective[day] = version
    return effective


def _pieces(
    days: list[date], entries: dict[date, RosterVersion], decisions: dict[date, DestinationVersion]
) -> Iterator[Span]:
    """Spans between the days on which something changes, while the graduate is inside the population."""
    entry: RosterVersion | None = None
    decision: DestinationVersion | None = None
    for start, end in pairwise([*days, OPEN]):
        entry, decision = entries.get(start, entry), decisions.get(start, decision)
        if entry is not None and entry.counted and start >= season_day(SeasonDay.BEGINS, entry.cohort):
            goes, generation = None, None
            if decision is not None and decision.state != VOIDED:
                goes, generation = decision.destination, decision.generation
            said = Content(entry.school_code, entry.cohort, entry.groups, goes, entry.generation, generation)
            yield Span(start, end, said)


def _merge_adjacent(pieces: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for piece in pieces:
        if merged and merged[-1].to_day == piece.from_day and merged[-1].content == piece.content:
            merged[-1] = merged[-1]._replace(to_day=piece.to_day)
        else:
            merged.append(piece)
    return merged
