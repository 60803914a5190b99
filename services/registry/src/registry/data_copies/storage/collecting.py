"""All that registry holds about a graduate, from all of its areas."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Uuid, bindparam, select, text

from common.accesses.storage import accesses_to
from common.approvals.domain import Asked
from common.approvals.storage import RequestFilters
from common.auth import Owners, RowScope
from common.crypto import FieldCipher
from common.data_copies import Records
from common.identifiers import GraduateId
from common.objects import ObjectName
from common.sql import Connection
from registry.corrections import storage as corrections
from registry.corrections.domain import Correction
from registry.data_copies.storage import copies, entries
from registry.erasures import storage as erasures
from registry.erasures.domain import Erasure
from registry.photos import storage as photos
from registry.photos.domain import Photo
from registry.population_changes import storage as population_changes
from registry.population_changes.domain import PopulationChange
from registry.talents.domain.profiles import Profile
from registry.talents.storage import contacts, profiles
from registry.talents.tables import consent_receipts
from registry.waivers import storage as waivers

T = TypeVar("T")
Page = Callable[[Any, int], Awaitable[list[T]]]
Record = Mapping[str, Any]

PAGE = 500

_REQUEST = (
    *("state", "reason", "requested_by_role", "requested_at", "due_on"),
    *("decided_by_role", "decided_at", "decision_reason"),
)
_ACCESS = ("recorded_at", "kind", "role", "unit", "purpose", "fields")
_PROOF = ("id", "kind", "media_type", "recorded_at")
_PROFILE = (
    *("profile_id", "version", "consent_version", "skills", "regions", "industries", "positions"),
    *("available_from", "recorded_at"),
)
_CONTACT = (
    *("id", "employer_name", "employer_uscc", "message", "reply_to", "state", "requested_at", "expires_at"),
    *("decided_at", "shared", "shared_until"),
)
_CONSENTS = (
    select(*(consent_receipts.c[name] for name in ("text_name", "text_version", "act", "recorded_at")))
    .where(consent_receipts.c.graduate_id == bindparam("graduate_id", type_=Uuid))
    .order_by(consent_receipts.c.id)
)
_FILES = text(
    """
    SELECT 'photo' AS place, name, 'image/jpeg' AS media_type FROM photos WHERE graduate_id = :graduate_id
    UNION ALL
    SELECT 'proofs/' || p.id, p.name, p.media_type FROM correction_proofs p JOIN corrections c ON c.id = p.correction_id
     WHERE c.graduate_id = :graduate_id
    ORDER BY place
    """
).bindparams(bindparam("graduate_id", type_=Uuid()))
_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}


async def collect(connection: Connection, cipher: FieldCipher, graduate_id: GraduateId) -> Records:
    """The records of a graduate in clear; none of one who is not in the roster."""
    entry = await entries.collected(connection, cipher, graduate_id)
    if not entry:
        return {}
    own = RowScope(Owners(graduate_id=frozenset({graduate_id})))
    photo = await photos.find(connection, cipher, graduate_id)
    profile = await profiles.find(connection, cipher, graduate_id)
    asked = partial(corrections.page, connection, cipher, own, RequestFilters())
    erasing = partial(erasures.page, connection, cipher, own, RequestFilters())
    contacted = partial(contacts.page, connection, cipher, "graduate_id", graduate_id)
    changes = await population_changes.naming(connection, cipher, graduate_id)
    waived = await waivers.naming(connection, cipher, graduate_id)
    return {
        **entry,
        "photo": [] if photo is None else [_photo(photo)],
        "corrections": [_correction(each) for each in await _all(asked, lambda each: each.id)],
        "erasures": [_erasure(each) for each in await _all(erasing, lambda each: each.id)],
        "population_changes": [_change(each, graduate_id) for each in changes],
        "waivers": [{"rule_id": each.rule_id, "expires_on": each.expires_on, **_request(each)} for each in waived],
        "talent_profile": [] if profile is None else [_profile(profile)],
        "contact_requests": [_named(each, _CONTACT) for each in await _all(contacted, lambda each: each.id)],
        "consents": [dict(each) for each in await connection.execute(_CONSENTS, {"graduate_id": graduate_id})],
        "accesses": await accesses(connection, graduate_id),
        "data_copies": await copies.of_graduate(connection, graduate_id),
    }


async def files_of(connection: Connection, graduate_id: GraduateId) -> Mapping[str, ObjectName]:
    """The stored files about a graduate, by their names in the copy: a proof has its own id."""
    found = await connection.execute(_FILES, {"graduate_id": graduate_id})
    return {f"{row.place}.{_ENDINGS[row.media_type]}": ObjectName(row.name) for row in found}


async def accesses(connection: Connection, graduate_id: GraduateId) -> list[Record]:
    """The items that `GET /v1/accesses` gives, newest first."""

    async def page(after: Any, limit: int) -> Any:
        return await accesses_to(connection, graduate_id, after=after, limit=limit)

    return [_named(each, _ACCESS) for each in await _all(page, lambda each: (each.recorded_at, each.id))]


async def _all(page: Page[T], key: Callable[[T], Any]) -> list[T]:
    """The items of all pages, each of which follows the key of the last item before."""
    found: list[T] = []
    while True:
        items = await page(key(found[-1]) if found else None, PAGE)
        found += items
        if len(items) < PAGE:
            return found


def _named(value: object, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(value, name) for name in names}


def _request(asked: Asked) -> Record:
    return _named(asked, _REQUEST)


def _photo(photo: Photo) -> Record:
    checks = [dict(vars(each)) for each in photo.checks]
    return {**_named(photo, ("version", "state", "rule", "reason", "recorded_at")), "checks": checks}


def _correction(correction: Correction) -> Record:
    proofs = [_named(each, _PROOF) for each in correction.proofs]
    asked = _named(correction, ("id", "field", "before", "value"))
    return {**asked, **_request(correction), "proofs": proofs}


def _erasure(erasure: Erasure) -> Record:
    return {**_named(erasure, ("id", "ground", "erase_on")), **_request(erasure)}


def _change(change: PopulationChange, graduate_id: GraduateId) -> Record:
    """A change names several people: of them this graduate alone."""
    place = change.graduate_ids.index(graduate_id)
    document = change.document and dict(vars(change.document))
    asked = _named(change, ("change", "ground", "effective_on"))
    return {**asked, "status": change.statuses[place], "document": document, **_request(change)}


def _profile(profile: Profile) -> Record:
    return _named(profile, _PROFILE)
