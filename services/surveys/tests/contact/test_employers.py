"""Employers are contacted at the addresses of their contacts, and their links are made by the ladder."""

from datetime import datetime
from functools import partial
from typing import Any

import httpx
import pytest

from common.crypto import FieldCipher
from common.database import Database
from common.identifiers import SchoolCode
from common.registry_client import RegistryClient
from surveys.contact.operations.rounds import reach
from surveys.settings import Settings
from surveys.verification import CHECKS

Json = dict[str, Any]


@pytest.fixture
async def asked(manager: httpx.AsyncClient, plan: Json, school: str) -> Json:
    """A wave of two employers, of whom one has contacts."""
    made = []
    for name in ("甲公司", "乙公司"):
        said = {"school_code": school, "name": name}
        made.append((await manager.post("/v1/employers", json=said)).json()["id"])
    for contact in ({"phone": "0371-60000001"}, {"name": "旧人", "email": "old@employer.test"}):
        kept = await manager.post(f"/v1/employers/{made[0]}/contacts", json=contact)
        assert kept.status_code == 201, kept.text
    newer = {"name": "王经理", "email": "wang@employer.test"}
    assert (await manager.post(f"/v1/employers/{made[0]}/contacts", json=newer)).status_code == 201
    question = {
        "id": "ethics", "type": "scale", "required": True, "core": True, "text": {"zh": "职业道德", "en": "Ethics"},
        "scale": {"min": 1, "max": 5}, "measure": {"id": "ethics"},
    }  # fmt: skip
    content = {"title": {"zh": "单位", "en": "Employers"}, "pages": [{"id": "p", "questions": [question]}]}
    asks = (await manager.post("/v1/questionnaires", json=content)).json()["id"]
    await manager.post(f"/v1/questionnaires/{asks}/publish", headers={"If-Match": '"1"'})
    body = {name: value for name, value in plan.items() if name not in {"cohort", "cycle"}}
    wave = await manager.post("/v1/waves", json=body | {"audience": "employers", "questionnaire_id": asks})
    assert (wave.status_code, wave.json()["eligible"]) == (201, 2), wave.text
    return dict(wave.json())


async def test_the_newest_contact_gets_the_link_and_who_has_none_is_skipped(
    sink: Any, go: Any, ahead: Any, asked: Json, morning: datetime, cipher: FieldCipher, registry: RegistryClient,
    manager: httpx.AsyncClient,
) -> None:  # fmt: skip
    async with ahead(morning) as database:
        await go(database, reach=partial(reach, registry, database, cipher))
        [mail] = [each for each in sink.mails if "employer.test" in str(each["To"])]
        assert "wang@employer.test" in str(mail["To"])
    found = (await manager.get(f"/v1/waves/{asked['id']}/attempts")).json()["items"]
    assert sorted(each["state"] for each in found) == ["accepted", "skipped"]
    assert [each["reason"] for each in found if each["state"] == "skipped"] == ["no_contact"]


@pytest.mark.parametrize(
    "planted",
    [
        "INSERT INTO contact_attempts (school_code, wave_id, invitation_id, step, channel, state, noted_at)"
        " SELECT school_code, wave_id, invitation_id, 2, 'email', 'accepted', noted_at + interval '71 hours'"
        "   FROM contact_attempts WHERE id = :id",
        "INSERT INTO opt_outs (school_code, employer_id, source, created_at)"
        " SELECT invitation.school_code, employer_id, 'link', now() - interval '1 day'"
        "   FROM invitations AS invitation JOIN contact_attempts AS made ON made.invitation_id = invitation.id"
        "  WHERE made.id = :id",
    ],
)
async def test_employers_are_left_alone_as_graduates_are(
    go: Any, ahead: Any, asked: Json, morning: datetime, cipher: FieldCipher, registry: RegistryClient, broken: Any,
    manager: httpx.AsyncClient, database: Database, settings: Settings, school: str, planted: str,
) -> None:  # fmt: skip
    async with ahead(morning) as moved:
        await go(moved, reach=partial(reach, registry, moved, cipher))
    listed = (await manager.get(f"/v1/waves/{asked['id']}/attempts")).json()["items"]
    [sent] = [each["id"] for each in listed if each["state"] == "accepted"]
    verify = partial(CHECKS["attempts"], database, settings, school=SchoolCode(school))
    assert (await verify()).differences == 0
    await broken(planted, id=sent)
    assert (await verify()).differences == 1
