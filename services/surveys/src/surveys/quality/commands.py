"""Flags of responses, and acts by which an answer counts in no figure, or counts again."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence

from common.approvals.domain import TransitionNotAllowed, must_not_identify
from common.auth import Principal
from common.crypto import FieldCipher
from common.database import NOW, UnitOfWork
from common.errors import ExpectedVersion, NotFound, must_equal
from common.identifiers import ResponseId
from common.sql import Connection
from surveys.answers.domain import NothingSubmitted
from surveys.answers.storage import Values, effective_values
from surveys.answers.storage.values import opened
from surveys.invitations import storage as invitations
from surveys.measures import commands as measures
from surveys.measures.announcements import recorded
from surveys.measures.domain import measures_anything, values_given
from surveys.quality import storage
from surveys.quality.domain import Flag, contradicts, is_straight, may_be_straight, may_contradict
from surveys.questionnaires.domain.content import PublishedVersion
from surveys.questionnaires.storage import published
from surveys.responses import storage as responses
from surveys.responses.domain import Response
from surveys.roster.domain import Registered
from surveys.waves import storage as waves
from surveys.waves.commands import MANAGERS
from surveys.waves.domain import Anonymity, Wave, must_not_be_frozen

Flags = Mapping[ResponseId, Sequence[Flag]]


async def flags_of(connection: Connection, cipher: FieldCipher, found: Sequence[Response]) -> Flags:
    """The flags of responses, in their order.

    Whether an answer contradicts the registration would tell what was answered: it is said of waves that identify who
    answers, and of no others.
    """
    flags: defaultdict[ResponseId, list[Flag]] = defaultdict(list)
    counted = [each for each in found if each.effective_version is not None]
    of_waves = {each.wave_id for each in counted}
    for response_id in sorted(await storage.speeders(connection, of_waves, [each.id for each in counted])):
        flags[response_id].append(Flag.SPEEDER)
    for wave_id in of_waves:
        wave = await waves.current(connection, wave_id)
        inside = [each for each in counted if each.wave_id == wave_id]
        for response_id, more in (await _by_content(connection, cipher, wave, inside)).items():
            flags[response_id].extend(more)
    return flags


async def decide(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    response_id: ResponseId,
    expected: ExpectedVersion,
    reason: str,
    counts: bool,
) -> Response:
    """Lets an answer count in no figure any more, or count again: its measures go, or come; the response counts on.

    Raises NotFound, Forbidden, the refusals of a precondition, WaveFrozen, NothingSubmitted, TransitionNotAllowed, or
    IdentifyingText.
    """
    found = await _visible(unit, caller, response_id)
    caller.must_be_in(MANAGERS)
    wave = await waves.current(unit.connection, found.wave_id, hold=True)
    await invitations.hold(unit.connection, found.invitation_id)
    # read once more: until the invitation was held, another act could change the response
    response = await _visible(unit, caller, response_id)
    must_equal(expected, response.version)
    must_not_be_frozen(wave)
    values = None if response.is_gone else await effective_values(unit.connection, cipher, response)
    if values is None:
        raise NothingSubmitted
    if (response.excluded_at is None) == counts:
        raise TransitionNotAllowed("included" if counts else "excluded", ["exclude" if counts else "include"])
    must_not_identify("/reason", reason)
    decided = await _decided(unit, response, wave, values, storage.sealed(cipher, response.id, reason), counts=counts)
    await waves.note_change(unit.connection, wave.id)
    detail = {"version": decided.version, "wave_id": str(wave.id)}
    act = "response.include" if counts else "response.exclude"
    await unit.audit(act, "response", response.id, school_code=response.school_code, detail=detail)
    return decided


async def _decided(
    unit: UnitOfWork, response: Response, wave: Wave, values: Values, reason: bytes, *, counts: bool
) -> Response:
    """Stores and announces it; the stream comes before the response, as in every act."""
    content = await published(unit.connection, wave.questionnaire_id, wave.questionnaire_version)
    assert content is not None, "a wave refers to a published version by a foreign key"
    measured = measures_anything(content, wave.measured_cycle) if counts else response.measured_version is not None
    moment = await measures.next_moment(unit, response) if measured else None
    decided = await responses.save(
        unit.connection,
        response,
        excluded_at=None if counts else NOW,
        reason_ciphertext=reason,
        measured_version=response.version + 1 if measured and counts else None,
    )
    if moment is None:
        return decided
    if counts:
        given = values_given(content, values, wave.measured_cycle)
        await unit.announce(recorded(decided, wave, moment, given))
    else:
        await measures.take_back(unit, decided, wave, moment)
    return decided


async def _visible(unit: UnitOfWork, caller: Principal, response_id: ResponseId) -> Response:
    found = await responses.find(unit.connection, caller.row_scope(), response_id)
    if found is None:
        raise NotFound
    return found


async def _by_content(
    connection: Connection, cipher: FieldCipher, wave: Wave, found: Sequence[Response]
) -> dict[ResponseId, list[Flag]]:
    content = await published(connection, wave.questionnaire_id, wave.questionnaire_version)
    assert content is not None, "a wave refers to a published version by a foreign key"
    compares = wave.anonymity is Anonymity.IDENTIFIED and may_contradict(content)
    if not compares and not may_be_straight(content):
        return {}
    whose = {each.id: each.graduate_id for each in found if each.graduate_id is not None}
    of_graduates = await storage.registered(connection, [*whose.values()]) if compares else {}
    known = {each: of_graduates[whose[each]] for each in whose if whose[each] in of_graduates}
    rows = await storage.contents(connection, [each.id for each in found])
    # decrypting a page of answers would hold up every request of this process
    said = await asyncio.to_thread(
        lambda: {
            ResponseId(row.response_id): opened(cipher, row.response_id, row.version, row.values_ciphertext)
            for row in rows
        }
    )
    return {response_id: _flags(content, wave, values, known.get(response_id)) for response_id, values in said.items()}


def _flags(content: PublishedVersion, wave: Wave, values: Values, registered: Registered | None) -> list[Flag]:
    straight = is_straight(content, values)
    against = registered is not None and contradicts(content, wave.measured_cycle, values, registered)
    return [Flag.STRAIGHT_LINER] * straight + [Flag.CONTRADICTS_REGISTRATION] * against
