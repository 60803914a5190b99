"""The days of a season against the field's documents, and how a later row takes over."""

from datetime import date

import pytest

from common import season
from common.identifiers import Cohort
from common.season import DATES, Dated, SeasonDay, season_day


@pytest.mark.parametrize(
    ("day", "of_2024"),
    [
        # the cohort as a population, before anything of it is known
        (SeasonDay.BEGINS, date(2023, 9, 1)),
        # source 003: monthly December to February, by the 1st
        (SeasonDay.MONITORING_BEGINS, date(2023, 12, 1)),
        # the school's day of graduation, where it names none
        (SeasonDay.GRADUATION, date(2024, 6, 30)),
        # source 003: two rounds of self-checks, in July and at the end of August; all registered, reports in by 08-30
        (SeasonDay.FIRST_CHECK_FROM, date(2024, 7, 1)),
        (SeasonDay.FIRST_CHECK_TO, date(2024, 7, 31)),
        (SeasonDay.LAST_CHECK_FROM, date(2024, 8, 15)),
        (SeasonDay.LAST_CHECK_TO, date(2024, 8, 30)),
        (SeasonDay.COVERAGE_BY, date(2024, 8, 30)),
        (SeasonDay.REPORT_BY, date(2024, 8, 30)),
        (SeasonDay.CLOSES_ON, date(2024, 12, 31)),
        # changes after registration: 31 August for the ministry
        (SeasonDay.CHANGES_UNTIL, date(2024, 8, 31)),
        # source 002: 初次 at 31 August, 年终 at 31 December
        (SeasonDay.INITIAL_RATE, date(2024, 8, 31)),
        (SeasonDay.YEAR_END_RATE, date(2024, 12, 31)),
    ],
)
def test_the_days_of_a_cohort(day: SeasonDay, of_2024: date) -> None:
    assert season_day(day, Cohort(2024)) == of_2024
    assert season_day(day, Cohort(1977)) == of_2024.replace(year=of_2024.year - 47)


def test_every_day_holds_for_every_cohort_and_names_its_source() -> None:
    assert {each.day for each in DATES if each.first_cohort == 0} == set(SeasonDay)
    assert len({(each.day, each.first_cohort) for each in DATES}) == len(DATES)
    assert all(each.source for each in DATES)
    ours = {SeasonDay.BEGINS, SeasonDay.GRADUATION, SeasonDay.LAST_CHECK_FROM, SeasonDay.CLOSES_ON}
    assert {each.day for each in DATES if not each.verified} == ours


def test_a_day_moves_from_a_cohort_on_and_stays_for_those_before(monkeypatch: pytest.MonkeyPatch) -> None:
    moved = Dated(SeasonDay.CHANGES_UNTIL, 2027, 0, 9, 15, "a later notice", True)
    monkeypatch.setattr(season, "DATES", (moved, *DATES))
    season_day.cache_clear()
    days = [season_day(SeasonDay.CHANGES_UNTIL, Cohort(cohort)) for cohort in (2026, 2027, 2028)]
    season_day.cache_clear()
    assert days == [date(2026, 8, 31), date(2027, 9, 15), date(2028, 9, 15)]
