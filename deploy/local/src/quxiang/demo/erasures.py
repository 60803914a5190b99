"""One graduate who is erased: two officers of the school decide it, and within a minute nothing leads to the person."""

from dataclasses import replace

from quxiang.demo.changes import Office

_PATH = "/v1/erasures"


async def erase_one(office: Office) -> None:
    """Lets the office ask for the erasure of an entry that was made in error, and another officer approve it."""
    begun = office.campus.items("registry", _PATH, office.school_officer, school=office.school)
    if [each async for each in begun if each["state"] != "open"]:
        return
    [*_, last] = [each for each in await office.members() if each["status"] == "registered"]
    body = {"graduate_id": last["id"], "ground": "entered_in_error", "reason": "非本校毕业生，误录"}
    asked = await office.campus.call("registry", "POST", _PATH, office.school_officer, json=body)
    # asked by a run before this one
    if asked:
        other = replace(office.school_officer, subject="another officer")
        path = f"{_PATH}/{asked['id']}/approve"
        await office.campus.call("registry", "POST", path, other, version=asked["version"])
