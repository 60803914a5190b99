"""Receipts of consent in SQL; they stay when answers are withdrawn or erased."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import insert

from common import copying, rows
from common.identifiers import ResponseId
from common.sql import Connection, uuids_like
from surveys.privacy.domain import ConsentRequired, Means, Receipt, StatementVersion, shipped
from surveys.privacy.storage.statements import version_of
from surveys.privacy.tables import receipts
from surveys.responses.domain import Response

_ADD = insert(receipts)
_COLUMNS = tuple(column.name for column in receipts.c)
_NEW_ID = text("SELECT uuidv7()")
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


async def add_all(connection: Connection, given: Sequence[tuple[Response, Receipt]]) -> None:
    """Does so for many responses, each with the receipt that is kept of it."""
    ids = uuids_like(await connection.scalar(_NEW_ID), len(given))
    values: dict[str, Sequence[object]] = {
        "id": ids,
        "response_id": [response.id for response, _ in given],
        "graduate_id": [response.graduate_id for response, _ in given],
        "school_code": [response.school_code for response, _ in given],
        **{
            name: [getattr(receipt, name) for _, receipt in given]
            for name in ("statement_id", "statement_version", "sensitive", "means", "recorded_at")
        },
    }
    fields = {name: copying.fields_of(receipts.c[name].type, each) for name, each in values.items()}
    await copying.copy_rows(connection.driver, receipts.name, _COLUMNS, copying.joined(fields, _COLUMNS))


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
