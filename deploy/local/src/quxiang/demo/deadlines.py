"""Two seasons of a school: of the one that ends a change comes late and waits for two people, the next has begun."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from common.auth.issuing import Grant
from common.auth.principal import Role
from quxiang.demo.changes import EMPLOYMENT, Office, oneself, side_by_side
from quxiang.demo.client import Json
from quxiang.demo.files import ROSTER_HEADERS, workbook
from quxiang.demo.objections import DISPUTED
from quxiang.demo.people import Person, School, people, roster_rows

_NEXT = 60
"""Graduates of the next cohort: its roster is not complete yet."""

_NOTHING: Json = {}
_LATE: Json = {"late_reason": "new_destination"}
_REVIEWS = ("submit", "counsellor-approve", "college-approve")


async def end_season(office: Office) -> None:
    """Sets the season of the cohort, gives one graduate more time, and lets a correction come late."""
    if not await _set(office, closes_on=f"{office.cohort + 1}-06-30"):
        return
    leaving_late, *_ = await office.members()
    extension = {
        "graduate_ids": [leaving_late["id"]],
        "until": f"{office.cohort + 1}-03-31",
        "reason": "延长学业，次年三月离校",
    }
    await office.campus.call(
        "destinations", "POST", f"{_place(office)}/extensions", office.school_officer, json=extension
    )
    late = [each for each in (await office.untouched("12"))[DISPUTED:] if each["phase"] == "late"]
    if late:
        await _correct_late(office, late[0])


def next_of(office: Office) -> Office:
    """The same people with the cohort that follows."""
    return replace(office, cohort=office.cohort + 1, decided={})


def next_people(school: School, cohort: int) -> list[Person]:
    """The graduates of the cohort that follows, by student number."""
    return people(replace(school, size=_NEXT), cohort)


async def begin_next(office: Office, school: School) -> None:
    """Sets the season of the next cohort, with counsellors as a level, and lets a record wait at each level."""
    following = next_of(office)
    if not await _set(following, levels=["counsellor", "college", "school"], evidence="approve"):
        return
    cohort = await asyncio.to_thread(next_people, school, following.cohort)
    file = await asyncio.to_thread(workbook, ROSTER_HEADERS, roster_rows(school, following.cohort, cohort))
    form = {"school_code": school.code, "cohort": str(following.cohort)}
    await office.campus.upload("registry", "graduates", office.school_officer, "生源.xlsx", file, **form)
    members, doubted = await following.members(), _doubted(following.cohort)
    waiting, others = members[: len(_REVIEWS) + 1], members[len(_REVIEWS) + 1 :]
    await side_by_side(
        [partial(_review, following, graduate, _REVIEWS[:done]) for done, graduate in enumerate(waiting)]
        + [partial(_review, following, each, _REVIEWS[:1], said) for each, said in zip(others, doubted, strict=False)]
    )


async def _set(office: Office, **settings: object) -> bool:
    """Saves settings unless there are some; False where all of its days have passed."""
    season = await office.campus.call("destinations", "GET", _place(office), office.school_officer)
    if season["version"]:
        return True
    call = partial(office.campus.call, "destinations", "PUT", _place(office), office.school_officer, version=0)
    return bool(await call(json=settings))


async def _correct_late(office: Office, registration: Json) -> None:
    if registration["state"] == "school_approved":
        path = f"/v1/registrations/{registration['id']}"
        content = EMPLOYMENT | {"signed_on": office.today.isoformat()} | _LATE
        version = registration["version"]
        registration = await office.campus.call(
            "destinations", "PATCH", path, office.school_officer, version=version, json=content
        )
    await office.act(registration, "submit", office.school_officer, json=_LATE)


def _doubted(cohort: int) -> Sequence[Json]:
    """What rules doubt: each opens a case of the college."""
    return (
        {"job_title": "实习生"},
        {"contract_from": f"{cohort - 1}-07-01", "contract_to": f"{cohort}-06-30"},
        {"job_title": "求职助理"},
        {"employer_nature_code": "10"},
        {"destination_code": "12", "pay_amount": 1500, "pay_unit": "month"},
    )


async def _review(office: Office, graduate: Json, acts: Sequence[str], said: Json = _NOTHING) -> None:
    """A contract that has gone through these acts, which says this beside the usual."""
    own = oneself(graduate["id"])
    by = {
        "submit": own,
        "counsellor-approve": Grant(Role.COUNSELLOR, school_code=office.school, class_codes=(graduate["class_code"],)),
        "college-approve": office.college_officer(graduate["college_code"]),
    }
    body = {"graduate_id": graduate["id"], **EMPLOYMENT, "signed_on": office.today.isoformat(), **said}
    made = await office.campus.call("destinations", "POST", "/v1/registrations", own, json=body)
    for act in acts:
        made = await office.act(made, act, by[act])


def _place(office: Office) -> str:
    return f"/v1/seasons/{office.school}/{office.cohort}"
