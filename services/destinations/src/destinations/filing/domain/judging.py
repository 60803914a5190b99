"""Who is in the file of a filing, who is left out, and why; pure."""

from collections.abc import Collection, Iterator
from enum import StrEnum
from typing import NamedTuple

from common.codes import CodeLists
from common.identifiers import Cohort, GraduateId, RegistrationId
from common.season import SeasonDay, season_day
from destinations.evidence.domain import NOTHING_ASKED, Demand
from destinations.filing.domain.filing import Asked, Contents, Unregistered
from destinations.registrations.domain.content import CODE_LISTS, Destination
from destinations.registrations.domain.fields import missing_fields, pair_problems
from destinations.registrations.domain.lifecycle import Confirmation
from destinations.registrations.domain.registration import Registration
from destinations.roster.domain import Graduate

SEEKING = Destination("70")
"""What is filed of who has not registered, if the school wants them in the file."""


class What(StrEnum):
    """What an item of a filing is: a row of effective content, a row of one who seeks, or one who was taken out."""

    EFFECTIVE = "effective"
    SEEKING = "seeking"
    WITHDRAWN = "withdrawn"


class Item(NamedTuple):
    """What was filed of a graduate, or is to be; without a registration the version is 0."""

    graduate_id: GraduateId
    what: What
    registration_id: RegistrationId | None
    version: int
    destination_code: str | None


class Found(NamedTuple):
    """A rule that a registration breaks, and the field that it looks at; an error leaves the row out."""

    rule: str
    is_error: bool
    field: str | None = None


class Verdict(NamedTuple):
    """What becomes of a graduate: an item, if any, its content if it is a row, and what was found."""

    item: Item | None
    content: Destination | None
    left_out: bool
    found: tuple[Found, ...]


_NOTHING = Verdict(None, None, left_out=False, found=())


def judged(
    graduate: Graduate,
    registration: Registration | None,
    asked: Asked,
    last: Item | None,
    carried: Collection[str],
    *,
    demand: Demand = NOTHING_ASKED,
    has_case: bool = False,
) -> Verdict:
    """What becomes of a graduate in a filing.

    `last` is what the recipient has of the graduate, `carried` are the fields of which the format has a column: what a
    file could not hold cannot lack in it.
    """
    is_known = last is not None and last.what is not What.WITHDRAWN
    withdrawn = Item(graduate.id, What.WITHDRAWN, None, 0, None) if is_known else None
    elsewhere = (graduate.school_code, graduate.cohort) != (asked.school_code, asked.cohort)
    if elsewhere or not graduate.counted:
        return _NOTHING._replace(item=withdrawn)
    effective = registration.effective if registration else None
    if graduate.erased:
        return _left_out(asked, withdrawn, Found("person_closed", is_error=True))
    if effective is None or registration is None:
        is_unregistered = registration is None or registration.submitted_at is None
        if not is_unregistered or asked.unregistered is Unregistered.LEAVE_OUT:
            # of what the recipient has nothing stands any more
            return _left_out(asked, withdrawn, Found("not_effective", is_error=True), stands=False)
        seeking = Item(graduate.id, What.SEEKING, None, 0, SEEKING.destination_code)
        return _row(asked, last, seeking, SEEKING)
    content = effective.content
    if errors := [*_errors(content, asked.cohort, carried)]:
        return _left_out(asked, withdrawn, *errors)
    item = Item(graduate.id, What.EFFECTIVE, registration.id, effective.version, content.destination_code)
    return _row(asked, last, item, content, *_warnings(effective.confirmation, content, demand, has_case=has_case))


def _row(asked: Asked, last: Item | None, item: Item, content: Destination, *found: Found) -> Verdict:
    code = content.destination_code
    same = last is not None and last[1:4] == item[1:4]
    if not asked.filter.takes(code) or (asked.content is Contents.CHANGES and same):
        return _NOTHING
    return Verdict(item, content, left_out=False, found=found)


def _left_out(asked: Asked, withdrawn: Item | None, *found: Found, stands: bool = True) -> Verdict:
    """A whole file takes back what it does not repeat; one of changes only what does not stand any more."""
    taken_back = None if stands and asked.content is Contents.CHANGES else withdrawn
    return Verdict(taken_back, None, left_out=True, found=found)


def _errors(content: Destination, cohort: Cohort, carried: Collection[str]) -> Iterator[Found]:
    for name in missing_fields(content, cohort):
        if name in carried:
            yield Found("required", is_error=True, field=name)
    for problem in pair_problems(content):
        yield Found("pair", is_error=True, field=problem.pointer.removeprefix("/"))
    lists, on = CodeLists.load(), season_day(SeasonDay.INITIAL_RATE, cohort)
    for name, code_list in CODE_LISTS.items():
        codes, code = lists.get(code_list), getattr(content, name)
        # a code that no release has is no retired one
        if code is not None and codes.is_listed(code) and codes.lookup(code, on) is None:
            yield Found("code_not_in_force", is_error=True, field=name)


def _warnings(
    confirmation: Confirmation | None, content: Destination, demand: Demand, *, has_case: bool
) -> Iterator[Found]:
    if confirmation in {Confirmation.UNCONFIRMED, Confirmation.DISPUTED}:
        yield Found(confirmation.value, is_error=False, field="confirmation")
    if has_case:
        yield Found("open_case", is_error=False)
    if not demand.is_met(content.destination_code, last=True):
        yield Found("evidence_missing", is_error=False)
