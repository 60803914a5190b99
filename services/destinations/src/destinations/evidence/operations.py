"""Checking evidence that waits, one piece after the other, and deleting what is past its day."""

import hashlib
import time
from functools import partial

from common.auth import SYSTEM
from common.crypto import FieldCipher, UndecryptableError
from common.database import Database
from common.errors import NotFound, Unavailable
from common.limited.asking import ProcessEnded
from common.objects import Objects
from common.observability import logger
from common.retention import end_in_parts
from destinations.evidence import commands, storage
from destinations.evidence.domain import EvidenceId
from destinations.evidence_checks.process import Looker, looking

CHECK_SECONDS = 1.0
"""How soon a worker sees that something waits."""

ROUND_SECONDS = 300.0
"""A round begins no other piece after these, and the next one goes on."""

PART = 1_000
"""Pieces of one transaction."""

_log = logger(__name__)


async def check_waiting(database: Database, objects: Objects, cipher: FieldCipher) -> int:
    """Checks what waits; how many pieces that were. One whose file cannot be had now waits for a later round.

    Raises Unavailable, NotFound, UndecryptableError or ProcessEnded if there was such a piece.
    """
    deadline, checked = time.monotonic() + ROUND_SECONDS, 0
    after: EvidenceId | None = None
    missed: Exception | None = None
    async with looking() as looker:
        while time.monotonic() < deadline and (found := await _next_waiting(database, after)) is not None:
            after = found
            try:
                await check_one(database, objects, cipher, looker, found)
            except (Unavailable, NotFound, UndecryptableError, ProcessEnded) as error:
                missed = error
            else:
                checked += 1
    if missed is not None:
        raise missed
    return checked


async def check_one(
    database: Database, objects: Objects, cipher: FieldCipher, looker: Looker, evidence_id: EvidenceId
) -> None:
    """Looks into the file of one piece, stores what is kept in its place, and notes what was found.

    Raises Unavailable, NotFound where the piece is deleted meanwhile, UndecryptableError for a file that was changed,
    ProcessEnded where no file can be looked into here. Killed anywhere, it leaves a piece that still waits, and a file
    that is swept.
    """
    async with database.reading() as connection:
        piece = await storage.find(connection, cipher, evidence_id)
    if piece is None or piece.name is None:
        return
    sent = await objects.get(piece.name)
    finding = await looker.look(sent.content)
    kept = None if finding.kept is None else await objects.put(finding.kept, piece.media_type)
    sha256 = piece.sha256 if finding.kept is None else hashlib.sha256(finding.kept).digest()
    act = partial(commands.check, cipher=cipher, evidence_id=piece.id, finding=finding, kept=kept, sha256=sha256)
    await database.act(SYSTEM, act)


async def end_past(database: Database, part: int = PART) -> int:
    """Deletes the files and texts of what is past its day and not held; how many pieces that were."""
    ended = await end_in_parts(database, partial(commands.end_part, part=part), part)
    if ended:
        _log.info("Evidence past its day is deleted", pieces=ended)
    return ended


async def _next_waiting(database: Database, after: EvidenceId | None) -> EvidenceId | None:
    async with database.reading() as connection:
        return await storage.next_waiting(connection, after)
