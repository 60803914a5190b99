"""What a file makes of the stored registrations: pure decisions over many rows."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from common.codes import normalise
from destinations.registrations.domain import deciding, fields, refusals
from destinations.registrations.domain.content import Destination
from destinations.registrations.domain.lifecycle import State
from destinations.registrations.domain.registration import Change, Person, Registration
from destinations.registrations.imports.columns import TEXTS, column_of_field
from destinations.registrations.imports.rows import Fault, Row
from destinations.roster.domain import Graduate

_COMPARED = frozenset({*TEXTS, "freelance_kind", "study_school_name"})


@dataclass(frozen=True)
class Known:
    """What is stored about the graduate of a row, read under the lock of the graduate's stream."""

    graduate: Graduate
    registration: Registration | None
    last_decided_on: date | None


@dataclass(frozen=True)
class Planned:
    """One row that changes something."""

    row: Row
    known: Known
    change: Change


@dataclass
class Plan:
    """What becomes of the rows of a file; rows with faults are in none of the others, frozen ones are unchanged."""

    planned: list[Planned] = field(default_factory=list)
    unchanged: int = 0
    frozen: int = 0
    faulty: list[Row] = field(default_factory=list)

    @property
    def created(self) -> int:
        """Registrations that did not exist, or were voided."""
        return sum(each.known.registration is None for each in self.planned)

    @property
    def incomplete(self) -> int:
        """Stored rows with a warning."""
        return sum(bool(each.change.incomplete) for each in self.planned)


def mark_repeated(rows: Iterable[Row], named: Callable[[Row], Hashable | None]) -> None:
    """Whoever an earlier row of the file has named is a fault of the later row, once."""
    seen: set[Hashable] = set()
    for row in rows:
        person, fault = named(row), Fault(row.key_column, "duplicate_in_file")
        if person in seen and fault not in row.faults:
            row.faults.append(fault)
        if person is not None:
            seen.add(person)


def plan_rows(rows: Iterable[Row], known: Mapping[int, Known], effective_on: date | None, person: Person) -> Plan:
    """Decides about each row; `known` is by the number of the row, for those whose graduate was found."""
    plan = Plan()
    for row in rows:
        stored = known.get(row.number)
        planned = plan_row(row, stored, effective_on, person) if stored and row.destination_code else None
        if row.faults:
            plan.faulty.append(row)
        elif planned is not None:
            plan.planned.append(planned)
        else:
            plan.unchanged += 1
            plan.frozen += stored is not None and not stored.graduate.counted
    return plan


def plan_row(row: Row, known: Known, effective_on: date | None, person: Person) -> Planned | None:
    """The change that a row makes, or None; what forbids it is added to the row's faults, whatever these say already.

    Who left the roster keeps the registration as it is, and a file of the whole cohort need not leave them out.
    """
    if not known.graduate.counted:
        return None
    content = merged(known.registration.effective_or_newest if known.registration else None, row.given)
    if deciding.is_unchanged_by(known.registration, content):
        return None
    row.faults += _obstacles(row, known, effective_on)
    try:
        change = deciding.imported(known.registration, content, person)
    except refusals.ContentRefused as refusal:
        row.faults += [Fault(column_of_field(each.pointer.removeprefix("/")), each.rule) for each in refusal.problems]
        return None
    return None if row.faults else Planned(row, known, change)


def merged(stored: Destination | None, given: Mapping[str, object]) -> Destination:
    """The content after a row: absent keeps, None erases, another spelling of a stored text is no change."""
    if stored is None:
        return Destination(**given)  # type: ignore[arg-type]
    said = {name: _in_stored_spelling(getattr(stored, name), value, name) for name, value in given.items()}
    return fields.recoded(stored, said)


def _in_stored_spelling(stored: object, given: object, name: str) -> object:
    return stored if _same_text(name, stored, given) else given


def _same_text(name: str, stored: object, given: object) -> bool:
    if name not in _COMPARED or not isinstance(stored, str) or not isinstance(given, str):
        return False
    return normalise(stored) == normalise(given)


def _obstacles(row: Row, known: Known, effective_on: date | None) -> list[Fault]:
    faults = []
    if known.registration is not None and known.registration.state is State.VOID_REQUESTED:
        faults.append(Fault(row.key_column, "void_requested"))
    if effective_on and known.last_decided_on and effective_on < known.last_decided_on:
        faults.append(Fault(row.key_column, "before_previous_decision"))
    return faults
