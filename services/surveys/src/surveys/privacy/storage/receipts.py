"""Receipts of consent in SQL; they stay when answers are withdrawn or erased."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import insert

from common import rows
from common.identifiers import ResponseId
from common.sql import Connection
from surveys.privacy.domain import ConsentRequired, Means, Receipt, StatementVersion, shipped
from surveys.privacy.storage.statements import version_of
from surveys.privacy.tables import receipts
from surveys.responses.domain import Response

_ADD = insert(receipts)
_ADD_ALL = text(
    """
    INSERT INTO response_consents
           (response_id, graduate_id, school_code, sensitive, statement_id, statement_version, means)
    SELECT told.*, CAST(:statement_id AS uuid), :statement_version, :means
      FROM unnest(CAST(:response_ids AS uuid[]), CAST(:graduate_ids AS uuid[]), CAST(:school_codes AS text[]),
                  CAST(:sensitive AS boolean[])) AS told
    """
)
_NEWEST = (
    select(receipts).where(receipts.c.response_id == bindparam("response_id")).order_by(receipts.c.id.desc()).limit(1)
)
_NEWEST_AMONG = text(
    """
    SELECT DISTINCT ON (response_id) * FROM response_consents WHERE response_id = ANY(CAST(:ids AS uuid[]))
     ORDER BY response_id, id DESC
    """
)


async def add(
    connection: Connection, response: Response, statement: StatementVersion, means: Means, *, sensitive: bool
) -> None:
    """Keeps a receipt of the consent that was given to a statement just now."""
    values = {
        "response_id": response.id,
        "graduate_id": response.graduate_id,
        "school_code": response.school_code,
        "statement_id": statement.statement_id,
        "statement_version": statement.number,
        "sensitive": sensitive,
        "means": means.value,
    }
    await connection.execute(_ADD, values)


async def add_all(
    connection: Connection, given: Sequence[tuple[Response, bool]], statement: StatementVersion, means: Means
) -> None:
    """Does so for many responses; the second of each pair is the consent to sensitive questions."""
    values = {
        "response_ids": [response.id for response, _ in given],
        "graduate_ids": [response.graduate_id for response, _ in given],
        "school_codes": [response.school_code for response, _ in given],
        "sensitive": [sensitive for _, sensitive in given],
        "statement_id": statement.statement_id,
        "statement_version": statement.number,
        "means": means.value,
    }
    await connection.execute(_ADD_ALL, values)


async def newest(connection: Connection, response_id: ResponseId) -> Receipt | None:
    """The consent that counts; None before the first."""
    return rows.one_or_none(Receipt, await connection.execute(_NEWEST, {"response_id": response_id}))


async def newest_among(connection: Connection, response_ids: Sequence[ResponseId]) -> dict[ResponseId, Receipt]:
    """The consent that counts of each of these responses that has one."""
    found = await connection.execute(_NEWEST_AMONG, {"ids": response_ids})
    return {row.response_id: receipt for row, receipt in zip(found, rows.all(Receipt, found), strict=True)}


async def must_be_given(connection: Connection, response_id: ResponseId) -> Receipt:
    """The consent that counts; raises ConsentRequired before the first."""
    found = await newest(connection, response_id)
    if found is None:
        raise ConsentRequired
    return found


async def statement_of(connection: Connection, receipt: Receipt) -> StatementVersion:
    """What was agreed to."""
    if receipt.statement_id is None:
        return shipped()
    found = await version_of(connection, receipt.statement_id, receipt.statement_version)
    assert found is not None, "a receipt refers to a published version by a foreign key"
    return found
