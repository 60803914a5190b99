"""What holds of all figures, whatever happened: random histories over HTTP against a recount person by person."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from common.contracts import graduate, registration
from common.contracts.envelope import IncomingEvent
from testing.http import Client, get

EXAMPLES = 60 if os.environ.get("QUXIANG_SOAK") else 8
JUNE = date(2024, 6, 1)
CLASSES = {
    **dict.fromkeys(("10", "12", "271", "46", "502"), "unit"),
    "75": "own_business",
    "76": "freelance",
    "801": "further_study",
    "85": "further_study",
    "70": "seeking",
    "71": "not_seeking",
    "72": "not_seeking",
}
MEASURES = {
    "unit_employment_rate": "unit",
    "own_business_rate": "own_business",
    "freelance_rate": "freelance",
    "further_study_rate": "further_study",
    "seeking_rate": "seeking",
    "not_seeking_rate": "not_seeking",
}
PLACED = ("unit", "own_business", "freelance", "further_study")
ROSTER: Mapping[str, tuple[str | None, ...]] = {
    "college_code": ("C1", "C2", None),
    "sex_code": ("1", "2"),
    "education_level_code": ("31", "33", "11", "41", None),
    "ethnicity_code": ("01", "03", "97", None),
    "hardship_code": ("0", "2", None),
    "urban_rural": ("urban", "rural", None),
    "study_form": ("full_time", None),
}
SEEN: Mapping[str, Callable[[Any], str | None]] = {
    "college": lambda entry: entry.college_code,
    "sex": lambda entry: entry.sex_code,
    "education_level": lambda entry: {"31": "bachelor", "33": "bachelor", "11": "master", "41": "junior_college"}.get(
        entry.education_level_code or ""
    ),
    "ethnicity_group": lambda entry: {"01": "han", "03": "minority", "97": "other"}.get(entry.ethnicity_code or ""),
    "hardship_any": lambda entry: {"0": "no", "2": "yes"}.get(entry.hardship_code or ""),
    "origin_urban": lambda entry: entry.urban_rural,
    "study_form": lambda entry: entry.study_form,
}
ROSTER_ACTS = ("transfer", "completed", "excluded", "withdrawn", "back", "cohort", "erase")

people = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in ROSTER.items()})
acts = st.tuples(
    st.integers(0, 9), st.integers(0, 60), st.sampled_from([*CLASSES, *CLASSES, "void", *ROSTER_ACTS]), people
)
Stood = dict[str, tuple[Any, str, str | None]]
"""Who is in a cohort on a day: the entry, the class and the code."""


def lived(school: Any, history: Iterable[tuple[int, int, str, dict[str, Any]]], first: list[dict[str, Any]]) -> None:
    """A history of ten people: what they do, and how the roster changes."""
    ids: list[UUID] = [school.enters(**said) for said in first]
    for number, who in enumerate(ids[:6]):
        school.goes(who, ("10", "70", "801")[number % 3], JUNE)
    for number, days, act, said in history:
        who, day = ids[number], JUNE + timedelta(days=days)
        match act:
            case "transfer" | "back":
                school.enters(who, day=day, **said)
            case "completed" | "excluded" | "withdrawn":
                school.enters(who, day=day, status=act, **said)
            case "cohort":
                school.enters(who, day=day, cohort=2025, **said)
            case "erase":
                school.is_erased(who, max(day, _last_day(school, who)))
            case "void":
                school.goes(who, "10", day, state="voided")
            case _:
                school.goes(who, act, day)


def _last_day(school: Any, who: UUID) -> date:
    days = [event.decided_on for event in school.events if (event.topic, event.key) == (graduate.TOPIC, str(who))]
    last: date = max(days)
    return last


def stood(events: Iterable[IncomingEvent], cohort: int, day: date) -> Stood:
    """Straight from the histories: the last version that counts on the day, of the roster and of the destination."""
    said: dict[tuple[str, str], Any] = {}
    over: set[tuple[str, str]] = set()
    for event in sorted(events, key=lambda event: event.sequence):
        about = (event.topic, event.key)
        # none after one that counts later yet
        if event.decided_on is not None and event.decided_on > day:
            over.add(about)
        if about not in over:
            said[about] = event.data
    found: Stood = {}
    for (topic, key), entry in said.items():
        if topic != graduate.TOPIC or entry.cohort != cohort or entry.status not in {"registered", "completed"}:
            continue
        if day < date(cohort - 1, 9, 1):
            continue
        goes = said.get((registration.TOPIC, key))
        code = goes.destination_code if goes is not None and goes.state != "voided" else None
        found[key] = (entry, CLASSES[code] if code else "not_registered", code)
    return found


def points(before: Fraction, after: Fraction) -> str:
    """The difference as it is published: per cent, once rounded, half away from zero."""
    exact = (after - before) * 100
    return str((Decimal(exact.numerator) / exact.denominator).quantize(Decimal("0.01"), ROUND_HALF_UP) + 0)


class Laws:
    """One school and its recount, asked over HTTP as an administrator."""

    def __init__(self, client: Client, school: Any) -> None:
        self.client = client
        self.school = school

    async def ask(self, path: str, **query: Any) -> Any:
        return await get(self.client("admin"), path, school=self.school.code, **query)

    async def rates_add_up(self, day: date, by: list[str]) -> None:
        people = stood(self.school.events, 2024, day)
        asked = {"by": ",".join(by)} if by else {}
        found = (await self.ask("/v1/rates", cohort=2024, as_of=day.isoformat(), **asked))["observations"]
        expected: dict[tuple[str | None, ...], Counter[str]] = {} if by else {(): Counter()}
        for entry, own, _ in people.values():
            expected.setdefault(tuple(SEEN[name](entry) for name in by), Counter())[own] += 1
        groups = {tuple(each["group"].values()): each for each in found}
        assert groups.keys() == expected.keys()
        for group, each in groups.items():
            counts = {own: each["measures"][name]["numerator"] for name, own in MEASURES.items()}
            assert sum(counts.values()) + each["not_registered"] == each["base"] == expected[group].total()
            assert counts == {own: expected[group][own] for own in counts}
            placed = sum(expected[group][own] for own in PLACED)
            assert each["measures"]["placement_rate"]["numerator"] == placed
        # pooled from counts, as one group
        assert sum(each["base"] for each in found) == len(people)

    async def transitions_are_both_sides(self, before: date, after: date) -> None:
        body = await self.ask("/v1/comparisons", cohort=2024, as_of=after.isoformat(), with_as_of=before.isoformat())
        sides = [stood(self.school.events, 2024, day) for day in (before, after)]
        outside: tuple[Any, str, None] = (None, "outside", None)
        expected = Counter(
            tuple(side.get(who, outside)[1] for side in sides) for who in sides[0].keys() | sides[1].keys()
        )
        assert {(each["from"], each["to"]): each["count"] for each in body["transitions"]} == expected
        (observation,) = body["observations"]
        for name, own in MEASURES.items():
            found = observation["measures"][name]
            counts = [sum(each[1] == own for each in side.values()) for side in sides]
            assert [found[side]["numerator"] for side in ("before", "after")] == counts
            if all(sides):
                exact = [Fraction(count, len(side)) for count, side in zip(counts, sides, strict=True)]
                assert found["difference"] == points(*exact)
            else:
                assert found["difference"] is None

    async def movements_are_the_difference(self, before: date, after: date) -> None:
        period = {"from": before.isoformat(), "to": after.isoformat()}
        body = await get(
            self.client("school_officer", school=self.school.code),
            "/v1/movements",
            **{"school": self.school.code, "cohort": 2024, "limit": 500, **period},
        )
        nowhere: tuple[Any, str, None] = (None, "outside", None)
        sides = [stood(self.school.events, 2024, day) for day in (before, after)]
        expected = {
            who: (*(each[1] for each in both), *(each[2] for each in both))
            for who in sides[0].keys() | sides[1].keys()
            for both in [tuple(side.get(who, nowhere) for side in sides)]
            if both[0][1:] != both[1][1:]
        }
        names = ("from_class", "to_class", "from_code", "to_code")
        assert {each["graduate_id"]: tuple(each[name] for name in names) for each in body["items"]} == expected

    async def trends_are_the_rates_of_that_day(self, day: date) -> None:
        asked = {"cohorts": "2024,2025", "on": day.strftime("%m-%d"), "measure": "placement_rate"}
        (observation,) = (await self.ask("/v1/trends", **asked))["observations"]
        for point in observation["points"]:
            people = stood(self.school.events, point["cohort"], date(point["cohort"], day.month, day.day))
            placed = sum(own in PLACED for _, own, _ in people.values())
            assert (point["numerator"], point["denominator"]) == (placed, len(people))

    async def a_series_has_every_day(self, by: str) -> None:
        period = {"from": "2024-05-31", "to": "2024-08-01"}
        body = await self.ask("/v1/series", cohort=2024, measure="placement_rate", by=by, **period)
        groups = {each["group"][by]: each["points"] for each in body["observations"]}
        for at in range((date(2024, 8, 1) - date(2024, 5, 31)).days + 1):
            day = date(2024, 5, 31) + timedelta(days=at)
            people = stood(self.school.events, 2024, day).values()
            placed = Counter(SEEN[by](entry) for entry, own, _ in people if own in PLACED)
            everybody = Counter(SEEN[by](entry) for entry, _, _ in people)
            assert everybody.keys() <= groups.keys()
            for group, own_points in groups.items():
                point = own_points[at]
                found = (point["as_of"], point["numerator"], point["denominator"])
                assert found == (day.isoformat(), placed[group], everybody[group])

    async def cells_add_up(self, day: date) -> None:
        asked = {"cohort": 2024, "as_of": day.isoformat(), "dimension": "destination_class"}
        (observation,) = (await self.ask("/v1/structures", **asked))["observations"]
        assert sum(cell["count"] for cell in observation["cells"]) == observation["base"]
        assert observation["base"] == len(stood(self.school.events, 2024, day))


# to make a failure smaller would take minutes: each example is asked over HTTP
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    first=st.lists(people, min_size=10, max_size=10),
    history=st.lists(acts, min_size=30, max_size=60),
    by=st.lists(st.sampled_from([*SEEN]), max_size=4, unique=True),
    day=st.integers(5, 40),
    later=st.integers(5, 40),
    random=st.randoms(use_true_random=False),
)
async def test_the_laws_hold_over_random_histories(
    client: Client,
    apply: Any,
    new_school: Any,
    first: list[dict[str, Any]],
    history: list[Any],
    by: list[str],
    day: int,
    later: int,
    random: Any,
) -> None:
    school = new_school()
    school.described("410000")
    lived(school, history, first)
    # a roster may come after what its people did, and in any order
    arriving = [*school.events]
    random.shuffle(arriving)
    for start in range(0, len(arriving), 25):
        await apply(arriving[start : start + 25])
    before, after = JUNE + timedelta(days=day), JUNE + timedelta(days=day + later)
    laws = Laws(client, school)
    await laws.rates_add_up(before, by)
    await laws.rates_add_up(date(2026, 1, 1), by[:2])
    await laws.transitions_are_both_sides(before, after)
    await laws.movements_are_the_difference(before, after)
    await laws.trends_are_the_rates_of_that_day(before)
    await laws.cells_add_up(after)
    await laws.a_series_has_every_day((by or ["college"])[0])
