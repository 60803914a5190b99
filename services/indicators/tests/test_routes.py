"""The HTTP contract of figures: shapes, refusals, scopes, waiting for one's own change."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from common.clock import today
from common.contracts import ChangeToken, registration
from common.contracts.envelope import IncomingEvent
from testing.http import Client, get
from testing.tokens import TokenMint

Applied = Callable[[Iterable[IncomingEvent]], Awaitable[None]]
JUNE = date(2024, 6, 1)
COUNSELLOR_OF_C0 = ("counsellor", {"school": "{own}", "college": "C0", "class_": "K1"})


async def test_rates_of_a_school(client: Client, here: Any) -> None:
    earliest = today()
    body = await get(client("school_officer", school=here.code), "/v1/rates", school=here.code, cohort=2024)
    assert body["scheme"] == "CN-2024"
    assert body["definition_version"]
    assert earliest <= date.fromisoformat(body["as_of"]) <= today()
    assert body["min_change_met"] is True
    assert {"watermark", "lag_ms"} <= body.keys()
    (observation,) = body["observations"]
    assert observation["group"] == {}
    assert observation["base"] == 22
    assert observation["not_registered"] == 3
    assert observation["measures"] == {
        "placement_rate": {"numerator": 16, "denominator": 22, "rate": "72.73"},
        "unit_employment_rate": {"numerator": 11, "denominator": 22, "rate": "50.00"},
        "own_business_rate": {"numerator": 0, "denominator": 22, "rate": "0.00"},
        "freelance_rate": {"numerator": 1, "denominator": 22, "rate": "4.55"},
        "further_study_rate": {"numerator": 4, "denominator": 22, "rate": "18.18"},
        "seeking_rate": {"numerator": 2, "denominator": 22, "rate": "9.09"},
        "not_seeking_rate": {"numerator": 1, "denominator": 22, "rate": "4.55"},
        "flexible_employment_rate": {"numerator": 3, "denominator": 22, "rate": "13.64"},
    }


async def test_a_past_day_before_any_decision(client: Client, here: Any) -> None:
    query = {"school": here.code, "cohort": 2024, "as_of": "2024-05-31"}
    body = await get(client("admin"), "/v1/rates", **query)
    assert body["as_of"] == "2024-05-31"
    assert body["observations"][0]["base"] == body["observations"][0]["not_registered"] == 22


async def test_before_the_season_there_is_one_observation_with_base_zero(client: Client, here: Any) -> None:
    query = {"school": here.code, "cohort": 2024, "as_of": "2023-08-31"}
    (observation,) = (await get(client("admin"), "/v1/rates", **query))["observations"]
    assert observation["base"] == 0
    assert observation["measures"]["placement_rate"] == {"numerator": 0, "denominator": 0, "rate": None}
    assert (await get(client("admin"), "/v1/rates", **query, by="sex"))["observations"] == []


async def test_groups_come_in_order_with_missing_values_as_null(client: Client, here: Any) -> None:
    query = {"school": here.code, "cohort": 2024, "by": "class,college"}
    body = await get(client("admin"), "/v1/rates", **query)
    assert [each["group"] for each in body["observations"]] == [
        {"class": "K1", "college": "C0"},
        {"class": "K1", "college": "C1"},
        {"class": None, "college": "C0"},
    ]
    assert sum(each["base"] for each in body["observations"]) == 22


async def test_another_scheme_of_the_same_counts(client: Client, here: Any) -> None:
    query = {"school": here.code, "cohort": 2024}
    former = (await get(client("admin"), "/v1/rates", **query, scheme="CN-2021"))["observations"][0]["measures"]
    assert former["flexible_employment_rate"]["numerator"] == 3
    assert former["contract_employment_rate"]["numerator"] == 9
    old = (await get(client("admin"), "/v1/rates", **query, scheme="CN-2004"))["observations"][0]["measures"]
    assert old == {"employment_rate": {"numerator": 16, "denominator": 19, "rate": "84.21"}}


@pytest.mark.parametrize(
    "query",
    [
        {"cohort": "2024"},
        {"school": "90001", "province": "410000", "cohort": "2024"},
        {"school": "9000x", "cohort": "2024"},
        {"school": "90001"},
        {"school": "90001", "cohort": "next"},
        {"school": "90001", "cohort": "99999"},
        {"school": "90001", "cohort": "2024", "by": "salary"},
        {"school": "90001", "cohort": "2024", "by": "sex,sex"},
        {"school": "90001", "cohort": "2024", "by": ""},
        {"school": "90001", "cohort": "2024", "as_of": "2024-02-30"},
        {"school": "90001", "cohort": "2024", "as_of": "yesterday"},
        {"school": "90001", "cohort": "2024", "as_of": "86400"},
        {"school": "90001", "cohort": "2024", "as_of": "2999-01-01"},
        {"school": "90001", "cohort": "2024", "scheme": "CN-1999"},
        {"school": "90001", "cohort": "2024", "colege": "C01"},
        {"school": "90001", "cohort": "2024", "education_level": "phd"},
        {"school": "90001", "cohort": "2024", "min_change": "nonsense"},
        {"school": "90001", "cohort": "2024", "wait": "31s"},
        {"nation": "FR", "cohort": "2024"},
        {"school": "90001", "cohort": "2024", "college": "C\x0001"},
    ],
)
async def test_a_bad_query_names_the_parameter(client: Client, query: dict[str, str]) -> None:
    body = await get(client("admin"), "/v1/rates", 400, **query)
    assert body["errors"]
    assert all(error["pointer"] and error["rule"] and error["message"] for error in body["errors"])


async def test_nobody_reads_without_a_token(client: Client) -> None:
    figures = ("/v1/rates", "/v1/series", "/v1/structures", "/v1/response-rates")
    for path in (*figures, "/v1/definitions", "/v1/dimensions"):
        async with client() as anonymous:
            answer = await anonymous.get(path, params={"school": "90001", "cohort": 2024})
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


async def test_forged_tokens_are_refused(client: Client, mint: TokenMint) -> None:
    for name, token in mint.forgeries().items():
        async with client() as anonymous:
            answer = await anonymous.get("/v1/definitions", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401, name


@pytest.mark.parametrize(
    ("role", "scope", "query", "status"),
    [
        ("school_officer", {"school": "{own}"}, {"school": "{own}"}, 200),
        ("school_officer", {"school": "{own}"}, {"school": "99998"}, 404),
        ("school_officer", {"school": "{own}"}, {"province": "410000"}, 404),
        ("school_officer", {"school": "{own}"}, {"nation": "CN"}, 404),
        ("school_officer", {}, {"school": "{own}"}, 404),
        ("survey_manager", {"school": "{own}"}, {"school": "{own}"}, 200),
        ("college_officer", {"school": "{own}", "college": "C0"}, {"school": "{own}", "college": "C0"}, 200),
        ("college_officer", {"school": "{own}", "college": "C0"}, {"school": "{own}", "college": "C1"}, 404),
        ("college_officer", {"school": "{own}", "college": "C0"}, {"school": "{own}"}, 404),
        ("college_officer", {"school": "{own}", "college": "C0"}, {"school": "{own}", "by": "college"}, 404),
        ("college_officer", {"school": "99998", "college": "C0"}, {"school": "{own}", "college": "C0"}, 404),
        ("counsellor", {"school": "{own}", "class_": "K1"}, {"school": "{own}", "class": "K1"}, 200),
        ("counsellor", {"school": "{own}", "class_": "K1"}, {"school": "{own}"}, 404),
        (*COUNSELLOR_OF_C0, {"school": "{own}", "college": "C0", "class": "K1"}, 200),
        (*COUNSELLOR_OF_C0, {"school": "{own}", "college": "C1", "class": "K1"}, 404),
        (*COUNSELLOR_OF_C0, {"school": "{own}", "class": "K1"}, 200),
        (*COUNSELLOR_OF_C0, {"school": "{own}", "college": "C0"}, 404),
        ("provincial_officer", {"province": "410000"}, {"province": "410000"}, 200),
        ("provincial_officer", {"province": "410000"}, {"school": "{own}"}, 200),
        ("provincial_officer", {"province": "420000"}, {"school": "{own}"}, 404),
        ("provincial_officer", {"province": "420000"}, {"province": "410000"}, 404),
        ("provincial_officer", {"province": "410000"}, {"nation": "CN"}, 404),
        ("ministry", {}, {"nation": "CN"}, 200),
        ("ministry", {}, {"province": "410000"}, 200),
        ("system", {}, {"school": "{own}"}, 200),
        ("admin", {}, {"nation": "CN"}, 200),
        ("integrator", {"school": "{own}"}, {"school": "{own}"}, 200),
        ("integrator", {"school": "99998"}, {"school": "{own}"}, 404),
        ("integrator", {"school": "{own}"}, {"nation": "CN"}, 404),
        ("auditor", {}, {"school": "{own}"}, 200),
        ("auditor", {}, {"nation": "CN"}, 200),
        ("auditor", {"school": "{own}"}, {"school": "{own}"}, 200),
        ("auditor", {"school": "{own}"}, {"nation": "CN"}, 404),
        ("auditor", {"school": "99998"}, {"school": "{own}"}, 404),
        ("graduate", {"graduate": "7b1f63ce-8f0d-4a51-92a1-0b8b43b9c0de"}, {"school": "{own}"}, 404),
        ("graduate", {"graduate": "7b1f63ce-8f0d-4a51-92a1-0b8b43b9c0de", "school": "{own}"}, {"school": "{own}"}, 403),
        ("employer", {"employer": "7b1f63ce-8f0d-4a51-92a1-0b8b43b9c0de"}, {"nation": "CN"}, 404),
    ],
)
@pytest.mark.parametrize("path", ["/v1/rates", "/v1/series", "/v1/structures", "/v1/response-rates"])
async def test_figures_wider_than_the_scope_do_not_exist(
    client: Client, here: Any, path: str, role: str, scope: dict[str, str], query: dict[str, str], status: int
) -> None:
    def own(values: dict[str, str]) -> dict[str, str]:
        return {name: value.replace("{own}", here.code) for name, value in values.items()}

    particular = {
        "/v1/series": {"measure": "placement_rate", "from": "2024-06-01", "to": "2024-06-03"},
        "/v1/structures": {"dimension": "industry"},
        "/v1/response-rates": {"cycle": "1"},
    }.get(path, {})
    await get(client(role, **own(scope)), path, status, cohort=2024, **particular, **own(query))


async def test_a_college_officer_sees_the_own_college_only(client: Client, here: Any) -> None:
    officer = client("college_officer", school=here.code, college="C0")
    query = {"school": here.code, "cohort": 2024, "college": "C0", "by": "college"}
    body = await get(officer, "/v1/rates", **query)
    assert [each["group"] for each in body["observations"]] == [{"college": "C0"}]


async def test_a_change_is_waited_for(client: Client, apply: Applied, new_school: Any) -> None:
    school = new_school()
    someone = school.enters()
    await apply(school.events)
    change = school.goes(someone, "10", JUNE)
    token = ChangeToken(registration.TOPIC, school.code, str(someone), change.sequence).encode()
    query = {"school": school.code, "cohort": 2024, "min_change": token}
    early = await get(client("admin"), "/v1/rates", **query)
    assert early["min_change_met"] is False
    assert early["observations"][0]["not_registered"] == 1
    waiting = asyncio.create_task(get(client("admin"), "/v1/rates", **query, wait="20s"))
    await apply([change])
    met = await waiting
    assert met["min_change_met"] is True
    assert met["observations"][0]["not_registered"] == 0


@pytest.mark.parametrize(
    ("path", "query", "parameter"),
    [
        ("/v1/rates", {}, "as_of"),
        ("/v1/structures", {"dimension": "industry"}, "as_of"),
        ("/v1/series", {"measure": "placement_rate", "from": "2024-06-01", "step": "month"}, "to"),
    ],
)
async def test_nobody_waits_for_a_day_that_is_refused(
    client: Client, here: Any, path: str, query: dict[str, str], parameter: str
) -> None:
    unmet = ChangeToken(registration.TOPIC, here.code, str(uuid4()), 1).encode()
    future = today() + timedelta(days=2)
    asked = query | {
        "school": here.code,
        "cohort": "2024",
        "min_change": unmet,
        "wait": "20s",
        parameter: str(future),
    }
    body = await asyncio.wait_for(get(client("admin"), path, 400, **asked), 5)
    assert [each["pointer"] for each in body["errors"]] == [parameter]


async def test_a_token_of_another_school_is_not_found(client: Client, here: Any) -> None:
    token = ChangeToken(registration.TOPIC, "99998", str(uuid4()), 1).encode()
    await get(client("admin"), "/v1/rates", 404, school=here.code, cohort=2024, min_change=token)


async def test_a_series_has_both_ends_and_agrees_with_the_days(client: Client, here: Any) -> None:
    query = {"school": here.code, "cohort": 2024, "measure": "placement_rate", "from": "2024-05-31", "to": "2024-06-02"}
    body = await get(client("admin"), "/v1/series", **query)
    (observation,) = body["observations"]
    assert observation["points"] == [
        {"as_of": "2024-05-31", "numerator": 0, "denominator": 22, "rate": "0.00"},
        {"as_of": "2024-06-01", "numerator": 16, "denominator": 22, "rate": "72.73"},
        {"as_of": "2024-06-02", "numerator": 16, "denominator": 22, "rate": "72.73"},
    ]
    assert body["measure"] == "placement_rate"
    assert body["scheme"] == "CN-2024"


@pytest.mark.parametrize(
    "query",
    [
        {"measure": "salary", "from": "2024-06-01", "to": "2024-06-02"},
        {"measure": "placement_rate", "from": "2024-06-03", "to": "2024-06-02"},
        {"measure": "placement_rate", "from": "2024-06-01", "to": "2999-06-02", "step": "month"},
        {"measure": "placement_rate", "from": "2004-06-01", "to": "2024-06-02"},
        {"measure": "placement_rate", "from": "2024-06-01", "to": "2024-06-02", "step": "year"},
        {"measure": "placement_rate", "from": "2024-06-01", "to": "9999-12-31", "step": "month"},
        {"measure": "placement_rate", "from": "2024-06-01"},
        {"measure": "placement_rate", "from": "0", "to": "2024-06-02"},
        {"measure": "placement_rate", "from": "2024-06-01", "to": "2024-06-02", "snapshot": "year_end"},
    ],
)
async def test_an_impossible_series_is_a_bad_query(client: Client, here: Any, query: dict[str, str]) -> None:
    body = await get(client("admin"), "/v1/series", 400, school=here.code, cohort=2024, **query)
    assert body["errors"]


async def test_the_points_of_all_groups_of_a_series_are_limited(
    client: Client, apply: Applied, new_school: Any
) -> None:
    school = new_school(cohort=2001)
    for number in range(101):
        sex = "1" if number < 100 else "2"
        school.enters(class_code=f"K{number}", sex_code=sex, education_level_code=("31", "33")[number % 2])
    await apply(school.events)
    last = today()
    query: dict[str, Any] = {"school": school.code, "cohort": 2001, "measure": "employment_rate"}
    thousand_days = query | {"from": str(last - timedelta(days=999)), "to": str(last)}
    for by in ("class", "class,education_level"):
        refused = await get(client("admin"), "/v1/series", 400, **thousand_days, by=by)
        assert [(each["pointer"], each["rule"]) for each in refused["errors"]] == [("by", "too_many_cells")]
        most = await get(client("admin"), "/v1/series", **thousand_days, by=by, sex="1")
        assert [len(each["points"]) for each in most["observations"]] == [1_000] * 100
    levels = await get(client("admin"), "/v1/series", **thousand_days, by="education_level")
    assert [each["group"] for each in levels["observations"]] == [{"education_level": "bachelor"}]


async def test_tomorrow_is_refused_and_today_is_live(client: Client, here: Any) -> None:
    query = {"school": here.code, "cohort": 2024}
    live = await get(client("admin"), "/v1/rates", **query)
    day = live["as_of"]
    assert (await get(client("admin"), "/v1/rates", **query, as_of=day))["observations"] == live["observations"]
    tomorrow = date.fromisoformat(day) + timedelta(days=1)
    answer = await client("admin").get("/v1/rates", params=query | {"as_of": str(tomorrow)})
    # unless a midnight has passed since
    assert answer.status_code == 400 or (answer.status_code == 200 and today() == tomorrow)


async def test_a_series_of_the_days_of_monitoring(client: Client, here: Any) -> None:
    query: dict[str, Any] = {"school": here.code, "cohort": 2024, "measure": "placement_rate", "step": "monitoring"}
    (observation,) = (await get(client("admin"), "/v1/series", **query))["observations"]
    days = [point["as_of"] for point in observation["points"]]
    assert (len(days), days[0], days[-1]) == (30, "2023-12-01", "2024-08-30")
    ends: dict[str, Any] = {"from": "2024-05-31", "to": "2024-06-07"}
    (part,) = (await get(client("admin"), "/v1/series", **query, **ends))["observations"]
    assert [(point["as_of"], point["numerator"]) for point in part["points"]] == [("2024-05-31", 0), ("2024-06-07", 16)]
    none: dict[str, Any] = {"from": "2024-06-01", "to": "2024-06-02"}
    assert (await get(client("admin"), "/v1/series", **query, **none))["observations"] == [{"group": {}, "points": []}]
    refused = await get(client("admin"), "/v1/series", 400, **{**query, "step": "week"})
    assert [each["pointer"] for each in refused["errors"]] == ["from", "to"]
