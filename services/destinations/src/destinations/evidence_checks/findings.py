"""What a look into a file finds. Imports nothing that takes time: both ends know it."""

from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """Why a file is refused: the id of a rule."""

    UNREADABLE = "unreadable"
    ENCRYPTED = "encrypted"
    TOO_MANY_PIXELS = "too_many_pixels"


LOOKED_FOR = ("实习", "见习", "顶岗")
"""Words by which a proof of an internship is known."""


@dataclass(frozen=True)
class Finding:
    """What was found: a fault, or a file that is kept in the place of what was sent; neither where that stays.

    `words` are those of `LOOKED_FOR` that the text of a PDF holds, which itself is kept nowhere.
    """

    fault: Fault | None = None
    kept: bytes | None = field(default=None, repr=False)
    words: tuple[str, ...] = ()
