"""A filing prepared: judged in one moment, opened by registry, written, stored; all of it, or nothing."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias
from uuid import UUID

from common.auth import EVERYTHING, Principal, Role
from common.codes import CodeLists
from common.crypto import FieldCipher
from common.exports import Cancelled, Rows, content_of
from common.identifiers import GraduateId
from common.objects import ObjectName, Objects
from common.operations import OperationContext, Outcome
from common.operations.files import WORKBOOK, OperationFile, file_of
from common.operations.storage import WHOLE
from common.spreadsheets.writing import CsvWriter, TableWriter, WorkbookWriter
from destinations.filing import commands, storage
from destinations.filing.domain.filing import KIND, FileType, Filing, FilingId, Manifest, State
from destinations.filing.domain.judging import Found, Item, What
from destinations.filing.formats import FORMATS, Owner, RowMaker
from destinations.filing.formats.layouts import Of
from destinations.filing.operations.judging import Block, Judging, by_code
from destinations.registry_client import Registry

EMPTY_RESULT: Mapping[str, Any] = {"id": None, "rows": 0, "left_out": 0, "errors": {}, "warnings": {}}

PART = 4 * 1024 * 1024
"""Bytes of a stored part: what one reader of a file keeps in memory."""

Opened: TypeAlias = Mapping[GraduateId, Mapping[str, Any] | None]

_CLOSED = Found("person_closed", is_error=True)
_NO_NUMBER = Found("required", is_error=True, field="exam_number")


async def prepare(registry: Registry, cipher: FieldCipher, objects: Objects, context: OperationContext) -> Outcome:
    """Prepares the file; killed anywhere it begins anew, and what it has stored is swept."""
    if done := (await context.done_chunks()).get(WHOLE):
        return Outcome(done["result"], file=OperationFile.of(done["file"]))
    filing_id = FilingId(UUID(context.parameters["filing_id"]))
    async with context.database.reading() as connection:
        filing = await storage.find(connection, EVERYTHING, filing_id)
    if filing.state is not State.PREPARING:
        return Outcome(EMPTY_RESULT, state="cancelled")
    with CodeLists.held():
        return await Preparation(registry, cipher, objects, context, filing).done()


class Preparation:
    """One run."""

    def __init__(
        self, registry: Registry, cipher: FieldCipher, objects: Objects, context: OperationContext, filing: Filing
    ) -> None:
        self._registry = registry
        self._cipher = cipher
        self._objects = objects
        self._context = context
        self._filing = filing
        self._layout = FORMATS[filing.asked.format]
        self._hash, self._size = hashlib.sha256(), 0
        self._items: list[Item] = []
        self._parts: list[ObjectName] = []

    async def done(self) -> Outcome:
        """Prepares the file to its end."""
        asked, actor, context = self._filing.asked, self._context.actor, self._context
        school = await self._registry.school(asked.school_code)
        majors = await self._registry.majors(asked.school_code)
        owner = Owner(asked.school_code, asked.cohort, school.get("name"), school.get("province_code"), majors)
        maker = RowMaker(self._layout, owner)
        reader = Principal(
            actor.subject, Role(actor.role), school_code=asked.school_code, college_code=self._filing.college_code
        )
        judging = Judging(self._cipher, self._filing, reader, maker)
        await judging.judge(context.database)
        try:
            await self._write(self._rows(judging, maker))
        except Cancelled:
            return Outcome(EMPTY_RESULT, state="cancelled")
        return await self._kept(judging)

    async def _write(self, batches: AsyncIterator[Rows]) -> None:
        """Stores the file in parts while it is made."""
        is_book = self._filing.asked.file_type is FileType.XLSX
        writer: TableWriter = WorkbookWriter(self._layout.sheet) if is_book else CsvWriter()
        notes = self._layout.notes if is_book else ()
        header = [*([note] for note in notes), self._layout.header]
        waiting = bytearray()
        async for piece in content_of(self._context, writer, header, batches):
            waiting += piece
            if len(waiting) >= PART:
                await self._store(waiting)
        await self._store(waiting)

    async def _store(self, waiting: bytearray) -> None:
        content = bytes(waiting)
        waiting.clear()
        self._hash.update(content)
        self._size += len(content)
        self._parts.append(await self._objects.put(content, self._filing.asked.file_type.media_type))

    async def _rows(self, judging: Judging, maker: RowMaker) -> AsyncIterator[Rows]:
        """The rows block by block: registry opens the next one while this one is written."""
        blocks, done = judging.blocks, 0
        total = sum(len(each.items) for each in blocks)
        asked = asyncio.ensure_future(self._opened(blocks[:1]))
        try:
            for at, block in enumerate(blocks, 1):
                opened = await asked
                asked = asyncio.ensure_future(self._opened(blocks[at : at + 1]))
                yield self._with_people(judging, maker, block, opened)
                done += len(block.items)
                await self._context.progress(done, total)
        finally:
            asked.cancel()

    async def _opened(self, blocks: Sequence[Block]) -> Opened:
        ids = [item.graduate_id for block in blocks for item in block.items]
        return await self._registry.reveal(KIND, ids, self._layout.values(Of.PERSON)) if ids else {}

    def _with_people(self, judging: Judging, maker: RowMaker, block: Block, opened: Opened) -> Rows:
        """The rows of those whom registry opens, and who have the number by which a row is found again."""
        made = []
        for item, said in zip(block.items, block.said, strict=True):
            person = opened[item.graduate_id]
            if person is not None and any(person.get(key) for key in self._layout.keys):
                made.append(maker.row(said, person))
                self._items.append(item)
                continue
            judging.leave_out(item, _CLOSED if person is None else _NO_NUMBER)
        return made

    async def _kept(self, judging: Judging) -> Outcome:
        """Stores all of it in one transaction."""
        assert judging.known_at is not None, "it has judged"
        manifest = Manifest(
            known_at=judging.known_at,
            rows=len(self._items),
            by_code=by_code(self._items),
            as_seeking=sum(each.what is What.SEEKING for each in self._items),
            withdrawn=len(judging.withdrawn),
            left_out=judging.found.left_out,
            sha256=self._hash.digest(),
            size=self._size,
            code_list_version=CodeLists.load().version,
        )
        context, found = self._context, judging.found
        name = f"precheck-{self._filing.id}.xlsx"
        file = await context.write_file(name, WORKBOOK, _pieces(judging))
        result = {
            "id": str(self._filing.id),
            **{each: getattr(manifest, each) for each in ("rows", "left_out")},
            "errors": dict(found.counts),
            "warnings": dict(found.warnings),
            **file_of(context.id),
        }
        keep = partial(commands.keep_prepared, filing=self._filing, manifest=manifest)
        async with context.database.transaction(context.actor, correlation_id=context.correlation_id) as unit:
            kept = await keep(unit, items=[*self._items, *judging.withdrawn], file=self._parts)
            if not kept or not await context.close_to_cancelling(unit):
                return Outcome(EMPTY_RESULT, state="cancelled")
            await context.chunk_done(unit, WHOLE, {"result": result, "file": file.to_json()})
            await unit.commit()
        return Outcome(result, file=file)


async def _pieces(judging: Judging) -> AsyncIterator[bytes]:
    for piece in judging.found.content():
        yield piece
