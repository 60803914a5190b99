"""Rules of one graduate's timeline."""

from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from common.identifiers import Cohort, SchoolCode
from indicators.timeline.domain import (
    BEFORE,
    OPEN,
    WIDE,
    Content,
    Destination,
    DestinationVersion,
    Groups,
    RosterVersion,
    Span,
    province_of,
    timeline,
)

SCHOOL = SchoolCode("90001")
COHORT = Cohort(2024)
SEASON = date(2023, 9, 1)
HERE = Groups(college_code="C01", sex_code="1")
CONTRACT = Destination("10", employer_nature_code="39")
STUDY = Destination("801")


def entered(sequence: int = 1, day: date = SEASON, counted: bool = True, groups: Groups = HERE) -> RosterVersion:
    return RosterVersion(sequence, day, SCHOOL, COHORT, counted, groups)


def decided(
    sequence: int, day: date, destination: Destination = CONTRACT, state: str = "school_approved"
) -> DestinationVersion:
    return DestinationVersion(sequence, day, state, destination)


def content(destination: Destination | None = None, groups: Groups = HERE) -> Content:
    return Content(SCHOOL, COHORT, groups, destination, WIDE, WIDE if destination else None)


def test_a_graduate_counts_as_not_registered_from_the_start_of_the_season() -> None:
    assert timeline([entered()], []) == (Span(SEASON, OPEN, content()),)


def test_a_decision_ends_one_span_and_begins_the_next() -> None:
    day = date(2024, 6, 1)
    assert timeline([entered()], [decided(1, day)]) == (
        Span(SEASON, day, content()),
        Span(day, OPEN, content(CONTRACT)),
    )


def test_the_last_decision_of_a_day_counts_for_the_whole_day() -> None:
    day = date(2024, 6, 1)
    assert timeline([entered()], [decided(1, day), decided(2, day, STUDY)])[-1] == Span(day, OPEN, content(STUDY))


def test_a_version_with_an_earlier_day_than_its_predecessor_counts_from_the_predecessors_day() -> None:
    day = date(2024, 6, 10)
    spans = timeline([entered()], [decided(1, day), decided(2, day - timedelta(days=5), STUDY)])
    assert spans == (Span(SEASON, day, content()), Span(day, OPEN, content(STUDY)))


def test_confirming_changes_nothing() -> None:
    day = date(2024, 6, 1)
    once = timeline([entered()], [decided(1, day)])
    assert timeline([entered()], [decided(1, day), decided(2, day + timedelta(days=3))]) == once


def test_a_voided_destination_is_not_registered_again() -> None:
    day, voided = date(2024, 6, 1), date(2024, 7, 1)
    spans = timeline([entered()], [decided(1, day), decided(2, voided, state="voided")])
    assert spans[-1] == Span(voided, OPEN, content())


def test_a_requested_void_still_counts() -> None:
    day = date(2024, 6, 1)
    versions = [decided(1, day), decided(2, date(2024, 7, 1), state="void_requested")]
    assert timeline([entered()], versions)[-1] == Span(day, OPEN, content(CONTRACT))


def test_who_is_no_longer_counted_leaves_on_that_day() -> None:
    day = date(2024, 5, 1)
    spans = timeline([entered(), entered(2, day, counted=False)], [decided(1, date(2024, 6, 1))])
    assert spans == (Span(SEASON, day, content()),)


def test_who_was_never_counted_has_no_span() -> None:
    assert timeline([entered(counted=False)], [decided(1, date(2024, 6, 1))]) == ()


def test_a_destination_without_a_roster_entry_gives_no_span() -> None:
    assert timeline([], [decided(1, date(2024, 6, 1))]) == ()


def test_a_destination_decided_before_the_graduate_entered_counts_from_the_entry() -> None:
    entry = date(2024, 6, 20)
    assert timeline([entered(day=entry)], [decided(1, date(2024, 6, 1))]) == (Span(entry, OPEN, content(CONTRACT)),)


def test_nobody_counts_before_the_season_of_the_cohort() -> None:
    assert timeline([entered(day=date(2023, 1, 1))], [])[0].from_day == SEASON


def test_a_new_college_begins_a_new_span() -> None:
    moved = HERE._replace(college_code="C02")
    day = date(2024, 3, 1)
    spans = timeline([entered(), entered(2, day, groups=moved)], [])
    assert spans == (Span(SEASON, day, content()), Span(day, OPEN, content(groups=moved)))


def test_a_province_is_read_from_a_six_digit_place_only() -> None:
    assert province_of("410102") == "410000"
    assert province_of("4101") is None
    assert province_of(None) is None


days = st.dates(min_value=date(2023, 6, 1), max_value=date(2024, 12, 31))
groups = st.builds(Groups, college_code=st.sampled_from(["C01", "C02", None]), sex_code=st.sampled_from(["1", "2"]))
roster_versions = st.lists(
    st.builds(
        RosterVersion,
        st.integers(1, 8),
        days,
        st.just(SCHOOL),
        st.sampled_from([2024, 2025]),
        st.booleans(),
        groups,
    ),
    max_size=6,
    unique_by=lambda version: version.sequence,
)
destination_versions = st.lists(
    st.builds(
        DestinationVersion,
        st.integers(1, 8),
        days,
        st.sampled_from(["school_approved", "void_requested", "voided"]),
        st.builds(Destination, st.sampled_from(["10", "76", "801", "70"]), st.booleans()),
    ),
    max_size=8,
    unique_by=lambda version: version.sequence,
)


@given(roster_versions, destination_versions, st.randoms(use_true_random=False))
def test_order_and_repeats_change_nothing(
    roster: list[RosterVersion], decisions: list[DestinationVersion], random: Random
) -> None:
    expected = timeline(roster, decisions)
    shuffled, again = [*roster, *roster], [*decisions, *decisions]
    random.shuffle(shuffled)
    random.shuffle(again)
    assert timeline(shuffled, again) == expected


@given(roster_versions, destination_versions)
def test_spans_are_ordered_apart_and_maximal(roster: list[RosterVersion], decisions: list[DestinationVersion]) -> None:
    spans = timeline(roster, decisions)
    assert all(span.from_day < span.to_day for span in spans)
    for earlier, later in pairwise(spans):
        assert earlier.to_day <= later.from_day
        assert earlier.to_day < later.from_day or earlier.content != later.content


@given(roster_versions, destination_versions, days)
def test_a_day_shows_the_highest_sequence_that_counts_by_then(
    roster: list[RosterVersion], decisions: list[DestinationVersion], day: date
) -> None:
    """An independent definition: a version counts on a day when no version up to it was decided later than the day."""

    def last(versions: list[Any]) -> Any:
        counted = [v for v in versions if all(u.decided_on <= day for u in versions if u.sequence <= v.sequence)]
        return max(counted, key=lambda version: version.sequence, default=None)

    entry, decision = last(roster), last(decisions)
    inside = entry is not None and entry.counted and day >= date(entry.cohort - 1, 9, 1)
    spans = [span for span in timeline(roster, decisions) if span.from_day <= day < span.to_day]
    assert len(spans) == (1 if inside else 0)
    if inside:
        counts = decision is not None and decision.state != "voided"
        goes, of_destination = (decision.destination, decision.generation) if counts else (None, None)
        assert spans[0].content == Content(SCHOOL, entry.cohort, entry.groups, goes, entry.generation, of_destination)


def test_a_span_has_the_generations_of_the_versions_that_say_it() -> None:
    june, july = date(2024, 6, 1), date(2024, 7, 1)
    old = decided(1, june)._replace(generation=BEFORE)
    again = [old, decided(2, july)]
    assert [(s.content.roster_generation, s.content.destination_generation) for s in timeline([entered()], again)] == [
        (WIDE, None),
        (WIDE, BEFORE),
        (WIDE, WIDE),
    ]
    # announced once more, with the day of before
    spans = timeline([entered()._replace(generation=BEFORE), entered(2)], [old, decided(2, june)])
    assert {(s.content.roster_generation, s.content.destination_generation) for s in spans} == {
        (WIDE, None),
        (WIDE, WIDE),
    }
