"""Figures as they are answered, kept for a while: an edition never changes, and so do its answers."""

from collections import OrderedDict
from typing import Annotated

from fastapi import Depends, Request

from common.sql import Connection
from indicators.tracking import storage
from indicators.tracking.domain import Question, Taken
from indicators.tracking.wire.answers import Bodies, bodies_of

MOST_BYTES = 8 * 1024**2
"""Of all tables together; one of ten indicators by twenty colleges has seventy kilobytes."""


class KeptBodies:
    """The tables asked for last, by what was asked and of which editions."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most, self._bytes = most, 0
        self._kept: OrderedDict[object, Bodies] = OrderedDict()

    async def read(self, connection: Connection, question: Question) -> tuple[Taken, Bodies]:
        """The newest editions, and their figures of what is asked."""
        taken = await storage.newest_asked(connection, question)
        if taken.edition is None:
            return taken, {}
        key = (question.key, taken.edition.id, taken.employers and taken.employers.id)
        bodies = self._kept.get(key)
        if bodies is None:
            bodies = bodies_of(question, taken, await storage.asked_figures(connection, question, taken))
            self._keep(key, bodies)
        self._kept.move_to_end(key)
        return taken, bodies

    def _keep(self, key: object, bodies: Bodies) -> None:
        if key not in self._kept:
            self._bytes += _size(bodies)
        self._kept[key] = bodies
        while self._bytes > self._most and len(self._kept) > 1:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= _size(dropped)


def _size(bodies: Bodies) -> int:
    return sum(map(len, bodies.values()))


async def kept_bodies_of(request: Request) -> KeptBodies:
    """The application's."""
    kept: KeptBodies = request.app.state.kept_bodies
    return kept


KeptBodiesOf = Annotated[KeptBodies, Depends(kept_bodies_of)]
