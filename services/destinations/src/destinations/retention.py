"""What is kept until its day: how much of it is past that, what ends it, and under which name the worker does so."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from functools import partial
from typing import NamedTuple

from common.database import Database
from common.periodic import Periodic, every
from common.retention import RETENTION_SECONDS
from common.sql import Connection
from destinations.checks.operations import end_past as end_past_checks
from destinations.checks.storage.ending import past as past_checks
from destinations.evidence.operations import end_past as end_past_evidence
from destinations.evidence.storage import past as past_evidence
from destinations.filing import storage as filing
from destinations.filing.operations import end_past as end_past_filings
from destinations.outside import operations as outside
from destinations.outside.storage import past as past_facts
from destinations.reconciliations import storage as reconciliations
from destinations.reconciliations.operations import end_past as end_past_rows
from destinations.support.operations import end_past as end_past_plans
from destinations.support.storage import past as past_plans
from destinations.tip_offs import operations as tip_offs
from destinations.tip_offs.storage import past as past_tip_offs


class Kept(NamedTuple):
    """A kind: `past` counts what is past its day and says the first of these days, `end` ends it.

    `act` is the name of the periodic act; None where another act ends it beside what else it does.
    """

    past: Callable[[Connection], Awaitable[tuple[int, date | None]]]
    end: Callable[[Database], Awaitable[int]]
    act: str | None


KEPT: Mapping[str, Kept] = {
    "filings": Kept(filing.past, end_past_filings, "retention of filings"),
    "evidence": Kept(past_evidence, end_past_evidence, "retention"),
    "facts": Kept(past_facts, outside.end_past, None),
    "support_plans": Kept(past_plans, end_past_plans, "retention of support plans"),
    "tip_offs": Kept(past_tip_offs, tip_offs.end_past, "retention of tip-offs"),
    "checks": Kept(past_checks, end_past_checks, "retention of checks"),
    "reconciliations": Kept(reconciliations.past, end_past_rows, "retention of reconciliations"),
}
"""The kinds, in the order in which the command ends them."""


def ending(database: Database) -> list[Periodic]:
    """The periodic acts that end what is past its day."""
    return [every(RETENTION_SECONDS, partial(each.end, database), name=each.act) for each in KEPT.values() if each.act]
