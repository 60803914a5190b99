"""What a file makes of the stored registrations: pure decisions over many rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from common.codes import CodeLists, normalise
from common.identifiers import Cohort, GraduateId, RegistrationId
from common.imports import Fault
from destinations.registrations.domain import deciding, fields, refusals
from destinations.registrations.domain.content import Destination
from destinations.registrations.domain.lifecycle import State
from destinations.registrations.domain.registration import Change, Person, Registration, Terms
from destinations.registrations.domain.targeted import is_elsewhere
from destinations.registrations.imports.columns import TEXTS, column_of_field
from destinations.registrations.imports.rows import RegistrationRow
from destinations.registrations.storage import Line
from destinations.roster.domain import Graduate

_COMPARED = frozenset({*TEXTS, "freelance_kind", "study_school_name"})


class StoredRegistration(NamedTuple):
    """What is stored about the graduate of a row, read under the lock of the graduate's stream."""

    graduate: Graduate
    registration: Registration | None
    last_decided_on: date | None


class Planned(NamedTuple):
    """One row that changes something."""

    row: RegistrationRow
    known: StoredRegistration
    change: Change


@dataclass
class Plan:
    """What becomes of the good rows of a chunk; frozen ones are unchanged.

    `remembered` are lines that were compared with a registration, and say what it says.
    """

    planned: list[Planned] = field(default_factory=list)
    remembered: list[tuple[RegistrationId, Line]] = field(default_factory=list)
    unchanged: int = 0
    frozen: int = 0

    @property
    def counts(self) -> Mapping[str, int]:
        """The counts of the result; `created` are registrations that did not exist, or were voided."""
        created = sum(each.known.registration is None for each in self.planned)
        return {
            "created": created,
            "updated": len(self.planned) - created,
            "unchanged": self.unchanged,
            "frozen": self.frozen,
            "incomplete_fields": sum(bool(each.change.incomplete) for each in self.planned),
        }


def plan_rows(
    rows: Iterable[RegistrationRow], known: Mapping[int, StoredRegistration], effective_on: date | None, person: Person
) -> Plan:
    """Decides about each row; `known` is by the number of the row, for those whose graduate was found."""
    plan = Plan()
    for row in rows:
        stored = known.get(row.number)
        planned = plan_row(row, stored, effective_on, person) if stored and row.destination_code else None
        if planned is not None:
            plan.planned.append(planned)
            row.warnings += [Fault(column_of_field(each), "incomplete_fields") for each in planned.change.incomplete]
            place = planned.change.content.place_code
            if "place_code" in row.given and not CodeLists.load().get("division").is_listed(place):
                row.warnings.append(Fault("place_code", "newer_code"))
            content = planned.change.content
            row.warnings += [Fault(each.pointer.removeprefix("/"), each.rule) for each in fields.pair_problems(content)]
            if fields.is_country_unknown(content):
                row.warnings.append(Fault("abroad_country", "unknown_country"))
        elif not row.faults:
            plan.unchanged += 1
            if stored is not None and stored.graduate.erased:
                row.warnings.append(Fault(row.key_column, "erased_person"))
            elif stored is not None and stored.graduate.frozen:
                plan.frozen += 1
                row.warnings.append(Fault(row.key_column, "graduate_withdrawn"))
            elif stored is not None and stored.registration and row.destination_code and row.line:
                plan.remembered.append((stored.registration.id, row.line))
    return plan


def warn_of_units(plan: Plan, units: Mapping[GraduateId, str | None]) -> None:
    """Warns of rows that leave a graduate elsewhere than at the unit that this graduate was trained for."""
    for row, known, change in ((each.row, each.known, each.change) for each in plan.planned):
        graduate, has_mode = known.graduate, known.graduate.training_mode_code is not None
        if has_mode and is_elsewhere(graduate, change.content, units.get(graduate.id)):
            row.warnings.append(Fault("employer_name", "targeted_unit_mismatch"))


def plan_row(
    row: RegistrationRow, known: StoredRegistration, effective_on: date | None, person: Person
) -> Planned | None:
    """The change that a row makes, or None; what forbids it is added to the faults that the row has already.

    Who left the roster or is erased keeps the registration as it is, and a file of the whole cohort need not leave them
    out.
    """
    if known.graduate.frozen:
        return None
    cohort = known.graduate.cohort
    content = merged(known.registration.effective_or_newest if known.registration else None, row.given, cohort)
    if deciding.is_unchanged_by(known.registration, content):
        return None
    if known.registration is not None and known.registration.state is State.VOID_REQUESTED:
        row.faults.append(Fault(row.key_column, "void_requested"))
    if effective_on and known.last_decided_on and effective_on < known.last_decided_on:
        row.faults.append(Fault(row.key_column, "before_previous_decision"))
    try:
        change = deciding.imported(known.registration, known.graduate, content, person, Terms())
    except refusals.ContentRefused as refusal:
        row.faults += [Fault(column_of_field(each.pointer.removeprefix("/")), each.rule) for each in refusal.problems]
        return None
    return None if row.faults else Planned(row, known, change)


def merged(stored: Destination | None, given: Mapping[str, Any], cohort: Cohort) -> Destination:
    """The content after a row: absent keeps, None erases, another spelling of a stored text is no change."""
    if stored is None:
        return Destination.of(fields.located(given))
    said = {
        name: kept if _same_text(name, kept := getattr(stored, name), value) else value for name, value in given.items()
    }
    return fields.recoded(stored, said, cohort)


def _same_text(name: str, stored: object, given: object) -> bool:
    if name not in _COMPARED or not isinstance(stored, str) or not isinstance(given, str):
        return False
    return normalise(stored) == normalise(given)
