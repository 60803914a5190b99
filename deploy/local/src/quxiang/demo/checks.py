"""A round of self-checks: one college's ledger with its signed report, and a sample of the school, half decided."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from quxiang.demo.changes import Office
from quxiang.demo.client import Json
from quxiang.demo.files import table
from quxiang.demo.people import Person

_HEADERS = ("学号", "姓名", "核查方式", "通话结果", "核查结果", "备注")
_FOUND: Sequence[Mapping[str, str]] = (
    *({"核查方式": "电话", "通话结果": "已接通", "核查结果": "属实"},) * 12,
    *({"核查方式": "材料", "核查结果": "属实"},) * 8,
    {"核查方式": "电话", "通话结果": "无人接听", "核查结果": "无法联系"},
    {"核查方式": "单位", "核查结果": "不属实", "备注": "单位称该生未入职"},
)
_OFFICES = ("party", "administration")
_SAMPLE, _DECIDED = 8, 4


async def check_a_round(office: Office, people: Sequence[Person]) -> None:
    """Lets the smallest college check all of its graduates and report on it, and the school look at some of all."""
    names = {each.student_number: each.name for each in people}
    counted = [each for each in await office.members() if each["status"] in {"registered", "completed"}]
    sizes = Counter(each["college_code"] for each in counted)
    college = min((code for code in sizes if code), key=lambda code: (sizes[code], code))
    officer = office.college_officer(college)
    theirs = [each for each in counted if each["college_code"] == college and each["student_number"] in names]
    lines = [
        {"学号": each["student_number"], "姓名": names[each["student_number"]], **_FOUND[at % len(_FOUND)]}
        for at, each in enumerate(theirs)
    ]
    form = {"school_code": office.school, "cohort": str(office.cohort), "round": "1", "on_error": "skip"}
    content = await asyncio.to_thread(table, _HEADERS, lines)
    await office.campus.upload("destinations", "ledger", officer, "核查台账.csv", content, **form)
    body = {"school_code": office.school, "cohort": office.cohort, "college_code": college, "round": 1}
    report = await office.campus.call("destinations", "POST", "/v1/self-check-reports", officer, json=body)
    for each in _OFFICES:
        # who is lacking in the ledger lets no report be made
        if report:
            grant = replace(officer, scopes=(f"sign:{each}",), subject=f"{college} {each}")
            path = f"/v1/self-check-reports/{report['id']}/sign"
            report = await office.campus.call(
                "destinations", "POST", path, grant, version=report["version"], json={"office": each}
            )
    await _draw(office)


async def _draw(office: Office) -> None:
    """A sample over all colleges, decided in part by a person who enters and reviews nothing."""
    inspector = replace(office.school_officer, subject=f"checks of {office.school}")
    body: Json = {"school_code": office.school, "cohort": office.cohort, "size": _SAMPLE, "strata": "college"}
    sample = await office.campus.call("destinations", "POST", "/v1/samples", inspector, json=body)
    for n in range(1, _DECIDED + 1):
        said = {"method": "phone", "outcome": "reached", "result": "wrong" if n == _DECIDED else "correct"}
        path = f"/v1/samples/{sample['id']}/items/{n}/decide"
        await office.campus.call("destinations", "POST", path, inspector, json=said)
