"""Contacts that employers ask for. One without an answer in time has expired before its row says so."""

import json
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, case, literal_column, select, text

from common.clock import NOW_SQL, TODAY_SQL
from common.crypto import DataCipher, FieldCipher, data_key_of
from common.database import NOW
from common.identifiers import GraduateId
from common.sql import Connection, Row
from registry.graduates.storage.keys import keys_of
from registry.graduates.tables import graduates
from registry.talents.domain.contacts import (
    DAILY_LIMIT,
    OPEN_FOR,
    SHOWN_FOR,
    Contact,
    ContactId,
    ContactPlan,
    ContactState,
)
from registry.talents.domain.profiles import Profile, ProfileId
from registry.talents.tables import contacts

ASKED = "contact_asked"
GIVEN = "contact_given"

_IS_OVER = (contacts.c.state == ContactState.OPEN.value) & (contacts.c.expires_at <= NOW)
_STATE = case((_IS_OVER, literal_column(f"'{ContactState.EXPIRED.value}'")), else_=contacts.c.state)
_PLAIN = ("id", "profile_id", "graduate_id", "employer_id", "requested_at", "expires_at", "decided_at", "shared_until")
_STATED = select(
    *(contacts.c[name] for name in (*_PLAIN, "asked_cipher")),
    _STATE.label("state"),
    case(((contacts.c.shared_until > NOW) & ~graduates.c.restricted, contacts.c.shared_cipher)).label("shared_cipher"),
    graduates.c.school_code,
)
# of an erased graduate nothing is answered
_ALL = _STATED.join(graduates, graduates.c.id == contacts.c.graduate_id).where(contacts.c.asked_cipher.is_not(None))
_ONE = _ALL.where(contacts.c.id == bindparam("id", type_=Uuid))
_LOCKED = _ONE.with_for_update(of=contacts)
# of two requests at once the second waits here for the first: each sees the sum of all before it
_COUNT = text(
    f"""
    INSERT INTO contact_days AS before (employer_id, day, requests) VALUES (:employer_id, {TODAY_SQL}, 1)
    ON CONFLICT (employer_id, day) DO UPDATE SET requests = before.requests + 1 WHERE before.requests < :daily_limit
    RETURNING before.requests
    """
)
_ADD = text(
    f"""
    INSERT INTO contact_requests (id, profile_id, graduate_id, employer_id, asked_cipher, expires_at)
    VALUES (:id, :profile_id, :graduate_id, :employer_id, :asked_cipher, {NOW_SQL} + CAST(:open_for AS interval))
    ON CONFLICT (employer_id, profile_id) WHERE state = 'open' DO NOTHING
    """
)
_ACCEPT = text(
    f"""
    UPDATE contact_requests SET state = 'accepted', decided_at = {NOW_SQL}, shared_cipher = :shared_cipher,
           shared_until = {NOW_SQL} + CAST(:shown_for AS interval)
     WHERE id = :id
    """
)
_DECLINE = text(f"UPDATE contact_requests SET state = 'declined', decided_at = {NOW_SQL} WHERE id = :id")
_CLOSE = text(
    f"""
    UPDATE contact_requests
       SET state = CASE state WHEN 'open' THEN 'closed' ELSE state END, shared_cipher = NULL,
           decided_at = CASE state WHEN 'open' THEN {NOW_SQL} ELSE decided_at END
     WHERE graduate_id = ANY(CAST(:graduate_ids AS uuid[])) AND (state = 'open' OR shared_cipher IS NOT NULL)
    """
)
_REMOVE = text("DELETE FROM contact_requests WHERE id = ANY(CAST(:ids AS uuid[])) AND state <> 'open'")
_EXPIRE_SQL = f"""
    UPDATE contact_requests SET state = 'expired', decided_at = expires_at
     WHERE state = 'open' AND expires_at <= {NOW_SQL}
    """
_EXPIRE = text(_EXPIRE_SQL)
_EXPIRE_OF = text(f"{_EXPIRE_SQL} AND employer_id = :employer_id AND profile_id = :profile_id")
_FORGET = text(
    f"UPDATE contact_requests SET shared_cipher = NULL WHERE shared_cipher IS NOT NULL AND shared_until <= {NOW_SQL}"
)


async def count(connection: Connection, employer_id: UUID) -> bool:
    """Counts a request of today; False, and nothing counted, where it would be over the limit."""
    values = {"employer_id": employer_id, "daily_limit": DAILY_LIMIT}
    return await connection.scalar(_COUNT, values) is not None


async def add(
    connection: Connection,
    data: DataCipher,
    contact_id: ContactId,
    employer_id: UUID,
    profile: Profile,
    plan: ContactPlan,
) -> bool:
    """Stores a request; False where the employer has an open one for the profile."""
    asked = json.dumps(vars(plan), ensure_ascii=False).encode()
    values = {
        "id": contact_id,
        "profile_id": profile.profile_id,
        "graduate_id": profile.graduate_id,
        "employer_id": employer_id,
        "asked_cipher": data.seal(ASKED, contact_id, 1, asked),
        "open_for": OPEN_FOR,
    }
    return bool(await connection.affected(_ADD, values))


async def find(
    connection: Connection, cipher: FieldCipher, contact_id: ContactId, *, lock: bool = False
) -> Contact | None:
    """One request, locked until the end of the transaction if `lock`."""
    found = await connection.execute(_LOCKED if lock else _ONE, {"id": contact_id})
    opened = await _opened(connection, cipher, found)
    return opened[0] if opened else None


async def page(
    connection: Connection, cipher: FieldCipher, owner: str, owner_id: UUID, after: UUID | None, limit: int
) -> list[Contact]:
    """The requests of an employer or to a graduate, by `employer_id` or `graduate_id`; newest first."""
    bound = {"owner_id": owner_id, "after": after, "limit": limit}
    return await _opened(connection, cipher, await connection.execute(_page(owner, following=after is not None), bound))


async def accept(
    connection: Connection, data: DataCipher, contact_id: ContactId, shared: Mapping[str, str | None]
) -> None:
    """Notes what the graduate gives; it can be read for 30 days."""
    sealed = data.seal(GIVEN, contact_id, 1, json.dumps(shared, ensure_ascii=False).encode())
    await connection.execute(_ACCEPT, {"id": contact_id, "shared_cipher": sealed, "shown_for": SHOWN_FOR})


async def decline(connection: Connection, contact_id: ContactId) -> None:
    """Notes that the graduate gives nothing."""
    await connection.execute(_DECLINE, {"id": contact_id})


async def close(connection: Connection, graduate_ids: Collection[GraduateId]) -> None:
    """Closes what is open to graduates who are locked, and forgets what was given."""
    await connection.execute(_CLOSE, {"graduate_ids": list(graduate_ids)})


async def remove(connection: Connection, ids: Collection[ContactId]) -> None:
    """Deletes requests that have ended."""
    await connection.execute(_REMOVE, {"ids": list(ids)})


async def expire_of(connection: Connection, employer_id: UUID, profile_id: ProfileId) -> None:
    """Lets the row of an employer's request for a profile say that it has expired: another may be made."""
    await connection.execute(_EXPIRE_OF, {"employer_id": employer_id, "profile_id": profile_id})


async def expire(connection: Connection) -> None:
    """Lets the rows say what has expired, and forgets what can be read no more."""
    await connection.execute(_EXPIRE)
    await connection.execute(_FORGET)


@lru_cache
def _page(owner: str, *, following: bool) -> Select[tuple[object, ...]]:
    query = _ALL.where(contacts.c[owner] == bindparam("owner_id", type_=Uuid)).order_by(contacts.c.id.desc())
    query = query.limit(bindparam("limit"))
    return query.where(contacts.c.id < bindparam("after", type_=Uuid)) if following else query


async def _opened(connection: Connection, cipher: FieldCipher, found: Sequence[Row]) -> list[Contact]:
    keys = await keys_of(connection, cipher, {data_key_of(row.asked_cipher) for row in found})
    opened = []
    for row in found:
        data = keys[data_key_of(row.asked_cipher)]
        asked = json.loads(data.open(ASKED, row.id, 1, row.asked_cipher))
        shared = row.shared_cipher and json.loads(data.open(GIVEN, row.id, 1, row.shared_cipher))
        plain = {name: row[name] for name in (*_PLAIN, "school_code")}
        opened.append(Contact(**plain, **asked, state=ContactState(row.state), shared=shared))
    return opened
