"""A prepared bulk approval: the school's officer sees what would be skipped and why, and may apply it for a day."""

from functools import partial

from common.auth.issuing import Grant, subject_of
from common.auth.principal import Role
from quxiang.demo.changes import EMPLOYMENT, Office, oneself, side_by_side
from quxiang.demo.client import Json

_WAITING = slice(30, 43)
"""Of those whom no file decides upon: after those who register, leave and are asked about in `changes`."""

_DOUBT = "签约单位电话无人接听，待核实"


async def submit_to_school(office: Office) -> None:
    """Lets graduates, and for one of them the school's officer, submit what the college approves."""
    own, same, *others = (await office.undecided())[_WAITING]
    officer = office.school_officer
    # the same person at both levels, and the school's officer in a graduate's place
    double = Grant(
        Role.COLLEGE_OFFICER,
        school_code=office.school,
        college_code=same["college_code"],
        subject=subject_of(officer),
    )
    await _submit(office, own, officer, office.college_officer(own["college_code"]))
    await _submit(office, same, oneself(same["id"]), double)
    await side_by_side(
        [
            partial(_submit, office, each, oneself(each["id"]), office.college_officer(each["college_code"]))
            for each in others
        ]
    )


async def prepare_bulk_approval(office: Office) -> None:
    """Doubts one of what waits, seals all of it for the school, of the next cohort too, and returns one after that.

    Of the next cohort's, one lacks the evidence that its season asks for.
    """
    waiting = [each["id"] for each in (await office.undecided())[_WAITING]]
    query: dict[str, str | int] = {"school": office.school, "cohort": office.cohort, "state": "college_approved"}
    listed = office.campus.items("destinations", "/v1/registrations", office.school_officer, **query)
    found = {each["graduate_id"]: each async for each in listed}
    officer = office.school_officer
    doubted, late = (found.get(each) for each in waiting[-2:])
    if doubted:
        check = {"school_code": office.school, "registrations": [doubted["id"]], "note": _DOUBT}
        await office.campus.call("destinations", "POST", "/v1/cases", officer, json=check)
    body: Json = {"act": "school-approve", "filter": {}, "note": "材料齐全"}
    taken = await office.campus.call("destinations", "POST", "/v1/bulk-decisions", officer, json=body)
    await office.campus.finished("destinations", taken, officer)
    if late:
        colleague = Grant(Role.SCHOOL_OFFICER, school_code=office.school, subject=f"{subject_of(officer)}:colleague")
        await office.act(late, "return", colleague, json={"reason": "单位所在地与协议不符"})


async def _submit(office: Office, graduate: Json, author: Grant, college: Grant) -> None:
    """A contract that waits for the school."""
    body = {"graduate_id": graduate["id"], **EMPLOYMENT, "signed_on": office.today.isoformat()}
    made = await office.campus.call("destinations", "POST", "/v1/registrations", author, json=body)
    await office.act(await office.act(made, "submit", author), "college-approve", college)
