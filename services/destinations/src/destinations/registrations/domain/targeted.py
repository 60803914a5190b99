"""Graduates who were trained for a unit (定向, 委培): theirs is the employer, or they were released."""

from dataclasses import dataclass

from common.codes import normalise
from destinations.registrations.domain.content import Destination
from destinations.roster.domain import Graduate

TARGETED_MODES = frozenset({"2", "4"})
"""Of list `training-mode`: 定向, 委培."""


@dataclass(frozen=True)
class TrainedFor:
    """What registry says: the unit that a graduate was trained for, None where it says none."""

    unit: str | None


WITHOUT_EMPLOYER = ("70", "71", "72")
"""What the codes begin with that name none."""


def may_be_bound(graduate: Graduate, content: Destination) -> bool:
    """Whether the unit must be known to approve such content; also where it is not known how the graduate was trained.

    Who has no employer yet may say so, whatever was agreed.
    """
    is_targeted = graduate.training_mode_code is None or graduate.training_mode_code in TARGETED_MODES
    return is_targeted and not content.destination_code.startswith(WITHOUT_EMPLOYER)


def is_elsewhere(graduate: Graduate, content: Destination, unit: str | None) -> bool:
    """Whether the employer is not the unit; without a unit it is, if the mode of training is known."""
    if not may_be_bound(graduate, content):
        return False
    if unit is None:
        return graduate.training_mode_code is not None
    return content.employer_name is None or normalise(content.employer_name) != normalise(unit)
