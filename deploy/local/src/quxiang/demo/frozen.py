"""What is frozen of each cohort, a revision that waits for its second person, and majors to review."""

import asyncio

from quxiang.demo.changes import Office
from quxiang.demo.client import Json
from quxiang.demo.earlier import BACK, enter_late, of_cohort
from quxiang.demo.people import School

INITIAL, YEAR_END = "initial", "year_end"
_PATIENCE_SECONDS = 120.0

RULE: Json = {
    "weights": {"placement_rate": 60, "salary": 20, "employer_satisfaction": 20},
    "min_base": 7,
    "min_majors": 4,
    "share": 20,
}
"""By which majors of cohorts as small as these are compared."""


async def freeze_earlier(office: Office) -> None:
    """The official figures of the earlier cohorts, whose midnights had passed when they were entered."""
    earlier = [of_cohort(office, back) for back in BACK]
    asked = [await _ask(each, kind) for kind in (YEAR_END, INITIAL) for each in earlier]
    for each in asked:
        await _frozen(office, each)


async def freeze_initial(office: Office) -> Json:
    """The initial figures of the cohort that the demo is about."""
    return await _frozen(office, await _ask(office, INITIAL))


async def ask_for_revision(office: Office, school: School) -> None:
    """Lets an entry come late, which the initial figures of last year's cohort miss, and asks for their revision."""
    await enter_late(office, school)
    frozen = await _ask(of_cohort(office, 1), INITIAL)
    path, words = f"/v1/snapshots/{frozen['id']}/revise", {"reason": "一份就业协议在八月签订，迟报一年"}
    await office.campus.call("indicators", "POST", path, office.school_officer, version=frozen["version"], json=words)


async def compare_majors(office: Office) -> None:
    """Puts a rule in force and compares the majors of the last three cohorts by it: one stands lowest in all."""
    campus, officer = office.campus, office.school_officer
    body = {"school_code": office.school, **RULE}
    rule = await campus.call("indicators", "POST", "/v1/warning-rules", officer, json=body)
    path, version = f"/v1/warning-rules/{rule['id']}/approve", rule["version"]
    await campus.call("indicators", "POST", path, office.colleague, version=version)
    body = {"school_code": office.school, "cohort": office.cohort - 1}
    run = await campus.call("indicators", "POST", "/v1/warning-runs", officer, json=body)
    await campus.finished("indicators", run, officer)


async def _ask(office: Office, kind: str) -> Json:
    """The official snapshot of the kind, asked for unless it is there."""
    body = {"school_code": office.school, "cohort": office.cohort, "kind": kind}
    query: dict[str, str | int] = {"school": office.school, "cohort": office.cohort, "kind": kind}
    listed = office.campus.items("indicators", "/v1/snapshots", office.school_officer, **query)
    found = [each async for each in listed]
    return (
        found[0]
        if found
        else await office.campus.call("indicators", "POST", "/v1/snapshots", office.school_officer, json=body)
    )


async def _frozen(office: Office, snapshot: Json) -> Json:
    """The snapshot once a worker has frozen it."""
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while snapshot["state"] != "frozen":
            await asyncio.sleep(0.2)
            path = f"/v1/snapshots/{snapshot['id']}"
            snapshot = await office.campus.call("indicators", "GET", path, office.school_officer)
    return snapshot
