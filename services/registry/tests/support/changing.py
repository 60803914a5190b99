"""A population change as two people make it."""

from collections.abc import Callable, Sequence
from typing import Any

import httpx

Json = dict[str, Any]

DOCUMENT = {"number": "校教〔2024〕18号", "issued_on": "2024-06-18"}


def wanted(school: str, graduate_ids: Sequence[str], change: str, **further: object) -> Json:
    """The body of a request; `further` fields stand beside or in place of the usual ones."""
    needs: Json = {"document": DOCUMENT} if change in {"extend", "withdraw", "transfer"} else {}
    needs |= {"ground": "entered_in_error"} if change == "exclude" else {}
    asked = {"school_code": school, "cohort": 2024, "graduate_ids": list(graduate_ids), "change": change}
    return {**asked, "reason": "因病休学", **needs, **further}


async def moved(
    client: Callable[..., httpx.AsyncClient], school: str, graduate_ids: Sequence[str], change: str, **further: object
) -> Json:
    """The change after one officer has asked for it and another one has approved it."""
    one, other = (client("school_officer", school=school, subject=name) for name in ("who asks", "who decides"))
    asked = await one.post("/v1/population-changes", json=wanted(school, graduate_ids, change, **further))
    assert asked.status_code == 201, asked.text
    path = f"/v1/population-changes/{asked.json()['id']}/approve"
    approved = await other.post(path, headers={"If-Match": asked.headers["etag"]})
    assert approved.status_code == 200, approved.text
    return dict(approved.json())
