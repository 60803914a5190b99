"""Acts on cases."""

from destinations.cases.commands.acting import HANDLERS, allowed, assign, close, find, link, open_persons
from destinations.cases.commands.opening import MAKERS, Seen, as_answered, audit_opened, get, make, open_case, shown
from destinations.cases.commands.ruling import READERS as RULE_READERS
from destinations.cases.commands.ruling import clear_evidence, rules, set_threshold, sweep
from destinations.cases.commands.signalling import (
    clear_signals,
    must_note,
    open_signals,
    opening_of,
    signal,
    signal_evidence,
    subject_of,
)

__all__ = [
    "HANDLERS",
    "MAKERS",
    "RULE_READERS",
    "Seen",
    "allowed",
    "as_answered",
    "assign",
    "audit_opened",
    "clear_evidence",
    "clear_signals",
    "close",
    "find",
    "get",
    "link",
    "make",
    "must_note",
    "open_case",
    "open_persons",
    "open_signals",
    "opening_of",
    "rules",
    "set_threshold",
    "shown",
    "signal",
    "signal_evidence",
    "subject_of",
    "sweep",
]
