"""A new key of the ring: what is sealed is sealed anew, stays what it was, and the old key is needed no more."""

from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from common.crypto import FieldCipher
from common.crypto.keyring import KeyRing
from common.database import Database
from surveys.answers.storage import pages_of, submissions_of
from surveys.maintenance import run_rotate_keys
from surveys.settings import Settings

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
ANY = {"If-Match": "*"}


async def test_answers_drafts_links_and_files_are_sealed_anew(
    client: Client, database: Database, settings: Settings, agreed: list[str], tmp_path: Path, rows: Any,
    graduates: list[UUID],
) -> None:  # fmt: skip
    submitted, drafted = (client(link=token) for token in agreed[:2])
    body = {"values": {"satisfied": "y", "match": 4}}
    assert (await submitted.post("/v1/answer/submit", json=body, headers=ANY)).status_code == 200
    page = {"values": {"comment": "金丝雀"}}
    assert (await drafted.put("/v1/answer/pages/work", json=page, headers=ANY)).status_code == 200
    assert settings.keyring_file is not None
    ring, newer = KeyRing.load(settings.keyring_file), KeyRing.generate("newer")
    both = tmp_path / "ring.json"
    replace(ring, fields={**ring.fields, **newer.fields}, current="newer").store(both)
    rotated = settings.model_copy(update={"keyring_file": both})
    try:
        # files of operations go by their time, so that those of other tests may still need the older one
        assert await run_rotate_keys(rotated, database, Namespace(retire=None)) == 0
        cipher = FieldCipher.load(both)
        ids = {each["graduate_id"]: each["id"] for each in await rows("SELECT id, graduate_id FROM responses")}
        async with database.reading() as connection:
            [kept] = await submissions_of(connection, cipher, ids[graduates[0]])
            [draft] = await pages_of(connection, cipher, ids[graduates[1]])
        assert (kept["values"], draft["values"]) == (body["values"], page["values"])
    finally:
        # for the other tests, whose ring lacks the newer one
        replace(ring, fields={**ring.fields, **newer.fields}).store(both)
        assert await run_rotate_keys(rotated, database, Namespace(retire="newer")) == 0
