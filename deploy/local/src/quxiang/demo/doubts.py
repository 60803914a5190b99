"""What rules doubt by all records together, by a file, or by what others say: with `deadlines` a case of each rule.

That one person alone has placed a graduate is doubted after a week: the last case comes then.
"""

import asyncio
import random
from collections.abc import Mapping, Sequence
from datetime import date

from common.auth.issuing import Grant
from common.auth.principal import Role
from quxiang.demo.changes import EMPLOYMENT, Office, oneself
from quxiang.demo.client import Json
from quxiang.demo.deadlines import next_of, next_people
from quxiang.demo.files import DESTINATION_HEADERS, table
from quxiang.demo.people import TARGETED, Person, School
from quxiang.demo.season import destination_row

_WAGES = "/v1/reference-tables/minimum-wage"
_CONTACT = "联系人电话"
_SHARED = {_CONTACT: "10088888888"}
_CODES: Sequence[tuple[str, Mapping[str, str]]] = (("12", {}), ("76", {}), ("11", _SHARED), ("11", _SHARED))
"""One college's first decisions, two of which name the same contact of two employers."""

_PLANNED = 20
"""Those before are in review: see `deadlines`."""

_INSURED = ("证件号", "姓名", "统一社会信用代码", "单位名称", "参保地代码", "参保起", "参保止")


async def set_wages(office: Office) -> None:
    """Says what the lowest wage of the province is, unverified."""
    stored = await office.campus.call("destinations", "GET", _WAGES, office.school_officer)
    if not stored["version"]:
        row = f"41,{office.cohort - 1}-01-01,,2000,19.6,示例,false"
        content = f"area,from,to,month,hour,source,verified\n{row}\n".encode()
        admin, also = Grant(Role.ADMIN), {"Content-Type": "text/csv"}
        await office.campus.call("destinations", "PUT", _WAGES, admin, also=also, content=content)


async def decide_ahead(office: Office, school: School) -> None:
    """Enters the next cohort's first decisions by a file, and lets the graduates confirm them, but for one."""
    following = next_of(office)
    cohort = await asyncio.to_thread(next_people, school, following.cohort)
    file = await asyncio.to_thread(table, (*DESTINATION_HEADERS, _CONTACT), first_decisions(cohort, office.today))
    form = {"school_code": school.code, "cohort": str(following.cohort)}
    officer = office.school_officer
    await office.campus.upload("destinations", "registrations", officer, "首批去向.csv", file, **form)
    query: dict[str, str | int] = {"school": office.school, "cohort": following.cohort, "state": "school_approved"}
    listed = office.campus.items("destinations", "/v1/registrations", officer, **query)
    entered = sorted([each async for each in listed], key=lambda each: str(each["destination_code"]))
    for each in entered[1:]:
        if each["confirmation"] == "unconfirmed":
            await following.act(each, "confirm", oneself(each["graduate_id"]))


def first_decisions(cohort: Sequence[Person], today: date) -> list[Mapping[str, object]]:
    """Rows of one college, and one of a graduate who was trained for another unit."""
    chance = random.Random("first decisions")  # noqa: S311
    college = cohort[0].major.college_code
    theirs = [each for each in cohort[_PLANNED:] if each.major.college_code == college]
    rows = [
        {**destination_row(person, code, today, chance), **said}
        for person, (code, said) in zip(theirs, _CODES, strict=False)
    ]
    return [*rows, destination_row(cohort[TARGETED], "11", today, chance)]


async def compare_insured(office: Office, cohort: Sequence[Person]) -> None:
    """Lets the school use what social insurance knows, by which a graduate works elsewhere."""
    officer, campus = office.school_officer, office.campus
    numbers = {each["id"]: each["student_number"] for each in await office.members()}
    found = [numbers[each["graduate_id"]] for each in await office.untouched("11")]
    people = {each.student_number: each for each in cohort}
    body: Json = {
        "school_code": office.school,
        "source": "social_insurance",
        "basis": "就业去向核查",
        "reference": f"示例人社〔{office.cohort}〕6号",
        "valid_from": f"{office.cohort}-01-01",
        "valid_to": f"{office.cohort + 1}-12-31",
    }
    allowed = await campus.call("destinations", "POST", "/v1/source-authorisations", officer, json=body)
    row = insured(people[found[2]], office.today)
    content = await asyncio.to_thread(table, _INSURED, [row])
    form = {"school_code": office.school, "cohort": str(office.cohort), "source": "social_insurance"}
    await campus.upload(
        "destinations", "outside-data", officer, "参保.csv", content, **form, authorisation_id=allowed["id"]
    )


def insured(person: Person, today: date) -> Mapping[str, object]:
    """What social insurance says of a graduate."""
    return {
        "证件号": person.citizen_id,
        "姓名": person.name,
        "统一社会信用代码": EMPLOYMENT["employer_uscc"],
        "单位名称": EMPLOYMENT["employer_name"],
        "参保地代码": EMPLOYMENT["place_code"],
        "参保起": today.replace(day=1).isoformat(),
    }
