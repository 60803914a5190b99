"""The HTTP contract of figures: shapes, refusals, scopes, waiting for one's own change."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from common.clock import day_in_shanghai
from common.contracts import ChangeToken, registration
from common.contracts.envelope import IncomingEvent
from common.database import Database
from common.testing.databases import ServiceDatabase
from common.testing.tokens import TokenMint
from indicators.app import create_app
from indicators.settings import Settings

Applied = Callable[[Iterable[IncomingEvent]], Awaitable[None]]
Client = Callable[..., httpx.AsyncClient]
JUNE = date(2024, 6, 1)
COUNTS: dict[str | None, int] = {"10": 5, "11": 3, "12": 2, "46": 1, "76": 1, "801": 4, "70": 2, "72": 1}


@pytest.fixture(scope="module")
def mint(tmp_path_factory: pytest.TempPathFactory) -> TokenMint:
    return TokenMint(tmp_path_factory.mktemp("mint"))


@pytest.fixture(scope="module")
async def client(stored: ServiceDatabase, database: Database, mint: TokenMint) -> Client:
    settings = Settings(database_url=stored.app_url, **mint.settings)
    app = create_app(settings, database, {})

    def opened(role: str | None = None, **scope: Any) -> httpx.AsyncClient:
        headers = mint.headers(role, **scope) if role else {}
        transport = httpx.ASGITransport(app=app)
        return httpx.AsyncClient(transport=transport, base_url="http://indicators", headers=headers)

    return opened


@pytest.fixture(scope="module")
async def here(new_school: Any, apply: Applied) -> Any:
    school = new_school()
    school.described("410000")
    number = 0
    for code, count in COUNTS.items():
        for _ in range(count):
            someone = school.enters(college_code=f"C{number % 2}", sex_code=str(1 + number % 2), class_code="K1")
            place = ("410102", "110101", "810000", None)[number % 4]
            school.goes(someone, code, JUNE, employer_nature_code="39" if code == "10" else None, place_code=place)
            number += 1
    for _ in range(3):
        school.enters(college_code="C0", sex_code="1")
    await apply(school.events)
    return school


async def get(client: httpx.AsyncClient, path: str, status: int = 200, **query: Any) -> Any:
    async with client:
        answer = await client.get(path, params=query)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_rates_of_a_school(client: Client, here: Any) -> None:
    body = await get(client("school_officer", school=here.code), "/v1/rates", school=here.code, cohort=2024)
    assert body["scheme"] == "CN-2024"
    assert body["definition_version"]
    assert body["as_of"] == day_in_shanghai(datetime.now(UTC)).isoformat()
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
    for path in ("/v1/rates", "/v1/series", "/v1/structures", "/v1/response-rates", "/v1/definitions"):
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
        ("auditor", {}, {"school": "{own}"}, 404),
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
        {"measure": "placement_rate", "from": "2014-06-01", "to": "2024-06-02"},
        {"measure": "placement_rate", "from": "2024-06-01", "to": "2024-06-02", "step": "year"},
        {"measure": "placement_rate", "from": "2024-06-01", "to": "9999-12-31", "step": "month"},
        {"measure": "placement_rate", "from": "2024-06-01"},
        {"measure": "placement_rate", "from": "0", "to": "2024-06-02"},
    ],
)
async def test_an_impossible_series_is_a_bad_query(client: Client, here: Any, query: dict[str, str]) -> None:
    body = await get(client("admin"), "/v1/series", 400, school=here.code, cohort=2024, **query)
    assert body["errors"]


async def test_a_structure_adds_up_and_is_labelled(client: Client, here: Any) -> None:
    query = {"school": here.code, "cohort": 2024, "dimension": "employer_nature", "denominator_rule": "contracts"}
    body = await get(client("admin"), "/v1/structures", **query)
    (observation,) = body["observations"]
    assert body["denominator_rule"] == "contracts"
    assert observation["base"] == 10
    assert observation["cells"][0] | {"label": "…"} == {"code": "39", "label": "…", "count": 5, "share": "50.00"}
    assert observation["cells"][0]["label"]
    assert {"code": None, "label": None, "count": 5, "share": "50.00"} in observation["cells"]


@pytest.mark.parametrize("dimension", ["employer_nature", "industry", "province", "region", "destination"])
@pytest.mark.parametrize("rule", ["unit_without_enlistment", "placed", "population"])
async def test_cells_of_every_structure_add_up_to_the_base(
    client: Client, here: Any, dimension: str, rule: str
) -> None:
    query = {"school": here.code, "cohort": 2024, "dimension": dimension, "denominator_rule": rule, "by": "sex"}
    for observation in (await get(client("admin"), "/v1/structures", **query))["observations"]:
        assert sum(cell["count"] for cell in observation["cells"]) == observation["base"] > 0


async def test_seven_regions_and_the_destination_of_everybody(client: Client, here: Any) -> None:
    query = {"school": here.code, "cohort": 2024, "denominator_rule": "population"}
    body = await get(client("admin"), "/v1/structures", **query, dimension="region", regions="seven")
    assert {cell["code"] for cell in body["observations"][0]["cells"]} == {"central", "north", "outside", None}
    body = await get(client("admin"), "/v1/structures", **query, dimension="destination")
    counts = {cell["code"]: cell["count"] for cell in body["observations"][0]["cells"]}
    assert counts == COUNTS | {None: 3}
    await get(client("admin"), "/v1/structures", 400, **query, dimension="salary")


async def test_response_rates_count_distinct_graduates(client: Client, apply: Applied, new_school: Any) -> None:
    school = new_school()
    people = [school.enters(sex_code=str(1 + number % 2)) for number in range(6)]
    first, second = uuid4(), uuid4()
    for someone in people:
        school.answers(someone, first, "requested")
        school.answers(someone, second, "requested")
    school.answers(people[0], first, "submitted")
    school.answers(people[0], second, "submitted")
    school.answers(people[1], first, "submitted")
    school.answers(people[2], first, "submitted")
    school.answers(people[2], first, "withdrawn")
    await apply(school.events[::-1])
    query = {"school": school.code, "cohort": 2024, "cycle": 1}
    (observation,) = (await get(client("admin"), "/v1/response-rates", **query))["observations"]
    assert observation == {"group": {}, "eligible": 6, "valid": 2, "rate": "33.33"}
    by_sex = (await get(client("admin"), "/v1/response-rates", **query, by="sex"))["observations"]
    assert [(each["group"]["sex"], each["eligible"], each["valid"]) for each in by_sex] == [("1", 3, 1), ("2", 3, 1)]
    empty = (await get(client("admin"), "/v1/response-rates", **(query | {"cycle": 3})))["observations"]
    assert empty == [{"group": {}, "eligible": 0, "valid": 0, "rate": None}]
    assert (await get(client("admin"), "/v1/response-rates", **query, sex="2"))["observations"][0]["eligible"] == 3


async def test_definitions_are_listed_and_found(client: Client) -> None:
    listed = await get(client("school_officer", school="90001"), "/v1/definitions")
    assert [each["id"] for each in listed["items"]] == ["CN-2024", "CN-2021", "CN-2004"]
    one = await get(client("school_officer", school="90001"), "/v1/definitions/CN-2021")
    assert one["classes"]["flexible"] == ["12", "76*", "77"]
    await get(client("admin"), "/v1/definitions/CN-1999", 404)
    await get(client("graduate", graduate=uuid4()), "/v1/definitions")


async def test_tomorrow_is_refused_and_today_is_live(client: Client, here: Any) -> None:
    today = day_in_shanghai(datetime.now(UTC))
    query = {"school": here.code, "cohort": 2024}
    live = await get(client("admin"), "/v1/rates", **query)
    assert (await get(client("admin"), "/v1/rates", **query, as_of=str(today)))["observations"] == live["observations"]
    await get(client("admin"), "/v1/rates", 400, **query, as_of=str(today + timedelta(days=1)))
