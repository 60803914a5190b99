"""The groups that a kept file shows are counted once more: each combination is that of five at least."""

import asyncio
import csv
import io
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from tempfile import TemporaryFile
from typing import IO
from uuid import UUID

from sqlalchemy import Text, bindparam, text

from common.crypto import FieldCipher
from common.database import Database
from common.identifiers import SchoolCode
from common.operations.files import FileGoneError, OperationFile, content_of
from surveys.exports.domain.protection import K, Shown

# of workbooks and .sav the rows are the same; reading these takes more than proving is worth
_KEPT = text(
    """
    SELECT exports.id, operations.file FROM exports JOIN operations ON operations.id = exports.operation_id
     WHERE exports.format = 'csv' AND NOT exports.identified AND exports.rows IS NOT NULL AND exports.deleted_at IS NULL
       AND operations.file IS NOT NULL AND (CAST(:school AS text) IS NULL OR exports.school_code = :school)
     ORDER BY exports.id
    """
).bindparams(bindparam("school", type_=Text))


async def groups_shown(
    database: Database, cipher: FieldCipher, school: SchoolCode | None
) -> AsyncIterator[tuple[UUID, bool]]:
    """Each kept CSV file without the persons, and whether it shows a group of fewer than five; others are skipped."""
    async with database.reading() as connection:
        kept = await connection.execute(_KEPT, {"school": school})
    for row in kept:
        with TemporaryFile() as file:
            try:
                async for part in content_of(database, cipher, OperationFile.of(row.file)):
                    file.write(part)
            except FileGoneError:
                # fetched or overdue meanwhile
                continue
            yield row.id, await asyncio.to_thread(_shows_few, file)


def _shows_few(file: IO[bytes]) -> bool:
    file.seek(0)
    with io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as lines:
        return shows_few(csv.reader(lines))


def shows_few(rows: Iterable[list[str]]) -> bool:
    """Whether a combination of groups is that of fewer than five rows, beside others; the first row has the names.

    >>> shows_few([["respondent", "sex", "college"], *[["", "1", "C1"]] * 5, *[["", "2", "C1"]] * 4])
    True
    """
    table = iter(rows)
    names = next(table)
    places = [names.index(name) for name in Shown._fields if name in names]
    counted = Counter(tuple(row[place] for place in places) for row in table)
    return len(counted) > 1 and min(counted.values()) < K
