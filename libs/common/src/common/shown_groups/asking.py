"""Has groups judged in a process of its own, whose hundred megabytes go with it: values that travel as JSON."""

from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict

from common.limited.asking import AskedProcess
from common.shown_groups.editions import Key, Shown
from common.shown_groups.tables import Table, shown_of

MODULE = "common.shown_groups"

SECONDS = 540.0
"""For all questions about one edition, on the clock: below what periodic work may take."""

Kept = Mapping[str, Sequence[Key]]
"""Groups by table, as they are kept."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Frame(_Value):
    """The answers of an edition: whose each is, its id and its groups, and the tables in which they are counted.

    `groups` have the values of the dimensions in their order.
    """

    dimensions: Sequence[str]
    tables: Sequence[Table]
    people: Sequence[str]
    ids: Sequence[str]
    groups: Sequence[Key]


class Base(_Value):
    """The answers of a frame that say something about a question, as bits of a number in hexadecimal, and what of it
    was shown.
    """

    bits: str
    shown: Kept = {}


class Ask(_Value):
    """Which groups of the last frame may be shown, given what those before showed: a base for each frame.

    `least` is how many people a figure needs.
    """

    least: int
    bases: Sequence[Base]


class Remembered(_Value):
    """What later editions have to know of one: no values of answers.

    `judged` has what was shown of each base, `variables` the place there of each variable.
    """

    frame: Frame
    judged: Sequence[Base]
    variables: Mapping[str, int]

    def base(self, variable: str) -> Base:
        """The base of a variable; an empty one of what it does not know."""
        place = self.variables.get(variable)
        return Base(bits="0") if place is None else self.judged[place]


class Asks(_Value):
    """Questions about frames, the oldest first."""

    frames: Sequence[Frame]
    asks: Sequence[Ask]


class Answers(_Value):
    """The groups that may be shown, by question."""

    shown: Sequence[Kept]


def bits_of(places: Sequence[int]) -> str:
    """Places of answers as bits.

    >>> bits_of([0, 1, 4]), places_in("13", 5)
    ('13', [0, 1, 4])
    """
    return f"{sum(1 << place for place in places):x}"


def places_in(bits: str, count: int) -> list[int]:
    """The places of the answers, of so many, whose bits are set."""
    number = int(bits, 16)
    return [place for place in range(count) if number >> place & 1]


async def judged(frames: Sequence[Frame], asks: Sequence[Ask]) -> list[Shown]:
    """The groups that may be shown, by question; raises ProcessEnded."""
    process = AskedProcess(MODULE, seconds=SECONDS)
    try:
        (answer,) = await process.ask(Asks(frames=frames, asks=asks).model_dump_json().encode())
    finally:
        await process.end()
    return [shown_of(each) for each in Answers.model_validate_json(answer).shown]
