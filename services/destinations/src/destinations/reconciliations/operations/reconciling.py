"""Comparing as long work: the filed file and the one that came back are read by the same columns, then row by row.

Both are read once and kept packed; of a row that differs the cells are read again when it is stored.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from common.auth import EVERYTHING
from common.codes import Cell
from common.codes.rules import rule
from common.crypto import FieldCipher
from common.errors import Invalid
from common.identifiers import GraduateId, RegistrationId
from common.identity import plain_number
from common.imports import Columns, Table
from common.imports.batches import batches
from common.imports.table import open_table
from common.objects import Objects
from common.operations import Handler, OperationContext, Outcome
from common.operations.outcome import refused
from common.operations.storage import WHOLE
from common.service_process import Runtime
from common.spreadsheets import NumberedRow
from common.spreadsheets.cells import Unclear, is_blank
from common.sql import Connection
from destinations.filing import storage as filings
from destinations.filing.domain.filing import Filing, FilingId
from destinations.filing.formats import FORMATS, Layout
from destinations.filing.formats.layouts import Of
from destinations.reconciliations import commands, storage
from destinations.reconciliations.domain import Counts, Difference, Reconciliation, counted
from destinations.reconciliations.operations.cells import Comparison, shown
from destinations.reconciliations.storage import Found
from destinations.registrations import storage as registrations
from destinations.registry_client import Registry, RowKey
from destinations.roster import storage as roster
from destinations.roster.domain import RosterEntry

EMPTY_RESULT: Mapping[str, Any] = {
    "id": None,
    **dict.fromkeys(("ours", "theirs", "equal", "different", "missing", "extra"), 0),
    "by_field": {},
}

PART = 2_000
"""Differences that are stored together, and rows that registry is asked about at a time."""

LONGEST_KEY = 100
"""No number and no name is longer; registry is not asked for such a one."""

_NUMBERS = ("student_number", "exam_number")
_FOREIGN = {"cohort": "other_cohort", "school_code": "other_school"}
"""What a file says of itself, and the rule that another one breaks."""


def handler(it: Runtime) -> Handler:
    """What the worker does with such an operation."""
    return partial(reconcile, it.clients["registry"], it.cipher, it.objects)


async def reconcile(registry: Registry, cipher: FieldCipher, objects: Objects, context: OperationContext) -> Outcome:
    """Compares; killed anywhere it begins anew, and stores all that it finds at once."""
    if done := (await context.done_chunks()).get(WHOLE):
        return Outcome(done)
    async with context.database.reading() as connection:
        reconciliation = await storage.find(connection, EVERYTHING, of_work=context.id)
        filing = await filings.find(connection, EVERYTHING, FilingId(UUID(context.parameters["filing_id"])))
    if reconciliation.counts is not None:
        return Outcome({"id": f"{reconciliation.id}", **reconciliation.counts.to_json()})
    try:
        compared = await Comparing(objects, context, filing).done()
    except Invalid as refusal:
        return refused(refusal, EMPTY_RESULT)
    return await Keeping(registry, cipher, context, filing, reconciliation, compared).done()


@dataclass
class Compared:
    """What differs: by row of the file that came back, by place in what was filed."""

    table: Table
    layout: Layout
    equal: int = 0
    different: list[tuple[int, int, tuple[str, ...]]] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)
    extra: list[int] = field(default_factory=list)

    @property
    def counts(self) -> Counts:
        """What all rows come to."""
        found = [(Difference.DIFFERENT, fields) for *_, fields in self.different]
        alone = [(Difference.MISSING, ())] * len(self.missing) + [(Difference.EXTRA, ())] * len(self.extra)
        return counted(self.equal, [*found, *alone])


class Comparing:
    """One run over both files."""

    def __init__(self, objects: Objects, context: OperationContext, filing: Filing) -> None:
        self._objects = objects
        self._context = context
        self._filing = filing
        self._layout = FORMATS[filing.asked.format]
        self._columns = columns_of(self._layout)
        self._owned = [
            (f"{at}", str(getattr(filing.asked, each.value)), _FOREIGN[each.value])
            for at, each in enumerate(self._layout.columns)
            if each.of is Of.OWNER and each.value in _FOREIGN
        ]

    async def done(self) -> Compared:
        """What differs; raises Invalid for a file that is none of this filing's."""
        kind = self._filing.asked.file_type.value
        ours, theirs = await asyncio.gather(
            open_table(kind, self._filed(), self._columns),
            open_table(self._context.parameters["kind"], self._context.upload(), self._columns),
        )
        return await asyncio.to_thread(self._compare, ours, theirs)

    async def _filed(self) -> AsyncIterator[bytes]:
        async with self._context.database.reading() as connection:
            names = await filings.parts_of(connection, self._filing.id)
        for name in names:
            yield (await self._objects.get(name)).content

    def _compare(self, ours: Table, theirs: Table) -> Compared:
        compared = Compared(theirs, self._layout)
        shared = places_of(ours).keys() & places_of(theirs).keys()
        ours_at, theirs_at = (
            {at: place for at, place in places_of(each).items() if at in shared} for each in (ours, theirs)
        )
        mine, other = Comparison(self._layout, ours_at), Comparison(self._layout, theirs_at)
        waiting = {mine.key(cells): (n, mine.raw(cells)) for n, (_, cells) in enumerate(ours.rows(), 1)}
        doubtful: dict[int, int] = {}
        for number, cells in theirs.rows():
            self._must_be_owned(theirs, cells)
            filed = waiting.pop(other.key(cells), None)
            if filed is None:
                compared.extra.append(number)
            elif filed[1] == other.raw(cells):
                compared.equal += 1
            else:
                doubtful[number] = filed[0]
        if doubtful:
            # most rows came back as they were sent, and need not be read
            wanted = set(doubtful.values())
            filed_rows = {n: mine.row(cells) for n, (_, cells) in enumerate(ours.rows(), 1) if n in wanted}
            for number, cells in theirs.rows():
                if number in doubtful:
                    fields = mine.differing(filed_rows[doubtful[number]], other.row(cells))
                    if fields:
                        compared.different.append((doubtful[number], number, fields))
                    else:
                        compared.equal += 1
        compared.missing = [n for n, _ in waiting.values()]
        if ours.total and theirs.total and not compared.equal and not compared.different:
            raise Invalid([rule("other_filing").problem("/file")])
        return compared

    def _must_be_owned(self, table: Table, cells: Sequence[Cell]) -> None:
        """Raises Invalid for a row of another school or cohort."""
        for at, stated, broken in self._owned:
            cell = table.header.cell(cells, at)
            if not is_blank(cell) and shown(cell).zfill(len(stated)) != stated:
                raise Invalid([rule(broken).problem("/file")])


class Keeping:
    """What differs, stored in one transaction with whose rows these are."""

    def __init__(
        self,
        registry: Registry,
        cipher: FieldCipher,
        context: OperationContext,
        filing: Filing,
        reconciliation: Reconciliation,
        compared: Compared,
    ) -> None:
        self._registry = registry
        self._cipher = cipher
        self._context = context
        self._filing = filing
        self._reconciliation = reconciliation
        self._compared = compared
        self._erased: set[GraduateId] = set()

    async def done(self) -> Outcome:
        """Stores all of it, or nothing."""
        context, reconciliation, compared = self._context, self._reconciliation, self._compared
        persons = await self._persons()
        counts = compared.counts
        result = {"id": f"{reconciliation.id}", **counts.to_json()}
        async with context.database.transaction(context.actor, correlation_id=context.correlation_id) as unit:
            found = await self._found(unit.connection, persons)
            ids = sorted({each.graduate_id for each in found if each.graduate_id})
            if ids:
                await registrations.open_streams(unit.connection, reconciliation.school_code, ids)
            await storage.lock(unit.connection, reconciliation.id)
            again = await storage.find(unit.connection, EVERYTHING, reconciliation.id)
            if again.counts is not None:
                return Outcome({"id": f"{again.id}", **again.counts.to_json()})
            cells = self._rows()
            for start in range(0, len(found), PART):
                if await context.is_cancelled():
                    return Outcome(EMPTY_RESULT, state="cancelled")
                part = await asyncio.to_thread(self._with_cells, found[start : start + PART], cells)
                keep = partial(commands.keep_part, unit, cipher=self._cipher, reconciliation=reconciliation)
                await keep(first=start + 1, found=part)
            await commands.end(unit, reconciliation=reconciliation, counts=counts)
            if not await context.close_to_cancelling(unit):
                return Outcome(EMPTY_RESULT, state="cancelled")
            await context.chunk_done(unit, WHOLE, result)
            await unit.commit()
        return Outcome(result)

    async def _persons(self) -> Mapping[int, GraduateId]:
        """The graduates of the cohort whom rows mean that were not filed, by the numbers of these rows."""
        extra, keys = set(self._compared.extra), []
        if extra:
            rows = self._rows()
            keys = await asyncio.to_thread(lambda: [self._key(n, cells) for n, cells in rows if n in extra])
        asked = [each for each in keys if each["student_number"] or each["exam_number"]]
        found: dict[int, GraduateId] = {}
        for part in batches(asked, PART):
            owner = self._reconciliation.school_code, self._reconciliation.cohort
            answers = await self._registry.resolve(*owner, part)
            found |= {row: each.graduate.id for row, each in answers.items() if isinstance(each, RosterEntry)}
        return found

    async def _found(self, connection: Connection, persons: Mapping[int, GraduateId]) -> list[Found]:
        """All differences: those of their rows in the order of the file, then ours that are missing."""
        compared = self._compared
        numbers = sorted([*(n for n, *_ in compared.different), *compared.missing])
        filed: dict[int, tuple[GraduateId, RegistrationId | None, int]] = {}
        for part in batches(numbers, PART):
            filed |= await storage.filed_rows(connection, self._filing.id, part)
        different = [
            Found(Difference.DIFFERENT, row, fields, *filed[n], theirs=None) for n, row, fields in compared.different
        ]
        extra = [Found(Difference.EXTRA, row, (), persons.get(row), None, None, None) for row in compared.extra]
        missing = [Found(Difference.MISSING, None, (), *filed[n], theirs=None) for n in sorted(compared.missing)]
        theirs = sorted([*different, *extra], key=lambda each: each.row or 0)
        ids = {each.graduate_id for each in theirs if each.graduate_id}
        for ids_of_part in batches(sorted(ids), PART):
            entries = await roster.entries(connection, ids_of_part)
            self._erased |= {each for each, entry in entries.items() if entry.graduate.erased}
        return [*theirs, *missing]

    def _with_cells(self, found: Sequence[Found], rows: Iterator[NumberedRow]) -> list[Found]:
        """Differences with what came back of graduates; `rows` goes on where the part before has ended."""
        made = []
        for each in found:
            if each.row is None:
                made.append(each)
                continue
            cells = next(cells for number, cells in rows if number == each.row)
            is_kept = each.graduate_id is not None and each.graduate_id not in self._erased
            # of what is no certain value nothing may be taken
            clear = is_kept and Unclear not in map(type, cells)
            made.append(each._replace(theirs=self._theirs(cells)) if clear else each)
        return made

    def _theirs(self, cells: Sequence[Cell]) -> Mapping[str, str]:
        titled = zip(self._compared.table.titles, cells, strict=False)
        return {title: shown(cell) for title, cell in titled if title and not is_blank(cell)}

    def _key(self, number: int, cells: Sequence[Cell]) -> RowKey:
        said = {name: self._cell(name, cells) for name in (*_NUMBERS, "name")}
        student_number, exam_number = (said[name] and plain_number(said[name] or "") for name in _NUMBERS)
        return RowKey(row=number, student_number=student_number, exam_number=exam_number, name=said["name"])

    def _cell(self, name: str, cells: Sequence[Cell]) -> str | None:
        columns = enumerate(self._compared.layout.columns)
        at = next((at for at, each in columns if each.of is Of.PERSON and each.value == name), None)
        cell = None if at is None else self._compared.table.header.cell(cells, f"{at}")
        text = None if is_blank(cell) else shown(cell)
        return text if text and len(text) <= LONGEST_KEY else None

    def _rows(self) -> Iterator[NumberedRow]:
        return self._compared.table.rows()


def columns_of(layout: Layout) -> Columns:
    """The columns of a format by their places in it; a file has at least the key and the destination."""
    headers = {f"{at}": (each.header,) for at, each in enumerate(layout.columns) if each.of is not Of.NOTHING}
    keys = {f"{at}" for at, each in enumerate(layout.columns) if each.value in layout.keys}
    codes = {f"{at}" for at, each in enumerate(layout.columns) if each.value == "destination_code"}
    return Columns(headers, needed=[keys, codes], usual_sheet=layout.sheet)


def places_of(table: Table) -> dict[int, int]:
    """Where the columns of the format stand in a file."""
    return {int(name): place for name, place in table.header.positions.items()}
