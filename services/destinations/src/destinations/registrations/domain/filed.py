"""What was filed of a registration."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID


@dataclass(frozen=True)
class Filed:
    """上报: the filing in which a registration was sent last, and the version in it."""

    filing_id: UUID
    version: int

    def compared(self, effective_version: int | None) -> "FiledState":
        """Whether that is what counts in the figures."""
        is_current = self.version == effective_version
        return FiledState(self.filing_id, self.version, "current" if is_current else "outdated")


@dataclass(frozen=True)
class FiledState(Filed):
    """The same: outdated once the effective content is another one."""

    state: Literal["current", "outdated"]
