"""Whom the rows of a file mean, as registry says. Of those that it does not find nothing stays here but how many."""

import asyncio
from collections.abc import Iterable, Sequence

from common.identifiers import Cohort, GraduateId, SchoolCode
from common.imports import CellReader, Fault, plain, text_of
from common.spreadsheets import NumberedRow
from common.spreadsheets.cells import CellProblem, identifier_text
from common.spreadsheets.headers import Header
from destinations.registrations.imports.load import KEPT_AT_ONCE
from destinations.registry_client import Registry, RowKey
from destinations.roster.domain import RosterEntry

LONGEST_KEY = 100
"""No number and no name is longer; registry is not asked for such a one."""

ASKED_AT_ONCE = 2_500
"""Rows of one question to registry, which takes 5,000."""

UNREADABLE = "unreadable"
"""Why registry was not asked about a row: its number or name is blank, or cannot be read."""


def _short(text: str) -> str:
    if len(text) > LONGEST_KEY:
        raise CellProblem("length")
    return text


_READINGS = (
    plain("citizen_id", lambda cell: _short(identifier_text(cell))),
    plain("name", lambda cell: _short(text_of(cell))),
)


class Persons:
    """The graduates of rows, by the numbers of these. Few bytes for each: a file must fit."""

    def __init__(self, registry: Registry, school_code: SchoolCode, cohort: Cohort, header: Header) -> None:
        self._registry = registry
        self._owner = school_code, cohort
        self._cells = CellReader(header, _READINGS)
        self._problems: dict[int, str] = {}
        self._found: dict[int, GraduateId] = {}
        self._entries: dict[GraduateId, RosterEntry] = {}

    async def ask(self, rows: Sequence[NumberedRow]) -> None:
        """Asks registry about rows; raises RegistryUnavailable or RegistryRefused."""
        keys = await asyncio.to_thread(self._keys, rows)
        for start in range(0, len(keys), ASKED_AT_ONCE):
            asked = keys[start : start + ASKED_AT_ONCE]
            answers = await self._registry.resolve(*self._owner, asked)
            for key in asked:
                self._take(key["row"], answers.get(key["row"], "not_found"))

    def forget(self) -> None:
        """Forgets the rows of earlier chunks, which are done."""
        for kept in (self._problems, self._found, self._entries):
            kept.clear()

    def found(self, row: int) -> GraduateId | None:
        """The graduate of a row."""
        return self._found.get(row)

    def problem(self, row: int) -> str:
        """Why no graduate was found for a row: `not_found`, `name_mismatch`, `erased`, …"""
        return self._problems.get(row, UNREADABLE)

    def entries(self, rows: Iterable[int]) -> list[RosterEntry]:
        """The roster entries of the graduates of these rows."""
        return [self._entries[each] for each in {self._found[row] for row in rows if row in self._found}]

    def in_order(self) -> Iterable[list[RosterEntry]]:
        """All roster entries in the order of the graduates' ids, some at a time."""
        entries = sorted(self._entries.values(), key=lambda each: each.graduate.id.int)
        return (entries[start : start + KEPT_AT_ONCE] for start in range(0, len(entries), KEPT_AT_ONCE))

    def _keys(self, rows: Sequence[NumberedRow]) -> list[RowKey]:
        faults: list[Fault] = []
        said = ((number, self._cells.read(cells, faults)) for number, cells in rows)
        return [
            RowKey(row=number, student_number=None, exam_number=None, citizen_id=citizen_id, name=name)
            for number, named in said
            if (citizen_id := named.get("citizen_id")) and (name := named.get("name"))
        ]

    def _take(self, row: int, answer: RosterEntry | str) -> None:
        if isinstance(answer, str):
            self._problems[row] = answer
        else:
            self._found[row] = answer.graduate.id
            self._entries[answer.graduate.id] = answer
