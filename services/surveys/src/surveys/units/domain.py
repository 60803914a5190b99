"""Colleges and majors (院系，专业) of a school: what a question about one may be answered by."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from common.errors import Message
from common.identifiers import SchoolCode

OF_SCHOOL = ("majors", "colleges")
"""Lists of the school's own, which a question of a code may name in place of a common list."""


@dataclass(frozen=True)
class Unit:
    """One college or major. A closed one is an answer still, since graduates have been in it, and is offered last."""

    name: Message
    is_closed: bool = False


@dataclass(frozen=True)
class SchoolUnits:
    """Those of a school by list and code, without lists that have not arrived; `stamp` grows with every change."""

    school_code: SchoolCode
    stamp: int
    lists: Mapping[str, Mapping[str, Unit]] = field(compare=False)
