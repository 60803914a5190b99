"""Editions fall due, are counted in a process of their own, and stored by one act."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any
from uuid import UUID

from common.auth import SYSTEM
from common.database import Database
from common.errors import TransientError
from common.observability import exception_summary, logger
from common.sql import Connection
from indicators.references.known import yearly_tables
from indicators.schemes.groupings import DIMENSIONS, level_of
from indicators.schemes.schemes import CN_2024, class_of, is_among
from indicators.tracking import commands, storage
from indicators.tracking.domain import Due, Series, last_weekly
from indicators.tracking_counts.dimensions import (
    HIRE_LEVEL,
    OF_EMPLOYERS,
    tables_of_employers,
    tables_of_gaps,
    tables_of_graduates,
)
from indicators.tracking_counts.edition import Answer, Counting, Group, Memory
from indicators.tracking_counts.indicators import FIRST_INDUSTRY, FIRST_SALARY
from indicators.tracking_counts.process import counted

EVERY_SECONDS = 30.0
"""How soon after a close, and after Monday 04:00, editions are begun."""

ROUND_SECONDS = 240.0
"""A round begins no other edition after these, and the next one goes on."""

PART = 100
"""Closed waves of one statement."""

_OWN_BUSINESS = ("75*",)
_FIRST = {FIRST_SALARY: "salary", FIRST_INDUSTRY: "industry"}
_EMPLOYED = frozenset({"unit", "own_business", "freelance"})

_log = logger(__name__)


class Editions:
    """Takes what is due; remembers for which Monday it has looked, because that look reads all answers."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._looked_for: datetime | None = None

    async def take_due(self) -> int:
        """Takes the editions that are due; how many those were. Raises what went wrong with one after the others."""
        deadline, taken = time.monotonic() + ROUND_SECONDS, 0
        missed: Exception | None = None
        due = await self._due()
        for each in due:
            if time.monotonic() > deadline:
                return taken
            try:
                taken += await take(self._database, each)
            except TransientError:
                raise
            except Exception as error:
                # the fault of one edition holds no other school up
                _log.error("Edition cannot be taken", school=each.series.school_code, **exception_summary(error))
                missed = error
        if missed is not None:
            raise missed
        if len(due) < PART:
            self._looked_for = self._monday
        return taken

    async def _due(self) -> list[Due]:
        async with self._database.reading() as connection:
            self._monday = last_weekly(await storage.instant(connection))
            due = await storage.due_by_close(connection, PART)
            if self._looked_for != self._monday:
                closing = {each.series for each in due}
                weekly = await storage.due_by_week(connection, self._monday)
                due += [each for each in weekly if each.series not in closing]
        return due


@dataclass(frozen=True)
class _Read:
    """What an edition is counted from, of one moment."""

    counting: Counting
    number: int
    taken_at: datetime
    moved: int
    tables: Mapping[str, int]


async def take(database: Database, due: Due) -> bool:
    """Takes one edition; False where another worker has taken it."""
    async with database.reading(snapshot=True) as connection:
        read = await _read(connection, due.series)
    act = partial(
        commands.keep,
        due=due,
        number=read.number,
        taken_at=read.taken_at,
        moved=read.moved,
        tables=read.tables,
        counted=await counted(read.counting),
    )
    taken = await database.act(SYSTEM, act)
    if taken:
        _log.info("Edition taken", school=due.series.school_code, number=read.number, because=due.because)
    return taken


async def _read(connection: Connection, series: Series) -> _Read:
    taken_at = await storage.instant(connection)
    newest = await storage.newest(connection, series)
    yearly, versions = await yearly_tables(connection)
    shared: dict[str, Any] = {
        "prices": [(*key, f"{index}") for key, index in yearly.prices.items()],
        "benchmarks": [(*key, f"{yuan}") for key, yuan in yearly.benchmarks.items()],
        "past": await storage.memories(connection, series),
        "kept": [] if newest is None else await storage.all_figures(connection, newest),
    }
    if series.of_employers:
        counting = _of_employers(await storage.employers(connection, series), **shared)
    else:
        dimensions = [name for table in tables_of_graduates([*DIMENSIONS]) if len(table) == 1 for name in table]
        people = await storage.graduates(connection, series, dimensions)
        counting = _of_graduates(people, series, dimensions, **shared)
    return _Read(
        counting,
        1 if newest is None else newest.number + 1,
        taken_at,
        await storage.moved(connection, series, None if newest is None else newest.taken_at),
        versions,
    )


def _of_graduates(people: Sequence[Any], series: Series, dimensions: Sequence[str], **shared: Any) -> Counting:
    count = len(dimensions)
    groups = [tuple(row[:count]) for row in people]
    level = dimensions.index("education_level")
    strata = [(group[level], standing_of(row.destination_code)) for row, group in zip(people, groups, strict=True)]
    founders = [row.destination_code is not None and is_among(row.destination_code, _OWN_BUSINESS) for row in people]
    answers = [
        Answer(
            person=pseudonym(row.graduate_id),
            id=f"{row.response_id}",
            measured=row.measured,
            since=_since(row.measured, row.measured_since, row.response_version) | _first_since(row),
            group=group,
            first=row.first or {},
            founder=founder,
            stratum=stratum,
        )
        for row, group, stratum, founder in zip(people, groups, strata, founders, strict=True)
        if row.response_id is not None
    ]
    return Counting(
        of_employers=False,
        cohort=series.cohort or 0,
        cycle=series.cycle or 0,
        dimensions=dimensions,
        tables=tables_of_graduates([*DIMENSIONS]),
        answers=answers,
        strata=[(*stratum, number) for stratum, number in Counter(strata).items()],
        founders=[group for group, founder in zip(groups, founders, strict=True) if founder],
        **shared,
    )


def _of_employers(found: Sequence[Any], past: Sequence[Memory], **shared: Any) -> Counting:
    answers = [answer for row in found for answer in _levels(row)]
    return Counting(
        of_employers=True,
        cohort=0,
        cycle=0,
        dimensions=(*OF_EMPLOYERS, HIRE_LEVEL),
        tables=[*tables_of_employers(), *tables_of_gaps()],
        answers=answers,
        # the release before remembers no levels
        past=[each.model_copy(update={"groups": [with_level(group) for group in each.groups]}) for each in past],
        **shared,
    )


def _levels(row: Any) -> list[Answer]:
    """The answer of an employer as a whole, and what it says of each level of posts."""
    about = tuple(row.measured.get(name) for name in OF_EMPLOYERS[1:])
    said = {None: (row.measured, row.measured_since or {})}
    said |= {level: (values, (row.by_level_since or {}).get(level, {})) for level, values in row.by_level.items()}
    return [
        Answer(
            person=f"{row.employer_id}",
            id=f"{row.response_id} {level or ''}".strip(),
            measured=measured,
            since=_since(measured, since, row.response_version),
            group=with_level((level, *about)),
            hires=row.hires or 0,
        )
        for level, (measured, since) in said.items()
        if measured
    ]


def with_level(group: Group) -> Group:
    """The values of OF_EMPLOYERS and HIRE_LEVEL."""
    about = group[: len(OF_EMPLOYERS)]
    return (*about, level_of(about[-1]))


def pseudonym(graduate_id: UUID) -> str:
    """What tells graduates apart in what an edition remembers, which is no id that anything else knows."""
    return sha256(b"edition:" + graduate_id.bytes).hexdigest()[:24]


def standing_of(destination_code: str | None) -> str:
    """What a graduate does, as strata tell apart: employed in any form, study or other."""
    found = class_of(CN_2024.id, destination_code)
    return "employed" if found in _EMPLOYED else "study" if found == "further_study" else "other"


def _since(measured: Mapping[str, Any], since: Mapping[str, int] | None, version: int) -> dict[str, int]:
    """In which version each measure got its value; that of the answer where no row says it."""
    return {name: (since or {}).get(name, version) for name in measured}


def _first_since(row: Any) -> dict[str, int]:
    """The same of what is read of the answer of cycle 0."""
    since = _since(row.first or {}, row.first_since, row.first_version)
    return {name: since[measure] for name, measure in _FIRST.items() if measure in since}
