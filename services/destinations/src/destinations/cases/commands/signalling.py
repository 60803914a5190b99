"""Signals over one registration, opened and cleared in the transaction that writes what they doubt."""

from collections.abc import Sequence

from common.auth import Principal
from common.crypto import FieldCipher
from common.database import UnitOfWork
from common.errors import FieldProblem
from common.identifiers import RegistrationId
from common.reference_tables.storage import minimum_wages
from common.sql import Connection
from destinations.cases import storage
from destinations.cases.commands.opening import audit_opened
from destinations.cases.domain import OF_ONE_RECORD, Kind, NoteRequired, Opening, Rule
from destinations.registrations import storage as registrations
from destinations.registrations.domain.content import Destination
from destinations.registrations.domain.lifecycle import Stage
from destinations.registrations.domain.registration import Registration
from destinations.registrations.domain.signals import (
    JUDGED,
    Priced,
    SeasonDays,
    Signal,
    signals_of,
    signals_of_evidence,
)
from destinations.registrations.domain.targeted import may_be_bound
from destinations.registrations.domain.warnings import states_pay
from destinations.registrations.storage import Judged
from destinations.roster.domain import Graduate


def subject_of(registration_id: RegistrationId) -> str:
    """What a case about the content of a registration is about."""
    return f"registration:{registration_id}"


def opening_of(
    graduate: Graduate, registration_id: RegistrationId, signal: Signal, subject: str | None = None
) -> Opening:
    """The case of a signal about a registration, or about something beside it."""
    return Opening(
        kind=Kind.SIGNAL,
        school_code=graduate.school_code,
        rule=signal.rule.value,
        subject=subject or subject_of(registration_id),
        facts=signal.facts,
        registrations=(registration_id,),
        cohort=graduate.cohort,
        college_code=graduate.college_code,
    )


async def must_note(
    connection: Connection, caller: Principal, registration_id: RegistrationId, note: str | None
) -> None:
    """Raises NoteRequired for an approval without a note, where an open case that the caller may see links the record.

    The record must be locked.
    """
    if note is None and await storage.standing(connection, storage.scope_of(caller), [registration_id]):
        raise NoteRequired([FieldProblem("/note", NoteRequired.code, NoteRequired.title)])


async def signal(unit: UnitOfWork, cipher: FieldCipher | None, registration: Registration, judged: Judged) -> None:
    """Opens the cases of what rules doubt of a registration that was just written, and clears those that no longer do.

    What the effective content is doubted for stays, until the newest takes its place. Without a season there are none.
    What is said of pay is judged where there is a cipher.
    """
    if judged.days is None:
        return
    found: list[Signal] = []
    doubted: set[str] = set()
    if registration.stage is not Stage.VOIDED:
        found = await _signals(unit.connection, cipher, registration, registration.content, judged.days)
        doubted = {each.rule for each in found}
        effective = registration.effective
        if judged.signals - doubted and effective is not None and effective.content != registration.content:
            stands = await _signals(unit.connection, cipher, registration, effective.content, judged.days)
            doubted |= {each.rule for each in stands}
    await open_signals(unit, [opening_of(registration.graduate, registration.id, each) for each in found])
    gone = judged.signals & _decided(registration, knows_pay=cipher is not None) - doubted
    if gone:
        subjects = [subject_of(registration.id)]
        await clear_signals(unit, registration.graduate.school_code, sorted(gone), subjects)


async def signal_evidence(
    unit: UnitOfWork,
    registration: Registration,
    subject: str,
    title: str | None,
    name_words: Sequence[str],
    text_words: Sequence[str],
) -> None:
    """Opens the cases of what rules doubt of a piece of evidence; without a season there are none."""
    found = [*signals_of_evidence(registration.content.destination_code, title, name_words, text_words)]
    if found and (await registrations.judged(unit.connection, registration.id)).days:
        graduate = registration.graduate
        await open_signals(unit, [opening_of(graduate, registration.id, each, subject) for each in found])


async def open_signals(unit: UnitOfWork, openings: Sequence[Opening]) -> None:
    """Opens the cases of signals about registrations of one school."""
    if openings:
        opened = await storage.open_cases(unit.connection, openings)
        await audit_opened(unit, openings[0].school_code, opened)


async def clear_signals(
    unit: UnitOfWork,
    school_code: str,
    rules: Sequence[str],
    subjects: Sequence[str],
    kept: Sequence[tuple[str, str]] = (),
) -> None:
    """Clears open signals of these rules about these subjects, but for the pairs that are kept."""
    cleared = await storage.clear(unit.connection, school_code, rules, subjects, kept)
    if cleared:
        await unit.audit_all("case.clear", "case", [f"{each}" for each in cleared], school_code=school_code)


def _decided(registration: Registration, *, knows_pay: bool) -> frozenset[str]:
    """The rules that are decided by what was written: whose unit a graduate was trained for, an import asks."""
    if registration.stage is Stage.VOIDED:
        return frozenset(OF_ONE_RECORD)
    unbound = not may_be_bound(registration.graduate, registration.content)
    rules = OF_ONE_RECORD if unbound else JUDGED
    return frozenset(rules if knows_pay else rules - {Rule.PAY_BELOW_MINIMUM})


async def _signals(
    connection: Connection,
    cipher: FieldCipher | None,
    registration: Registration,
    content: Destination,
    days: SeasonDays,
) -> list[Signal]:
    """What rules doubt of a content of the registration."""
    priced = await _priced(connection, cipher, registration, content)
    return [*signals_of(content, registration.graduate.cohort, days, priced)]


async def _priced(
    connection: Connection, cipher: FieldCipher | None, registration: Registration, content: Destination
) -> Priced | None:
    graduate = registration.graduate
    if cipher is None or not states_pay(content, graduate.cohort):
        return None
    said = registrations.opened(cipher, graduate.id, vars(content))
    return Priced(said, registration.submitted_on, await minimum_wages(connection))
