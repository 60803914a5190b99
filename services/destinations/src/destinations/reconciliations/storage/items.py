"""The differences of a reconciliation; their row stands sealed, where it is a graduate's."""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Integer, Uuid, bindparam, select, text

from common import copying, rows
from common.auth import Actor
from common.clock import NOW_SQL
from common.crypto import FieldCipher
from common.errors import NotFound
from common.identifiers import GraduateId, RegistrationId, SchoolCode
from common.sql import Connection, Row
from destinations.filing.domain.filing import FilingId
from destinations.reconciliations.domain import Decision, Difference, Item, ReconciliationId
from destinations.reconciliations.tables import items

_THEIRS = "reconciliation.theirs"
_COLUMNS = (
    *("reconciliation_id", "n", "school_code", "kind", "row", "fields", "graduate_id", "registration_id"),
    *("filed_version", "theirs_cipher"),
)
_OF = items.c.reconciliation_id == bindparam("id", type_=Uuid)
_PAGE = (
    select(items)
    .where(_OF, items.c.n > bindparam("after", type_=Integer))
    .order_by(items.c.n)
    .limit(bindparam("limit", type_=Integer))
)
_ONE = select(items).where(_OF, items.c.n == bindparam("n", type_=Integer))
_LOCK = _ONE.with_for_update()
_OF_GRADUATE = (
    select(items)
    .where(items.c.graduate_id == bindparam("graduate_id", type_=Uuid))
    .order_by(items.c.reconciliation_id, items.c.n)
)
_DECIDE = text(
    f"""
    UPDATE reconciliation_items
       SET decision = :decision, decided_by = :by_subject, decided_by_role = :by_role, decided_at = {NOW_SQL}
     WHERE reconciliation_id = :id AND n = :n
    """
).bindparams(bindparam("id", type_=Uuid))
_FILED = text(
    """
    SELECT n, graduate_id, registration_id, version FROM filing_items
     WHERE filing_id = :id AND n = ANY(:numbers) AND what <> 'withdrawn'
    """
).bindparams(bindparam("id", type_=Uuid), bindparam("numbers", type_=ARRAY(Integer)))
_ERASE = text(
    """
    UPDATE reconciliation_items item SET theirs_cipher = NULL
      FROM roster_graduates person
     WHERE item.graduate_id = ANY(:ids) AND person.graduate_id = item.graduate_id AND person.erased
       AND item.theirs_cipher IS NOT NULL
    """
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))


class Found(NamedTuple):
    """A difference that was found; `theirs` are their cells by header, where they are a graduate's."""

    kind: Difference
    row: int | None
    fields: Sequence[str]
    graduate_id: GraduateId | None
    registration_id: RegistrationId | None
    filed_version: int | None
    theirs: Mapping[str, str] | None


async def keep_items(
    connection: Connection,
    cipher: FieldCipher,
    reconciliation_id: ReconciliationId,
    school_code: SchoolCode,
    first: int,
    found: Sequence[Found],
) -> None:
    """Stores differences, numbered from `first` on."""
    columns: dict[str, list[Any]] = {name: [] for name in _COLUMNS}
    for n, each in enumerate(found, first):
        sealed = None if each.theirs is None else sealed_row(cipher, reconciliation_id, n, each.theirs)
        values = (reconciliation_id, n, school_code, each.kind.value, each.row, tuple(each.fields))
        stated = (*values, each.graduate_id, each.registration_id, each.filed_version, sealed)
        for name, value in zip(_COLUMNS, stated, strict=True):
            columns[name].append(value)
    fields = {name: copying.fields_of(items.c[name].type, column) for name, column in columns.items()}
    await copying.copy_rows(connection.driver, items.name, _COLUMNS, copying.joined(fields, _COLUMNS))


async def filed_rows(
    connection: Connection, filing_id: FilingId, numbers: Sequence[int]
) -> Mapping[int, tuple[GraduateId, RegistrationId | None, int]]:
    """Whose rows of a filed file these are, with registration and version, by their places."""
    found = await connection.execute(_FILED, {"id": filing_id, "numbers": list(numbers)})
    return {row.n: (row.graduate_id, row.registration_id, row.version) for row in found}


async def page_of_items(
    connection: Connection, cipher: FieldCipher, reconciliation_id: ReconciliationId, after: int, limit: int
) -> list[Item]:
    """Differences in the order of their numbers."""
    found = await connection.execute(_PAGE, {"id": reconciliation_id, "after": after, "limit": limit})
    return rows.all(Item, found, theirs=partial(opened_row, cipher))


async def item(
    connection: Connection, cipher: FieldCipher, reconciliation_id: ReconciliationId, n: int, *, lock: bool = False
) -> Item:
    """One difference, locked if `lock`; raises NotFound."""
    found = await connection.execute(_LOCK if lock else _ONE, {"id": reconciliation_id, "n": n})
    one = rows.one_or_none(Item, found, theirs=partial(opened_row, cipher))
    if one is None:
        raise NotFound
    return one


async def decide(
    connection: Connection, reconciliation_id: ReconciliationId, n: int, decision: Decision, actor: Actor
) -> None:
    """Notes the decision on a locked difference."""
    by = {"by_subject": actor.subject, "by_role": actor.role}
    await connection.execute(_DECIDE, {"id": reconciliation_id, "n": n, "decision": decision.value, **by})


async def of_graduate(connection: Connection, cipher: FieldCipher, graduate_id: GraduateId) -> list[dict[str, Any]]:
    """All differences about a graduate, for the copy of this person's data."""
    found = await connection.execute(_OF_GRADUATE, {"graduate_id": graduate_id})
    named = ("reconciliation_id", "n", "kind", "fields", "registration_id", "filed_version", "decision", "decided_at")
    return [{**{name: row[name] for name in named}, "theirs": opened_row(cipher, row)} for row in found]


async def erase(connection: Connection, graduate_ids: Sequence[GraduateId]) -> None:
    """Empties their rows about erased graduates; repeatable."""
    await connection.execute(_ERASE, {"ids": list(graduate_ids)})


def sealed_row(cipher: FieldCipher, reconciliation_id: UUID, n: int, theirs: Mapping[str, str]) -> bytes:
    """The ciphertext of a row."""
    return cipher.encrypt(_THEIRS, f"{reconciliation_id} {n}", json.dumps(theirs, ensure_ascii=False))


def opened_row(cipher: FieldCipher, row: Row) -> dict[str, str] | None:
    """That row again; None where nothing is kept of it."""
    if row.theirs_cipher is None:
        return None
    opened: dict[str, str] = json.loads(cipher.decrypt(_THEIRS, f"{row.reconciliation_id} {row.n}", row.theirs_cipher))
    return opened
