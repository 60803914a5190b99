"""A token of one school sees nothing of another, on any route of any service; a token that is none opens nothing."""

import asyncio
from functools import partial
from uuid import uuid4

import pytest
from campus import Campus
from known_school import COLLEGE, REVEAL, SERVICES, Known, each_write, routes
from writes import CONTACT, Write

FOREIGN = "99001"


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
        "auditor": campus.bearer("auditor", school=school),
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
            params = {**known.query(template), **query}
            sent = known.headers(template, headers)
            answered = await campus.http.get(campus.urls[service] + path, headers=sent, params=params)
            asked = f"{role}: GET {path} {query} -> {answered.status_code}"
            assert answered.status_code < 500, asked
            if answered.status_code < 300:
                assert known.shown_in(answered.text) == [], asked
            elif template != path:
                assert answered.status_code in ({400, 403, 404} if query else {403, 404}), asked


OWN_OR_NOTHING = {
    ("POST", "/v1/questionnaires"): 201,
    ("POST", "/v1/questionnaires/xlsform"): 201,
    ("POST", "/v1/privacy-statements"): 201,
    ("POST", "/v1/graduates/search"): 200,
    ("POST", "/v1/employers/search"): 200,
    REVEAL: 200,
    CONTACT: 201,
}
"""What may succeed from anywhere: a questionnaire or statement of the caller's own, a search or a reveal that finds no
graduate, a search that finds no employer of the school's own, and a wish of any employer to contact who has a profile.
"""

REQUESTS = frozenset(
    ("POST", f"/v1/{name}") for name in ("corrections", "erasures", "ledger-entries", "liaisons", "support-plans")
)
"""What names a graduate in its body: who may ask for it is told so of one out of sight, as of one that is missing."""


@pytest.mark.parametrize("service", SERVICES)
async def test_no_stranger_writes_to_a_row_of_a_school(campus: Campus, known: Known, service: str) -> None:
    writes = [(method, path) for method, path in await routes(campus, service, "bearer") if method != "GET"]
    home = people(campus, known.school, known.parameters["*", "graduate_id"], "410000")
    for role, headers in strangers(campus).items():
        trying = partial(not_written, campus, known, service, role=role, headers=headers, home=home[role])
        await each_write(known, writes, trying)


async def not_written(
    campus: Campus,
    known: Known,
    service: str,
    write: Write,
    *,
    role: str,
    headers: dict[str, str],
    home: dict[str, str],
) -> None:
    """A complete request is answered as if the row were missing, or with 403 where the role may do this to no row."""
    method, template = write
    address = campus.urls[service] + known.path(service, template)
    answered = await campus.http.request(method, address, **known.sent(write, headers))
    asked = f"{role}: {method} {template} -> {answered.status_code} {answered.text}"
    assert known.shown_in(answered.text, write) == [], asked
    if answered.status_code == 403:
        at_home = await campus.http.request(method, address, **known.sent(write, home))
        assert at_home.status_code == 403, asked
    elif write == ("POST", "/v1/registrations") or (write in REQUESTS and answered.status_code == 422):
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
