"""Facts and the streams of their events; what a source says stands sealed, bound to fact and version."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Date, Integer, LargeBinary, Text, Uuid, bindparam, text

from common import rows
from common.clock import NOW_SQL, TODAY_SQL
from common.crypto import FieldCipher
from common.identifiers import GraduateId
from common.sql import Connection, Row, Rows, uuids_like
from destinations.outside.domain.authorisations import AuthorisationId, Source
from destinations.outside.domain.facts import Content, Fact, FactId
from destinations.roster.domain import Graduate

_VALUES = "fact.values"

_COLUMNS = "id, version, graduate_id, source, from_on, to_on, values_cipher, recorded_at"
_IDS = bindparam("ids", type_=ARRAY(Uuid))
_NEWEST = text(
    f"""
    SELECT DISTINCT ON (graduate_id, id) {_COLUMNS} FROM facts
     WHERE graduate_id = ANY(:ids) AND source = :source
     ORDER BY graduate_id, id, version DESC
    """
).bindparams(_IDS)
_ANY_SOURCE = text(
    f"""
    SELECT DISTINCT ON (graduate_id, id) {_COLUMNS} FROM facts
     WHERE graduate_id = ANY(:ids) ORDER BY graduate_id, id, version DESC
    """
).bindparams(_IDS)
_PAGE = text(
    f"""
    SELECT DISTINCT ON (id) {_COLUMNS} FROM facts
     WHERE graduate_id = :graduate_id AND id > :after ORDER BY id, version DESC LIMIT :limit
    """
).bindparams(bindparam("graduate_id", type_=Uuid), bindparam("after", type_=Uuid), bindparam("limit", type_=Integer))
_OF_GRADUATE = text(f"SELECT {_COLUMNS} FROM facts WHERE graduate_id = :graduate_id ORDER BY id, version").bindparams(
    bindparam("graduate_id", type_=Uuid)
)
_MOMENT = text(f"SELECT {NOW_SQL} AS recorded_at, uuidv7() AS id")
_STREAMS = text(
    f"""
    INSERT INTO fact_streams AS kept (graduate_id, school_code, sequence, last_decided_on)
    SELECT given.graduate_id, CAST(:school_code AS text), given.facts, {TODAY_SQL}
      FROM unnest(CAST(:ids AS uuid[]), CAST(:counts AS bigint[])) AS given (graduate_id, facts)
    ON CONFLICT (graduate_id) DO UPDATE
       SET sequence = kept.sequence + EXCLUDED.sequence,
           last_decided_on = greatest(kept.last_decided_on, EXCLUDED.last_decided_on)
    RETURNING graduate_id, sequence, last_decided_on
    """
).bindparams(_IDS, bindparam("counts", type_=ARRAY(Integer)))
_GIVEN = {
    "ids": Uuid,
    "versions": Integer,
    "graduate_ids": Uuid,
    "cohorts": Integer,
    "sources": Text,
    "from_days": Date,
    "to_days": Date,
    "sealed": LargeBinary,
}
_ADD = text(
    """
    INSERT INTO facts (id, version, graduate_id, cohort, source, from_on, to_on, values_cipher,
                       school_code, authorisation_id, recorded_at)
    SELECT given.*, CAST(:school_code AS text), CAST(:authorisation_id AS uuid), CAST(:recorded_at AS timestamptz)
      FROM unnest(CAST(:ids AS uuid[]), CAST(:versions AS int[]), CAST(:graduate_ids AS uuid[]),
                  CAST(:cohorts AS int[]), CAST(:sources AS text[]), CAST(:from_days AS date[]),
                  CAST(:to_days AS date[]), CAST(:sealed AS bytea[])) AS given
    """
).bindparams(*(bindparam(name, type_=ARRAY(kind)) for name, kind in _GIVEN.items()))


class Unsaved(NamedTuple):
    """What a row says of a graduate whose stream is locked, and the fact that says something else so far."""

    graduate: Graduate
    content: Content
    before: Fact | None


class Stamped(NamedTuple):
    """A stored version of a fact, and its place in the graduate's stream."""

    unsaved: Unsaved
    fact: Fact
    sequence: int


async def newest(
    connection: Connection, cipher: FieldCipher, graduate_ids: Sequence[GraduateId], source: Source
) -> Mapping[GraduateId, Sequence[Fact]]:
    """The newest versions of what a source says of these graduates."""
    found = await connection.execute(_NEWEST, {"ids": list(graduate_ids), "source": source.value})
    facts = _opened(cipher, found)
    return {graduate_id: [*theirs] for graduate_id, theirs in groupby(facts, attrgetter("graduate_id"))}


async def newest_of_all(
    connection: Connection, cipher: FieldCipher, graduate_ids: Sequence[GraduateId]
) -> Mapping[FactId, Fact]:
    """The newest versions of all facts about these graduates."""
    return {
        each.id: each for each in _opened(cipher, await connection.execute(_ANY_SOURCE, {"ids": list(graduate_ids)}))
    }


async def page_of_facts(
    connection: Connection, cipher: FieldCipher, graduate_id: GraduateId, after: UUID | None, limit: int
) -> list[Fact]:
    """The newest versions of the facts about one graduate, in the order in which these were first recorded."""
    values = {"graduate_id": graduate_id, "after": after or UUID(int=0), "limit": limit}
    return _opened(cipher, await connection.execute(_PAGE, values))


async def of_graduate(connection: Connection, cipher: FieldCipher, graduate_id: GraduateId) -> list[Fact]:
    """All versions of all facts about one graduate."""
    return _opened(cipher, await connection.execute(_OF_GRADUATE, {"graduate_id": graduate_id}))


async def save_many(
    connection: Connection, cipher: FieldCipher, unsaved: Sequence[Unsaved], authorisation_id: AuthorisationId
) -> list[Stamped]:
    """Stores versions of facts about graduates of one school whose streams are locked, with their places in these."""
    moment = (await connection.execute(_MOMENT)).one()
    ids = iter(uuids_like(moment.id, sum(each.before is None for each in unsaved)))
    facts = [_next(each, FactId(next(ids)) if each.before is None else each.before.id, moment) for each in unsaved]
    school_code = unsaved[0].graduate.school_code
    counts = Counter(each.graduate_id for each in facts)
    bound = {"ids": sorted(counts), "counts": [counts[each] for each in sorted(counts)], "school_code": school_code}
    last = {row.graduate_id: row.sequence for row in await connection.execute(_STREAMS, bound)}
    places = {
        graduate: iter(range(last[graduate] - count + 1, last[graduate] + 1)) for graduate, count in counts.items()
    }
    values: dict[str, Any] = {
        "ids": [each.id for each in facts],
        "versions": [each.version for each in facts],
        "graduate_ids": [each.graduate_id for each in facts],
        "cohorts": [each.graduate.cohort for each in unsaved],
        "sources": [each.source.value for each in facts],
        "from_days": [each.from_on for each in facts],
        "to_days": [each.to_on for each in facts],
        "sealed": [sealed_values(cipher, each.id, each.version, each.values) for each in facts],
    }
    beside = {"school_code": school_code, "authorisation_id": authorisation_id, "recorded_at": moment.recorded_at}
    await connection.execute(_ADD, values | beside)
    return [Stamped(each, fact, next(places[fact.graduate_id])) for each, fact in zip(unsaved, facts, strict=True)]


def sealed_values(cipher: FieldCipher, fact_id: UUID, version: int, values: Mapping[str, str]) -> bytes:
    """The ciphertext of what a version says."""
    return cipher.encrypt(_VALUES, f"{fact_id} {version}", json.dumps(values, ensure_ascii=False))


def opened_values(cipher: FieldCipher, row: Row) -> dict[str, str]:
    """That again, of a row; nothing where it was erased."""
    if row.values_cipher is None:
        return {}
    opened: dict[str, str] = json.loads(cipher.decrypt(_VALUES, f"{row.id} {row.version}", row.values_cipher))
    return opened


def _next(unsaved: Unsaved, fact_id: FactId, moment: Row) -> Fact:
    return Fact(
        **vars(unsaved.content),
        id=fact_id,
        version=unsaved.before.version + 1 if unsaved.before else 1,
        graduate_id=unsaved.graduate.id,
        recorded_at=moment.recorded_at,
    )


def _opened(cipher: FieldCipher, found: Rows) -> list[Fact]:
    return rows.all(Fact, found, values=partial(opened_values, cipher))
