"""Acts on what answers give to measures; those of one answer are parts of the acts on it."""

from collections.abc import Sequence

from common.database import UnitOfWork
from common.identifiers import GraduateId, WaveId
from surveys.measures import storage
from surveys.measures.announcements import closed, withdrawn
from surveys.responses.domain import Moment, Response
from surveys.waves import storage as waves
from surveys.waves.domain import Anonymity, Wave


async def next_moment(unit: UnitOfWork, response: Response) -> Moment:
    """Locks the respondent's stream and takes its next place; comes before the change of the response."""
    [moment] = await storage.next_moments(unit.connection, [(response.subject_id, response.school_code)])
    return moment


async def take_back(unit: UnitOfWork, response: Response, wave: Wave, moment: Moment) -> None:
    """Announces that a response just withdrawn gives nothing any more, and empties what was announced of it before."""
    event = withdrawn(response, wave, moment, version=response.version, recorded_at=response.recorded_at)
    await unit.announce(event)
    await storage.blank(unit.connection, [response.subject_id])


async def take_back_erased(unit: UnitOfWork, graduate_ids: Sequence[GraduateId]) -> None:
    """Does so for every response of those of these graduates who are erased; repeatable.

    Their invitations are held: nothing more is submitted.
    """
    found = await storage.measured_of_erased(unit.connection, graduate_ids)
    if not found:
        return
    moments = await storage.next_moments(unit.connection, [(each.subject_id, each.school_code) for each in found])
    recorded_at = await storage.forget_measured(unit.connection, [each.id for each in found])
    for response, moment in zip(found, moments, strict=True):
        assert response.measured_version is not None, "only these were looked for"
        wave = await waves.current(unit.connection, response.wave_id)
        version = response.measured_version
        await unit.announce(withdrawn(response, wave, moment, version=version, recorded_at=recorded_at))
    await storage.blank(unit.connection, [each.subject_id for each in found])


async def close(unit: UnitOfWork, *, wave_id: WaveId) -> bool:
    """Closes a wave whose period is over and announces it after everything that was answered; False if done before.

    Of an unlinkable wave nothing is announced.

    Acts on answers hold the wave, so that none of them is under way, and none that comes later finds it open.
    """
    if not await storage.lock_due(unit.connection, wave_id):
        return False
    wave = await waves.current(unit.connection, wave_id)
    is_announced = wave.anonymity is not Anonymity.UNLINKABLE
    moments = await storage.next_moments(unit.connection, [(wave.id, wave.school_code)] if is_announced else [])
    closed_at = await storage.close(unit.connection, wave.id)
    await unit.announce_all([closed(wave, moment, closed_at) for moment in moments])
    await unit.audit("wave.close", "wave", wave.id, school_code=wave.school_code, detail={"version": wave.version})
    return True
