"""What a file makes of the stored registrations: pure decisions over many rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple, Self

from common.clock import day_in_shanghai
from common.codes import CodeLists, normalise
from common.identifiers import Cohort, GraduateId, RegistrationId
from common.imports import Fault
from destinations.cases.domain import Rule
from destinations.filing.formats.classes import FLEXIBLE
from destinations.registrations.domain import deciding, fields, refusals
from destinations.registrations.domain.content import Destination
from destinations.registrations.domain.lifecycle import Party, State
from destinations.registrations.domain.registration import Change, LateReason, Person, Registration, Terms
from destinations.registrations.domain.signals import Priced, SeasonDays, Signal, signals_of
from destinations.registrations.domain.targeted import is_elsewhere
from destinations.registrations.domain.warnings import mismatches_of
from destinations.registrations.imports.columns import TEXTS, column_of_field
from destinations.registrations.imports.rows import RegistrationRow
from destinations.registrations.storage import Line
from destinations.roster.domain import Graduate
from destinations.seasons.domain import ALWAYS, Level, Phase, Season, phase_of

_SEASON_DAYS = ("changes_until", "closes_on", "graduation_day")
SEEKING = "70"
"""The code that is filed of who has not registered."""

_COMPARED = frozenset({*TEXTS, "freelance_kind", "study_school_name"})


@dataclass(frozen=True)
class Asked:
    """What all rows of a file are decided under: who sent it, and what held at that moment.

    The four last ones are those of the season; a cohort without one has no days, and nothing of it is doubted.
    """

    person: Person
    asked_at: datetime | None = None
    asked_on: date | None = None
    effective_on: date | None = None
    late_reason: LateReason | None = None
    levels: tuple[Level, ...] = ALWAYS
    changes_until: date | None = None
    closes_on: date | None = None
    graduation_day: date | None = None

    @classmethod
    def of(cls, parameters: Mapping[str, Any], subject: str) -> Self:
        """What an operation's parameters say; one that the release before has taken lacks the newer ones."""
        days = {name: parameters.get(name) for name in ("asked_on", "effective_on", *_SEASON_DAYS)}
        late_reason, asked_at = parameters.get("late_reason"), parameters.get("asked_at")
        return cls(
            person=Person(Party.SCHOOL_OFFICER, subject),
            **{name: date.fromisoformat(day) for name, day in days.items() if day},
            asked_at=datetime.fromisoformat(asked_at) if asked_at else None,
            late_reason=LateReason(late_reason) if late_reason else None,
            levels=tuple(Level(each) for each in parameters.get("levels", ALWAYS)),
        )

    def terms(self, extended_until: date | None) -> Terms:
        """What the season says for a graduate."""
        if self.asked_on is None or self.changes_until is None or self.closes_on is None:
            return _terms(self.levels, Phase.OPEN)
        return _terms(self.levels, phase_of(self.asked_on, self.changes_until, self.closes_on, extended_until))


# the rows of a file have few
_terms = lru_cache(maxsize=64)(Terms)


def parameters_of(season: Season, asked_at: datetime) -> Mapping[str, Any]:
    """What an operation keeps of the moment at which its file was sent."""
    days = {name: getattr(season, name) for name in _SEASON_DAYS} if season.version else {}
    levels = [each.value for each in season.levels]
    asked = {"asked_at": asked_at.isoformat(), "asked_on": f"{day_in_shanghai(asked_at)}"}
    return {**asked, "levels": levels, **{name: f"{day}" for name, day in days.items()}}


class StoredRegistration(NamedTuple):
    """What is stored about the graduate of a row, read under the lock of the graduate's stream."""

    graduate: Graduate
    registration: Registration | None
    last_decided_on: date | None
    extended_until: date | None = None
    filed_as_seeking: bool = False

    @property
    def stands_as_seeking(self) -> bool:
        """Whether nothing is effective of a graduate who was filed as seeking."""
        return self.filed_as_seeking and (self.registration is None or self.registration.effective is None)


class Planned(NamedTuple):
    """One row that changes something."""

    row: RegistrationRow
    known: StoredRegistration
    change: Change


@dataclass
class Plan:
    """What becomes of the good rows of a chunk; frozen ones are unchanged.

    `doubts` are what rules doubt of planned rows, by
    graduate; `remembered` are lines that were compared with a registration, and say what it says.
    """

    planned: list[Planned] = field(default_factory=list)
    remembered: list[tuple[RegistrationId, Line]] = field(default_factory=list)
    unchanged: int = 0
    frozen: int = 0
    doubts: dict[GraduateId, list[Signal]] = field(default_factory=dict)

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


def plan_rows(rows: Iterable[RegistrationRow], known: Mapping[int, StoredRegistration], asked: Asked) -> Plan:
    """Decides about each row; `known` is by the number of the row, for those whose graduate was found."""
    plan = Plan()
    for row in rows:
        stored = known.get(row.number)
        planned = plan_row(row, stored, asked) if stored and row.destination_code else None
        if planned is not None:
            plan.planned.append(planned)
            row.warnings += [Fault(column_of_field(each), "incomplete_fields") for each in planned.change.incomplete]
            content = planned.change.content
            if "place_code" in row.given and not CodeLists.load().get("division").is_listed(content.place_code):
                row.warnings.append(Fault("place_code", "newer_code"))
            row.warnings += [Fault(column, broken) for broken, column in mismatches_of(content)]
        elif not row.faults:
            plan.unchanged += 1
            if stored is not None and stored.graduate.erased:
                row.warnings.append(Fault(row.key_column, "erased_person"))
            elif stored is not None and stored.graduate.frozen:
                plan.frozen += 1
                row.warnings.append(Fault(row.key_column, "graduate_withdrawn"))
            elif stored is not None and stored.stands_as_seeking:
                row.warnings.append(Fault(row.key_column, "filed_as_seeking"))
            elif stored is not None and stored.registration and row.destination_code and row.line:
                plan.remembered.append((stored.registration.id, row.line))
    return plan


def warn_of_units(plan: Plan, units: Mapping[GraduateId, str | None]) -> None:
    """Warns of rows that leave a graduate elsewhere than at the unit that this graduate was trained for."""
    for row, known, change in ((each.row, each.known, each.change) for each in plan.planned):
        graduate, has_mode = known.graduate, known.graduate.training_mode_code is not None
        if has_mode and is_elsewhere(graduate, change.content, units.get(graduate.id)):
            row.warnings.append(Fault("employer_name", "targeted_unit_mismatch"))


def doubt(
    plan: Plan, asked: Asked, units: Mapping[GraduateId, str | None], priced: Mapping[GraduateId, Priced]
) -> None:
    """Notes what rules doubt of the planned rows; without a season nothing is doubted."""
    if asked.graduation_day is None or asked.changes_until is None:
        return
    days = SeasonDays(asked.graduation_day, asked.changes_until)
    for _, known, change in plan.planned:
        graduate, content = known.graduate, change.content
        found = [*signals_of(content, graduate.cohort, days, priced.get(graduate.id))]
        if graduate.training_mode_code is not None and is_elsewhere(graduate, content, units.get(graduate.id)):
            mode = {"training_mode_code": graduate.training_mode_code, "destination_code": content.destination_code}
            found.append(Signal(Rule.TARGETED_UNIT, mode))
        if found:
            plan.doubts[graduate.id] = found


def plan_row(row: RegistrationRow, known: StoredRegistration, asked: Asked) -> Planned | None:
    """The change that a row makes, or None; what forbids it is added to the faults that the row has already.

    Who left the roster or is erased keeps the registration as it is, and a file of the whole cohort need not leave them
    out. Who was filed as seeking has not registered by that: the row comes back from the file.
    """
    if known.graduate.frozen:
        return None
    if known.stands_as_seeking and row.says_only(SEEKING):
        return None
    cohort = known.graduate.cohort
    content = merged(known.registration.effective_or_newest if known.registration else None, row.given, cohort)
    if row.flexible is not None and row.flexible is not fields.is_flexible(content, cohort):
        row.faults.append(Fault(FLEXIBLE, "class_flags_disagree"))
    terms, effective_on = asked.terms(known.extended_until), asked.effective_on
    if deciding.is_unchanged_by(known.registration, content, terms.phase):
        return None
    if known.registration is not None and known.registration.state is State.VOID_REQUESTED:
        row.faults.append(Fault(row.key_column, "void_requested"))
    if effective_on and known.last_decided_on and effective_on < known.last_decided_on:
        row.faults.append(Fault(row.key_column, "before_previous_decision"))
    try:
        change = deciding.imported(known.registration, known.graduate, content, asked.person, terms, asked.late_reason)
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
    # a country that is said again, by its label or its text, keeps the code that it has
    if said.get("abroad_country") and not said.get("abroad_country_code") and _same_country(stored, said):
        del said["abroad_country"]
    return fields.recoded(stored, said, cohort)


def _same_country(stored: Destination, said: Mapping[str, Any]) -> bool:
    text, code = said["abroad_country"], stored.abroad_country_code
    if stored.abroad_country is None:
        return code is not None and fields.country_named(text) == code
    return bool(stored.abroad_country == text)


def _same_text(name: str, stored: object, given: object) -> bool:
    if name not in _COMPARED or not isinstance(stored, str) or not isinstance(given, str):
        return False
    return normalise(stored) == normalise(given)
