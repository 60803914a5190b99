"""An import from the upload to the result: header, rows, faults, plan, write; chunk by chunk, and resumed.

`reject` and every dry run are one transaction over the whole file, given up at its end after a fault; `skip` is one
transaction a chunk, and an operation that is resumed leaves out those that are committed. The file is read once and
kept packed.
"""

from functools import partial

from common.codes import CodeLists
from common.codes.rules import rules
from common.errors import Invalid, PermanentError
from common.imports.importer import ImportKind
from common.imports.parts import store_assigned, store_in_parts
from common.imports.run import Run, not_overtaken
from common.imports.table import Table, open_table
from common.imports.task import SchoolTask
from common.imports.whole import store_at_once
from common.operations import OperationContext, Outcome
from common.operations.outcome import added_up, broken, refused


async def run_import(kind: ImportKind, context: OperationContext) -> Outcome:
    """Runs the import to its end; what an earlier attempt has stored is not stored again."""
    with CodeLists.held():
        return await _imported(kind, context)


async def _imported(kind: ImportKind, context: OperationContext) -> Outcome:
    task = SchoolTask.of(context.parameters)
    if context.assigned is not None:
        return await store_assigned(kind, context, task, context.assigned)
    if await context.is_cancelled() and not await context.done_chunks():
        return Outcome(kind.empty_result, state="cancelled")
    try:
        watching = kind.watching and partial(kind.watching, context)
        table = await open_table(task.kind, context.upload(), kind.columns, task.sheet, watching)
    except Invalid as refusal:
        return refused(refusal, kind.empty_result)
    run = partial(_run, kind, context, task, table)
    return await (not_overtaken(run) if task.in_one_transaction else run())


async def _run(kind: ImportKind, context: OperationContext, task: SchoolTask, table: Table) -> Outcome:
    run = Run(kind, context, task, table, kind.begin(context, table.header))
    try:
        ended = await (store_at_once(run) if task.in_one_transaction else store_in_parts(run))
    except PermanentError as refusal:
        if refusal.code not in rules():
            raise
        return broken(refusal.code, added_up(run.empty_result, (await context.done_chunks()).values()))
    return await (run.outcome() if ended else run.cancelled())
