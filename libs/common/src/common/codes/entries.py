"""Values of a code list."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date


# every process keeps nine thousand
@dataclass(frozen=True, slots=True)
class CodeEntry:
    """One code in one period. `attributes` holds the columns that only this list has (classes, level, parent …)."""

    code: str
    label_zh: str
    label_en: str | None
    valid_from: date | None
    valid_to: date | None
    source: str
    verified: bool
    attributes: Mapping[str, str] = field(default_factory=dict)

    def values(self) -> dict[str, object]:
        """Its fields by name."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    def covers(self, day: date) -> bool:
        """Whether the entry is in force on the day, both ends included."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)

    def overlaps(self, other: "CodeEntry") -> bool:
        """Whether there is a day on which both are in force."""
        starts = max(self.valid_from or date.min, other.valid_from or date.min)
        return starts <= min(self.valid_to or date.max, other.valid_to or date.max)

    def label(self, language: str) -> str:
        """The label in `zh` or `en`; the Chinese one where no English one is known."""
        return self.label_zh if language == "zh" else self.label_en or self.label_zh


@dataclass(frozen=True)
class Alias:
    """Another label that files use for a code: a former name, a sub-label, or a spelling."""

    label: str
    code: str
    kind: str
    verified: bool


class CodeProblem(ValueError):
    """A cell that names no code. `rule` is `unknown_code`, `unknown_label` or `code_label_disagree`."""

    def __init__(self, rule: str, code_list: str) -> None:
        self.rule = rule
        self.code_list = code_list
        super().__init__(f"{rule} in {code_list}")
