"""Operations over HTTP: taking work, watching it, its error report; and who may."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from common.errors import Message
from common.operations import OperationContext, OperationRunner, Outcome, RowProblem
from testing.http import running_app

FORM = {"school_code": "90001", "cohort": "2024"}
FILE = {"file": ("a.csv", b"a,b\n1,2\n")}


@pytest.fixture
async def client(works: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with running_app(works.app()) as served:
        yield served


def bearer(works: Any, role: str = "school_officer", school: str | None = "90001", **given: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {works.mint.token(role, school=school, **given)}"}


async def faulty(context: OperationContext) -> Outcome:
    problem = RowProblem(2, "学号", "required", None, Message("必填", "Required"))
    return Outcome({"rejected": 1}, [problem], state="failed", report=b"PK workbook")


async def test_work_is_taken_watched_and_its_report_fetched(works: Any, client: httpx.AsyncClient) -> None:
    mine = bearer(works)
    taken = await client.post("/v1/imports", data=FORM, files=FILE, headers=mine)
    assert taken.status_code == 202
    place = taken.headers["location"]
    assert place == f"/v1/operations/{taken.json()['id']}"
    assert taken.json() | {"id": "", "created_at": ""} == {
        "id": "", "kind": "import", "state": "queued", "progress": {"done": 0, "total": 0}, "result": None,
        "errors": [], "errors_total": 0, "warnings": [], "error_report": None, "created_at": "", "finished_at": None,
    }  # fmt: skip
    assert (await client.get(f"{place}/error-report", headers=mine)).status_code == 404
    await OperationRunner(works.database.patient, {"import": faulty}, cipher=works.cipher).run_once()
    shown = (await client.get(place, headers={**mine, "Accept-Language": "en"})).json()
    assert (shown["state"], shown["errors_total"], shown["result"]) == ("failed", 1, {"rejected": 1})
    assert shown["errors"] == [{"row": 2, "column": "学号", "rule": "required", "value": None, "message": "Required"}]
    report = await client.get(shown["error_report"], headers=mine)
    assert report.content == b"PK workbook"
    assert "attachment" in report.headers["content-disposition"]
    assert await works.scalar("SELECT count(*) FROM audit_entries WHERE action = 'error_report.read'") == 1
    assert await works.scalar("SELECT count(*) FROM audit_entries WHERE action = 'import.submitted'") == 1


async def test_what_stands_in_cells_at_fault_is_shown_and_stored_encrypted(
    works: Any, client: httpx.AsyncClient
) -> None:
    async def doubtful(context: OperationContext) -> Outcome:
        found = [
            RowProblem(row, "出生日期", "day_format", value, Message("日期", "Day"))
            for row, value in ((2, "1990-13-07"), (3, None), (4, "2066-01-07"))
        ]
        return Outcome({}, found[:2], warnings=found[2:])

    mine = bearer(works)
    place = (await client.post("/v1/imports", data=FORM, files=FILE, headers=mine)).headers["location"]
    await OperationRunner(works.database.patient, {"import": doubtful}, cipher=works.cipher).run_once()
    stored = await works.scalar("SELECT each::text FROM operations AS each")
    for value in ("1990-13-07", "2066-01-07"):
        assert value not in stored
        assert value.encode().hex() not in stored
    shown = (await client.get(place, headers=mine)).json()
    assert [(each["row"], each["value"]) for each in shown["errors"]] == [(2, "1990-13-07"), (3, None)]
    assert [(each["row"], each["value"]) for each in shown["warnings"]] == [(4, "2066-01-07")]
    # as the release before has stored it
    await works.change(
        "UPDATE operations SET error_values_cipher = NULL, errors = jsonb_set(errors, '{0,value}', '\"1990-13-07\"')"
    )
    assert (await client.get(place, headers=mine)).json()["errors"] == shown["errors"]


async def test_only_its_submitter_and_the_schools_officers_see_an_operation(
    works: Any, client: httpx.AsyncClient
) -> None:
    counsellor = bearer(works, "counsellor", class_="K1", subject="c1")
    place = (await client.post("/v1/imports", data=FORM, files=FILE, headers=counsellor)).headers["location"]
    seeing = [counsellor, bearer(works, subject="o2"), bearer(works, "admin", None), bearer(works, "system", None)]
    blind = [
        bearer(works, school="90002"),
        bearer(works, school="90002", subject="c1"),
        bearer(works, "counsellor", "90002", class_="K1", subject="c1"),
        bearer(works, "college_officer", college="C1", subject="c1"),
        bearer(works, "counsellor", class_="K1", subject="c2"),
        bearer(works, "auditor", None),
        bearer(works, "provincial_officer", None, province="410000"),
    ]
    assert [(await client.get(place, headers=each)).status_code for each in seeing] == [200] * 4
    assert [(await client.get(place, headers=each)).status_code for each in blind] == [404] * 7
    assert [(await client.get(f"{place}/error-report", headers=each)).status_code for each in blind] == [404] * 7
    assert (await client.get(place)).status_code == 401
    assert (await client.get(f"/v1/operations/{uuid4()}", headers=seeing[0])).status_code == 404
    assert (await client.get("/v1/operations/17", headers=seeing[0])).status_code == 404
    # who sees all does not act for a school
    cancelling = [(await client.post(f"{place}/cancel", headers=each)).status_code for each in [*seeing, *blind]]
    assert cancelling == [200, 200, 403, 403] + [404] * 7


async def test_an_auditor_of_all_schools_sees_the_own_work_alone(works: Any, client: httpx.AsyncClient) -> None:
    auditor = bearer(works, "auditor", None, subject="a1")
    begun = await client.post("/v1/imports", data=FORM, files=FILE, headers=auditor)
    assert begun.status_code == 202
    place = begun.headers["location"]
    asking = [auditor, bearer(works, "auditor", None, subject="a2"), bearer(works, "auditor", "90002", subject="a1")]
    assert [(await client.get(place, headers=each)).status_code for each in asking] == [200, 404, 404]


async def test_the_same_file_with_the_same_key_is_taken_once(works: Any, client: httpx.AsyncClient) -> None:
    headers = {**bearer(works), "Idempotency-Key": "k"}
    first = await client.post("/v1/imports", data=FORM, files=FILE, headers=headers)
    again = await client.post(
        "/v1/imports", data=FORM, files={"file": ("other-name.csv", FILE["file"][1])}, headers=headers
    )
    assert (again.status_code, again.headers["location"]) == (202, first.headers["location"])
    assert await works.scalar("SELECT count(*) FROM operations") == 1
    for form, content in (({**FORM, "dry_run": "true"}, FILE["file"][1]), (FORM, b"other")):
        other = await client.post("/v1/imports", data=form, files={"file": ("a.csv", content)}, headers=headers)
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
