"""Every role × every route of every service × where the caller stands: own, sibling college, other school, other
province, and a row that does not exist. Which rows a role sees is written here by hand, from the access model.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import uuid4

import httpx
import pytest
from campus import Campus
from known_school import CLASS, COLLEGE, REVEAL, SERVICES, Known, each_write, routes
from writes import CONTACT

OWN, SIBLING, OTHER_SCHOOL, OTHER_PROVINCE, MISSING = (
    "own",
    "sibling college",
    "other school",
    "other province",
    "missing",
)
PLACES = (OWN, SIBLING, OTHER_SCHOOL, OTHER_PROVINCE)
EVERYWHERE, NOWHERE = frozenset(PLACES), frozenset[str]()
IN_SCHOOL, IN_PROVINCE = frozenset({OWN, SIBLING}), frozenset({OWN, SIBLING, OTHER_SCHOOL})

SEES_PERSONS: Mapping[str, frozenset[str]] = {
    "graduate": frozenset({OWN}),
    "counsellor": frozenset({OWN}),
    "college_officer": frozenset({OWN}),
    "school_officer": IN_SCHOOL,
    "survey_manager": IN_SCHOOL,
    "provincial_officer": IN_PROVINCE,
    "ministry": NOWHERE,
    "employer": NOWHERE,
    "office": NOWHERE,
    "interviewer": NOWHERE,
    "integrator": NOWHERE,
    "auditor": NOWHERE,
    "system": EVERYWHERE,
    "admin": EVERYWHERE,
}
"""From where a role sees rows about persons of the school."""

SEES_SCHOOL: Mapping[str, frozenset[str]] = {
    **SEES_PERSONS,
    "counsellor": IN_SCHOOL,
    "college_officer": IN_SCHOOL,
    "interviewer": IN_SCHOOL,
    "ministry": EVERYWHERE,
    "integrator": IN_SCHOOL,
    "auditor": IN_SCHOOL,
    "employer": IN_SCHOOL,
    "office": IN_SCHOOL,
    "graduate": IN_SCHOOL,
}
"""From where a role may see the school as a whole, its units and figures; a role may still be refused with 403."""

PERSONAL = ("graduate_id", "registration_id", "response_id", "evidence_id", "task_id", "plan_id", "entry_id")
"""Parameters of a path that name a row about a person."""

READS_PSEUDONYMS = {
    ("integrator", "/v1/changes"),
    ("auditor", "/v1/population-changes"),
    ("auditor", "/v1/population-changes/{change_id}"),
    ("auditor", "/v1/waivers"),
    ("auditor", "/v1/waivers/{waiver_id}"),
    ("auditor", "/v1/corrections"),
    ("auditor", "/v1/corrections/{correction_id}"),
    ("auditor", "/v1/erasures"),
    ("auditor", "/v1/erasures/{erasure_id}"),
}
"""An integrator follows the events of the schools that its contract names, an auditor reads who leaves N, for whom
rules are waived, what is corrected and who is erased, by which hands, both under the graduates' pseudonyms."""

READS_ACCESSES = ("auditor", "/v1/graduates/{graduate_id}/accesses")
"""An auditor, who sees no row about a person, reads who has read the data of its school's graduates."""

ABSENT: Mapping[str, str] = {"school_code": "98765", "school": "98765", "code": "NOSUCH", "number": "2147483647"}


@dataclass(frozen=True)
class Caller:
    """A role at a place, with the header of its token."""

    role: str
    place: str
    headers: dict[str, str]

    def sees(self, template: str) -> bool:
        """True if the access model shows this role the row that a path names."""
        personal = any(f"{{{name}}}" in template for name in PERSONAL) and (self.role, template) != READS_ACCESSES
        return self.place in (SEES_PERSONS if personal else SEES_SCHOOL)[self.role]


def callers(campus: Campus, known: Known, role: str) -> Iterator[Caller]:
    """The role at each place, as a token of its own."""
    school, other, far, graduate = known.school, "98001", "98002", known.parameters["*", "graduate_id"]
    scopes: dict[str, dict[str, Any]] = {
        OWN: {"school": school, "college": COLLEGE, "class_": CLASS, "graduate": graduate, "province": "410000"},
        SIBLING: {"school": school, "college": "OTHER", "class_": "OTHER", "graduate": uuid4(), "province": "410000"},
        OTHER_SCHOOL: {"school": other, "college": COLLEGE, "class_": CLASS, "graduate": uuid4(), "province": "410000"},
        OTHER_PROVINCE: {"school": far, "college": COLLEGE, "class_": CLASS, "graduate": uuid4(), "province": "210000"},
    }
    for place, scope in scopes.items():
        claims = scope | {"employer": uuid4(), "office": "ARCHIVE"}
        yield Caller(role, place, campus.bearer(role, **claims))


def absent_path(service: str, template: str, known: Known) -> str:
    """The path with the last parameter naming nothing that exists."""
    name = template.rpartition("{")[2].partition("}")[0]
    gone = template.replace(f"{{{name}}}", ABSENT.get(name, str(uuid4())))
    return known.path(service, gone)


def shown(answered: httpx.Response) -> tuple[int, str | None]:
    """What an answer lets the caller know about a row that it may not see."""
    return answered.status_code, answered.json().get("code") if answered.status_code >= 400 else None


@pytest.mark.parametrize("role", SEES_PERSONS)
@pytest.mark.parametrize("service", SERVICES)
async def test_reading_follows_the_access_model(campus: Campus, known: Known, service: str, role: str) -> None:
    found = [template for method, template in await routes(campus, service, "bearer") if method == "GET"]
    for caller in callers(campus, known, role):
        await asyncio.gather(*(read(campus, known, service, template, caller) for template in found))


async def read(campus: Campus, known: Known, service: str, template: str, caller: Caller) -> None:
    """One GET: out of sight it answers as if the row were missing, or 403; a list shows nothing of the school."""
    url, asked = campus.urls[service], f"{caller.role} at {caller.place}: GET {template}"
    query = known.query(template)
    headers = known.headers(template, caller.headers)
    answered = await campus.http.get(url + known.path(service, template), headers=headers, params=query)
    assert answered.status_code < 500, asked
    if caller.place not in SEES_PERSONS[caller.role] and (caller.role, template) not in READS_PSEUDONYMS:
        assert [person for person in known.persons if person in answered.text] == [], asked
    if "{" in template:
        gone = url + absent_path(service, template, known)
        missing = await campus.http.get(gone, headers=headers, params=query)
        assert missing.status_code in (403, 404), (asked, missing.status_code)
    if caller.sees(template):
        return
    assert known.shown_in(answered.text) == [], asked
    if "{" in template:
        assert shown(answered) == shown(missing), asked


@pytest.mark.parametrize("role", SEES_PERSONS)
@pytest.mark.parametrize("service", SERVICES)
async def test_writing_follows_the_access_model(campus: Campus, known: Known, service: str, role: str) -> None:
    writes = [(method, path) for method, path in await routes(campus, service, "bearer") if method != "GET"]
    assert {write for write in writes if write not in known.requests} == set(), "a new route needs a complete request"
    for caller in callers(campus, known, role):
        hidden = [each for each in writes if not caller.sees(each[1]) and caller.place not in SEES_SCHOOL[role]]
        await each_write(known, hidden, partial(refused, campus, known, service, caller))


NAMES_NO_ROW = {
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

NAMES_GRADUATE = frozenset(
    ("POST", f"/v1/{name}")
    for name in ("liaisons", "registrations", "corrections", "erasures", "support-plans", "ledger-entries")
)
"""What names a graduate in its body."""


async def refused(campus: Campus, known: Known, service: str, caller: Caller, write: tuple[str, str]) -> None:
    """A complete write out of sight is refused as for a missing row, or with 403; nothing of the school is shown."""
    method, template = write
    answered = await campus.http.request(
        method,
        campus.urls[service] + known.path(service, template),
        **known.sent(write, caller.headers),
    )
    asked = f"{caller.role} at {caller.place}: {method} {template} -> {answered.status_code} {answered.text}"
    assert known.shown_in(answered.text, write) == [], asked
    if write in NAMES_GRADUATE and answered.status_code == 422:
        assert answered.json()["code"] == "unknown_graduate", asked
    else:
        assert answered.status_code in (403, 404, NAMES_NO_ROW.get(write, 404)), asked


async def test_the_matrix_is_no_empty_one(campus: Campus, known: Known) -> None:
    """Roles that see the rows of the school do read them from the own place."""
    for role, least in {
        "school_officer": 10,
        "college_officer": 4,
        "counsellor": 4,
        "graduate": 2,
        "admin": 10,
    }.items():
        own, read_ones = next(callers(campus, known, role)), 0
        for service in SERVICES:
            for method, template in await routes(campus, service, "bearer"):
                if method == "GET" and "{" in template:
                    address = campus.urls[service] + known.path(service, template)
                    read_ones += (await campus.http.get(address, headers=own.headers)).status_code == 200
        assert read_ones >= least, role
