"""Making a data copy as long work: what all services hold, of the moments when they answer."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic_core import to_json

from common.archives import Member, archived
from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.data_copies import held_about
from common.database import Database
from common.errors import NotFound
from common.identifiers import GraduateId
from common.objects import ObjectName, Objects
from common.objects.store import ObjectsUnavailable
from common.operations import OperationContext, Outcome
from common.operations.files import OperationFile
from common.operations.storage import WHOLE
from registry.data_copies import commands
from registry.data_copies.domain.copies import OTHERS, DataCopy, name_of
from registry.data_copies.domain.page import Answer, page_of
from registry.data_copies.storage import copies
from registry.data_copies.storage.collecting import collect, files_of
from registry.other_services import OtherServices

SERVICE = "registry"
MEDIA_TYPE = "application/zip"
PAGE, ACCESSES = "index.html", "accesses.json"
EMPTY_RESULT: Mapping[str, Any] = {}

_CANCELLED = Outcome(EMPTY_RESULT, state="cancelled")


async def make_copy(others: OtherServices, objects: Objects, cipher: FieldCipher, context: OperationContext) -> Outcome:
    """Writes the copy that was asked for; tried again from its beginning while a service or the storage is down."""
    if done := (await context.done_chunks()).get(WHOLE):
        return Outcome(EMPTY_RESULT, file=OperationFile.of(done["file"]))
    async with context.database.reading() as connection:
        copy = await copies.find(connection, context.id)
    if copy is None or not copy.is_under_way:
        return _CANCELLED
    answers, parts = [], len(OTHERS) + 1
    for service in OTHERS:
        answers.append(await _answer(others, service, copy.graduate_id))
        await context.progress(len(answers), parts)
    async with context.database.reading(snapshot=True) as connection:
        held = await held_about(connection, cipher, copy.graduate_id, service=SERVICE, collect=collect)
        files = await files_of(connection, copy.graduate_id)
    members = _members(objects, [json.loads(to_json(held)), *answers], files)
    file = await context.write_file(f"{name_of(context.id)}.zip", MEDIA_TYPE, archived(members))
    await context.progress(parts, parts)
    fields = [name for name, records in held.records.items() if records]
    return Outcome(EMPTY_RESULT, file=file) if await _kept(context, copy, fields, file) else _CANCELLED


async def end_over(database: Database) -> None:
    """Deletes files whose hours are over."""
    ended = copies.PART
    while ended == copies.PART:
        ended = await database.act(SYSTEM, lambda unit: copies.end_over(unit.connection))


async def _answer(others: OtherServices, service: str, graduate_id: GraduateId) -> Answer:
    held = await others.held_by(service, graduate_id)
    return held or {"service": service, "graduate_id": str(graduate_id), "recorded_at": None, "records": {}}


async def _members(
    objects: Objects, answers: Sequence[Answer], files: Mapping[str, ObjectName]
) -> AsyncIterator[Member]:
    names = [*(f"{answer['service']}.json" for answer in answers), ACCESSES]
    yield Member(PAGE, (await asyncio.to_thread(page_of, answers, [*files, *names])).encode("utf-8", "replace"))
    for name, content in zip(names, [*answers, _accesses(answers)], strict=True):
        yield Member(name, json.dumps(content, ensure_ascii=False, indent=1).encode("utf-8", "replace"))
    for name, stored in files.items():
        try:
            yield Member(name, (await objects.get(stored)).content)
        except NotFound:
            # another one took its place since
            raise ObjectsUnavailable from None


def _accesses(answers: Sequence[Answer]) -> Sequence[Mapping[str, Any]]:
    """Who has read the data in which service, newest first."""
    read = [
        {"service": each["service"], **access} for each in answers for access in each["records"].get("accesses", ())
    ]
    return sorted(read, key=lambda access: datetime.fromisoformat(access["recorded_at"]), reverse=True)


async def _kept(context: OperationContext, copy: DataCopy, fields: Sequence[str], file: OperationFile) -> bool:
    """Stores that the copy was made, for the graduate to see; False if it was cancelled or ended."""
    async with context.database.transaction(context.actor) as unit:
        if not await commands.made(unit, copy=copy, fields=fields) or not await context.close_to_cancelling(unit):
            return False
        await context.chunk_done(unit, WHOLE, {"file": file.to_json()})
        await unit.commit()
    return True
