"""The work: the answers that count at one moment, in an order that says nothing, and what is noted of the file."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from secrets import SystemRandom
from typing import Any
from uuid import UUID

from common import clock
from common.accesses import record_accesses
from common.auth import EVERYTHING, SYSTEM, Principal, Role
from common.crypto import FieldCipher
from common.database import Database
from common.exports import Cancelled
from common.identifiers import EmployerId, GraduateId
from common.operations import OperationContext, Outcome
from common.operations.files import OperationFile
from common.operations.storage import WHOLE
from common.registry_client import RegistryClient
from common.sql import Connection
from surveys.answers.domain import facts_about, names_of
from surveys.employers.domain import Employer
from surveys.exports.domain.layout import Layout, layout_of
from surveys.exports.domain.leading import leading_columns
from surveys.exports.domain.plan import ACCESS, Export, ExportId
from surveys.exports.domain.rows import RowMaker
from surveys.exports.domain.seen import Visibility
from surveys.exports.domain.told import Reading
from surveys.exports.operations.answerers import Entry, of_employers, with_person, without_person
from surveys.exports.operations.files import AnswerFile, CsvFile, SheetFile
from surveys.exports.operations.statistics_file import StatisticsFile
from surveys.exports.storage import answers, requests
from surveys.questionnaires.domain.facts import Facts
from surveys.roster.domain import Registered, Situation
from surveys.waves import storage as waves
from surveys.waves.domain import Audience, Wave

PART = 1_000
"""Answers that are opened together."""

TRIES = 5
"""Answers that are taken back while they are written are left out of the next try."""


@dataclass(frozen=True)
class Written:
    """A file, the answers in it, and what they were at that moment."""

    file: OperationFile
    entries: Sequence[Entry]
    layout: Layout
    stands: Decimal


async def make_export(cipher: FieldCipher, registry: RegistryClient, context: OperationContext) -> Outcome:
    """Writes what was asked for, and stores an access to each person before the file can be had."""
    export_id = ExportId(UUID(context.parameters["export_id"]))
    if done := (await context.done_chunks()).get(WHOLE):
        return _ended(export_id, done["rows"], OperationFile.of(done["file"]))
    async with context.database.reading() as connection:
        export = await requests.find(connection, cipher, EVERYTHING, export_id)
    assert export is not None, "exports are never deleted"
    written = None
    for _ in range(TRIES):
        try:
            written = await _write(context, cipher, registry, export)
        except Cancelled:
            break
        async with context.database.reading() as connection:
            if await answers.stands(connection, export.wave_id) == written.stands:
                break
    if written is None or not await _kept(context, export, written):
        return Outcome({"export_id": str(export_id), "rows": 0}, state="cancelled")
    return _ended(export_id, len(written.entries), written.file)


async def delete_overdue(database: Database) -> None:
    """Deletes files that are over, or have an answer that does not stand any more."""
    deleted = requests.PART
    while deleted == requests.PART:
        deleted = await database.act(SYSTEM, lambda unit: requests.delete_overdue(unit.connection))


class Writing:
    """Rows of the answers of one moment, part by part."""

    def __init__(
        self,
        cipher: FieldCipher,
        export: Export,
        wave: Wave,
        layout: Layout,
        employers: Mapping[EmployerId, Employer],
    ) -> None:
        self._cipher = cipher
        self._wave = wave
        self._employers = employers
        own = layout.versions[0]
        # what may be answered beside them, conditions can ask for
        self._reading = Reading([*(slot.name for slot in layout.asked), *names_of(own.questions)])
        places = self._reading.places
        self._visibility = Visibility(own, places)
        self._sensitive = [places[each.id] for each in own.questions if each.sensitive]
        self._closed_on = clock.day_in_shanghai(wave.closes_at)
        self._facts: dict[object, Facts] = {}
        self.file: AnswerFile[Any] = _file_of(export, layout)
        # a .sav has labels beside its codes
        is_labelled = export.plan.values == "labelled" and export.plan.format != "sav"
        self._maker = RowMaker(layout, places, export.plan.language if is_labelled else None, self.file.piece)

    async def batches(
        self, context: OperationContext, connection: Connection, entries: Sequence[Entry]
    ) -> AsyncIterator[Sequence[Any]]:
        """The rows; raises Cancelled."""
        for start in range(0, len(entries), PART):
            if await context.is_cancelled():
                raise Cancelled
            part = entries[start : start + PART]
            sealed = await answers.sealed_part(connection, [each.answerer for each in part])
            yield await asyncio.to_thread(self.rows, part, sealed)
            await context.progress(start + len(part), len(entries))

    def rows(self, part: Sequence[Entry], sealed: answers.SealedPart) -> Sequence[Any]:
        """What a part of the answers says."""
        made = []
        for answerer, first, others in part:
            told, sensitive = answers.opened(self._cipher, sealed, answerer.id, self._reading), answerer.sensitive
            if sensitive is None:
                # of an answer without the person, whose receipt is not its own, what it shows of it
                sensitive = any(told[place] is not None for place in self._sensitive)
            facts = self._facts_about(answerer, sensitive=sensitive) if self._visibility.asks_facts else None
            seen = self._visibility.of(told, facts, sensitive=sensitive)
            made.append(self.file.row(self._maker.row(first, others, told, seen)))
        return made

    def _facts_about(self, answerer: answers.Answerer, *, sensitive: bool) -> Facts:
        """What expressions knew."""
        day = answerer.agreed_on or self._closed_on
        # those of one group have one object
        groups, employer_id, hires = id(answerer.groups), answerer.employer_id, answerer.hires
        alike = (groups, answerer.destination_code, day, sensitive, employer_id, hires)
        found = self._facts.get(alike)
        if found is None:
            situation = Situation(answerer.groups, Registered(answerer.destination_code))
            employer = None if employer_id is None else self._employers[employer_id]
            found = facts_about(self._wave, situation, day, sensitive=sensitive, employer=employer, hires=hires)
            self._facts[alike] = found
        return found


async def _write(context: OperationContext, cipher: FieldCipher, registry: RegistryClient, export: Export) -> Written:
    async with context.database.reading(snapshot=True) as connection:
        wave = await waves.current(connection, export.wave_id)
        versions = await answers.versions_of(connection, wave)
        stands = await answers.stands(connection, wave.id)
        found = await answers.answerers(connection, wave.id, export.college_code)
        employers, identified = await answers.employers_of(connection, found), export.plan.identified
        weights = await answers.weights_of(connection, export.plan.weighting_id)
        layout = layout_of(leading_columns(wave, export.plan), versions, identified=identified)
        whose = (cipher, wave.school_code, [column.name for column in layout.leading], found)
        if wave.audience is Audience.EMPLOYERS:
            entries = of_employers(*whose, employers if identified else {})
        elif identified:
            entries = await with_person(registry, *whose, weights)
        else:
            entries = await asyncio.to_thread(without_person, *whose, weights)
        # no order of time, nor of a list of those who were asked
        SystemRandom().shuffle(entries)
        writing = Writing(cipher, export, wave, layout, employers)
        content = writing.file.content(layout.columns, writing.batches(context, connection, entries))
        name = f"survey-{export.id}.{export.plan.format}"
        file = await context.write_file(name, writing.file.media_type, content)
    return Written(file, entries, layout, stands)


def _file_of(export: Export, layout: Layout) -> AnswerFile[Any]:
    match export.plan.format:
        case "csv":
            return CsvFile()
        case "xlsx":
            return SheetFile(layout.columns)
    return StatisticsFile(export.plan.language)


async def _kept(context: OperationContext, export: Export, written: Written) -> bool:
    """Stores who is in the file, and that it was made; False if the work was cancelled."""
    rows, school_code = len(written.entries), export.school_code
    async with context.database.transaction(context.actor) as unit:
        if export.plan.identified:
            people: list[GraduateId] = [
                each.answerer.graduate_id for each in written.entries if each.answerer.graduate_id is not None
            ]
            await record_accesses(
                unit.connection,
                Principal(export.requested_by, Role(export.requested_by_role), school_code=school_code),
                dict.fromkeys(people, school_code),
                occasion_id=export.id,
                kind=ACCESS,
                purpose=export.purpose,
                fields=sorted({each.question or each.name for each in written.layout.columns}),
            )
        versions = [each.number for each in written.layout.versions]
        await requests.keep_made(unit.connection, export.id, rows, versions, written.stands)
        await unit.audit("export.make", "export", export.id, school_code=school_code, detail={"rows": rows})
        if not await context.close_to_cancelling(unit):
            return False
        await context.chunk_done(unit, WHOLE, {"rows": rows, "file": written.file.to_json()})
        await unit.commit()
    return True


def _ended(export_id: ExportId, rows: int, file: OperationFile) -> Outcome:
    return Outcome({"export_id": str(export_id), "rows": rows}, file=file)
