"""What is made of the initial figures: tables that the school has published, and a report on each college."""

from collections.abc import Sequence

from quxiang.demo.changes import Office
from quxiang.demo.client import Json
from quxiang.demo.frozen import freeze_initial

_TITLE = {"zh": "毕业生初次去向落实率（示例）", "en": "Initial placement of graduates (example)"}
_TABLES: Sequence[Json] = (
    {"kind": "rates"},
    {"kind": "rates", "by": ["college"]},
    {"kind": "rates", "by": ["major"], "measures": ["placement_rate"]},
    {"kind": "rates", "by": ["college", "origin_province"], "measures": ["placement_rate"]},
    {"kind": "structure", "dimension": "employer_nature"},
)
"""The fourth has groups of a few persons, which stand in 其他 of their college."""


async def publish(office: Office) -> str:
    """Freezes, drafts, proposes, and lets a second person release with the province's consent; the id."""
    officer = office.school_officer
    snapshot = await freeze_initial(office)
    draft = {"school_code": office.school, "cohort": office.cohort, "snapshot_id": snapshot["id"]}
    body = {**draft, "title": _TITLE, "tables": _TABLES}
    made = await office.campus.call("indicators", "POST", "/v1/publications", officer, json=body)
    path = f"/v1/publications/{made['id']}"
    taken = await office.campus.call("indicators", "POST", f"{path}/propose", officer, version=made["version"])
    # a run before this one has proposed it, and had no time to release it
    if taken:
        await office.campus.finished("indicators", taken, officer)
    proposed = await office.campus.call("indicators", "GET", path, officer)
    consent = {"authority": "示例省教育厅", "reference": f"示例〔{office.cohort}〕1号", "on": office.today.isoformat()}
    await office.campus.call(
        "indicators",
        "POST",
        f"{path}/release",
        office.colleague,
        version=proposed["version"],
        json={"consent": consent},
    )
    return str(made["id"])


async def report_on_colleges(office: Office) -> None:
    """Has a report made on each college; a worker writes them while the rest of the demo is loaded."""
    snapshot = await freeze_initial(office)
    whose = {"school_code": office.school, "cohort": office.cohort, "snapshot_id": snapshot["id"]}
    body = {**whose, "subject": {"kind": "college", "code": "*"}}
    await office.campus.call("indicators", "POST", "/v1/reports", office.school_officer, json=body)
