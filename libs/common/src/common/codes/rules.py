"""Every check of the product by id, with its text in both languages (`GET /v1/rules`): data, so that services share it.

Who applies a rule decides in code; what people read about it stands in `data/rules.csv`.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files

from common.errors import FieldProblem, Message

OWN = "our own"
"""The source of a rule that the product sets by itself."""


@dataclass(frozen=True)
class Rule:
    """One check. `subject` is what it looks at, `severity` error or warning, `level` how wide it looks.

    `level` is field, record or file; of a rule of the quality of rosters record, college or school. Such a rule has a
    `tolerance`: the percentage of graduates who may break it. `verified` is false of a proposal.
    """

    id: str
    subject: str
    level: str
    severity: str
    text: Message
    tolerance: Decimal | None
    source: str
    verified: bool

    def problem(self, pointer: str) -> FieldProblem:
        """The rule as broken by one field of a body."""
        return FieldProblem(pointer, self.id, self.text)


@cache
def rules() -> Mapping[str, Rule]:
    """All rules by id, in the order of the data."""
    content = (files("common.codes") / "data" / "rules.csv").read_text("utf-8")
    return {row["id"]: _read(row) for row in csv.DictReader(io.StringIO(content), restval="")}


def rule(rule_id: str) -> Rule:
    """The rule of that id; an id that the catalogue lacks is a `KeyError`."""
    return rules()[rule_id]


def _read(row: Mapping[str, str]) -> Rule:
    """A rule that names no source is our own, and states what the product does."""
    return Rule(
        id=row["id"],
        subject=row["subject"],
        level=row["level"],
        severity=row["severity"],
        text=Message(row["text_zh"], row["text_en"]),
        tolerance=Decimal(row["tolerance"]) if row["tolerance"] else None,
        source=row["source"] or OWN,
        verified=row["verified"] != "false",
    )
