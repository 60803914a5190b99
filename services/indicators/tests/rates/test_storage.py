"""Counts from cells and from spans against an independent recount from the histories."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from common.contracts.envelope import IncomingEvent
from common.contracts.graduate import GraduateData
from common.contracts.organisation import UnitKind
from common.database import Database
from common.identifiers import Cohort
from indicators.progress.storage import standing_with
from indicators.rates.domain import Step, days_between, points_per_group
from indicators.rates.storage import counted, counting, movements
from indicators.reading.selection import Level, Moment, Scope, Selection
from indicators.reading.snapshot import Answer
from indicators.schemes.groupings import DIMENSIONS, STORED_DIMENSIONS, Group
from indicators.schemes.schemes import CN_2024
from indicators.schemes.tally import Count, Tally

Applied = Callable[[Iterable[IncomingEvent]], Awaitable[None]]
JUNE = date(2024, 6, 1)
TODAY = date(2026, 11, 23)
PAST_DAYS = [date(2023, 8, 31), date(2023, 9, 1), *(JUNE + timedelta(days=7 * week) for week in range(-2, 12))]


def season(school: Any, seed: int, size: int = 120) -> None:
    random = Random(seed)
    graduates = [
        school.enters(
            college_code=random.choice(["C1", "C2", None]),
            major_code=f"M{random.randrange(5)}",
            class_code=f"K{random.randrange(9)}",
            education_level_code=random.choice(["31", "33", "11", "41", "99"]),
            sex_code=random.choice(["1", "2"]),
            origin_place_code=random.choice(["410102", "110101", "440300", "410000", None]),
            urban_rural=random.choice(["urban", "rural", None]),
            ethnicity_code=random.choice(["01", "03", "97", "98", None]),
            hardship_code=random.choice(["0", "1", "3", None]),
            training_mode_code=random.choice(["1", "2", None]),
            teacher_training_code=random.choice(["1", "12", "2", None]),
            study_form=random.choice(["full_time", "2", None]),
        )
        for _ in range(size)
    ]
    for _ in range(size * 3):
        who, day = random.choice(graduates), JUNE + timedelta(days=random.randrange(60))
        if random.random() < 0.05:
            school.enters(who, day=day, status="withdrawn")
        elif random.random() < 0.1:
            school.enters(who, day=day, college_code="C3", sex_code="1", education_level_code="31")
        else:
            code = random.choice(["10", "11", "12", "271", "46", "502", "75", "76", "801", "85", "70", "71"])
            state = "voided" if random.random() < 0.1 else "school_approved"
            school.goes(who, code, day, state=state, place_code=random.choice(["410102", "310101", None]))


async def read(database: Database, selection: Selection, moment: Moment) -> Counter[tuple[Any, ...]]:
    found: Counter[tuple[Any, ...]] = Counter()
    for group, count in await counts(database, selection, moment):
        found[(*group, count.destination_code, count.flexible)] += count.graduates
    return found


async def counts(database: Database, selection: Selection, moment: Moment) -> list[tuple[Group, Count]]:
    asked = counting(selection, moment.live)
    async with database.reading() as connection:
        now, rows = await standing_with(connection, [], [], asked.sql, {**asked.bound, "day": moment.as_of})
    return counted(selection, Answer(moment, now, rows))


def of(school: Any, /, *by: str, **filters: str) -> Selection:
    return Selection(Scope(Level.SCHOOL, school.code), school.cohort, by, filters)


@pytest.fixture(scope="module")
async def lived(new_school: Any, apply: Applied) -> Any:
    school = new_school()
    season(school, 1)
    await apply(school.events)
    return school


@pytest.mark.parametrize("day", PAST_DAYS)
async def test_a_past_day_equals_a_recount(database: Database, lived: Any, recount: Any, day: date) -> None:
    assert await read(database, of(lived), Moment(day, live=False)) == recount(lived.events, 2024, day)


@pytest.mark.parametrize("dimension", list(STORED_DIMENSIONS))
async def test_live_cells_equal_the_spans_of_today_and_a_recount(
    database: Database, lived: Any, recount: Any, dimension: str
) -> None:
    live = await read(database, of(lived, dimension), Moment(TODAY, live=True))
    assert live == await read(database, of(lived, dimension), Moment(TODAY, live=False))
    assert live == recount(lived.events, 2024, TODAY, STORED_DIMENSIONS[dimension])


@pytest.mark.parametrize("day", [JUNE + timedelta(days=20), TODAY])
async def test_any_combination_of_groupings_equals_a_recount(
    database: Database, lived: Any, recount: Any, day: date
) -> None:
    by = ("college", "sex", "origin_province", "education_level_code", "major")
    assert await read(database, of(lived, *by), Moment(day, live=day == TODAY)) == recount(
        lived.events, 2024, day, *(STORED_DIMENSIONS[dimension] for dimension in by)
    )


def _province_of_school(_: GraduateData) -> str:
    return "410000"


SEEN: Mapping[str, Callable[[GraduateData], str | None]] = {
    "discipline": lambda entry: {"M0": "08", "M1": "02", "M4": "08"}.get(entry.major_code or ""),
    "major_class": lambda entry: {"M0": "0809", "M1": "0203", "M4": "0801"}.get(entry.major_code or ""),
    "origin_city": lambda entry: {"410102": "410100", "110101": "110100", "440300": "440300"}.get(
        entry.origin_place_code or ""
    ),
    "origin_urban": lambda entry: entry.urban_rural,
    "ethnicity_group": lambda entry: {"01": "han", "03": "minority", "97": "other", "98": "other"}.get(
        entry.ethnicity_code or ""
    ),
    "hardship": lambda entry: entry.hardship_code,
    "hardship_any": lambda entry: {"0": "no", "1": "yes", "3": "yes"}.get(entry.hardship_code or ""),
    "training_mode": lambda entry: entry.training_mode_code,
    "teacher_training": lambda entry: entry.teacher_training_code,
    "study_form": lambda entry: entry.study_form,
    "school": lambda entry: entry.school_code,
    "school_province": _province_of_school,
    "education_level": lambda entry: {"31": "bachelor", "33": "bachelor", "11": "master", "41": "junior_college"}.get(
        entry.education_level_code or ""
    ),
}
"""Values of the dimensions that are no column of the roster, by hand."""


@pytest.fixture(scope="module")
async def described(lived: Any, apply: Applied) -> Any:
    lived.described("410000")
    for major, code in (("M0", "080901"), ("M1", "020301"), ("M4", "080101")):
        lived.has_unit(UnitKind.MAJOR, major, national_code=code)
    lived.has_unit(UnitKind.MAJOR, "M2")
    await apply(lived.events)
    return lived


@pytest.mark.parametrize("day", [JUNE + timedelta(days=20), TODAY])
@pytest.mark.parametrize("dimension", [name for name in DIMENSIONS if name not in STORED_DIMENSIONS])
async def test_every_dimension_equals_a_recount_and_filters_as_it_groups(
    database: Database, described: Any, recount: Any, dimension: str, day: date
) -> None:
    moment = Moment(day, live=day == TODAY)
    grouped = await read(database, of(described, dimension), moment)
    assert grouped == recount(described.events, 2024, day, SEEN[dimension])
    for value in {key[0] for key in grouped if key[0] is not None}:
        filtered = await read(database, of(described, **{dimension: value}), moment)
        assert filtered == {key[1:]: number for key, number in grouped.items() if key[0] == value}


async def test_dimensions_combine_at_will(database: Database, described: Any, recount: Any) -> None:
    by = ("discipline", "ethnicity_group", "origin_city", "college", "hardship_any", "school_province")
    seen = [SEEN.get(dimension) or STORED_DIMENSIONS[dimension] for dimension in by]
    moment = Moment(TODAY, live=True)
    combined = await read(database, of(described, *by, sex="1", origin_urban="rural"), moment)
    everything = recount(described.events, 2024, TODAY, "sex_code", "urban_rural", *seen)
    assert combined == {key[2:]: number for key, number in everything.items() if key[:2] == ("1", "rural")}
    assert combined
    await read(database, of(described, *DIMENSIONS, origin_city="410100", teacher_training="12"), moment)


async def test_filters_keep_what_a_grouping_shows_for_the_value(database: Database, lived: Any) -> None:
    grouped = await read(database, of(lived, "college"), Moment(TODAY, live=True))
    filtered = await read(database, of(lived, college="C2"), Moment(TODAY, live=True))
    assert filtered == {key[1:]: number for key, number in grouped.items() if key[0] == "C2"}


async def test_levels_gather_their_codes(database: Database, lived: Any) -> None:
    levels = await read(database, of(lived, "education_level"), Moment(TODAY, live=True))
    assert {key[0] for key in levels} == {"bachelor", "master", "junior_college", None}
    bachelors = await read(database, of(lived, education_level="bachelor"), Moment(TODAY, live=True))
    assert bachelors == {key[1:]: number for key, number in levels.items() if key[0] == "bachelor"}


async def test_a_cohort_is_empty_before_its_season(database: Database, lived: Any) -> None:
    assert await read(database, of(lived), Moment(date(2023, 8, 31), live=False)) == {}


async def test_a_province_is_the_sum_of_its_schools(database: Database, apply: Applied, new_school: Any) -> None:
    cohort = Cohort(2031)
    here, there, elsewhere = (new_school(cohort=cohort) for _ in range(3))
    for school, province in ((here, "620000"), (there, "620000"), (elsewhere, "630000")):
        school.described(province)
        season(school, int(school.code), 30)
        await apply(school.events)
    far = date(2033, 1, 1)
    for moment in (Moment(far, live=True), Moment(far, live=False)):
        own = [await read(database, of(school, "sex"), moment) for school in (here, there, elsewhere)]
        gathered = await read(database, Selection(Scope(Level.PROVINCE, "620000"), cohort, ("sex",)), moment)
        nation = await read(database, Selection(Scope(Level.NATION, "CN"), cohort, ("sex",)), moment)
        assert gathered == own[0] + own[1]
        assert nation == own[0] + own[1] + own[2]


@pytest.mark.parametrize("by", [(), ("college",), ("sex", "college")])
async def test_every_point_of_a_series_is_the_figure_of_its_day(
    database: Database, lived: Any, by: tuple[str, ...]
) -> None:
    measure = CN_2024.measures[0]
    days = list(days_between(JUNE - timedelta(days=3), JUNE + timedelta(days=70), Step.DAY))
    async with database.reading() as connection:
        moved = await movements(connection, of(lived, *by), days[0], days[-1])
        series = points_per_group(moved, days, CN_2024, measure)
        for index in range(0, len(days), 7):
            found = await counts(database, of(lived, *by), Moment(days[index], live=False))
            assert found
            assert {group for group, own in series.items() if own[index].base} == {group for group, _ in found}
            for group, points in series.items():
                tally = Tally(CN_2024, [count for own, count in found if own == group])
                assert points[index].figure == tally.figure(measure)
                assert points[index].base == tally.base
