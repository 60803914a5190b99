"""Writing exports as long work: the entries of one moment, batch by batch."""

from collections.abc import AsyncIterator, Collection, Mapping
from typing import Any
from uuid import UUID

from common.accesses import record_accesses
from common.auth import EVERYTHING, SYSTEM, Principal, Role
from common.crypto import FieldCipher
from common.database import Database
from common.exports import write_rows
from common.identifiers import GraduateId
from common.operations import OperationContext, Outcome
from common.operations.files import OperationFile, file_of
from common.operations.storage import WHOLE
from common.sql import Connection
from registry.exports import storage
from registry.exports.domain.cells import RowMaker
from registry.exports.domain.clear import ASKER, KIND, ClearExport, ClearExportId, clear_columns
from registry.exports.domain.plan import OWN_COLLEGE, UNIT_NAMES, ExportPlan
from registry.graduates.domain.entry import StoredGraduate
from registry.graduates.domain.masking import as_seen
from registry.graduates.imports.columns import WORDS
from registry.graduates.storage import roster
from registry.organisation import storage as organisation

EMPTY_RESULT: Mapping[str, Any] = {"rows": 0}
BATCH = 1000

FIRST_WORDS: Mapping[str, Mapping[object, str]] = {
    field: {value: word for word, value in reversed([*words.items()])} for field, words in WORDS.items()
}
"""The word that stands for a value in our files: the first of those that an import reads."""


class Export:
    """One file of entries: who sees them, what is shown of them, and who is in it."""

    def __init__(self, cipher: FieldCipher, plan: ExportPlan, reader: Principal, opened: Collection[str] = ()) -> None:
        self._cipher = cipher
        self._plan = plan
        self._reader = reader
        self._opened = opened
        self.people: list[GraduateId] = []

    async def write(self, context: OperationContext, name: str) -> OperationFile | None:
        """The file; None once the work was cancelled."""
        async with context.database.reading(snapshot=True) as connection:
            units = await organisation.units_of(connection, self._plan.school_code)
            names: dict[str, dict[str, str]] = {column: {} for column in UNIT_NAMES}
            for unit in units:
                names[f"{unit.kind}_name"][unit.code] = unit.name
            maker = RowMaker(self._plan.named, names, FIRST_WORDS)
            batches = self._batches(context, connection, maker)
            return await write_rows(context, name, self._plan.format, self._plan.header, batches)

    async def _batches(
        self, context: OperationContext, connection: Connection, maker: RowMaker
    ) -> AsyncIterator[list[list[str | None]]]:
        scope, filters = self._reader.row_scope(), self._plan.of_list
        after: Any = None
        total = await storage.count(connection, scope, self._plan)
        while True:
            found = await roster.listed(
                connection, self._cipher, scope, filters, after=after, limit=BATCH, rule=self._plan.rule
            )
            self.people += [each.id for each in found]
            await context.progress(len(self.people), total)
            yield [maker.row(self._shown(each)) for each in found]
            if len(found) < BATCH:
                return
            after = (found[-1].school_code, found[-1].cohort, found[-1].id)

    def _shown(self, stored: StoredGraduate) -> Mapping[str, Any]:
        content = vars(stored.entry)
        opened = {name: content[name] for name in self._opened}
        return {**as_seen(content, self._reader.role.value), **opened}


async def export_roster(cipher: FieldCipher, context: OperationContext) -> Outcome:
    """Writes what the officer who asked sees, as the officer sees it."""
    plan, asked_by = ExportPlan.of(context.parameters), context.actor
    reader = Principal(
        asked_by.subject,
        Role(asked_by.role),
        school_code=plan.school_code,
        college_code=context.parameters[OWN_COLLEGE],
    )
    export = Export(cipher, plan, reader)
    file = await export.write(context, f"graduates-{context.id}")
    if file is None:
        return Outcome(EMPTY_RESULT, state="cancelled")
    return Outcome({"rows": len(export.people), **file_of(context.id)}, file=file)


async def make_clear_export(cipher: FieldCipher, context: OperationContext) -> Outcome:
    """Writes what was approved, and stores an access to each person before the file can be had."""
    if done := (await context.done_chunks()).get(WHOLE):
        return Outcome({"rows": done["rows"]}, file=OperationFile.of(done["file"]))
    export_id = ClearExportId(UUID(context.parameters["clear_export_id"]))
    async with context.database.reading() as connection:
        asked = await storage.find(connection, cipher, EVERYTHING, export_id)
    assert asked is not None, "clear exports are never deleted"
    reader = Principal(asked.requested_by, Role(ASKER), school_code=asked.plan.school_code)
    opened = clear_columns(asked.plan, asked.purpose)
    export = Export(cipher, asked.plan, reader, opened)
    file = await export.write(context, f"graduates-{export_id}")
    if file is None or not await _kept(context, asked, reader, export.people, file):
        return Outcome(EMPTY_RESULT, state="cancelled")
    return Outcome({"rows": len(export.people)}, file=file)


async def delete_overdue(database: Database) -> None:
    """Deletes files that were not fetched in time, or that have a person who was erased since."""
    deleted = storage.PART
    while deleted == storage.PART:
        deleted = await database.act(SYSTEM, lambda unit: storage.delete_overdue(unit.connection))


async def _kept(
    context: OperationContext,
    asked: ClearExport,
    reader: Principal,
    people: Collection[GraduateId],
    file: OperationFile,
) -> bool:
    """Stores who is in the file, and that it was made; False if the work was cancelled."""
    school_code = asked.plan.school_code
    async with context.database.transaction(context.actor) as unit:
        await record_accesses(
            unit.connection,
            reader,
            dict.fromkeys(people, school_code),
            occasion_id=asked.id,
            kind=KIND,
            purpose=asked.purpose,
            fields=asked.plan.named,
        )
        await storage.keep_made(unit.connection, asked.id, len(people))
        await unit.audit("clear_export.make", KIND, asked.id, school_code=school_code, detail={"people": len(people)})
        if not await context.close_to_cancelling(unit):
            return False
        await context.chunk_done(unit, WHOLE, {"rows": len(people), "file": file.to_json()})
        await unit.commit()
    return True
