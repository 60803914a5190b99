"""An answer is read with the person, for a purpose, where its wave identifies who answers."""

from dataclasses import dataclass

from common.accesses import record_accesses
from common.auth import Principal, Role
from common.crypto import FieldCipher
from common.database import UnitOfWork
from common.errors import NotFound
from common.identifiers import GraduateId, ResponseId, SchoolCode
from common.purposes import PurposeNotPermitted
from surveys.answers import storage
from surveys.answers.domain import NothingSubmitted, NotIdentified
from surveys.answers.storage import Values
from surveys.ballots import storage as ballots
from surveys.responses import storage as responses
from surveys.responses.commands import READERS
from surveys.responses.domain import Response
from surveys.waves import storage as waves
from surveys.waves.domain import Anonymity, Wave

PURPOSES = frozenset({"support", "correction"})
"""What an answer is opened for."""

KIND = "reveal"
"""The kind of access."""


@dataclass(frozen=True)
class Revealed:
    """What counts of a response, and what it answers."""

    response: Response
    wave: Wave
    values: Values


async def reveal(
    unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, response_id: ResponseId, purpose: str
) -> Revealed:
    """Notes that an answer is read with the person, and gives what was submitted; to be shown after the commit.

    Raises NotFound, Forbidden, PurposeNotPermitted, NotIdentified, or NothingSubmitted.
    """
    response = await responses.find(unit.connection, caller.row_scope(), response_id)
    ballot = await ballots.find(unit.connection, caller.row_scope(), response_id) if response is None else None
    if response is None and ballot is None:
        raise NotFound
    caller.must_be_in(READERS)
    caller.must_be(Role.SURVEY_MANAGER)
    if purpose not in PURPOSES:
        raise PurposeNotPermitted
    if response is None:
        raise NotIdentified
    wave = await waves.current(unit.connection, response.wave_id)
    if wave.anonymity is not Anonymity.IDENTIFIED:
        raise NotIdentified
    values = await storage.effective_values(unit.connection, cipher, response)
    if values is None:
        raise NothingSubmitted
    # an employer is no person
    people: dict[GraduateId, SchoolCode] = {}
    if response.graduate_id is not None:
        people[response.graduate_id] = response.school_code
    await record_accesses(
        unit.connection,
        caller,
        people,
        occasion_id=response.id,
        kind=KIND,
        purpose=purpose,
        fields=sorted(values),
    )
    detail = {"purpose": purpose, "wave_id": str(wave.id), "version": response.version}
    await unit.audit("response.reveal", "response", response.id, school_code=response.school_code, detail=detail)
    return Revealed(response, wave, values)
