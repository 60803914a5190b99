"""A link opens one file for five minutes; all that is wrong with one looks the same."""

import base64
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from common import clock
from common.crypto import FieldCipher, KeyRing
from common.errors import NotFound
from common.http import create_app
from common.objects import ObjectName
from common.objects.links import link_to, name_in
from common.objects.routes import objects_router
from common.settings import ServiceSettings
from testing.http import running_app

NAME = ObjectName(uuid4())


@pytest.fixture
def cipher() -> FieldCipher:
    return FieldCipher(KeyRing.generate())


@pytest.fixture
def address(tmp_path: Path) -> str:
    return f"file://{tmp_path}/files"


def moved(monkeypatch: Any, by: timedelta) -> None:
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + by)


def test_a_link_leads_to_its_file_until_five_minutes_are_over(cipher: FieldCipher, monkeypatch: Any) -> None:
    link = link_to(cipher, NAME)
    token = link.url.removeprefix("/v1/objects/")
    assert name_in(cipher, token) == NAME
    assert NAME.hex not in base64.urlsafe_b64decode(token + "=").hex()[32:]
    left = link.expires_at - clock.now()
    assert timedelta(minutes=4, seconds=58) < left <= timedelta(minutes=5)
    moved(monkeypatch, left - timedelta(seconds=1))
    assert name_in(cipher, token) == NAME
    moved(monkeypatch, timedelta(seconds=1))
    with pytest.raises(NotFound):
        name_in(cipher, token)


def test_no_altered_cut_or_foreign_link_leads_anywhere(cipher: FieldCipher) -> None:
    token = link_to(cipher, NAME).url.rpartition("/")[2]
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    altered = [raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :] for at in range(len(raw))]
    shorter = [raw[:at] for at in range(len(raw))]
    other = link_to(FieldCipher(KeyRing.generate()), NAME).url.rpartition("/")[2]
    # signed by us, for something else or of another form
    mine = [each + cipher.tag("link to an object", each) for each in (b"", raw[:16], raw[:24] + b"0")]
    foreign = raw[:24] + cipher.tag("another purpose", raw[:24])
    forged = [base64.urlsafe_b64encode(each).decode().rstrip("=") for each in (*altered, *shorter, *mine, foreign)]
    for each in (*forged, other, token + "A", token + "é", "%00", ".."):
        with pytest.raises(NotFound):
            name_in(cipher, each)


async def test_links_work_without_a_token_and_end_with_the_file(archive: Any, monkeypatch: Any, tmp_path: Path) -> None:
    settings = ServiceSettings(service="edge", database_url=archive.url)
    app = create_app(
        title="Edge", settings=settings, routers=[objects_router()], database=archive.database, cipher=archive.cipher
    )
    app.state.objects = archive.objects
    name = await archive.put(1, b"%PDF-1.7 a paper")
    never_kept = await archive.objects.put(b"%PDF-1.7", "application/pdf")
    async with running_app(app) as client:
        path = link_to(archive.cipher, name).url
        found = await client.get(path)
        assert (found.status_code, found.content) == (200, b"%PDF-1.7 a paper")
        headers = {each: found.headers[each] for each in ("content-type", "content-disposition", "cache-control")}
        assert headers == {
            "content-type": "application/pdf",
            "content-disposition": f'attachment; filename="{name}"',
            "cache-control": "no-store",
        }
        answers = [await client.get(link_to(archive.cipher, never_kept).url), await client.get(path[:-2] + "AA")]
        await archive.remove(1)
        answers.append(await client.get(path))
        moved(monkeypatch, timedelta(minutes=6))
        answers.append(await client.get(path))
        bodies = [{**each.json(), "trace_id": None, "instance": None} for each in answers]
        assert [each.status_code for each in answers] == [404] * 4
        assert bodies == bodies[:1] * 4
