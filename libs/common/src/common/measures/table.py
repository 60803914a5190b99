"""The table of measures, read from package data."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from types import MappingProxyType
from typing import TypeAlias

from common.codes import CodeLists
from common.errors import Message

MeasureValue: TypeAlias = bool | int | str | tuple[str, ...]
"""What an answer gives to a measure: true or false, a whole number, a code, or several."""

_OF_EMPLOYERS = "E"
_UNIT = re.compile(r"[^\x00]{1,100}")


class MeasureType(StrEnum):
    """数据项类型: what a value of a measure is."""

    FLAG = "flag"
    SCORE = "score"
    COUNT = "count"
    MONTHS = "months"
    YUAN = "yuan"
    WAN = "wan"
    CODE = "code"
    CODES = "codes"


AT_MOST: Mapping[MeasureType, int] = MappingProxyType(
    {
        MeasureType.SCORE: 100,
        MeasureType.COUNT: 10_000,
        MeasureType.MONTHS: 600,
        MeasureType.YUAN: 500_000,
        MeasureType.WAN: 100_000_000,
    }
)
"""The greatest value of each type that is a number; the least is 0. That of `wan` is our own: no source names one."""


@dataclass(frozen=True)
class Measure:
    """数据项: its id, what it is called, its type, and who is asked for it.

    Codes are the `words`, or those of a list: `code_list` names one of `common.codes`, `prefecture` (divisions of the
    second level) or `unit` (a school's own codes, which no list here has).
    """

    id: str
    title: Message
    type: MeasureType
    code_list: str
    words: tuple[str, ...]
    cycles: frozenset[int]
    of_employers: bool

    def asked_in(self, cycle: int | None) -> bool:
        """Whether graduates are asked for it so many years after graduation; of employers, without a cycle."""
        return self.of_employers if cycle is None else cycle in self.cycles

    def has_code(self, code: str) -> bool:
        """Whether it is one of the measure's words, or of its list in any period."""
        match self.code_list:
            case "":
                return code in self.words
            case "unit":
                return _UNIT.fullmatch(code) is not None
            case "prefecture":
                # a division of the second level ends in 00, one of the first in 0000
                return code in CodeLists.load().get("division") and code.endswith("00") and not code.endswith("0000")
            case name:
                return code in CodeLists.load().get(name)

    def takes(self, value: object) -> bool:
        """Whether the value is of the measure's type, within its limits, and of its codes."""
        match self.type:
            case MeasureType.FLAG:
                return isinstance(value, bool)
            case MeasureType.CODE:
                return isinstance(value, str) and self.has_code(value)
            case MeasureType.CODES:
                # none chosen is no value
                return isinstance(value, tuple) and 0 < len(value) == len(set(value)) and all(map(self.has_code, value))
            case kind:
                return type(value) is int and 0 <= value <= AT_MOST[kind]


def _read() -> Mapping[str, Measure]:
    lines = (files("common.measures") / "data" / "measures.csv").read_text("utf-8").splitlines()
    return MappingProxyType(
        {
            row["measure"]: Measure(
                id=row["measure"],
                title=Message(row["title_zh"], row["title_en"]),
                type=MeasureType(row["type"]),
                code_list=row["list"],
                words=tuple(row["words"].split()),
                cycles=frozenset(int(cycle) for cycle in row["cycles"] if cycle != _OF_EMPLOYERS),
                of_employers=_OF_EMPLOYERS in row["cycles"],
            )
            for row in csv.DictReader(lines)
        }
    )


MEASURES: Mapping[str, Measure] = _read()
"""Every measure by its id, in the order of the contract."""
