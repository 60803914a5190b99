"""Response rates (回收率): graduates who were asked, and those whose answer was not taken back."""

from dataclasses import dataclass

from common.rounding import percentage

SUBMITTED = "submitted"
"""State of a valid answer; a withdrawn one is not."""

RELEASED = "released"
"""State of who is not asked any more, and is not eligible."""


@dataclass(frozen=True)
class ResponseFigure:
    """Eligible graduates and valid answers of a group; a graduate of several waves of a cycle counts once."""

    eligible: int
    valid: int

    @property
    def rate(self) -> str | None:
        """The published percentage; none for 0/0."""
        return percentage(self.valid, self.eligible)
