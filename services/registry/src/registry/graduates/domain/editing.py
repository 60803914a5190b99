"""Who may change which field of an entry by hand, and what asks for a reason. Pure."""

from collections.abc import Container, Mapping

from common.errors import Forbidden
from registry.graduates.domain.fields import EDITING, Editing
from registry.graduates.domain.refusals import ChangeReasonRequired, NotEditable

_SCHOOL = frozenset({"school_officer"})
_OFFICERS = _SCHOOL | {"college_officer"}

CHANGERS: Mapping[Editing, frozenset[str]] = {
    Editing.LOCKED: _SCHOOL,
    Editing.PLACED: _SCHOOL,
    Editing.REVIEWED: _OFFICERS,
    Editing.FREE: _OFFICERS | {"counsellor", "graduate"},
}
"""Class of fields → roles that change them in the entries of their scope."""

EDITORS = frozenset[str]().union(*CHANGERS.values())
"""Roles that may change something."""

LOCKED = tuple(field for field, editing in EDITING.items() if editing is Editing.LOCKED)
"""Fields of the student register; a change of one leaves a notice for the graduate."""


def may_change(role: str, field: str) -> bool:
    """True if the role changes this field; no role changes `status`, which is in no class."""
    return field in EDITING and role in CHANGERS[EDITING[field]]


def must_be_changeable(role: str, fields: Container[str]) -> None:
    """Raises NotEditable, which names the fields that are not for the role; Forbidden for a role that changes none.

    Of `status` another refusal speaks.
    """
    refused = [field for field in EDITING if field in fields and not may_change(role, field)]
    if refused:
        raise NotEditable(refused)
    if role not in EDITORS:
        raise Forbidden


def overwritten(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[str, ...]:
    """The locked fields that have a value and get another one or none; `after` may name some fields only."""
    return tuple(field for field in LOCKED if field in after and before.get(field) not in {None, after[field]})


def must_be_reasoned(before: Mapping[str, object], after: Mapping[str, object], reason: str | None) -> None:
    """Raises ChangeReasonRequired where a filled locked field changes without a reason."""
    if reason is None and overwritten(before, after):
        raise ChangeReasonRequired
