"""What graduates object to, and what is done for those who seek work: two disputes, an answer, a support plan."""

from datetime import timedelta

from quxiang.demo.changes import Office, oneself
from quxiang.demo.client import Json

DISPUTED = 3
"""The first of those employed by other forms."""


async def object_and_help(office: Office) -> None:
    """Lets three graduates dispute, a college answer one of them, and a college plan what helps a fourth."""
    settled = await office.untouched("12")
    if len(settled) < DISPUTED:
        return
    wrong, kept, pressed = settled[:DISPUTED]
    await _dispute(office, wrong, "wrong_data", "岗位名称与合同不一致")
    await _dispute(office, pressed, "pressed", "被要求先签约才能领取毕业证")
    await _dispute(office, kept, "changed", "试用期后换了岗位")
    await _keep(office, kept)
    seeking = await office.untouched("70")
    if seeking:
        await _plan(office, seeking[0])


async def _dispute(office: Office, registration: Json, kind: str, reason: str) -> None:
    if registration["confirmation"] != "disputed":
        own = oneself(registration["graduate_id"])
        await office.act(registration, "dispute", own, json={"kind": kind, "reason": reason})


async def _keep(office: Office, registration: Json) -> None:
    """Lets the college answer: what is registered stays."""
    college = office.college_officer(registration["college_code"])
    query: dict[str, str | int] = {"graduate_id": registration["graduate_id"], "state": "open"}
    async for task in office.campus.items("destinations", "/v1/tasks", college, **query):
        path = f"/v1/tasks/{task['id']}/answer"
        body = {"text": "合同仍在履行，岗位变动不影响登记"}
        await office.campus.call("destinations", "POST", path, college, version=task["version"], json=body)


async def _plan(office: Office, registration: Json) -> None:
    college = office.college_officer(registration["college_code"])
    spoken, offered = office.today - timedelta(days=6), office.today - timedelta(days=2)
    body = {
        "graduate_id": registration["graduate_id"],
        "causes": ["applying", "region"],
        "plan": "每周推荐两个省内岗位，安排一次模拟面试",
        "measures": [{"kind": "interview", "offered_on": offered.isoformat(), "outcome": "已参加模拟面试"}],
        "contacts": [{"contacted_on": spoken.isoformat(), "note": "电话沟通，希望在省内就业"}],
    }
    await office.campus.call("destinations", "POST", "/v1/support-plans", college, json=body)
