"""Samples in SQL: drawn once, and seen by who drew them, by colleges and the province the items that they decide."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from uuid import UUID

from sqlalchemy import ARRAY, TextClause, Uuid, bindparam, text

from common import rows
from common.auth import Principal, Role
from common.crypto import FieldCipher
from common.identifiers import GraduateId, SchoolCode
from common.sql import Connection, Row
from destinations.checks.domain.ledger import CallOutcome, CheckMethod, CheckResult
from destinations.checks.domain.samples import Decision, Filter, Item, Sample, SampleId

NOTE = "sample_decisions.note"
"""What the ciphertext of a note is bound to, beside its item."""

_SEEN = {
    Role.SCHOOL_OFFICER: "sample.school_code = :seen_school AND sample.by_role = 'school_officer'",
    Role.PROVINCIAL_OFFICER: """
        EXISTS (SELECT FROM roster_schools school
                 WHERE school.school_code = sample.school_code AND school.province_code = :seen_province)
        AND (sample.by_role = 'provincial_officer'
             OR EXISTS (SELECT FROM sample_assignments given WHERE given.sample_id = sample.id))
    """,
    Role.AUDITOR: "sample.by_role = 'auditor' AND sample.by_subject = :seen_subject",
    Role.COLLEGE_OFFICER: """
        sample.school_code = :seen_school
        AND EXISTS (SELECT FROM sample_items held
                     WHERE held.sample_id = sample.id AND held.held_by_college = :seen_college)
    """,
}
"""The samples that a role sees."""

_ITEMS_SEEN = {
    Role.PROVINCIAL_OFFICER: "AND (sample.by_role = 'provincial_officer' OR given.sample_id IS NOT NULL)",
    Role.COLLEGE_OFFICER: "AND item.held_by_college = :seen_college AND given.sample_id IS NULL",
}
"""Of these the items, where not all of them."""

_SAMPLE = """
    SELECT id, school_code, cohort, draw, filter, size, strata, checked_by, frame_hash, frame_size, seed, populations,
           by_role, by_subject, recorded_at
      FROM samples sample
"""
_ITEM = """
    SELECT item.*, sample.cohort, sample.by_role AS drawn_by_role, given.sample_id IS NOT NULL AS is_assigned,
           decided.method, decided.outcome, decided.result, decided.note_cipher, decided.by_role AS decided_by_role,
           decided.recorded_at
      FROM samples sample JOIN sample_items item ON item.sample_id = sample.id
           LEFT JOIN sample_assignments given ON (given.sample_id, given.n) = (item.sample_id, item.n)
           LEFT JOIN sample_decisions decided ON (decided.sample_id, decided.n) = (item.sample_id, item.n)
"""
_OF_GRADUATE = text(f"{_ITEM} WHERE item.graduate_id = :id ORDER BY item.sample_id")
_GRADUATES = text("SELECT graduate_id, school_code FROM sample_items WHERE sample_id = :id ORDER BY n")
_RESULTS = text(
    """
    SELECT item.sample_id, item.stratum, decided.result
      FROM sample_items item LEFT JOIN sample_decisions decided USING (sample_id, n) WHERE item.sample_id = ANY(:ids)
    """
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))


@dataclass(frozen=True)
class Viewer:
    """Whose samples are read: the role, and what of the token cuts them."""

    role: Role
    values: Mapping[str, object]

    @classmethod
    def of(cls, caller: Principal) -> "Viewer":
        """The samples of a caller whose role reads them."""
        claims = {
            "seen_school": caller.school_code,
            "seen_college": caller.college_code,
            "seen_province": caller.province_code,
            "seen_subject": caller.subject,
        }
        return cls(caller.role, {name: value for name, value in claims.items() if f":{name}" in _SEEN[caller.role]})


async def find(connection: Connection, viewer: Viewer, sample_id: SampleId) -> Sample | None:
    """A sample that the viewer sees."""
    found = await connection.execute(_one(viewer.role), {**viewer.values, "id": sample_id})
    return rows.one_or_none(Sample, found, filter=_filter)


async def page(
    connection: Connection, viewer: Viewer, given: Mapping[str, object], after: UUID, limit: int
) -> list[Sample]:
    """Samples that the viewer sees in the order in which they were drawn; `given` are values of columns."""
    values = {**viewer.values, **given, "after": after, "limit": limit}
    return rows.all(Sample, await connection.execute(_page(viewer.role, tuple(given)), values), filter=_filter)


async def items(
    connection: Connection, cipher: FieldCipher, viewer: Viewer, sample_id: SampleId, after: int, limit: int
) -> list[Item]:
    """Items of a sample that the viewer sees, in their order, those after one."""
    values = {**viewer.values, "id": sample_id, "after": after, "limit": limit}
    found = await connection.execute(_items(viewer.role), values)
    return rows.all(Item, found, decision=partial(_decision, cipher))


async def item(connection: Connection, cipher: FieldCipher, viewer: Viewer, sample_id: SampleId, n: int) -> Item | None:
    """One of them."""
    found = await items(connection, cipher, viewer, sample_id, n - 1, 1)
    return found[0] if found and found[0].n == n else None


async def of_graduate(connection: Connection, cipher: FieldCipher, graduate_id: UUID) -> list[Item]:
    """All items about a graduate."""
    found = await connection.execute(_OF_GRADUATE, {"id": graduate_id})
    return rows.all(Item, found, decision=partial(_decision, cipher))


async def graduates(connection: Connection, sample_id: SampleId) -> dict[GraduateId, SchoolCode]:
    """The graduates of a sample, each with the school."""
    return {each[0]: each[1] for each in await connection.execute(_GRADUATES, {"id": sample_id})}


async def results(
    connection: Connection, sample_ids: list[SampleId]
) -> dict[SampleId, list[tuple[str, CheckResult | None]]]:
    """Of each item of these samples the stratum, and the result if it is decided."""
    found: dict[SampleId, list[tuple[str, CheckResult | None]]] = {each: [] for each in sample_ids}
    for sample_id, stratum, result in await connection.execute(_RESULTS, {"ids": sample_ids}):
        found[sample_id].append((stratum, result and CheckResult(result)))
    return found


@lru_cache
def _one(role: Role) -> TextClause:
    return text(f"{_SAMPLE} WHERE {_SEEN[role]} AND sample.id = :id")


@lru_cache
def _page(role: Role, given: tuple[str, ...]) -> TextClause:
    narrowed = "".join(f" AND sample.{name} = :{name}" for name in given)
    return text(f"{_SAMPLE} WHERE {_SEEN[role]}{narrowed} AND sample.id > :after ORDER BY sample.id LIMIT :limit")


@lru_cache
def _items(role: Role) -> TextClause:
    seen = f"{_SEEN[role]} {_ITEMS_SEEN.get(role, '')}"
    return text(f"{_ITEM} WHERE {seen} AND sample.id = :id AND item.n > :after ORDER BY item.n LIMIT :limit")


def _filter(row: Row) -> Filter:
    given = dict(row["filter"])
    if codes := given.get("destination_codes"):
        given["destination_codes"] = tuple(codes)
    return Filter(**given)


def _decision(cipher: FieldCipher, row: Row) -> Decision | None:
    if row.result is None:
        return None
    sealed = row.note_cipher
    return Decision(
        method=CheckMethod(row.method),
        outcome=row.outcome and CallOutcome(row.outcome),
        result=CheckResult(row.result),
        note=None if sealed is None else cipher.decrypt(NOTE, f"{row.sample_id}/{row.n}", sealed),
        by_role=row.decided_by_role,
        recorded_at=row.recorded_at,
    )
