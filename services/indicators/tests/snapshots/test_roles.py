"""Who may do what with snapshots: a role is refused before anything is looked for (contract of indicators, 3)."""

from typing import Any
from uuid import uuid4

import pytest

from testing.http import Client

ROLES = (
    "graduate", "counsellor", "college_officer", "school_officer", "survey_manager", "provincial_officer", "ministry",
    "employer", "office", "interviewer", "integrator", "auditor", "system", "admin",
)  # fmt: skip
ASKS, REASON = {"school_code": "90999", "cohort": 2024, "kind": "initial"}, {"reason": "核查后更正"}
DECIDERS = {"school_officer", "provincial_officer"}


@pytest.mark.parametrize(
    ("method", "path", "body", "may"),
    [
        ("POST", "", ASKS, {"school_officer"}),
        ("POST", "/{id}/revise", REASON, {"school_officer"}),
        ("POST", "/{id}/approve", None, DECIDERS),
        ("POST", "/{id}/refuse", REASON, DECIDERS),
        ("POST", "/{id}/verify", None, {"school_officer", "auditor"}),
        ("GET", "/{id}/rows", None, {"school_officer", "system"}),
    ],
)
async def test_a_wrong_role_is_refused_and_a_right_one_hears_that_there_is_nothing(
    client: Client, method: str, path: str, body: Any, may: set[str]
) -> None:
    url, told = f"/v1/snapshots{path.format(id=uuid4())}", {}
    for role in ROLES:
        # of another school, of another province and of none at all
        scope = {"school": "90998", "province": "110000", "college": "C0", "class_": "K", "graduate": uuid4()}
        http = client(role, **scope | {"employer": uuid4(), "office": "ARCHIVE"})
        answered = await http.request(method, url, json=body, headers={"If-Match": '"1"'})
        told[role] = answered.status_code
    assert told == {role: 404 if role in may else 403 for role in ROLES}
    unlimited = await client("auditor").request(method, url, json=body, headers={"If-Match": '"1"'})
    assert unlimited.status_code == (404 if "auditor" in may else 403)
