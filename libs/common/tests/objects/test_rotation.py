"""A new key of the ring: every file's key is wrapped by it, and files stay as they are."""

from dataclasses import replace
from typing import Any

from papers import CONTENT
from sqlalchemy import text

from common.crypto import FieldCipher, KeyRing
from common.objects import Objects
from common.objects.rotation import rewrap_file_keys


async def test_after_the_keys_are_wrapped_anew_the_old_key_of_the_ring_is_not_needed(archive: Any) -> None:
    named = await archive.put(1, CONTENT)
    ring, newer = KeyRing.load(archive.keyring), KeyRing.generate("k2")
    both = FieldCipher(replace(ring, current="k2", fields={**ring.fields, **newer.fields}))
    stored = await archive.store.get(named)
    assert await rewrap_file_keys(archive.database, both) == 1
    assert await rewrap_file_keys(archive.database, both) == 0
    async with archive.database.reading() as connection:
        wrapped = await connection.scalars(text("SELECT sealed_key FROM objects"))
    assert all(each.startswith(both.wrapped_by("k2")) for each in wrapped)
    only = FieldCipher(replace(ring, current="k2", fields=newer.fields))
    assert (await Objects(archive.database, only, archive.store).get(named)).content == CONTENT
    assert await archive.store.get(named) == stored
