"""What moved, read once for all who listen: one look a second, however many they are."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from common.auth import Principal, Role
from common.database import Database
from common.errors import NotFound, TransientError
from common.identifiers import Cohort
from common.observability import exception_summary, logger
from indicators.reading.selection import Scope, Selection
from indicators.stream.domain import MAX_LISTENING, Listener, Moved, MovedGroup, TooManyStreams
from indicators.stream.storage import AT_A_TIME, missed_by, moved_after, reached, units_of

LOOK_SECONDS = 1.0
"""Between two looks; events of moved groups are announced once a second, too."""

COMMENT_SECONDS = 15.0
"""Between two comments, so that proxies and clients know that the stream still stands, whatever else it says."""

MAX_WAITING = 1_000
"""Events that may wait for a listener; who takes no more is sent away, and loses nothing by coming again."""

Said = tuple[Moved, tuple[MovedGroup, ...]]
"""An event, and the groups of it that a listener hears of."""

_log = logger(__name__)


@dataclass(eq=False)
class _Ear:
    listener: Listener
    after: int
    waiting: asyncio.Queue[Said] = field(default_factory=asyncio.Queue)

    @property
    def is_full(self) -> bool:
        return self.waiting.qsize() >= MAX_WAITING


class Announcer:
    """Reads what moved while anyone listens, and lets each hear of what its scope has."""

    def __init__(
        self, database: Database, look_seconds: float = LOOK_SECONDS, comment_seconds: float = COMMENT_SECONDS
    ) -> None:
        self._database = database
        self._look_seconds, self._comment_seconds = look_seconds, comment_seconds
        self._ears: set[_Ear] = set()
        self._of_subject: Counter[str] = Counter()
        self._reached = 0
        self._looking: asyncio.Task[None] | None = None
        self._beginning = asyncio.Lock()

    @contextmanager
    def place_of(self, subject: str) -> Iterator[None]:
        """A place of the subject among those who listen; raises TooManyStreams."""
        if self._of_subject[subject] >= MAX_LISTENING:
            raise TooManyStreams
        self._of_subject[subject] += 1
        try:
            yield
        finally:
            self._of_subject[subject] -= 1
            self._of_subject += Counter()

    async def hear(self, listener: Listener, after: int | None, lasts: float) -> AsyncGenerator[Said | None, None]:
        """What the listener hears from now on, or after a position, for some seconds; None where a comment is due."""
        end = time.monotonic() + lasts
        async with self._beginning:
            if self._looking is None or self._looking.done():
                self._reached = await reached(self._database)
                self._looking = asyncio.create_task(self._look())
            ear, until = _Ear(listener, after or 0), self._reached
            self._ears.add(ear)
        try:
            async for said in self._missed(listener, after, until):
                if time.monotonic() >= end:
                    return
                yield said
            due = time.monotonic() + self._comment_seconds
            while (now := time.monotonic()) < end and not ear.is_full:
                try:
                    yield await asyncio.wait_for(ear.waiting.get(), min(end, due) - now)
                except TimeoutError:
                    due = time.monotonic() + self._comment_seconds
                    yield None
        finally:
            self._ears.discard(ear)

    async def _missed(self, listener: Listener, after: int | None, until: int) -> AsyncIterator[Said]:
        """What was announced up to a position; the rest waits already."""
        while after is not None and after < until:
            events = await missed_by(self._database, listener, after)
            units = await units_of(self._database, events, {listener.college})
            for event in events:
                if event.position <= until and (groups := listener.heard(event, units)):
                    yield event, groups
            after = events[-1].position if len(events) == AT_A_TIME else until

    async def _look(self) -> None:
        while self._ears:
            await asyncio.sleep(self._look_seconds)
            try:
                while len(await self._say()) == AT_A_TIME:
                    pass
            except (TransientError, OSError) as error:
                _log.warning("moved groups could not be read", **exception_summary(error))

    async def _say(self) -> list[Moved]:
        """Lets all hear of the next events; gives them."""
        events = await moved_after(self._database, self._reached)
        colleges: set[str | None] | None = None
        # who comes meanwhile hears of these events, too
        while colleges is None or not {ear.listener.college for ear in self._ears} <= colleges:
            colleges = {ear.listener.college for ear in self._ears}
            units = await units_of(self._database, events, colleges)
        for event in events:
            for ear in self._ears:
                # another process may have said more already than this one has read
                if event.position > ear.after and (groups := ear.listener.heard(event, units)):
                    ear.waiting.put_nowait((event, groups))
            self._reached = event.position
        return events


def listener_of(caller: Principal, scope: Scope, cohort: Cohort | None) -> Listener:
    """What the caller hears of a scope: an officer of a college that college, a counsellor the own classes.

    Raises NotFound for such a caller whose token does not name them.
    """
    if caller.role is Role.COUNSELLOR:
        if not caller.class_codes:
            raise NotFound
        return Listener(scope, cohort, classes=caller.class_codes)
    return Listener(scope, cohort, college=caller.own_college())


def asked_by(listener: Listener) -> Selection:
    """The figures that it takes to be allowed to listen."""
    filters = {"college": listener.college} if listener.college is not None else {}
    if listener.classes:
        filters = {"class": min(listener.classes)}
    return Selection(listener.scope, listener.cohort or Cohort(0), (), filters)
