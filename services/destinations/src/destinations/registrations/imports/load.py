"""What an import asks: whose rows these are, of registry; and what is stored about the graduates, of the database."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from common.identifiers import Cohort, GraduateId, SchoolCode
from common.sql import Connection
from destinations.registrations import storage
from destinations.registrations.domain.targeted import TARGETED_MODES
from destinations.registrations.imports.plan import StoredRegistration
from destinations.registrations.imports.rows import RegistrationRow
from destinations.registrations.storage import Line
from destinations.registry_client import Registry, RowKey
from destinations.roster import storage as roster
from destinations.roster.domain import RosterEntry
from destinations.seasons.storage import extensions

KEPT_AT_ONCE = 5_000
"""Roster entries stored by one statement."""


class ResolvedRows:
    """Whose rows these are: as registry answers, or as the lines are known. Few bytes for each: a file must fit.

    `units` are those that graduates of the rows were trained for, as far as registry says one. Of a `nameless` file the
    number alone says whom a row means.
    """

    def __init__(self, registry: Registry, school_code: SchoolCode, cohort: Cohort, *, nameless: bool = False) -> None:
        self._registry = registry
        self._nameless = nameless
        self._owner = (school_code, cohort)
        self._has_lines: bool | None = None
        self._problems: dict[int, str] = {}
        self._entries: dict[int, tuple[RosterEntry, bytes | None]] = {}
        self._unchanged: dict[int, tuple[bytes, GraduateId]] = {}
        self.units: dict[GraduateId, str | None] = {}

    async def recognise(self, connection: Connection, rows: Iterable[RegistrationRow]) -> None:
        """Finds the rows that would change nothing, since their lines are known."""
        if self._has_lines is None:
            self._has_lines = await storage.has_lines(connection, *self._owner)
        if wanted := {row.fingerprint: row.number for row in rows if row.fingerprint and self._has_lines}:
            known = await storage.known_lines(connection, list(wanted))
            self._unchanged |= {wanted[each]: (each, graduate) for each, graduate in known.items()}

    async def ask(self, rows: Iterable[RegistrationRow]) -> None:
        """Asks registry about the others that name a graduate; raises RegistryUnavailable or RegistryRefused."""
        named = (each for each in rows if not each.silent and each.key and (each.name or self._nameless))
        asked = [row for row in named if row.number not in self._unchanged]
        if not asked:
            return
        keys = [
            RowKey(row=each.number, student_number=each.student_number, exam_number=each.exam_number, name=each.name)
            for each in asked
        ]
        answers = await self._registry.resolve(*self._owner, keys)
        found = (each.graduate for each in answers.values() if isinstance(each, RosterEntry))
        if targeted := [each.id for each in found if each.training_mode_code in TARGETED_MODES]:
            self.units |= await self._registry.commissioning_units(targeted)
        for row in asked:
            answer = answers.get(row.number, "not_found")
            if isinstance(answer, str):
                self._problems[row.number] = answer
            else:
                self._entries[row.number] = (answer, row.fingerprint)

    async def doubt(self, connection: Connection) -> None:
        """Looks at the known lines once more, under the lock: what was written about since is compared as usual."""
        if not self._unchanged:
            return
        outdated = await storage.outdated_lines(connection, [each for each, _ in self._unchanged.values()])
        doubtful = {row: graduate for row, (each, graduate) in self._unchanged.items() if each in outdated}
        entries = await roster.entries(connection, set(doubtful.values()))
        for row, graduate in doubtful.items():
            del self._unchanged[row]
            # not to be known by this line: registry was not asked whether it still means the graduate
            self._entries[row] = (entries[graduate], None)

    def forget(self) -> None:
        """Forgets the rows of earlier chunks, which are done."""
        for kept in (self._problems, self._entries, self._unchanged, self.units):
            kept.clear()

    def problem(self, row: int) -> str | None:
        """Why no graduate was found for a row."""
        return self._problems.get(row)

    def unchanged(self, row: int) -> GraduateId | None:
        """The graduate of a row that changes nothing, since its line is known."""
        return self._unchanged[row][1] if row in self._unchanged else None

    def compared(self, row: int) -> tuple[GraduateId | None, Line | None]:
        """The graduate of a row that must be compared, and its line, unless it is at fault already."""
        entry, fingerprint = self._entries.get(row, (None, None))
        line = Line(fingerprint, entry.sequence) if entry and fingerprint else None
        return entry.graduate.id if entry else None, line

    def entries(self, rows: Iterable[int]) -> list[RosterEntry]:
        """The roster entries of those of the rows that must be compared."""
        return [self._entries[row][0] for row in rows if row in self._entries]

    def in_order(self) -> Iterable[list[RosterEntry]]:
        """The entries of all rows in the order of the graduates' ids, some at a time."""
        entries = sorted((entry for entry, _ in self._entries.values()), key=lambda each: each.graduate.id.int)
        for start in range(0, len(entries), KEPT_AT_ONCE):
            yield entries[start : start + KEPT_AT_ONCE]


async def keep_and_lock(
    connection: Connection, school_code: SchoolCode, batches: Iterable[Sequence[RosterEntry]]
) -> set[GraduateId]:
    """Stores roster entries, which come in the order of the graduates' ids, and locks the streams in one statement.

    Gives the graduates about whom nothing is stored yet, since their streams begin here.
    """
    ids: list[GraduateId] = []
    for entries in batches:
        await roster.keep_graduates(connection, await roster.not_kept(connection, entries))
        ids += [each.graduate.id for each in entries]
    return set(await storage.open_streams(connection, school_code, ids)) if ids else set()


async def read_stored(
    connection: Connection,
    entries: Sequence[RosterEntry],
    begun: Collection[GraduateId] = (),
    *,
    in_season: bool = False,
    asked_at: datetime | None = None,
    looks_for_seeking: bool = False,
) -> Mapping[GraduateId, StoredRegistration]:
    """What is stored about each graduate, as it is at this moment: nothing about those whose streams just began.

    Of extensions it is what was given until the file was sent; who was filed as seeking is found where it is asked.
    """
    graduates = await roster.graduates(connection, entries)
    ids = [each for each in graduates if each not in begun]
    registrations = await storage.current(connection, ids) if ids else {}
    last_days = await storage.last_days(connection, ids) if ids else {}
    until = await extensions(connection, list(graduates), asked_at) if in_season else {}
    seeking = await storage.filed_as_seeking(connection, list(graduates)) if looks_for_seeking else ()
    return {
        each: StoredRegistration(
            graduate, registrations.get(each), last_days.get(each), until.get(each), each in seeking
        )
        for each, graduate in graduates.items()
    }
