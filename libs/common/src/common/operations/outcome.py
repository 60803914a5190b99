"""What a piece of long work ends with."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from common.codes.rules import rule
from common.errors import Invalid, Message
from common.operations.files import OperationFile

MAX_STORED = 1000
"""Faults kept with the operation; the workbook has all of them."""

MAX_WARNINGS = 100
"""Warnings kept with the operation: its result counts all of them."""

WARNING = "warning"
"""Key of a stored problem that is no fault."""

State = Literal["succeeded", "failed", "cancelled"]
"""In which work ends."""


@dataclass(frozen=True)
class RowProblem:
    """One fault in a file. `value` is masked by the caller where the column identifies a person."""

    row: int | None
    column: str | None
    rule: str
    value: str | None
    message: Message

    def to_json(self) -> dict[str, Any]:
        """As it is stored, in both languages; what stands in the cell is stored apart from it, encrypted."""
        return {
            "row": self.row,
            "column": self.column,
            "rule": self.rule,
            # the release before reads this name, and puts the value here
            "value": None,
            "zh": self.message.zh,
            "en": self.message.en,
        }


@dataclass(frozen=True)
class Outcome:
    """A handler's answer; `problems_total` counts what `problems` (the first 1,000 are kept) may not hold.

    `warnings` (the first 100 are kept) name rows that are stored all the same. `file` is what the work has made; who
    asked for the work may have it where the result names its path as `file`.
    """

    result: Mapping[str, Any]
    problems: Sequence[RowProblem] = field(default=(), repr=False)
    problems_total: int | None = None
    state: State = "succeeded"
    report: bytes | None = field(default=None, repr=False)
    warnings: Sequence[RowProblem] = field(default=(), repr=False)
    file: OperationFile | None = None

    @property
    def total(self) -> int:
        """How many problems there are."""
        return len(self.problems) if self.problems_total is None else self.problems_total


def refused(error: Invalid, result: Mapping[str, Any]) -> Outcome:
    """The end of work that cannot be done: a file that cannot be read, a rule about the whole."""
    found = [RowProblem(None, None, each.rule, None, each.message) for each in error.problems]
    return Outcome(result, found, state="failed")


def broken(rule_id: str, result: Mapping[str, Any]) -> Outcome:
    """The end of work that met something unforeseen."""
    return Outcome(result, [RowProblem(None, None, rule_id, None, rule(rule_id).text)], state="failed")


def added_up(empty: Mapping[str, Any], parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """An empty result with what the committed parts came to: numbers are added, of anything else the last counts.

    Numbers by name, as of warnings by rule, are added by name; lists are joined.
    """
    total = dict(empty)
    for part in parts:
        for name, value in total.items():
            if isinstance(value, Mapping):
                total[name] = dict(Counter(value) + Counter(part.get(name, {})))
            elif isinstance(value, list):
                total[name] = [*value, *part.get(name, ())]
            else:
                total[name] = value + part.get(name, 0) if isinstance(value, int) else part.get(name) or value
    return total
