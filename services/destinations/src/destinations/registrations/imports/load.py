"""What an import asks: whose rows these are, of registry; and what is stored about the graduates, of the database."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, text

from common.identifiers import Cohort, GraduateId, SchoolCode
from common.sql import Connection
from destinations.registrations import storage
from destinations.registrations.imports.plan import StoredRegistration
from destinations.registrations.imports.rows import RegistrationRow
from destinations.registry_client import Registry, RowKey
from destinations.roster import storage as roster
from destinations.roster.domain import GRADUATE_FIELDS, Graduate, RosterEntry

_IDS = bindparam("ids", type_=ARRAY(Uuid))
_LOCK_SCHOOL = text(
    "SELECT pg_advisory_xact_lock(hashtextextended('import of registrations ' || :cohort_of_school, 0))"
)
_READ_STREAMS = text(
    "SELECT graduate_id, last_decided_on FROM destination_streams WHERE graduate_id = ANY(:ids)"
).bindparams(_IDS)

KEPT_AT_ONCE = 5_000
"""Roster entries stored by one statement."""


class ResolvedRows:
    """What registry answered about rows, in few bytes for each: a whole file must fit."""

    def __init__(self) -> None:
        self._problems: dict[int, str] = {}
        self._entries: dict[int, tuple[bytes, tuple[str | None, ...], int]] = {}
        self._groups: dict[tuple[str | None, ...], tuple[str | None, ...]] = {}

    async def ask(
        self, registry: Registry, school_code: SchoolCode, cohort: Cohort, rows: Iterable[RegistrationRow]
    ) -> None:
        """Asks about the rows that name a graduate; raises RegistryUnavailable or RegistryRefused."""
        asked = [row for row in rows if not row.silent and row.name and row.key]
        if not asked:
            return
        keys = [RowKey(row.number, row.student_number, row.exam_number, row.name) for row in asked]
        answers = await registry.resolve(school_code, cohort, keys)
        for row in asked:
            answer = answers.get(row.number, "not_found")
            if isinstance(answer, str):
                self._problems[row.number] = answer
            else:
                graduate = answer.graduate
                groups = tuple(getattr(graduate, name) for name in GRADUATE_FIELDS)
                shared = self._groups.setdefault(groups, groups)
                self._entries[row.number] = (graduate.id.bytes, shared, answer.sequence)

    def forget(self) -> None:
        """Forgets the rows of earlier chunks, which are done."""
        self._problems.clear()
        self._entries.clear()

    def problem(self, row: int) -> str | None:
        """Why no graduate was found for a row."""
        return self._problems.get(row)

    def graduate(self, row: int) -> GraduateId | None:
        """The graduate of a row."""
        entry = self._entries.get(row)
        return GraduateId(UUID(bytes=entry[0])) if entry else None

    def entries(self, rows: Iterable[int]) -> list[RosterEntry]:
        """The roster entries of those of the rows that have one."""
        return [_unpacked(self._entries[row]) for row in rows if row in self._entries]

    def in_order(self) -> Iterable[list[RosterEntry]]:
        """The entries of all rows in the order of the graduates' ids, some at a time."""
        rows = sorted(self._entries, key=lambda row: self._entries[row][0])
        for start in range(0, len(rows), KEPT_AT_ONCE):
            yield self.entries(rows[start : start + KEPT_AT_ONCE])


async def lock_and_keep(
    connection: Connection, school_code: SchoolCode, cohort: Cohort, batches: Iterable[Sequence[RosterEntry]]
) -> None:
    """Makes imports of one cohort wait for each other, stores roster entries, and locks the graduates' streams.

    The entries come in the order of the graduates' ids; the streams are locked by one statement.
    """
    await connection.execute(_LOCK_SCHOOL, {"cohort_of_school": f"{school_code} {cohort}"})
    ids: list[GraduateId] = []
    for entries in batches:
        await roster.keep_graduates(connection, entries)
        ids += [each.graduate.id for each in entries]
    if ids:
        await storage.open_streams(connection, school_code, ids)


async def read_stored(
    connection: Connection, entries: Sequence[RosterEntry]
) -> Mapping[GraduateId, StoredRegistration]:
    """What is stored about each graduate, as it is at this moment."""
    graduates = await roster.graduates(connection, entries)
    ids = list(graduates)
    registrations = await storage.current(connection, ids)
    streams = await connection.execute(_READ_STREAMS, {"ids": ids})
    last_days = {GraduateId(row.graduate_id): row.last_decided_on for row in streams}
    return {each: StoredRegistration(graduates[each], registrations.get(each), last_days.get(each)) for each in ids}


def _unpacked(packed: tuple[bytes, tuple[str | None, ...], int]) -> RosterEntry:
    graduate_id, groups, sequence = packed
    return RosterEntry(Graduate(GraduateId(UUID(bytes=graduate_id)), *groups), sequence)  # type: ignore[arg-type]
