"""A circular: a report of monitoring that the school asks for early, and shows to its colleges at the end."""

import asyncio

from quxiang.demo.changes import Office
from quxiang.demo.client import Json

_ATTEMPTS, _PAUSE = 20, 0.5
"""By the end the worker has long made it, unless the machine is slow: then it stays unpublished."""


async def ask_for_report(office: Office) -> None:
    """Asks for a report of now."""
    body = {"school_code": office.school, "cohort": office.cohort}
    await office.campus.call("destinations", "POST", "/v1/monitoring-reports", office.school_officer, json=body)


async def publish_report(office: Office) -> None:
    """Shows the reports that were asked for, once they are made."""
    for _ in range(_ATTEMPTS):
        reports = await _free_reports(office)
        if all(each["state"] == "made" for each in reports):
            break
        await asyncio.sleep(_PAUSE)
    for report in [each for each in reports if "publish" in each["allowed_transitions"]]:
        path = f"/v1/monitoring-reports/{report['id']}/publish"
        await office.campus.call("destinations", "POST", path, office.school_officer, version=report["version"])


async def _free_reports(office: Office) -> list[Json]:
    query: dict[str, str | int] = {"school": office.school, "cohort": office.cohort, "kind": "free"}
    listed = office.campus.items("destinations", "/v1/monitoring-reports", office.school_officer, **query)
    return [each async for each in listed]
