"""Who may note that a school uses a source, for which days, and who sees it."""

from typing import Any

import asyncpg
import pytest
from desks import Desk, Seat, code_of
from sqlalchemy import text

from common.auth import SYSTEM
from common.database import Database

PATH = "/v1/source-authorisations"
PLAN: dict[str, Any] = {
    "school_code": "10001",
    "source": "social_insurance",
    "basis": "与市人社局的数据共享协议",
    "reference": "人社函〔2026〕12号",
    "valid_from": "2026-01-01",
    "valid_to": "2027-12-31",
}


async def test_an_authorisation_is_noted_once_and_never_changes(school: Desk, rows: Any, database: Database) -> None:
    once = {"Idempotency-Key": "authorise"}
    made = await school.post(PATH, PLAN, **once)
    again = await school.post(PATH, PLAN, **once)
    assert (made.status_code, again.status_code) == (201, 201)
    assert made.json() == again.json()
    assert {name: made.json()[name] for name in PLAN} == PLAN
    assert made.headers["Location"] == f"{PATH}/{made.json()['id']}"
    read = await school.get(made.headers["Location"])
    assert (read.json(), read.headers["ETag"]) == (made.json(), '"1"')
    [entry] = await rows("SELECT action, object_id, detail FROM audit_entries")
    assert (entry["action"], entry["object_id"]) == ("source.authorise", made.json()["id"])
    for change in ("UPDATE source_authorisations SET valid_to = '2030-01-01'", "DELETE FROM source_authorisations"):
        async with database.transaction(SYSTEM) as unit:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await unit.connection.execute(text(change))


async def test_a_list_is_cut_to_the_school_and_the_source(school: Desk, seat: Seat) -> None:
    first = (await school.post(PATH, PLAN)).json()
    second = (await school.post(PATH, PLAN | {"source": "credentials"})).json()
    page = await school.get(PATH, limit=1)
    assert page.json()["items"] == [first]
    following = await school.get(PATH, limit=1, cursor=page.json()["next_cursor"])
    assert following.json()["items"] == [second]
    assert (await school.get(PATH, source="credentials", school="10001")).json()["items"] == [second]
    other = seat("school_officer", school="10002")
    assert (await other.get(PATH)).json()["items"] == []
    assert code_of(await other.get(f"{PATH}/{first['id']}")) == (404, "not_found")


async def test_other_roles_neither_note_nor_read_it(seat: Seat) -> None:
    for role in ("counsellor", "college_officer", "provincial_officer", "auditor", "graduate", "admin"):
        desk = seat(role, school="10001", college="C01", class_="K1", province="410000")
        assert code_of(await desk.get(PATH)) == (403, "forbidden")
        assert (await desk.post(PATH, PLAN)).status_code in {403, 404}


@pytest.mark.parametrize(
    ("changed", "pointer", "rule"),
    [
        ({"valid_to": "2025-12-31"}, "/valid_to", "ends_before"),
        ({"basis": "张三 110101200203044412"}, "/basis", "identifying_text"),
        ({"basis": " "}, "/basis", "too_short"),
        ({"source": "hearsay"}, "/source", "not_allowed"),
    ],
)
async def test_a_refusal_names_field_and_rule(school: Desk, changed: dict[str, str], pointer: str, rule: str) -> None:
    refused = await school.post(PATH, PLAN | changed)
    assert refused.status_code == 422
    [problem] = refused.json()["errors"]
    assert problem["pointer"] == pointer
    assert problem["rule"] == rule


async def test_a_school_notes_its_own_alone(school: Desk) -> None:
    assert code_of(await school.post(PATH, PLAN | {"school_code": "10002"})) == (404, "not_found")
