"""Response analysis (答复分析): what became of everybody who is eligible, each in exactly one class."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from common.rounding import percentage
from common.shown_groups.editions import in_order
from surveys.results.domain.dimensions import Key


class Outcome(StrEnum):
    """What became of one who is eligible, in the order in which it is answered."""

    SUBMITTED = "submitted"
    CORE_OPEN = "core_open"
    PARTIAL = "partial"
    OPENED = "opened"
    REACHED = "reached"
    NOT_REACHED = "not_reached"
    NOT_CONTACTED = "not_contacted"
    OPTED_OUT = "opted_out"
    REFUSED = "refused"
    SCREENED_OUT = "screened_out"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Known:
    """What is known of one who is eligible, from which the outcome follows.

    `state` and `effective` (whether anything was submitted) are those of the response; `drafted` is how complete its
    draft is. `contacted`: a link was made; `failed`: it was sent, and no message is known to have arrived.
    """

    state: str | None = None
    effective: bool = False
    drafted: str | None = None
    contacted: bool = False
    failed: bool = False
    opted_out: bool = False
    refused: bool = False


def outcome_of(known: Known) -> Outcome:
    """The one class: the first that fits, from what ends a response to what has hardly begun.

    What was answered comes before a later wish not to be asked again, and that wish before a draft.
    """
    fitting = (
        (Outcome.WITHDRAWN, known.state == "withdrawn"),
        (Outcome.SUBMITTED, known.state == "submitted" or known.effective),
        (Outcome.SCREENED_OUT, known.state == "screened_out"),
        (Outcome.REFUSED, known.refused),
        (Outcome.OPTED_OUT, known.opted_out),
        (Outcome.CORE_OPEN, known.drafted in ("core", "complete")),
        (Outcome.PARTIAL, known.drafted == "partial"),
        (Outcome.OPENED, known.state is not None),
        (Outcome.NOT_REACHED, known.contacted and known.failed),
        (Outcome.REACHED, known.contacted),
    )
    return next((outcome for outcome, fits in fitting if fits), Outcome.NOT_CONTACTED)


@dataclass(frozen=True)
class Responded:
    """One group: its people by outcome, and its part of all people and of all answers in per cent (None of none)."""

    group: Key
    counts: Mapping[Outcome, int]
    population_share: str | None
    answer_share: str | None

    @property
    def eligible(self) -> int:
        """Everybody in the group."""
        return sum(self.counts.values())

    @property
    def response_rate(self) -> str | None:
        """Answers of those who are eligible in per cent; None of an empty group."""
        return percentage(self.counts[Outcome.SUBMITTED], self.eligible)


def responded(people: Iterable[tuple[Key, Known, int]], *, grouped: bool) -> list[Responded]:
    """Groups in their order, out of rows with how many people each is; without a grouping always exactly one."""
    groups: defaultdict[Key, Counter[Outcome]] = defaultdict(Counter)
    if not grouped:
        groups[()] = Counter()
    for key, known, count in people:
        groups[key][outcome_of(known)] += count
    total = sum(sum(counts.values()) for counts in groups.values())
    answers = sum(counts[Outcome.SUBMITTED] for counts in groups.values())
    return [
        Responded(
            key,
            {outcome: groups[key][outcome] for outcome in Outcome},
            percentage(sum(groups[key].values()), total),
            percentage(groups[key][Outcome.SUBMITTED], answers),
        )
        for key in sorted(groups, key=in_order)
    ]
