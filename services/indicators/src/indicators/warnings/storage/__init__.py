"""Rules, runs and warnings in SQL."""

from indicators.warnings.storage.inputs import Inputs, frozen_years, inputs_of, missing_years
from indicators.warnings.storage.rules import (
    add_rule,
    find_rule,
    lock_rules,
    page_of_rules,
    put_in_force,
    rule_in_force,
)
from indicators.warnings.storage.warnings import (
    Filters,
    add_run,
    close,
    find,
    in_turn,
    keep,
    lock,
    open_review,
    page,
    reseal_notes,
)

__all__ = [
    "Filters",
    "Inputs",
    "add_rule",
    "add_run",
    "close",
    "find",
    "find_rule",
    "frozen_years",
    "in_turn",
    "inputs_of",
    "keep",
    "lock",
    "lock_rules",
    "missing_years",
    "open_review",
    "page",
    "page_of_rules",
    "put_in_force",
    "reseal_notes",
    "rule_in_force",
]
