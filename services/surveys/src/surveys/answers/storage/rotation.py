"""What was answered, sealed anew by the ring's current key."""

from sqlalchemy import ARRAY, Integer, LargeBinary, Uuid, bindparam, text

from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database
from common.resealing import PART, by_another_key, reseal_rows
from common.sql import Row
from surveys.answers.storage.values import CONTENT_FIELD, FIELD, record_of

_PAGES = text(
    f"""
    SELECT response_id, page_id, values_ciphertext FROM response_pages WHERE {by_another_key("values_ciphertext")}
     ORDER BY response_id, page_id LIMIT :part FOR UPDATE SKIP LOCKED
    """
)
_RESEAL_PAGE = text(
    "UPDATE response_pages SET values_ciphertext = :new WHERE response_id = :response_id AND page_id = :page_id"
)
_CONTENTS = text(
    f"""
    SELECT response_id, version, values_ciphertext FROM submitted_contents
     WHERE {by_another_key("values_ciphertext")} ORDER BY response_id, version LIMIT :part
    """
)
_RESEAL_CONTENTS = text("SELECT reseal_contents(:ids, :versions, :old, :new)").bindparams(
    bindparam("ids", type_=ARRAY(Uuid)),
    bindparam("versions", type_=ARRAY(Integer)),
    *(bindparam(name, type_=ARRAY(LargeBinary)) for name in ("old", "new")),
)


async def reseal_pages(database: Database, cipher: FieldCipher) -> int:
    """Seals drafts by the ring's current key; how many pages it has sealed anew."""

    def anew(row: Row) -> dict[str, object]:
        place = {"response_id": row.response_id, "page_id": row.page_id}
        return {**place, "new": _anew(cipher, FIELD, record_of(row.response_id, row.page_id), row)}

    return await reseal_rows(database, cipher, _PAGES, _RESEAL_PAGE, anew)


async def reseal_contents(database: Database, cipher: FieldCipher, part: int = PART) -> int:
    """Seals what was submitted, which stays what it is; how many submissions it has sealed anew."""
    bound = {"beginning": cipher.wrapped_by(cipher.current), "part": part}
    count, found = 0, part
    while found == part:
        async with database.transaction(SYSTEM) as unit:
            rows = await unit.connection.execute(_CONTENTS, bound)
            sealed = [_anew(cipher, CONTENT_FIELD, record_of(row.response_id, row.version), row) for row in rows]
            values = {"ids": [row.response_id for row in rows], "versions": [row.version for row in rows]}
            values |= {"old": [row.values_ciphertext for row in rows], "new": sealed}
            await unit.connection.execute(_RESEAL_CONTENTS, values)
            await unit.commit()
        found = len(rows)
        count += found
    return count


def _anew(cipher: FieldCipher, field: str, record: str, row: Row) -> bytes:
    return cipher.encrypt(field, record, cipher.decrypt(field, record, row.values_ciphertext))
