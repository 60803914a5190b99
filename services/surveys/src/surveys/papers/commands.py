"""Acts on papers: two people key one, and where they differ a manager resolves it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from common.approvals.domain import TransitionNotAllowed
from common.auth import EVERYTHING, SYSTEM, Principal, Role
from common.crypto import FieldCipher
from common.database import Database, UnitOfWork
from common.errors import ExpectedVersion, Invalid, NotFound, must_equal
from common.identifiers import GraduateId, WaveId
from common.sql import Connection
from surveys.answers.commands import Asked, asked_in, enter, faults_of, must_be_enterable, statement_of
from surveys.ballots.domain import must_have_links
from surveys.entries.commands import invited
from surveys.entries.storage import is_asked
from surveys.invitations.domain import Invitation
from surveys.papers import storage
from surveys.papers.domain import Keyed, Paper, PaperId, PaperState, SameKeyer
from surveys.privacy.domain import Means
from surveys.responses.domain import Mode, Response, ResponseState
from surveys.roster.domain import UnknownGraduate
from surveys.roster.storage import situation_of
from surveys.waves import storage as waves
from surveys.waves.commands import MANAGERS, of_own_school
from surveys.waves.domain import Wave, must_not_be_over

KEYERS = MANAGERS | {Role.INTERVIEWER}

DROP_SECONDS = 3_600.0
"""Between two looks for papers of closed waves."""


@dataclass(frozen=True)
class Handled:
    """A paper after an act, with the response that it became."""

    paper: Paper
    response: Response | None = None

    @property
    def id(self) -> PaperId:
        """That of the paper."""
        return self.paper.id

    @property
    def version(self) -> int:
        """That of the paper."""
        return self.paper.version


async def key(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    wave_id: WaveId,
    graduate_id: GraduateId,
    keyed: Keyed,
) -> Handled:
    """Takes what one person reads off a paper; where a second one reads the same, the answer is submitted.

    Raises NotFound, Forbidden, WaveNotOpen, WaveClosed, WaveFrozen, NotForUnlinkable, UnknownGraduate,
    AlreadySubmitted, SameKeyer, TransitionNotAllowed, or Invalid for what a submission would be refused for.
    """
    wave = await _wave_of(unit, caller, wave_id)
    asked = await asked_in(unit.connection, wave)
    await _must_be_asked(unit, caller, wave, graduate_id)
    await _must_be_valid(unit, asked, graduate_id, keyed)
    try:
        held = await invited(unit, cipher=cipher, wave=wave, graduate_id=graduate_id)
    except NotFound:
        # erased meanwhile
        raise UnknownGraduate from None
    must_be_enterable(held)
    said = keyed.normalised(asked.content.questions)
    paper = await storage.lock_of(unit.connection, wave.id, graduate_id)
    if paper is None:
        paper = await storage.add(unit.connection, cipher, wave, graduate_id, caller.subject, said)
        return await _handled(unit, "key", paper)
    if paper.state is not PaperState.KEYED:
        raise TransitionNotAllowed(paper.state.value, ["resolve"] if paper.state is PaperState.DIFFERS else [])
    if paper.first_keyer == caller.subject:
        raise SameKeyer
    [first] = await storage.keyings(unit.connection, cipher, paper.id)
    if differing := first.differing(said):
        paper = await storage.differ(unit.connection, cipher, paper, caller.subject, said, differing)
        return await _handled(unit, "key", paper)
    return await _submit(unit, cipher, wave, held, paper, said, second_keyer=caller.subject)


async def resolve(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    paper_id: PaperId,
    expected: ExpectedVersion,
    values: Mapping[str, Any],
) -> Handled:
    """Submits what a manager reads off a paper that two people have read differently.

    Sensitive questions count only where both have keyed that consent. Raises NotFound, Forbidden, the refusals of a
    precondition, TransitionNotAllowed, WaveClosed, WaveFrozen, AlreadySubmitted, or Invalid.
    """
    found = await managed(unit.connection, caller, paper_id)
    wave = await waves.current(unit.connection, found.wave_id, hold=True)
    asked = await asked_in(unit.connection, wave)
    held = await invited(unit, cipher=cipher, wave=wave, graduate_id=found.graduate_id)
    paper = await managed(unit.connection, caller, paper_id, hold=True)
    must_equal(expected, paper.version)
    if paper.state is not PaperState.DIFFERS:
        raise TransitionNotAllowed(paper.state.value, [])
    must_not_be_over(wave)
    must_be_enterable(held)
    first, second = await storage.keyings(unit.connection, cipher, paper.id)
    version = min(first.statement_version, second.statement_version)
    keyed = Keyed(values, version, first.sensitive and second.sensitive)
    await _must_be_valid(unit, asked, paper.graduate_id, keyed)
    return await _submit(unit, cipher, wave, held, paper, keyed)


async def managed(connection: Connection, caller: Principal, paper_id: PaperId, *, hold: bool = False) -> Paper:
    """A paper of the caller's school, for managers; raises NotFound, then Forbidden for who only keys papers."""
    paper = await storage.find(connection, EVERYTHING, paper_id, hold=hold)
    if paper is None or not caller.sees_school(paper.school_code):
        raise NotFound
    caller.must_be_in(MANAGERS)
    return paper


async def drop_overdue(database: Database) -> None:
    """Gives up what was keyed for waves that are closed."""
    async with database.transaction(SYSTEM) as unit:
        await storage.drop_overdue(unit.connection)
        await unit.commit()


async def _submit(
    unit: UnitOfWork,
    cipher: FieldCipher,
    wave: Wave,
    held: Invitation,
    paper: Paper,
    keyed: Keyed,
    **further: object,
) -> Handled:
    statement = await statement_of(unit.connection, wave, keyed.statement_version, "/consent/statement_version")
    response = await enter(
        unit,
        cipher=cipher,
        held=held,
        statement=statement,
        sensitive=keyed.sensitive,
        means=Means.PAPER,
        values=keyed.values,
        mode=Mode.PAPER,
    )
    is_taken = response.state is not ResponseState.SCREENED_OUT
    state = PaperState.SUBMITTED if is_taken else PaperState.SCREENED_OUT
    ended = await storage.end(unit.connection, paper, state, response.id, **further)
    return replace(await _handled(unit, "submit", ended), response=response)


async def _handled(unit: UnitOfWork, act: str, paper: Paper) -> Handled:
    detail = {"version": paper.version, "state": paper.state.value}
    await unit.audit(f"paper.{act}", "paper", paper.id, school_code=paper.school_code, detail=detail)
    return Handled(paper)


async def _wave_of(unit: UnitOfWork, caller: Principal, wave_id: WaveId) -> Wave:
    await of_own_school(unit.connection, caller, wave_id)
    caller.must_be_in(KEYERS)
    held = await waves.current(unit.connection, wave_id, hold=True)
    held.must_have_opened()
    must_not_be_over(held)
    must_have_links(held)
    return held


async def _must_be_asked(unit: UnitOfWork, caller: Principal, wave: Wave, graduate_id: GraduateId) -> None:
    if not await is_asked(unit.connection, wave.id, graduate_id):
        raise UnknownGraduate
    if caller.role is Role.INTERVIEWER and caller.college_code is not None:
        situation = await situation_of(unit.connection, graduate_id)
        if situation.groups.college_code != caller.college_code:
            raise UnknownGraduate


async def _must_be_valid(unit: UnitOfWork, asked: Asked, graduate_id: GraduateId, keyed: Keyed) -> None:
    await statement_of(unit.connection, asked.wave, keyed.statement_version, "/consent/statement_version")
    faults = await faults_of(unit.connection, asked, graduate_id, keyed.values, sensitive=keyed.sensitive)
    if faults:
        raise Invalid(faults)
