"""What people are warned about in a registration: nothing of it keeps an act from being done."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from common.codes import CodeLists
from common.identifiers import Cohort
from common.reference_tables.minimum_wages import MinimumWages, PayUnit
from destinations.field_rules.domain import asked_by
from destinations.registrations.domain.content import Destination
from destinations.registrations.domain.fields import is_country_unknown, pair_problems


@dataclass(frozen=True)
class Pay:
    """薪酬 in clear: whole yuan before tax, and what they are paid for."""

    amount: int
    unit: PayUnit


def warnings_of(content: Destination, cohort: Cohort, incomplete: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Rules with the fields that they look at, but for the rules about pay; `incomplete` is what was missed."""
    required = asked_by(content.destination_code, cohort).required
    yield from (("expected", name) for name in incomplete if name not in required)
    yield from mismatches_of(content)
    if not CodeLists.of_release().get("division").is_listed(content.place_code):
        yield "newer_code", "place_code"


def mismatches_of(content: Destination) -> Iterator[tuple[str, str]]:
    """Of these what is warned about in a row of a file, too: codes that do not go together, and an unknown country."""
    yield from ((each.rule, each.pointer.removeprefix("/")) for each in pair_problems(content))
    if is_country_unknown(content):
        yield "unknown_country", "abroad_country"


def states_pay(content: Destination, cohort: Cohort) -> bool:
    """Whether there is a pay to look at, under a code of which pay is asked."""
    is_asked = "pay_amount" in asked_by(content.destination_code, cohort).awaited
    return is_asked and None not in {content.pay_amount, content.pay_unit, content.place_code}


def pay_warning(pay: Pay, place_code: str, day: date, wages: MinimumWages) -> str | None:
    """The rule about a pay at a place; `day` is that of the signature, else of the submission.

    A refusal would breed false pay: the rule only warns.
    """
    minimum = wages.minimum_wage(place_code, day, pay.unit)
    if minimum is None:
        return "minimum_wage_unknown"
    return "pay_below_minimum" if pay.amount < minimum else None


def pay_warning_of(
    content: Destination, cohort: Cohort, said: Mapping[str, Any], day: date, wages: MinimumWages
) -> str | None:
    """The rule about the pay that a content states; `said` is it in clear, `day` that of the submission."""
    if content.place_code is None or not states_pay(content, cohort):
        return None
    pay = Pay(said["pay_amount"], PayUnit(said["pay_unit"]))
    return pay_warning(pay, content.place_code, content.signed_on or day, wages)
