"""Who hears of what: the groups of an event that a listener's scope has."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from common.errors import Message, TooManyRequests
from common.identifiers import Cohort, ProvinceCode, SchoolCode
from indicators.reading.selection import Level, Scope

MAX_LISTENING = 5
"""Streams of one subject at a time, in one process."""

RETRY_SECONDS = 15


class TooManyStreams(TooManyRequests):
    """The caller listens to as many streams as one may."""

    code = "too_many_streams"
    title = Message(f"同时最多收听 {MAX_LISTENING} 路", f"At most {MAX_LISTENING} streams at a time")

    def __init__(self) -> None:
        super().__init__(RETRY_SECONDS)


class MovedGroup(NamedTuple):
    """One value of one dimension; `total` is the whole school."""

    dimension: str
    value: str | None


class Moved(NamedTuple):
    """Groups of a school and cohort whose figures moved; `position` is that of the event in the feed."""

    position: int
    school_code: SchoolCode
    province_code: ProvinceCode | None
    cohort: Cohort
    groups: tuple[MovedGroup, ...]


Units = Mapping[tuple[str, str], frozenset[MovedGroup]]
"""By school and college: its majors and classes as groups."""


@dataclass(frozen=True)
class Listener:
    """What one stream hears: a scope, a cohort or all, and of a school one college or some classes or everything."""

    scope: Scope
    cohort: Cohort | None = None
    college: str | None = None
    classes: frozenset[str] = field(default_factory=frozenset)

    def heard(self, moved: Moved, units: Units) -> tuple[MovedGroup, ...]:
        """The groups of an event that it hears of; none of one outside its scope."""
        if not self._concerns(moved):
            return ()
        if self.classes:
            return tuple(group for group in moved.groups if group.dimension == "class" and group.value in self.classes)
        if self.college is not None:
            own = units.get((moved.school_code, self.college), frozenset()) | {MovedGroup("college", self.college)}
            return tuple(group for group in moved.groups if group in own)
        return moved.groups

    def _concerns(self, moved: Moved) -> bool:
        if self.cohort not in {None, moved.cohort}:
            return False
        code: Mapping[Level, str | None] = {
            Level.SCHOOL: moved.school_code,
            Level.PROVINCE: moved.province_code,
            Level.NATION: self.scope.code,
        }
        return code[self.scope.level] == self.scope.code
