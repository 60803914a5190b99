"""The operation: report by report, each stored as it is made."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from common.errors import TransientError
from common.limited.asking import AskedProcess, ProcessEnded
from common.operations import Handler, OperationContext, Outcome
from common.service_process import Runtime
from indicators.publishing.domain.publications import PublicationGone
from indicators.publishing.storage.published import opened as opened_publication
from indicators.publishing.storage.published import unit_names
from indicators.reading.frozen import AskedSnapshot
from indicators.reading.selection import Level, Scope, Selection
from indicators.reading.snapshot import Figures
from indicators.report_files.document import Document
from indicators.report_files.process import report_process
from indicators.report_files.workbook import workbook_of
from indicators.reports import commands, storage
from indicators.reports.commands import Made
from indicators.reports.domain import Asked, FileFormat, SubjectKind, publication_ended
from indicators.reports.operations.chapters import composed, composed_of_published
from indicators.reports.operations.reading import Reading

REPORTS_OF_A_PROCESS = 20
"""Then another process makes the next files, which takes it most of a second: each file leaves it a little larger."""

NO_REPORTS: Mapping[str, Any] = {"reports": []}


def making(runtime: Runtime) -> Handler:
    """The handler of the operation."""
    settings: Any = runtime.settings
    figures = Figures(runtime.database, settings.partitions)

    async def make(context: OperationContext) -> Outcome:
        process = report_process()
        try:
            is_whole = await _make_all(context, figures, process)
        finally:
            await process.end()
        done = await context.done_chunks()
        made = {"reports": [done[number]["id"] for number in sorted(done)]}
        return Outcome(made) if is_whole else Outcome(made, state="cancelled")

    return make


async def _make_all(context: OperationContext, figures: Figures, process: AskedProcess) -> bool:
    """Makes the reports that are not there yet; False once the work is to end."""
    asked, kind = Asked.of(context.parameters), SubjectKind(context.parameters["kind"])
    subjects, done = context.parameters["subjects"], await context.done_chunks()
    for number, filters in enumerate(subjects):
        if number not in done:
            if await context.is_cancelled():
                return False
            document, base = await document_of(figures, asked, kind, filters)
            made = Made(kind, filters, document.day, base, await files_of(process, document))
            act = partial(commands.keep, context=context, number=number, asked=asked, made=made)
            await figures.database.act(context.actor, act)
        if (number + 1) % REPORTS_OF_A_PROCESS == 0:
            await process.end()
        await context.progress(number + 1, len(subjects))
    return True


async def document_of(
    figures: Figures, asked: Asked, kind: SubjectKind, filters: Mapping[str, str]
) -> tuple[Document, int]:
    """What a report says, and on how many graduates it is; raises ReportRefused of a publication that has ended."""
    selection = Selection(Scope(Level.SCHOOL, asked.school_code), asked.cohort, (), filters)
    frozen = (await figures.frozen(selection, AskedSnapshot(asked.snapshot_id))).frozen
    async with figures.look(selection.scope) as look:
        if asked.publication_id is not None:
            try:
                opened = await opened_publication(look.connection, asked.publication_id)
            except PublicationGone:
                raise publication_ended() from None
            units = await unit_names(look.connection, asked.school_code)
            reading = Reading(look, selection, opened.as_of, None, asked.language)
            return await composed_of_published(reading, kind, opened, units)
        said = None if asked.snapshot_id is None else await storage.snapshot(look.connection, asked.snapshot_id)
        day = frozen.as_of if frozen is not None else asked.as_of or look.moment.as_of
        reading = Reading(look, replace(selection, frozen=frozen), day, said and said.kind, asked.language)
        return await composed(reading, kind, said)


async def files_of(process: AskedProcess, document: Document) -> dict[FileFormat, bytes]:
    """The files of a report; raises TransientError where the process has ended, which the work survives."""
    try:
        (pdf,) = await process.ask(document.to_json())
    except ProcessEnded:
        raise TransientError from None
    return {FileFormat.PDF: pdf, FileFormat.XLSX: await asyncio.to_thread(workbook_of, document)}
