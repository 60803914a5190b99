"""The pack of a sample as long work: all that an inspector needs to draw it again and to look at each item.

One member of the archive is in memory at a time. And the end of notes and scans that are past their day.
"""

import asyncio
import csv
import hashlib
import io
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from pydantic_core import to_json

from common import clock
from common.archives import Member, archived
from common.auth import Principal, Role
from common.crypto import FieldCipher
from common.database import Database
from common.errors import NotFound
from common.objects import Objects
from common.operations import OperationContext, Outcome
from common.operations.files import file_of
from common.retention import end_in_parts
from destinations.checks.commands.ending import end_part
from destinations.checks.domain.samples import Item, Sample, SampleId
from destinations.checks.storage import drawing, packing, samples
from destinations.checks.storage.ending import Kept
from destinations.checks.storage.packing import PackedPiece
from destinations.checks.storage.samples import Viewer

NOTHING_PACKED: Mapping[str, Any] = {"items": 0, "evidence": 0}
MEDIA_TYPE = "application/zip"

PAGE = 500

PART = 1_000
"""Notes or scans that one transaction ends."""

_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}
_PLAIN = (
    *("id", "school_code", "cohort", "draw", "size", "strata", "checked_by", "frame_hash", "frame_size", "seed"),
    *("populations", "by_role", "recorded_at"),
)
_ITEM = ("n", "graduate_id", "registration_id", "version", "stratum", "college_code", "handler")
_DECISION = ("result", "method", "outcome", "by_role", "recorded_at", "note")
_PIECE = ("id", "registration_id", "kind", "outcome", "is_outdated", "sha256", "stored_sha256")


class _Cancelled(Exception):
    """The work is to end before its next part."""


async def pack(context: OperationContext, objects: Objects, cipher: FieldCipher) -> Outcome:
    """Writes the archive; raises NotFound for a sample that its asker does not see any more."""
    said, actor = context.parameters, context.actor
    asker = Principal(
        actor.subject, Role(actor.role), school_code=said["school_code"], province_code=said["province_code"]
    )
    packing_up = _Pack(context, objects, cipher, Viewer.of(asker), SampleId(UUID(said["sample_id"])))
    try:
        file = await context.write_file(f"sample-{context.id}.zip", MEDIA_TYPE, archived(packing_up.members()))
    except _Cancelled:
        return Outcome(NOTHING_PACKED, state="cancelled")
    return Outcome({"items": packing_up.items, "evidence": packing_up.evidence, **file_of(context.id)}, file=file)


class _Pack:
    """An archive while it is written: the hash of each member stands in the manifest, the last of them."""

    def __init__(
        self, context: OperationContext, objects: Objects, cipher: FieldCipher, viewer: Viewer, sample_id: SampleId
    ) -> None:
        self._context, self._objects, self._cipher = context, objects, cipher
        self._viewer, self._sample_id = viewer, sample_id
        self._files: list[dict[str, Any]] = []
        self.items = self.evidence = 0

    async def members(self) -> AsyncIterator[Member]:
        """All members in their order."""
        async with self._context.database.reading() as connection:
            sample = await samples.find(connection, self._viewer, self._sample_id)
            if sample is None:
                raise NotFound
            frame, strata = await drawing.frame_of(connection, self._sample_id)
        said = {name: getattr(sample, name) for name in _PLAIN} | {"filter": dict(sample.filter.given)}
        yield self._noted("sample.json", to_json(said, indent=1))
        yield self._noted("frame.txt", frame.encode())
        yield self._noted("strata.txt", strata.encode())
        found = [item async for item in self._items()]
        yield self._noted("items.csv", _csv(_ITEM, ([getattr(each, name) for name in _ITEM] for each in found)))
        yield self._noted("decisions.csv", _csv(("n", *_DECISION), map(_decided, filter(_is_decided, found))))
        listed: list[list[Any]] = []
        async for member in self._of_items(sample, found, listed):
            yield member
        yield self._noted("evidence.csv", _csv(("graduate_id", *_PIECE, "file"), listed))
        manifest = {"sample_id": self._sample_id, "made_at": clock.now(), "files": self._files}
        yield Member("manifest.json", to_json(manifest, indent=1))

    async def _items(self) -> AsyncIterator[Item]:
        last, count = 0, PAGE
        while count == PAGE:
            async with self._context.database.reading() as connection:
                page = await samples.items(connection, self._cipher, self._viewer, self._sample_id, last, PAGE)
            for item in page:
                yield item
                last = item.n
            count = len(page)

    async def _of_items(self, sample: Sample, found: Sequence[Item], listed: list[list[Any]]) -> AsyncIterator[Member]:
        """Histories and evidence, graduate by graduate; what was deleted meanwhile has no file."""
        for item in found:
            if await self._context.is_cancelled():
                raise _Cancelled
            async with self._context.database.reading() as connection:
                history = await packing.history(connection, item.graduate_id)
                pieces = await packing.pieces(connection, item.graduate_id)
            yield self._noted(f"histories/{item.graduate_id}.json", to_json(history, indent=1))
            for piece in pieces:
                member = await self._file(item, piece)
                listed.append([item.graduate_id, *(getattr(piece, name) for name in _PIECE), member and member.name])
                if member is not None:
                    self.evidence += 1
                    yield member
            self.items += 1
            await self._context.progress(self.items, sample.size)

    async def _file(self, item: Item, piece: PackedPiece) -> Member | None:
        try:
            stored = await self._objects.get(piece.name)
        except NotFound:
            return None
        name = f"evidence/{item.graduate_id}/{piece.id}.{_ENDINGS.get(piece.media_type, 'bin')}"
        return await asyncio.to_thread(self._noted, name, stored.content)

    def _noted(self, name: str, content: bytes) -> Member:
        self._files.append({"name": name, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)})
        return Member(name, content)


def _is_decided(item: Item) -> bool:
    return item.decision is not None


def _decided(item: Item) -> list[Any]:
    return [item.n, *(getattr(item.decision, name) for name in _DECISION)]


def _csv(header: Iterable[str], lines: Iterable[Sequence[Any]]) -> bytes:
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\n")
    table.writerow(header)
    table.writerows([_cell(value) for value in line] for line in lines)
    return written.getvalue().encode()


def _cell(value: Any) -> str:
    """A value as text; one that a spreadsheet program would compute stands behind an apostrophe."""
    text = "" if value is None else f"{value}"
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t")) else text


async def end_past(database: Database, part: int = PART) -> int:
    """Empties the notes and deletes the scans that are past their day; how many those were."""
    return sum([await end_in_parts(database, partial(end_part, kept=kept, part=part), part) for kept in Kept])
