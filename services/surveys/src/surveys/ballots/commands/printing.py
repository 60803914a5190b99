"""The codes of a wave are made once: the database gets their digests, in no order, and nothing else."""

from collections.abc import Collection, Sequence

from common.auth import Principal
from common.database import UnitOfWork
from common.identifiers import WaveId
from surveys.ballots import storage
from surveys.ballots.domain import (
    AlreadyMade,
    Sheets,
    digest_of,
    must_be_enough,
    must_have_codes,
    must_have_no_ladder,
    new_code,
)
from surveys.questionnaires.storage import published
from surveys.roster.storage import school_names
from surveys.waves import storage as waves
from surveys.waves.commands import managed
from surveys.waves.domain import Wave, must_not_be_over


def codes_for(count: int) -> list[str]:
    """So many new codes; thousands of them take a thread."""
    return [new_code() for _ in range(count)]


async def make_sheets(unit: UnitOfWork, *, caller: Principal, wave_id: WaveId, codes: Sequence[str]) -> Sheets:
    """Stores the digests of codes that are about to be printed, one for everybody eligible once the wave is locked.

    Raises NotFound, Forbidden, NotUnlinkable, SentByLadder, WaveClosed, WaveFrozen, or AlreadyMade.
    """
    await managed(unit.connection, caller, wave_id)
    wave = await waves.lock(unit.connection, wave_id)
    must_have_no_ladder(wave)
    # the wave may have come to ask others since these were made
    made = [*codes[: wave.eligible], *codes_for(wave.eligible - len(codes))]
    await issue(unit, wave=wave, codes=made)
    detail = {"version": wave.version, "codes": len(made)}
    await unit.audit("wave.print_codes", "wave", wave.id, school_code=wave.school_code, detail=detail)
    asked = await published(unit.connection, wave.questionnaire_id, wave.questionnaire_version)
    assert asked is not None, "a wave refers to a published version by a foreign key"
    return Sheets(wave, asked.title, await school_names(unit.connection, wave.school_code), tuple(made))


async def issue(unit: UnitOfWork, *, wave: Wave, codes: Collection[str]) -> None:
    """Stores the ballots of a locked wave: all of them at once, so that nothing tells one code from another.

    Raises NotUnlinkable, WaveClosed, WaveFrozen, AlreadyMade, or TooFewForUnlinkable.
    """
    must_have_codes(wave)
    must_not_be_over(wave)
    must_be_enough(wave.anonymity, len(codes))
    if await storage.count(unit.connection, wave.id):
        raise AlreadyMade
    await storage.issue(unit.connection, wave.id, wave.school_code, list(map(digest_of, codes)))
