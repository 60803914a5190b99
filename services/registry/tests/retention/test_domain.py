"""Periods of retention: worked days, and that looking from either end gives the same."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.identifiers import Cohort
from registry.retention.domain import Kept, Since, ended_cohorts, ended_since, ends_on, periods, retention_ends


@pytest.mark.parametrize(
    ("kind", "since", "ends"),
    [
        # six years after the day of the year-end rate, 31 December of the cohort's year
        (Kept.ROSTER, Cohort(2026), date(2032, 12, 31)),
        (Kept.PHOTO, Cohort(2026), date(2027, 12, 31)),
        (Kept.PROOF, date(2026, 6, 12), date(2029, 6, 12)),
        # 2031 has no such day, and three years are not over on 28 February
        (Kept.PROOF, date(2028, 2, 29), date(2031, 3, 1)),
        (Kept.WITHDRAWN_PROOF, date(2026, 12, 1), date(2027, 12, 1)),
        (Kept.REFUSED_ERASURE, date(2026, 1, 31), date(2027, 1, 31)),
        (Kept.TALENT_PROFILE, date(2027, 2, 28), date(2028, 2, 28)),
        (Kept.CONTACT_REQUEST, date(2026, 8, 31), date(2027, 8, 31)),
        (Kept.NOTICE, date(2026, 11, 29), date(2027, 11, 29)),
    ],
)
def test_worked_days(kind: Kept, since: Cohort | date, ends: date) -> None:
    assert ends_on(kind, since) == ends


def test_every_kind_has_a_period_with_its_source() -> None:
    assert list(periods()) == list(Kept)
    assert all(period.months > 0 and period.source and not period.verified for period in periods().values())


def test_proof_is_kept_for_three_years_at_least() -> None:
    assert periods()[Kept.PROOF].months >= 36


def test_a_roster_ends_on_its_day_and_not_before() -> None:
    cohorts = [Cohort(2019), Cohort(2020), Cohort(2021)]
    assert retention_ends(Cohort(2020)) == date(2026, 12, 31)
    assert ended_cohorts(Kept.ROSTER, cohorts, date(2026, 12, 30)) == [2019]
    assert ended_cohorts(Kept.ROSTER, cohorts, date(2026, 12, 31)) == [2019, 2020]


def test_a_day_and_a_cohort_are_not_mistaken_for_each_other() -> None:
    with pytest.raises(ValueError, match="year_end_rate"):
        ends_on(Kept.ROSTER, date(2026, 1, 1))
    with pytest.raises(ValueError, match="decided"):
        ends_on(Kept.PROOF, Cohort(2026))


@given(
    st.sampled_from([kind for kind, period in periods().items() if isinstance(period.counted_from, Since)]),
    st.dates(date(2020, 1, 1), date(2100, 1, 1)),
    st.dates(date(2020, 1, 1), date(2110, 1, 1)),
)
def test_what_has_ended_is_found_from_either_end(kind: Kept, since: date, today: date) -> None:
    assert (since <= ended_since(kind, today)) is (ends_on(kind, since) <= today)


def test_the_page_for_operators_has_the_periods() -> None:
    page = Path(__file__).parents[4] / "docs" / "operations" / "retention.md"
    rows = [line.strip("| ").split(" | ") for line in page.read_text("utf-8").splitlines() if line.startswith("| `")]
    said = [(kind.strip("`"), months, since.strip("`"), source) for kind, _, months, since, source in rows]
    assert said == [(p.kind, f"{p.months}", p.counted_from, p.source) for p in periods().values()]
