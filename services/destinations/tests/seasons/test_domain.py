"""Settings of a season and its phases, against the contract's defaults and days."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from common.clock import day_in_shanghai
from common.identifiers import Cohort, SchoolCode
from destinations.seasons.domain import (
    DeadlinePassed,
    EvidenceRule,
    Level,
    NoSeason,
    Phase,
    Round,
    Season,
    SeasonRefused,
    default,
    must_be_consistent,
    must_extend,
    must_keep_passed_days,
)

COHORT = Cohort(2026)
DEFAULTS = default(SchoolCode("10001"), COHORT)
SEASON = replace(DEFAULTS, version=1)
JULY, AUGUST = DEFAULTS.rounds
OPEN, LATE, CLOSED = Phase


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


def test_the_defaults_are_those_of_the_field() -> None:
    assert (
        Season(
            school_code=SchoolCode("10001"),
            cohort=COHORT,
            version=0,
            levels=(Level.COLLEGE, Level.SCHOOL),
            evidence=EvidenceRule.NONE,
            changes_until=day("08-31"),
            coverage_by=day("08-30"),
            report_by=day("08-30"),
            closes_on=day("12-31"),
            graduation_day=day("06-30"),
            rounds=(Round(1, day("07-01"), day("07-31")), Round(2, day("08-15"), day("08-30"))),
        )
        == DEFAULTS
    )
    must_be_consistent(DEFAULTS, COHORT)


@pytest.mark.parametrize(
    ("instant", "extended_until", "phase"),
    [
        # the last moment of 31 August in Shanghai, and the one after
        ("2026-08-31T15:59:59.999999", None, OPEN),
        ("2026-08-31T16:00:00", None, LATE),
        ("2026-10-31T15:59:59.999999", "10-31", OPEN),
        ("2026-10-31T16:00:00", "10-31", LATE),
        # an extension from before the deadline was moved takes nothing away
        ("2026-08-31T15:59:59", "08-01", OPEN),
        ("2026-12-31T15:59:59.999999", None, LATE),
        ("2026-12-31T15:59:59.999999", "12-31", OPEN),
        ("2026-12-31T16:00:00", None, CLOSED),
        ("2026-12-31T16:00:00", "12-31", CLOSED),
        # an extension given before the closing day was moved
        ("2027-01-10T00:00:00", "12-31", CLOSED),
    ],
)
def test_a_day_belongs_to_one_phase(instant: str, extended_until: str | None, phase: Phase) -> None:
    on = day_in_shanghai(datetime.fromisoformat(instant).replace(tzinfo=UTC))
    assert SEASON.phase(on, day(extended_until) if extended_until else None) is phase


def test_a_cohort_without_a_season_is_open_on_every_day() -> None:
    assert {DEFAULTS.phase(on, None) for on in (date(1990, 1, 1), day("12-31"), date(2200, 1, 1))} == {OPEN}


REFUSED: Sequence[tuple[dict[str, Any], list[tuple[str, str]], str]] = [
    ({"levels": (Level.SCHOOL,)}, [("/levels", "levels")], "levels"),
    ({"levels": ()}, [("/levels", "levels")], "levels"),
    ({"levels": (Level.COLLEGE, Level.COUNSELLOR, Level.SCHOOL)}, [("/levels", "levels")], "levels"),
    ({"levels": (Level.COLLEGE, Level.SCHOOL, Level.SCHOOL)}, [("/levels", "levels")], "levels"),
    ({"changes_until": day("09-01")}, [("/changes_until", "later_than_ministry")], "later_than_ministry"),
    ({"closes_on": day("08-30")}, [("/changes_until", "after_closing")], "invalid"),
    ({"graduation_day": date(2025, 8, 31)}, [("/graduation_day", "outside_season")], "invalid"),
    ({"closes_on": date(2028, 1, 1)}, [("/closes_on", "outside_season")], "invalid"),
    ({"coverage_by": date(2027, 1, 1)}, [("/coverage_by", "after_closing")], "invalid"),
    ({"report_by": day("08-14")}, [("/report_by", "report_before_round")], "invalid"),
    ({"rounds": ()}, [("/rounds", "two_rounds")], "two_rounds"),
    ({"rounds": (AUGUST,)}, [("/rounds/0/round", "round_number"), ("/rounds", "two_rounds")], "invalid"),
    ({"rounds": (JULY,)}, [("/rounds", "two_rounds")], "two_rounds"),
    (
        {"rounds": (JULY, Round(2, day("09-01"), day("09-10")))},
        [("/rounds", "two_rounds")],
        "two_rounds",
    ),
    ({"rounds": (JULY, Round(2, day("08-25"), day("09-01")))}, [("/rounds", "two_rounds")], "two_rounds"),
    ({"rounds": (Round(1, day("08-01"), day("08-10")), AUGUST)}, [("/rounds", "two_rounds")], "two_rounds"),
    ({"rounds": (Round(1, day("06-30"), day("07-31")), AUGUST)}, [("/rounds", "two_rounds")], "two_rounds"),
    (
        {"rounds": (JULY, Round(2, day("07-31"), day("08-10")), Round(3, day("08-20"), day("08-30")))},
        [("/rounds/1/from", "rounds_overlap")],
        "invalid",
    ),
    ({"rounds": (Round(1, day("07-31"), day("07-01")), AUGUST)}, [("/rounds/0/to", "round_ends_before")], "invalid"),
    ({"rounds": (JULY, replace(AUGUST, number=3))}, [("/rounds/1/round", "round_number")], "invalid"),
]


@pytest.mark.parametrize(("settings", "problems", "code"), REFUSED)
def test_settings_that_contradict_themselves_are_refused(
    settings: dict[str, Any], problems: list[tuple[str, str]], code: str
) -> None:
    with pytest.raises(SeasonRefused) as refusal:
        must_be_consistent(replace(SEASON, **settings), COHORT)
    assert [(each.pointer, each.rule) for each in refusal.value.problems] == problems
    assert refusal.value.code == code


@pytest.mark.parametrize(
    "settings",
    [
        {"levels": tuple(Level), "evidence": EvidenceRule.APPROVE},
        # source 003: changes until 30 August
        {"changes_until": day("08-30")},
        # long before the cohort graduates, so that all changes need a reason
        {"changes_until": date(2025, 9, 1)},
        {"closes_on": date(2027, 12, 31)},
        {"rounds": (JULY, Round(2, day("08-01"), day("08-10")), replace(AUGUST, number=3))},
        {"rounds": (Round(1, day("05-01"), day("05-01")), replace(JULY, number=2), replace(AUGUST, number=3))},
    ],
)
def test_other_settings_are_possible(settings: dict[str, Any]) -> None:
    must_be_consistent(replace(SEASON, **settings), COHORT)


@pytest.mark.parametrize(
    ("before", "settings", "today", "moved"),
    [
        (SEASON, {"changes_until": day("08-30")}, "08-30", []),
        # until D includes D
        (SEASON, {"changes_until": day("08-30")}, "08-31", ["/changes_until"]),
        (SEASON, {"changes_until": day("08-31"), "evidence": EvidenceRule.SUBMIT}, "12-31", []),
        (SEASON, {"changes_until": day("08-30")}, "09-01", ["/changes_until"]),
        (SEASON, {"closes_on": day("11-30")}, "11-30", []),
        (SEASON, {"closes_on": day("11-30")}, "12-01", ["/closes_on"]),
        (SEASON, {"closes_on": date(2027, 3, 1)}, "12-31", []),
        # the first settings of a cohort
        (DEFAULTS, {"changes_until": day("08-20")}, "12-31", []),
        (DEFAULTS, {"changes_until": day("08-20"), "graduation_day": day("06-20")}, "12-31", ["/graduation_day"]),
        # a round that has begun keeps its beginning, and may end later
        (SEASON, {"rounds": (Round(1, day("07-01"), day("07-20")), AUGUST)}, "07-10", []),
        (SEASON, {"rounds": (Round(1, day("07-05"), day("07-31")), AUGUST)}, "07-10", ["/rounds/0/from"]),
        (SEASON, {"rounds": (JULY, Round(2, day("08-16"), day("08-30")))}, "08-15", []),
        (
            SEASON,
            {"rounds": (JULY, Round(2, day("08-05"), day("08-10")), replace(AUGUST, number=3))},
            "08-12",
            ["/rounds/1/from", "/rounds/1/to"],
        ),
    ],
)
def test_a_day_that_has_passed_stays(before: Season, settings: dict[str, Any], today: str, moved: list[str]) -> None:
    refused: list[str] = []
    try:
        must_keep_passed_days(before, replace(before, **settings), day(today))
    except DeadlinePassed as refusal:
        refused = [each.pointer for each in refusal.problems]
    assert refused == moved


@pytest.mark.parametrize(
    ("season", "until", "today", "refusal"),
    [
        (SEASON, "09-01", "09-01", None),
        (SEASON, "12-31", "08-01", None),
        (SEASON, "08-31", "08-01", SeasonRefused),
        (SEASON, "09-01", "09-02", DeadlinePassed),
        (replace(SEASON, closes_on=day("11-30")), "12-01", "09-01", SeasonRefused),
        (DEFAULTS, "09-01", "08-01", NoSeason),
    ],
)
def test_an_extension_lies_between_the_last_day_of_changes_and_the_closing(
    season: Season, until: str, today: str, refusal: type[Exception] | None
) -> None:
    if refusal is None:
        must_extend(season, day(until), day(today))
    else:
        with pytest.raises(refusal):
            must_extend(season, day(until), day(today))
