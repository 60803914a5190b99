"""Answers that are past their day in SQL, and those that have lost the person."""

import json
from dataclasses import asdict
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import ARRAY, LargeBinary, Uuid, bindparam, insert, text

from common import rows
from common.clock import NOW_SQL
from common.crypto import FieldCipher
from common.database import Database
from common.resealing import by_another_key, reseal_rows
from common.sql import Connection, Row
from surveys.answers.storage.values import Values, plaintext_of
from surveys.privacy.domain import shipped
from surveys.responses.domain import Response
from surveys.responses.tables import detached_answers
from surveys.roster.domain import Situation

DETACHED_FIELD = "detached_answers.values"

# the months of the statement that was agreed to; of answers from before consent those of the shipped one
_PAST = f"""
    FROM responses JOIN waves ON waves.id = responses.wave_id
    LEFT JOIN LATERAL (
        SELECT statement_id, statement_version FROM response_consents
         WHERE response_id = responses.id ORDER BY id DESC LIMIT 1) AS receipt ON true
    LEFT JOIN privacy_statement_versions AS agreed
      ON agreed.statement_id = receipt.statement_id AND agreed.number = receipt.statement_version
    CROSS JOIN LATERAL (
        SELECT waves.closes_at + coalesce(agreed.retention_months, {shipped().retention_months}) * interval '1 month'
            AS ends_at) AS kept
    WHERE waves.closed_at IS NOT NULL AND responses.detached_at IS NULL AND responses.state <> 'withdrawn'
      AND kept.ends_at <= {NOW_SQL}
"""
_COUNT = text(
    f"SELECT count(*) AS count, CAST(min(kept.ends_at AT TIME ZONE 'Asia/Shanghai') AS date) AS oldest {_PAST}"
)
# in no order that anything else has
_DUE = text(f"SELECT responses.* {_PAST} ORDER BY random() LIMIT :limit")
_ONE = text(f"SELECT responses.* {_PAST} AND responses.id = CAST(:id AS uuid)")
_ADD = insert(detached_answers)
_DESTROY = text("SELECT destroy_detached(:ids)").bindparams(bindparam("ids", type_=ARRAY(Uuid)))
_OTHERS = text(
    f"""
    SELECT id, values_ciphertext FROM detached_answers WHERE {by_another_key("values_ciphertext")}
     ORDER BY id LIMIT :part FOR UPDATE SKIP LOCKED
    """
)
_RESEAL = text("UPDATE detached_answers SET values_ciphertext = :new WHERE id = :id").bindparams(
    bindparam("new", type_=LargeBinary), bindparam("id", type_=Uuid)
)


async def past(connection: Connection) -> tuple[int, date | None]:
    """How many answers are past their day, and the first of these days."""
    row = (await connection.execute(_COUNT)).one()
    return row.count, row.oldest


async def due(connection: Connection, limit: int) -> list[Response]:
    """Responses whose answers are past their day."""
    return rows.all(Response, await connection.execute(_DUE, {"limit": limit}))


async def still_due(connection: Connection, response: Response) -> Response | None:
    """The response as it stands, if its answer is past its day."""
    return rows.one_or_none(Response, await connection.execute(_ONE, {"id": response.id}))


async def detach(
    connection: Connection, cipher: FieldCipher, response: Response, situation: Situation, values: Values
) -> None:
    """Keeps values without the person, under an id that says nothing, with the codes that tables need."""
    answer_id: UUID = uuid4()
    values_given = {
        "id": answer_id,
        "school_code": response.school_code,
        "wave_id": response.wave_id,
        **asdict(situation.groups),
        "destination_code": situation.registered.destination_code,
        "completeness": response.completeness and response.completeness.value,
        "values_ciphertext": cipher.encrypt(DETACHED_FIELD, answer_id, plaintext_of(values)),
    }
    await connection.execute(_ADD, values_given)


async def destroy(connection: Connection, response: Response) -> None:
    """Destroys what was submitted of a response that has lost the person."""
    await connection.execute(_DESTROY, {"ids": [response.id]})


async def reseal_detached(database: Database, cipher: FieldCipher) -> int:
    """Seals answers without the person by the ring's current key; how many it has sealed anew."""

    def anew(row: Row) -> dict[str, object]:
        plaintext = cipher.decrypt(DETACHED_FIELD, row.id, row.values_ciphertext)
        return {"id": row.id, "new": cipher.encrypt(DETACHED_FIELD, row.id, plaintext)}

    return await reseal_rows(database, cipher, _OTHERS, _RESEAL, anew)


def opened_detached(cipher: FieldCipher, answer_id: UUID, ciphertext: bytes) -> Values:
    """What an answer without the person says, by question; raises UndecryptableError."""
    values: Values = json.loads(cipher.decrypt(DETACHED_FIELD, answer_id, ciphertext))
    return values
