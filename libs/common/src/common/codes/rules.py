"""Every check of the product by id, with its text in both languages (`GET /v1/rules`): data, so that services share it.

Who applies a rule decides in code; what people read about it stands in `data/rules.csv`.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from common.errors import FieldProblem, Message


@dataclass(frozen=True)
class Rule:
    """One check. `subject` is what it looks at, `level` how wide (field, record, file), `severity` error or warning."""

    id: str
    subject: str
    level: str
    severity: str
    text: Message

    def problem(self, pointer: str) -> FieldProblem:
        """The rule as broken by one field of a body."""
        return FieldProblem(pointer, self.id, self.text)


@cache
def rules() -> Mapping[str, Rule]:
    """All rules by id, in the order of the data."""
    content = (files("common.codes") / "data" / "rules.csv").read_text("utf-8")
    return {
        row["id"]: Rule(
            row["id"], row["subject"], row["level"], row["severity"], Message(row["text_zh"], row["text_en"])
        )
        for row in csv.DictReader(io.StringIO(content))
    }


def rule(rule_id: str) -> Rule:
    """The rule of that id; an id that the catalogue lacks is a `KeyError`."""
    return rules()[rule_id]
