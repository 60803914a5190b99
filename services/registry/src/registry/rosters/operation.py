"""A roster import as long work: from the upload to the counts, the errors and the workbook of faulty rows."""

from collections.abc import Sequence

from common.codes.rules import rule
from common.crypto import FieldCipher
from common.errors import Invalid
from common.operations import OperationContext, Outcome, RowProblem
from common.spreadsheets import Row, Sheet, read, write_workbook
from registry.rosters import imports
from registry.rosters.faults import RowFault
from registry.rosters.imports import CHUNK_ROWS, HeaderMissingError, RosterImport, Task, open_table, roster_header

KIND = "roster_import"
EMPTY_RESULT = imports.Outcome().to_json()
WHOLE_FILE = -1
"""Number of the one part of an import that is stored in one transaction."""

UNITS = -2
"""Number of the part that stores the units of all rows before the first chunk."""


class RosterOperation:
    """Handler of the operation kind; may be run again from the start at any time."""

    def __init__(self, cipher: FieldCipher, chunk_rows: int = CHUNK_ROWS) -> None:
        self._cipher = cipher
        self._chunk_rows = chunk_rows

    async def __call__(self, context: OperationContext) -> Outcome:
        """Runs the import to its end; what an earlier attempt has stored is not stored again."""
        task = _task(context)
        try:
            sheet = await read(await context.upload(), f"upload.{context.parameters['kind']}", roster_header)
            header, chunks = open_table(sheet, self._chunk_rows)
        except HeaderMissingError:
            return _unusable([RowProblem(None, None, "header_missing", None, rule("header_missing").text)])
        except Invalid as refusal:
            return _unusable([RowProblem(None, None, each.rule, None, each.message) for each in refusal.problems])
        run = RosterImport(task, header, self._cipher)
        await (self._at_once if task.in_one_transaction else self._in_parts)(context, run, chunks)
        return await _ended(run, sheet, header.row)

    async def _at_once(self, context: OperationContext, run: RosterImport, chunks: Sequence[Sequence[Row]]) -> None:
        """All chunks in one transaction, given up at its end after a fault or a dry run."""
        stored = (await context.done_chunks()).get(WHOLE_FILE)
        if stored is not None:
            run.outcome = imports.Outcome.recalled(stored)
            return
        async with context.database.transaction(context.actor, correlation_id=context.correlation_id) as unit:
            done, total = 0, sum(map(len, chunks))
            if run.needs_units_first(chunks):
                await run.store_units(unit, chunks)
            for chunk in chunks:
                await run.run_chunk(unit, chunk)
                done += len(chunk)
                await context.progress(done, total)
            if not run.task.dry_run and not run.refused:
                await unit.audit(
                    KIND, "operation", context.id, school_code=run.task.school_code, detail=_counts(run.outcome)
                )
                await context.chunk_done(unit, WHOLE_FILE, run.outcome.noted())
                await unit.commit()

    async def _in_parts(self, context: OperationContext, run: RosterImport, chunks: Sequence[Sequence[Row]]) -> None:
        """Each chunk in its own transaction."""
        earlier = await context.done_chunks()
        if UNITS not in earlier and run.needs_units_first(chunks):
            async with context.database.transaction(context.actor, correlation_id=context.correlation_id) as unit:
                await run.store_units(unit, chunks)
                await context.chunk_done(unit, UNITS)
                await unit.commit()
        done, total = 0, sum(map(len, chunks))
        for number, chunk in enumerate(chunks):
            async with context.database.transaction(context.actor, correlation_id=context.correlation_id) as unit:
                if number in earlier:
                    await run.recall_chunk(unit, chunk, imports.Outcome.recalled(earlier[number]))
                else:
                    own = await run.run_chunk(unit, chunk)
                    await unit.audit(
                        KIND, "operation", context.id, school_code=run.task.school_code, detail=_counts(own)
                    )
                    await context.chunk_done(unit, number, own.noted())
                    await unit.commit()
            done += len(chunk)
            await context.progress(done, total)


def _task(context: OperationContext) -> Task:
    parameters = context.parameters
    return Task(
        school_code=parameters["school_code"],
        cohort=parameters["cohort"],
        dry_run=parameters["dry_run"],
        skip_faulty=parameters["on_error"] == "skip",
        operation_id=context.id,
    )


def _counts(outcome: imports.Outcome) -> dict[str, object]:
    return {name: count for name, count in outcome.to_json().items() if name != "change_token"}


def _unusable(problems: Sequence[RowProblem]) -> Outcome:
    return Outcome(EMPTY_RESULT, problems, failed=True)


async def _ended(run: RosterImport, sheet: Sheet, header_row: int) -> Outcome:
    if run.refused:
        run.outcome.as_refused()
    if run.task.dry_run:
        run.outcome.change_token = None
    faults = run.outcome.faults
    report = await _report(sheet, header_row, faults) if faults else None
    problems = [RowProblem(fault.row, fault.column, fault.rule, fault.value, rule(fault.rule).text) for fault in faults]
    return Outcome(run.outcome.to_json(), problems, failed=run.refused, report=report)


async def _report(sheet: Sheet, header_row: int, faults: Sequence[RowFault]) -> bytes:
    """The faulty rows as they were uploaded, with the reasons in a last column."""
    reasons: dict[int, list[str]] = {}
    for fault in faults:
        text = rule(fault.rule).text
        reasons.setdefault(fault.row, []).append(f"{fault.column}: {text.zh} / {text.en}")
    cells = dict(zip(sheet.numbers, sheet.rows, strict=True))
    headers = [str(cell or "") for cell in sheet.rows[header_row]]
    rows = (cells[number] for number in reasons)
    return await write_workbook(headers, rows, ("; ".join(each) for each in reasons.values()))
