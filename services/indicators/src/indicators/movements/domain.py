"""What changed of a graduate between two days, and whom it is asked of."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from indicators.reading.both_days import NOT_REGISTERED, OUTSIDE
from indicators.reading.selection import Selection
from indicators.schemes.schemes import Scheme


@dataclass(frozen=True)
class Movement:
    """A graduate with the class and the code of two days; no code where there is no registration, and outside."""

    graduate_id: UUID
    from_class: str
    to_class: str
    from_code: str | None
    to_code: str | None


@dataclass(frozen=True)
class Asked:
    """The graduates, the two days, and the classes that are kept."""

    selection: Selection
    scheme: Scheme
    first: date
    last: date
    from_class: str | None = None
    to_class: str | None = None


def classes_of(scheme: Scheme) -> tuple[str, ...]:
    """All words for where a graduate can be."""
    return (*scheme.classes, NOT_REGISTERED, OUTSIDE)
