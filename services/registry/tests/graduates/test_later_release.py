"""What a later release beside this one has sealed with an entry: this one reads the rest, and keeps it."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from sqlalchemy import text

from common.auth import SYSTEM
from common.crypto import FieldCipher, data_key_of
from common.database import Database
from registry.graduates.storage.keys import keys_of
from registry.graduates.storage.sealing import DOCUMENT

Json = dict[str, Any]

LATER = {"of_a_later_release": "东校区"}
_ROW = text("SELECT id, version, sealed FROM graduates WHERE id = CAST(:id AS uuid)")
_RESEAL = text("UPDATE graduates SET sealed = :sealed WHERE id = CAST(:id AS uuid)")


async def document(database: Database, cipher: FieldCipher, graduate: Json, more: Json | None = None) -> Json:
    """What is sealed of a graduate, after more was added."""
    async with database.transaction(SYSTEM) as unit:
        row = (await unit.connection.execute(_ROW, {"id": graduate["id"]})).one()
        key_id = data_key_of(row.sealed)
        data = (await keys_of(unit.connection, cipher, {key_id}))[key_id]
        said: Json = json.loads(data.open(DOCUMENT, row.id, row.version, row.sealed)) | (more or {})
        sealed = data.seal(DOCUMENT, row.id, row.version, json.dumps(said).encode())
        await unit.connection.execute(_RESEAL, {"id": graduate["id"], "sealed": sealed})
        await unit.commit()
    return said


async def test_fields_of_a_later_release_are_left_and_kept(
    officer: httpx.AsyncClient,
    graduate: Json,
    database: Database,
    cipher: FieldCipher,
    imported: Callable[..., Awaitable[Json]],
    files: Any,
) -> None:
    before = await document(database, cipher, graduate, LATER)
    path = f"/v1/graduates/{graduate['id']}"
    assert (await officer.get(path)).json()["name"] == "张***"
    patched = await officer.patch(path, json={"phone": "13900139000"}, headers={"If-Match": '"1"'})
    assert patched.status_code == 200, patched.text
    assert await document(database, cipher, graduate) == {**before, "phone": "13900139000"}
    operation = await imported(files.xlsx([["学号", "姓名", "专业方向"], ["2020001", "张三", "汉语"]]))
    assert operation["result"]["updated"] == 1, operation
    assert await document(database, cipher, graduate) == {**before, "phone": "13900139000", "major_direction": "汉语"}
