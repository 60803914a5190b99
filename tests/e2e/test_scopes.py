"""A token of one school sees nothing of another, on any route of any service; a token that is none opens nothing."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from campus import Campus
from format_a import HEADERS, destination_cells, graduate_row, workbook
from survey_team import answer, invited, open_wave

Json = dict[str, Any]
FOREIGN = "99001"
SERVICES = ("registry", "destinations", "surveys", "indicators")
COLLEGE = "K7SCOPE"


@dataclass(frozen=True)
class Known:
    """Everything of school A that a path can name: parameter of a path → value."""

    school: str
    parameters: Mapping[tuple[str, str], str]
    secrets: frozenset[str]

    def shown_in(self, text: str) -> list[str]:
        """What a text tells of school A."""
        return [secret for secret in self.secrets if secret in text]

    def path(self, service: str, template: str) -> str:
        """The path of a route, filled in with what belongs to school A."""
        for (owner, name), value in self.parameters.items():
            if owner in {service, "*"}:
                template = template.replace(f"{{{name}}}", value)
        return template


@pytest.fixture(scope="module")
async def known(campus: Campus, new_school: str) -> Known:
    school, manager = new_school, campus.bearer("survey_manager", school=new_school)
    rows = [
        graduate_row(n) | destination_cells("10") | {"院系代码": COLLEGE, "所在院系": "甲学院"} for n in range(1, 6)
    ]
    headers = (*HEADERS, "院系代码", "所在院系")
    imported = [
        await campus.import_roster(workbook(rows, headers), school),
        await campus.import_registrations(workbook(rows, headers), school),
    ]
    assert [each["state"] for each in imported] == ["succeeded", "succeeded"], imported
    wave = await open_wave(campus, school, manager, imported[0]["result"]["change_token"])
    tokens = await invited(campus, wave, manager)
    graduate = sorted(tokens)[0]
    submitted = await answer(campus, tokens[graduate], {"related": "yes"})
    assert submitted.status_code == 200, submitted.text
    registrations = await items(campus, "destinations", "/v1/registrations", campus.officer(school), school=school)
    responses = await items(campus, "surveys", "/v1/responses", manager, school=school)
    return Known(
        school,
        {
            ("*", "code"): school,
            ("*", "school_code"): school,
            ("*", "school"): school,
            ("*", "graduate_id"): graduate,
            ("*", "registration_id"): registrations[0]["id"],
            ("*", "questionnaire_id"): wave["questionnaire_id"],
            ("*", "number"): "1",
            ("*", "wave_id"): wave["id"],
            ("*", "response_id"): responses[0]["id"],
            ("registry", "operation_id"): imported[0]["id"],
            ("destinations", "operation_id"): imported[1]["id"],
            ("surveys", "operation_id"): imported[0]["id"],
            ("*", "college_code"): COLLEGE,
            ("*", "college"): COLLEGE,
        },
        frozenset(
            {school, COLLEGE, *tokens, *(each["id"] for each in registrations), wave["id"], wave["questionnaire_id"]}
        ),
    )


async def items(campus: Campus, service: str, path: str, headers: Mapping[str, str], **query: str) -> list[Json]:
    answered = await campus.http.get(
        campus.urls[service] + path, headers=dict(headers), params={"limit": "500"} | query
    )
    assert answered.status_code == 200, answered.text
    return list(answered.json()["items"])


async def routes(campus: Campus, service: str) -> list[tuple[str, str]]:
    document = (await campus.http.get(f"{campus.urls[service]}/openapi.json")).json()
    return [
        (method.upper(), path)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if operation["security"]
    ]


def strangers(campus: Campus) -> dict[str, dict[str, str]]:
    """Everybody with a row scope, at another school, another province, or as another graduate."""
    return {
        "school_officer": campus.bearer("school_officer", school=FOREIGN),
        "college_officer": campus.bearer("college_officer", school=FOREIGN, college=COLLEGE),
        "counsellor": campus.bearer("counsellor", school=FOREIGN, college=COLLEGE, class_="K1"),
        "survey_manager": campus.bearer("survey_manager", school=FOREIGN),
        "graduate": campus.bearer("graduate", graduate=str(uuid4())),
        "provincial_officer": campus.bearer("provincial_officer", province="210000"),
        "employer": campus.bearer("employer", employer=str(uuid4())),
        "auditor": campus.bearer("auditor"),
    }


def queries(method: str, known: Known) -> list[dict[str, str]]:
    if method != "GET":
        return [{}]
    cohort = {"school": known.school, "cohort": "2024"}
    return [{}, {"school": known.school}, cohort, cohort | {"by": "college"}]


@pytest.mark.parametrize("service", SERVICES)
async def test_nothing_of_a_school_is_shown_to_strangers(campus: Campus, known: Known, service: str) -> None:
    found = await routes(campus, service)
    await asyncio.gather(
        *(none_shown(campus, known, service, found, role, headers) for role, headers in strangers(campus).items())
    )


async def none_shown(
    campus: Campus, known: Known, service: str, found: list[tuple[str, str]], role: str, headers: dict[str, str]
) -> None:
    for method, template in found:
        path = known.path(service, template)
        for query in queries(method, known):
            answered = await campus.http.request(
                method, campus.urls[service] + path, headers=headers | {"If-Match": "*"}, params=query
            )
            asked = f"{role}: {method} {path} {query} -> {answered.status_code}"
            assert answered.status_code < 500, asked
            if answered.status_code < 300:
                assert known.shown_in(answered.text) == [], asked
            elif template != path:
                assert answered.status_code in {400, 403, 404, 405, 415, 422, 428}, asked


@pytest.mark.parametrize(("service", "role"), [
    ("registry", "school_officer"), ("destinations", "school_officer"),
    ("surveys", "survey_manager"), ("indicators", "school_officer"),
])  # fmt: skip
async def test_the_same_requests_show_the_school_to_its_own_people(
    campus: Campus, known: Known, service: str, role: str
) -> None:
    headers, shown = campus.bearer(role, school=known.school), 0
    for method, template in await routes(campus, service):
        if method == "GET":
            address = campus.urls[service] + known.path(service, template)
            for query in queries(method, known):
                answered = await campus.http.get(address, headers=headers, params=query)
                shown += answered.status_code == 200 and bool(known.shown_in(answered.text))
    assert shown >= (1 if service == "indicators" else 4)


@pytest.mark.parametrize("service", ["registry", "destinations"])
async def test_the_change_feed_is_cut_to_the_school(campus: Campus, known: Known, service: str) -> None:
    address = f"{campus.urls[service]}/v1/changes"
    theirs = await campus.http.get(address, headers=campus.bearer("school_officer", school=FOREIGN))
    assert (theirs.json()["items"], "next_cursor" in theirs.json()) == ([], True)
    ours = await campus.http.get(address, headers=campus.officer(known.school), params={"limit": 500})
    assert {each["schoolcode"] for each in ours.json()["items"]} == {known.school}


async def test_a_foreign_row_looks_like_a_missing_one(campus: Campus, known: Known) -> None:
    headers = campus.bearer("school_officer", school=FOREIGN)
    for service, path, name in (
        ("registry", "/v1/graduates/{graduate_id}", "graduate_id"),
        ("destinations", "/v1/registrations/{registration_id}", "registration_id"),
        ("surveys", "/v1/waves/{wave_id}", "wave_id"),
    ):
        bodies = []
        for value in (known.parameters["*", name], str(uuid4())):
            answered = await campus.http.get(campus.urls[service] + path.replace(f"{{{name}}}", value), headers=headers)
            assert answered.status_code == 404
            bodies.append({key: value for key, value in answered.json().items() if key != "trace_id"})
        assert bodies[0] == bodies[1]


@pytest.mark.parametrize("service", SERVICES)
async def test_bad_tokens_open_nothing(campus: Campus, known: Known, service: str) -> None:
    found = await routes(campus, service)
    forgeries = campus.mint.forgeries() | {"garbage": "x.y.z"}
    for number, (method, template) in enumerate(found):
        address = campus.urls[service] + known.path(service, template)
        bare = await campus.http.request(method, address)
        assert (bare.status_code, "WWW-Authenticate" in bare.headers) == (401, True), (method, template)
        # every forgery on the first route, and each other route with one of them
        chosen = forgeries if number == 0 else dict([list(forgeries.items())[number % len(forgeries)]])
        for name, token in chosen.items():
            answered = await campus.http.request(method, address, headers={"Authorization": f"Bearer {token}"})
            assert answered.status_code == 401, (name, method, template)
