"""A token of one school sees nothing of another, on any route of any service; a token that is none opens nothing."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from campus import Campus
from format_a import HEADERS, Row, destination_cells, graduate_row, workbook
from survey_team import answer, invited, open_wave
from writes import Write, complete_requests

Json = dict[str, Any]
FOREIGN = "99001"
SERVICES = ("registry", "destinations", "surveys", "indicators")
COLLEGE, MAJOR, CLASS = "K7SCOPE", "080902", "K7CLASS"


@dataclass(frozen=True)
class Known:
    """Everything of school A that a path can name: the service or collection it is in and the parameter → value."""

    school: str
    parameters: Mapping[tuple[str, str], str]
    secrets: frozenset[str]
    requests: Mapping[Write, dict[str, Any]]

    def shown_in(self, text: str) -> list[str]:
        """What a text tells of school A."""
        return [secret for secret in self.secrets if secret in text]

    def path(self, service: str, template: str) -> str:
        """The path of a route, filled in with what belongs to school A."""
        for (owner, name), value in self.parameters.items():
            if owner in {service, "*"} or f"/{owner}/{{{name}}}" in template:
                template = template.replace(f"{{{name}}}", value)
        return template


@pytest.fixture(scope="module")
async def known(campus: Campus, new_school: str) -> Known:
    school, manager = new_school, campus.bearer("survey_manager", school=new_school)
    units: Row = {"院系代码": COLLEGE, "所在院系": "甲学院", "专业代码": MAJOR, "班级代码": CLASS, "班级": "甲班"}
    rows = [graduate_row(n) | destination_cells("10", **units) for n in range(1, 6)]
    headers = (*HEADERS, "院系代码", "所在院系", "班级代码", "班级")
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
            ("colleges", "code"): COLLEGE,
            ("majors", "code"): MAJOR,
            ("classes", "code"): CLASS,
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
        complete_requests(school, COLLEGE, MAJOR, graduate, wave["questionnaire_id"]),
    )


async def items(campus: Campus, service: str, path: str, headers: Mapping[str, str], **query: str) -> list[Json]:
    answered = await campus.http.get(
        campus.urls[service] + path, headers=dict(headers), params={"limit": "500"} | query
    )
    assert answered.status_code == 200, answered.text
    return list(answered.json()["items"])


async def routes(campus: Campus, service: str, scheme: str | None = None) -> list[tuple[str, str]]:
    """Method and path of everything that needs a token, or one kind of token."""
    document = (await campus.http.get(f"{campus.urls[service]}/openapi.json")).json()
    return [
        (method.upper(), path)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if operation["security"] and (scheme is None or scheme in operation["security"][0])
    ]


def people(campus: Campus, school: str, graduate: str, province: str) -> dict[str, dict[str, str]]:
    """Everybody with a row scope, at one school, of one province, or as one graduate."""
    return {
        "school_officer": campus.bearer("school_officer", school=school),
        "college_officer": campus.bearer("college_officer", school=school, college=COLLEGE),
        "counsellor": campus.bearer("counsellor", school=school, college=COLLEGE, class_="K1"),
        "survey_manager": campus.bearer("survey_manager", school=school),
        "graduate": campus.bearer("graduate", graduate=graduate),
        "provincial_officer": campus.bearer("provincial_officer", province=province),
        "employer": campus.bearer("employer", employer=str(uuid4())),
        "auditor": campus.bearer("auditor"),
    }


def strangers(campus: Campus) -> dict[str, dict[str, str]]:
    """The same people elsewhere."""
    return people(campus, FOREIGN, str(uuid4()), "210000")


def queries(known: Known) -> list[dict[str, str]]:
    cohort = {"school": known.school, "cohort": "2024"}
    return [{}, {"school": known.school}, cohort, cohort | {"by": "college"}]


@pytest.mark.parametrize("service", SERVICES)
async def test_nothing_of_a_school_is_shown_to_strangers(campus: Campus, known: Known, service: str) -> None:
    found = [template for method, template in await routes(campus, service) if method == "GET"]
    await asyncio.gather(
        *(none_shown(campus, known, service, found, role, headers) for role, headers in strangers(campus).items())
    )


async def none_shown(
    campus: Campus, known: Known, service: str, found: list[str], role: str, headers: dict[str, str]
) -> None:
    for template in found:
        path = known.path(service, template)
        for query in queries(known):
            answered = await campus.http.get(campus.urls[service] + path, headers=headers, params=query)
            asked = f"{role}: GET {path} {query} -> {answered.status_code}"
            assert answered.status_code < 500, asked
            if answered.status_code < 300:
                assert known.shown_in(answered.text) == [], asked
            elif template != path:
                assert answered.status_code in ({400, 403, 404} if query else {403, 404}), asked


OWN_OR_NOTHING = {("POST", "/v1/questionnaires"): 201, ("POST", "/v1/graduates/search"): 200}
"""What names no row, and may therefore succeed: a questionnaire of the caller's own, a search that finds nobody."""


@pytest.mark.parametrize("service", SERVICES)
async def test_no_stranger_writes_to_a_row_of_a_school(campus: Campus, known: Known, service: str) -> None:
    writes = [(method, path) for method, path in await routes(campus, service, "bearer") if method != "GET"]
    home = people(campus, known.school, known.parameters["*", "graduate_id"], "410000")
    for role, headers in strangers(campus).items():
        await asyncio.gather(
            *(not_written(campus, known, service, write, role, headers, home[role]) for write in writes)
        )


async def not_written(
    campus: Campus,
    known: Known,
    service: str,
    write: Write,
    role: str,
    headers: dict[str, str],
    home: dict[str, str],
) -> None:
    """A complete request is answered as if the row were missing, or with 403 where the role may do this to no row."""
    method, template = write
    address, content = campus.urls[service] + known.path(service, template), known.requests[write]
    answered = await campus.http.request(method, address, headers=headers | {"If-Match": "*"}, **content)
    asked = f"{role}: {method} {template} -> {answered.status_code} {answered.text}"
    assert known.shown_in(answered.text) == [], asked
    if answered.status_code == 403:
        at_home = await campus.http.request(method, address, headers=home | {"If-Match": "*"}, **content)
        assert at_home.status_code == 403, asked
    elif write == ("POST", "/v1/registrations"):
        assert (answered.status_code, answered.json()["code"]) == (422, "unknown_graduate"), asked
    else:
        assert answered.status_code == OWN_OR_NOTHING.get(write, 404), asked


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
            for query in queries(known):
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
