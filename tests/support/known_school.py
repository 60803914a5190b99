"""A school that is filled in all services, and every route of them: what scopes are tried on."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from campus import ENDLESS, Campus, items, population_change, waiver
from format_a import HEADERS, Row, destination_cells, graduate_row, workbook
from known_figures import drafted, frozen, reported, scored
from survey_team import answer, invited, made, open_wave
from writes import (
    AUTHORISATION,
    CASE,
    CONTACT,
    EMPLOYER,
    EVIDENCE,
    FILING,
    LEDGER,
    LIAISON,
    MAPPING,
    OPT_OUT,
    OUTSIDE_DATA,
    PAPER,
    PHOTO,
    PROFILE,
    RECONCILING,
    REPORT,
    SAMPLE,
    SEASON,
    SELF_CHECK,
    STATEMENT,
    SURVEYED,
    SURVEYED_CONTACT,
    WAVE_PLAN,
    Write,
    bulk_decision,
    clear_export,
    complete_requests,
    correction_of,
    erasure_of,
    support_plan,
)

from testing.waiting import eventually

Json = dict[str, Any]
SERVICES = ("registry", "destinations", "surveys", "indicators")
COLLEGE, MAJOR, CLASS, FILE = "K7SCOPE", "080902", "K7CLASS", "K7FILE"
REVEAL = ("POST", "/v1/graduates/reveal")
READ_FOR = {
    "/v1/cases/{case_id}/persons": "verification",
    "/v1/filings/{filing_id}/file": "filing",
    "/v1/samples/{sample_id}/items/{n}/person": "verification",
}
"""What is read for which purpose."""

PURPOSE = {"X-Purpose": "filing"}
_ID = re.compile(r"[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}")


@dataclass(frozen=True)
class Known:
    """Everything of school A that a path can name: the service or collection it is in and the parameter → value."""

    school: str
    parameters: Mapping[tuple[str, str], str]
    secrets: frozenset[str]
    persons: frozenset[str]
    requests: Mapping[Write, dict[str, Any]]

    def shown_in(self, text: str, write: Write | None = None) -> list[str]:
        """What a text tells of school A; in ids that are made at random any five digits may stand.

        The answer to a reveal repeats the ids that the request names.
        """
        for named in self.requests[write]["json"]["graduate_ids"] if write == REVEAL else ():
            text = text.replace(named, "")
        read = _ID.sub("", text)
        return [secret for secret in self.secrets if secret in (text if _ID.fullmatch(secret) else read)]

    def query(self, template: str) -> dict[str, str]:
        """What a route of one row needs beside its path."""
        if template.startswith("/v1/signal-rules/"):
            return {"school": self.school}
        if template.endswith("/tables"):
            return {"question": "related"}
        if template.endswith("/diff"):
            return {"from": "1", "to": "1"}
        return {"school": self.school, "cohort": "2024"} if template.startswith("/v1/quality-report/") else {}

    def headers(self, template: str, headers: Mapping[str, str]) -> dict[str, str]:
        """Headers with the purpose that a route reads for, if it reads for one."""
        return {**headers, **({"X-Purpose": READ_FOR[template]} if template in READ_FOR else {})}

    def sent(self, write: Write, headers: Mapping[str, str]) -> dict[str, Any]:
        """The complete request of a write, for an HTTP client: whatever version there is, it is meant."""
        request = self.requests[write]
        return {**request, "headers": {**headers, "If-Match": "*", **request.get("headers", {})}}

    def path(self, service: str, template: str) -> str:
        """The path of a route, filled in with what belongs to school A."""
        for (owner, name), value in self.parameters.items():
            if owner in {service, "*"} or f"/{owner}/{{{name}}}" in template:
                template = template.replace(f"{{{name}}}", value)
        return template


async def known_school(campus: Campus, school: str) -> Known:
    """Fills a school with people, registrations, a wave and an answer, and lets its officer read a name in clear."""
    manager = campus.bearer("survey_manager", school=school)
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
    asked = await campus.http.post(
        f"{campus.urls['registry']}/v1/population-changes",
        json=population_change(school, [graduate], "extend"),
        headers=campus.officer(school),
    )
    assert asked.status_code == 201, asked.text
    waiving = await campus.http.post(
        f"{campus.urls['registry']}/v1/waivers", json=waiver(school, [graduate]), headers=campus.officer(school)
    )
    assert waiving.status_code == 201, waiving.text
    exported = await campus.http.post(
        f"{campus.urls['registry']}/v1/clear-exports", json=clear_export(school), headers=campus.officer(school)
    )
    assert exported.status_code == 201, exported.text
    corrections = f"{campus.urls['registry']}/v1/corrections"
    oneself = campus.bearer("graduate", graduate=graduate)
    correction = await campus.http.post(corrections, headers=oneself, json=correction_of(graduate))
    assert correction.status_code == 201, correction.text
    erasing = await campus.http.post(
        f"{campus.urls['registry']}/v1/erasures", headers=oneself, json=erasure_of(graduate)
    )
    assert erasing.status_code == 201, erasing.text
    mappings = f"{campus.urls['registry']}/v1/schools/{school}/import-mappings"
    saved = await campus.http.put(f"{mappings}/{FILE}", json=MAPPING, headers=campus.officer(school))
    assert saved.status_code == 200, saved.text
    registrations = await items(campus, "destinations", "/v1/registrations", campus.officer(school), school=school)
    responses = await items(campus, "surveys", "/v1/responses", manager, school=school)
    links = await items(campus, "surveys", f"/v1/waves/{wave['id']}/invitations", manager)
    requests = complete_requests(school, COLLEGE, MAJOR, graduate, wave["questionnaire_id"])
    door = campus.urls["registry"] + REVEAL[1]
    revealed = await campus.http.post(door, headers=campus.officer(school), **requests[REVEAL])
    assert revealed.status_code == 200, revealed.text
    first = {
        **requests[PHOTO],
        "headers": campus.officer(school) | {"Content-Type": "image/jpeg", "If-None-Match": "*"},
    }
    photo = await campus.http.put(f"{campus.urls['registry']}/v1/graduates/{graduate}/photo", **first)
    assert photo.status_code == 201, photo.text
    own, employer = campus.bearer("graduate", graduate=graduate), campus.bearer("employer", employer=uuid4())
    place = campus.urls["registry"] + PROFILE[1].replace("{graduate_id}", graduate)
    profile = await campus.http.put(place, headers=own, **requests[PROFILE])
    assert profile.status_code == 200, profile.text
    place = campus.urls["registry"] + CONTACT[1].replace("{profile_id}", profile.json()["profile_id"])
    contact = await campus.http.post(place, headers=employer, **requests[CONTACT])
    assert contact.status_code == 201, contact.text
    place = campus.urls["destinations"] + EVIDENCE[1].replace("{registration_id}", registrations[0]["id"])
    evidence = await campus.http.post(place, headers=campus.officer(school), **requests[EVIDENCE])
    assert evidence.status_code == 201, evidence.text
    place = campus.urls["destinations"] + AUTHORISATION[1]
    authorised = await campus.http.post(place, headers=campus.officer(school), **requests[AUTHORISATION])
    assert authorised.status_code == 201, authorised.text
    stated = await campus.http.post(campus.urls["surveys"] + STATEMENT[1], headers=manager, **requests[STATEMENT])
    assert stated.status_code == 201, stated.text
    published = campus.urls["surveys"] + f"{STATEMENT[1]}/{stated.json()['id']}/publish"
    assert (await campus.http.post(published, headers=manager | {"If-Match": "*"})).status_code == 200
    wave_plan = await campus.http.post(campus.urls["surveys"] + WAVE_PLAN[1], headers=manager, **requests[WAVE_PLAN])
    assert wave_plan.status_code == 201, wave_plan.text
    place = campus.urls["surveys"] + SURVEYED[1]
    surveyed = await campus.http.post(place, headers=manager, **requests[SURVEYED])
    assert surveyed.status_code == 201, surveyed.text
    stopped = await campus.http.post(campus.urls["surveys"] + OPT_OUT[1], headers=manager, **requests[OPT_OUT])
    assert stopped.status_code == 201, stopped.text
    place = campus.urls["surveys"] + SURVEYED_CONTACT[1].replace("{employer_id}", surveyed.json()["id"])
    asked_there = await campus.http.post(place, headers=manager, **requests[SURVEYED_CONTACT])
    assert asked_there.status_code == 201, asked_there.text
    task = await disputed(campus, graduate)
    own_employer = await made_of(campus, sorted(tokens)[1])
    planned = await campus.http.post(
        f"{campus.urls['destinations']}/v1/support-plans", json=support_plan(graduate), headers=campus.officer(school)
    )
    assert planned.status_code == 201, planned.text
    place = campus.urls["destinations"] + CASE[1]
    case = await campus.http.post(place, headers=campus.officer(school), **requests[CASE])
    assert case.status_code == 201, case.text
    requests[OUTSIDE_DATA]["data"]["authorisation_id"] = authorised.json()["id"]
    bulk = await sealed(campus, school, graduate)
    checked = await checks(campus, school, requests)
    place = campus.urls["destinations"] + REPORT[1]
    report = await campus.http.post(place, headers=campus.officer(school), **requests[REPORT])
    assert report.status_code == 201, report.text
    filed = await prepared(campus, school, requests)
    snapshot, proof = await frozen(campus, school, requests)
    warned = await scored(campus, school, requests)
    draft = await drafted(campus, school, requests, snapshot)
    written = await reported(campus, school, requests)
    compared = await reconciled(campus, school, requests, filed)
    persons = frozenset({*tokens, *(each["id"] for each in registrations)})
    return Known(
        school,
        {
            ("colleges", "code"): COLLEGE,
            ("majors", "code"): MAJOR,
            ("classes", "code"): CLASS,
            ("import-mappings", "name"): FILE,
            ("*", "school_code"): school,
            ("*", "cohort"): SEASON,
            ("*", "school"): school,
            ("*", "graduate_id"): graduate,
            ("*", "decision_id"): bulk,
            ("*", "case_id"): case.json()["id"],
            ("*", "authorisation_id"): authorised.json()["id"],
            ("*", "registration_id"): registrations[0]["id"],
            ("*", "questionnaire_id"): wave["questionnaire_id"],
            ("*", "statement_id"): stated.json()["id"],
            ("*", "number"): "1",
            ("*", "wave_id"): wave["id"],
            ("*", "wave_plan_id"): wave_plan.json()["id"],
            ("*", "response_id"): responses[0]["id"],
            ("*", "invitation_id"): links[0]["id"],
            ("*", "opt_out_id"): stopped.json()["id"],
            # only a wave that has closed has weights
            ("*", "weighting_id"): str(uuid4()),
            # a call is claimed between 9 and 21 o'clock only
            ("*", "call_id"): str(uuid4()),
            ("*", "liaison_id"): await made(campus, LIAISON[1], manager, requests[LIAISON]["json"]),
            ("*", "ref"): "bm9ib2R5",
            ("*", "paper_id"): await made(
                campus,
                PAPER[1].replace("{wave_id}", wave["id"]),
                manager,
                requests[PAPER]["json"] | {"graduate_id": sorted(tokens)[2]},
            ),
            ("*", "change_id"): asked.json()["id"],
            ("*", "waiver_id"): waiving.json()["id"],
            ("signal-rules", "rule"): "share_code_12",
            ("*", "rule"): "phone_missing",
            ("*", "profile_id"): profile.json()["profile_id"],
            ("surveys", "contact_id"): asked_there.json()["id"],
            ("*", "contact_id"): contact.json()["id"],
            ("consent-texts", "name"): "talent-pool",
            ("*", "export_id"): exported.json()["id"],
            ("*", "correction_id"): correction.json()["id"],
            ("*", "erasure_id"): erasing.json()["id"],
            **checked,
            ("*", "filing_id"): filed,
            ("*", "reconciliation_id"): compared,
            ("*", "evidence_id"): evidence.json()["id"],
            ("*", "task_id"): task,
            ("*", "n"): "1",
            ("reports", "report_id"): written,
            ("*", "report_id"): report.json()["id"],
            ("surveys", "employer_id"): surveyed.json()["id"],
            ("*", "employer_id"): own_employer,
            ("*", "plan_id"): planned.json()["id"],
            ("registry", "operation_id"): imported[0]["id"],
            ("destinations", "operation_id"): imported[1]["id"],
            ("surveys", "operation_id"): imported[0]["id"],
            ("indicators", "operation_id"): proof,
            ("*", "snapshot_id"): snapshot,
            **warned,
            ("*", "publication_id"): draft,
            ("*", "college_code"): COLLEGE,
            ("*", "college"): COLLEGE,
        },
        persons
        | {*checked.values(), own_employer}
        | {snapshot, draft, *warned.values(), school, COLLEGE, FILE, wave["id"], wave["questionnaire_id"]}
        | {written, bulk, task, filed}
        | {
            each.json()["id"]
            for each in (
                *(asked, exported, correction, erasing, waiving, evidence, case, report, planned, stated),
                surveyed,
            )
        },
        persons,
        requests,
    )


async def made_of(campus: Campus, graduate: str) -> str:
    """Lets a graduate name an employer that only the school has; gives its id, once it is made."""
    oneself, url = campus.bearer("graduate", graduate=graduate), f"{campus.urls['destinations']}/v1/registrations"
    (own,) = (await campus.http.get(url, headers=oneself)).json()["items"]
    edited = await campus.http.patch(f"{url}/{own['id']}", json=EMPLOYER, headers=oneself | {"If-Match": "*"})
    assert edited.status_code == 200, edited.text

    async def linked() -> str:
        read = await campus.http.get(f"{url}/{own['id']}", headers=oneself)
        return str(read.json()["employer_id"] or "")

    return await eventually(linked)


async def disputed(campus: Campus, graduate: str) -> str:
    """Lets the graduate dispute what is effective; gives the id of the task to answer."""
    oneself, url = campus.bearer("graduate", graduate=graduate), campus.urls["destinations"]
    (own,) = (await campus.http.get(f"{url}/v1/registrations", headers=oneself)).json()["items"]
    said = {"reason": "单位不对"}
    refused = await campus.http.post(
        f"{url}/v1/registrations/{own['id']}/dispute", json=said, headers=oneself | {"If-Match": "*"}
    )
    assert refused.status_code == 200, refused.text
    (task,) = (await campus.http.get(f"{url}/v1/tasks", headers=oneself)).json()["items"]
    return str(task["id"])


async def checks(campus: Campus, school: str, requests: Mapping[Write, dict[str, Any]]) -> dict[tuple[str, str], str]:
    """Lets the college fill its ledger and draft a report, and the school draw a sample; gives parameters of paths."""
    officer = campus.bearer("college_officer", school=school, college=COLLEGE)
    made: dict[Write, str] = {}
    registered = await items(campus, "destinations", "/v1/registrations", officer, school=school)
    own = requests[LEDGER]["json"]["graduate_id"]
    others = [{"json": requests[LEDGER]["json"] | {"graduate_id": each["graduate_id"]}} for each in registered]
    entries = [(LEDGER, each) for each in others if each["json"]["graduate_id"] != own]
    for write, request in [*entries, *((write, requests[write]) for write in (LEDGER, SELF_CHECK, SAMPLE))]:
        headers = campus.officer(school) if write == SAMPLE else officer
        answered = await campus.http.post(campus.urls["destinations"] + write[1], headers=headers, **request)
        assert answered.status_code == 201, answered.text
        made[write] = answered.json()["id"]
    names = {LEDGER: "entry_id", SELF_CHECK: "self_check_id", SAMPLE: "sample_id"}
    return {("*", name): made[write] for write, name in names.items()}


async def reconciled(campus: Campus, school: str, requests: Mapping[Write, dict[str, Any]], filing: str) -> str:
    """Lets the school compare a file with one row; gives the reconciliation's id."""
    officer, url = campus.officer(school), campus.urls["destinations"]
    content = (await campus.http.get(f"{url}/v1/filings/{filing}/file", headers=officer | PURPOSE)).content
    request = requests[RECONCILING]
    request["data"]["filing_id"] = filing
    request["files"] = {"file": ("back.xlsx", content)}
    wanted = {**request, "headers": officer | PURPOSE}
    accepted = await campus.http.post(url + RECONCILING[1], **wanted)
    assert accepted.status_code == 202, accepted.text
    operation = await campus.finished("destinations", accepted, officer)
    assert operation["state"] == "succeeded", operation
    return str(operation["result"]["id"])


async def prepared(campus: Campus, school: str, requests: Mapping[Write, dict[str, Any]]) -> str:
    """Lets the school prepare a file for the province; gives the filing's id."""
    officer = campus.officer(school)
    accepted = await campus.http.post(campus.urls["destinations"] + FILING[1], headers=officer, **requests[FILING])
    assert accepted.status_code == 202, accepted.text
    operation = await campus.finished("destinations", accepted, officer)
    assert operation["result"]["rows"] > 0, operation
    return str(operation["result"]["id"])


async def sealed(campus: Campus, school: str, graduate: str) -> str:
    """Lets the graduate submit other content, and the college seal what waits for it; gives the bulk decision's id."""
    oneself, url = campus.bearer("graduate", graduate=graduate), f"{campus.urls['destinations']}/v1/registrations"
    (own,) = (await campus.http.get(url, headers=oneself)).json()["items"]
    edited = await campus.http.patch(
        f"{url}/{own['id']}", json={"employer_name": "另一公司"}, headers=oneself | {"If-Match": "*"}
    )
    submitted = await campus.act(edited.json(), "submit", oneself)
    assert submitted.status_code == 200, submitted.text
    officer = campus.bearer("college_officer", school=school, college=COLLEGE)
    asked = f"{campus.urls['destinations']}/v1/bulk-decisions"
    accepted = await campus.http.post(asked, json=bulk_decision(school), headers=officer)
    assert accepted.status_code == 202, accepted.text
    operation = await campus.finished("destinations", accepted, officer)
    return str(operation["result"]["id"])


async def each_write(known: Known, writes: Iterable[Write], act: Callable[[Write], Awaitable[None]]) -> None:
    """Does all writes at once, but files one after the other: a caller may send few at a time."""
    files = [each for each in writes if known.requests[each].keys() & {"files", "content"}]
    await asyncio.gather(*(act(each) for each in writes if each not in files))
    for each in files:
        await act(each)


async def routes(campus: Campus, service: str, scheme: str | None = None) -> list[tuple[str, str]]:
    """Method and path of everything that needs a token, or one kind of token."""
    document = (await campus.http.get(f"{campus.urls[service]}/openapi.json")).json()
    return [
        (method.upper(), path)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if path not in ENDLESS and operation["security"] and (scheme is None or scheme in operation["security"][0])
    ]
