"""A prepared bulk approval: the school's officer sees what would be skipped and why, and may apply it for a day."""

from functools import partial

from common.auth.issuing import Grant, subject_of
from common.auth.principal import Role
from quxiang.demo.changes import EMPLOYMENT, Office, oneself, side_by_side
from quxiang.demo.client import Json

_WAITING = slice(30, 42)
"""Of those without a registration, by student number: after those who register in `changes`."""


async def prepare_bulk_approval(office: Office) -> None:
    """Lets graduates submit what the college approves, seals it for the school, and returns one after that."""
    listed = office.campus.items(
        "destinations", "/v1/registrations", office.school_officer, school=office.school, cohort=office.cohort
    )
    registered = {item["graduate_id"] async for item in listed}
    members = [each for each in await office.members() if each["status"] == "registered"]
    own, same, late, *clean = [each for each in members if each["id"] not in registered][_WAITING]
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
            for each in clean
        ]
    )
    changed = await _submit(office, late, oneself(late["id"]), office.college_officer(late["college_code"]))
    body = {"act": "school-approve", "filter": {"cohort": office.cohort}, "note": "材料齐全"}
    taken = await office.campus.call("destinations", "POST", "/v1/bulk-decisions", officer, json=body)
    await office.campus.finished("destinations", taken, officer)
    colleague = Grant(Role.SCHOOL_OFFICER, school_code=office.school, subject=f"{subject_of(officer)}:colleague")
    await office.act(changed, "return", colleague, json={"reason": "单位所在地与协议不符"})


async def _submit(office: Office, graduate: Json, author: Grant, college: Grant) -> Json:
    """A contract that waits for the school."""
    body = {"graduate_id": graduate["id"], **EMPLOYMENT, "signed_on": office.today.isoformat()}
    made = await office.campus.call("destinations", "POST", "/v1/registrations", author, json=body)
    return await office.act(await office.act(made, "submit", author), "college-approve", college)
