"""What is kept about a graduate, from the day before its end to the day on which it is gone."""

from argparse import Namespace
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import httpx
import pytest
from portraits import jpeg
from sqlalchemy import text

from common import clock
from common.auth import SYSTEM
from common.database import Database
from registry.disposal.commands import end_part
from registry.disposal.operations import dispose
from registry.maintenance import run_retention
from registry.retention.domain import Kept
from registry.settings import Settings
from testing.databases import ServiceDatabase

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
ReadRows = Callable[..., Awaitable[list[dict[str, Any]]]]

TO_COME = timedelta(days=3 * 366)
PROFILE = {"skills": ["会计"], "regions": ["410100"], "industries": ["32"], "positions": ["13"]}
KEPT = """
    SELECT (SELECT count(*) FROM photos WHERE graduate_id = :id) AS photos,
           (SELECT count(*) FROM correction_proofs p JOIN corrections c ON c.id = p.correction_id
             WHERE c.graduate_id = :id) AS proofs,
           (SELECT count(*) FROM talent_profiles WHERE graduate_id = :id) AS profiles,
           (SELECT count(*) FROM contact_requests WHERE graduate_id = :id) AS contacts,
           (SELECT count(*) FROM notices WHERE graduate_id = :id) AS notices
"""
ADD_CONTACTS = text(
    """
    INSERT INTO contact_requests (profile_id, graduate_id, employer_id, state, asked_cipher, expires_at, decided_at)
    SELECT :profile_id, :graduate_id, gen_random_uuid(), state, '', quxiang_now(),
           CASE state WHEN 'declined' THEN quxiang_now() END
      FROM unnest(ARRAY['open', 'declined']) AS state
    """
)
DROPPED = "SELECT count(*) AS n FROM objects WHERE state = 'dropped' AND name = ANY(CAST(:names AS uuid[]))"
NAMES = """
    SELECT name FROM photos WHERE graduate_id = :id UNION ALL
    SELECT p.name FROM correction_proofs p JOIN corrections c ON c.id = p.correction_id WHERE c.graduate_id = :id
"""


async def keep_something(client: Client, officer: httpx.AsyncClient, database: Database, graduate: Json) -> None:
    """A photo, two corrections with a proof each, one refused and one withdrawn, a profile, and requests for it."""
    path = f"/v1/graduates/{graduate['id']}"
    own = client("graduate", graduate=graduate["id"], subject="who asks")
    sent = await own.put(f"{path}/photo", content=jpeg(), headers={"Content-Type": "image/jpeg", "If-None-Match": "*"})
    assert sent.status_code == 201, sent.text
    for act, actor, body in (("refuse", officer, {"reason": "与学籍不符"}), ("withdraw", own, {})):
        asked = {"graduate_id": graduate["id"], "field": "campus", "value": "西校区", "reason": "校区有误"}
        correction = (await own.post("/v1/corrections", json=asked)).headers["location"]
        proof = {"file": ("a.pdf", b"%PDF-1.7\n%%EOF\n")}
        proved = await own.post(f"{correction}/proofs", data={"kind": "other"}, files=proof)
        assert proved.status_code == 201, proved.text
        ended = await actor.post(f"{correction}/{act}", json=body, headers={"If-Match": '"2"'})
        assert ended.status_code == 200, ended.text
    consent = (await own.get("/v1/consent-texts/talent-pool")).json()["version"]
    profile = await own.put(f"{path}/talent-profile", json={"consent_version": consent, **PROFILE})
    assert profile.status_code == 200, profile.text
    async with database.transaction(SYSTEM) as unit:
        bound = {"profile_id": uuid4(), "graduate_id": graduate["id"]}
        await unit.connection.execute(ADD_CONTACTS, bound)
        await unit.commit()


async def test_each_kind_goes_on_its_day(
    client: Client,
    officer: httpx.AsyncClient,
    school: str,
    graduate: Json,
    database: Database,
    addresses: ServiceDatabase,
    settings: Settings,
    rows: ReadRows,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await keep_something(client, officer, database, graduate)
    today, own = clock.today(), {"id": graduate["id"]}
    names = [row["name"] for row in await rows(NAMES, **own)]
    whole = {"photos": 1, "proofs": 2, "profiles": 1, "contacts": 2, "notices": 1}

    async def left_after(kind: Kept, on: date) -> Json:
        while await database.act(SYSTEM, partial(end_part, kind=kind, today=on, part=100)) == 100:
            pass
        [left] = await rows(KEPT, **own)
        return left

    assert await left_after(Kept.PHOTO, date(2025, 12, 30)) == whole
    assert await run_retention(settings, database, Namespace(dry_run=True)) == 0
    assert (await rows(KEPT, **own)) == [whole]
    assert await left_after(Kept.PHOTO, date(2025, 12, 31)) == (whole := {**whole, "photos": 0})
    one_year = date(today.year + 1, today.month, 1)
    assert await left_after(Kept.PROOF, one_year.replace(year=today.year + 3) - timedelta(days=1)) == whole
    assert await left_after(Kept.TALENT_PROFILE, one_year - timedelta(days=1)) == whole
    assert await left_after(Kept.CONTACT_REQUEST, one_year - timedelta(days=1)) == whole
    assert (await rows(DROPPED, names=names)) == [{"n": 1}]

    with monkeypatch.context() as moved:
        moved.setattr("common.clock._ahead", TO_COME)
        later = Database.connect(addresses.app_url)
        assert await run_retention(settings, later, Namespace(dry_run=True)) == 0
        assert (await rows(KEPT, **own)) == [whole]
        await dispose(later, part=1)
        await later.dispose()
    # the open request was closed with the profile, and its year begins
    assert (await rows(KEPT, **own)) == [{"photos": 0, "proofs": 0, "profiles": 0, "contacts": 1, "notices": 0}]
    assert (await rows(DROPPED, names=names)) == [{"n": 3}]
    told = await rows(
        "SELECT object_id, detail FROM audit_entries WHERE action = 'retention.end' AND school_code = :code"
        " ORDER BY id",
        code=school,
    )
    kinds = ["photo", "proof", "withdrawn_proof", "talent_profile", "contact_request", "notice"]
    assert [(row["object_id"], row["detail"]) for row in told] == [(kind, {"count": 1}) for kind in kinds]
    # what is left answers as before
    shown = (await officer.get(f"/v1/graduates/{graduate['id']}")).json()
    assert (shown["photo_state"], shown["student_number"]) == ("none", "2020001")
    [correction, _] = (await officer.get("/v1/corrections", params={"school": school})).json()["items"]
    assert (correction["proofs"], correction["decision_reason"]) == ([], "与学籍不符")
