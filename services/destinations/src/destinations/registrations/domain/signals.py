"""What rules doubt of one registration (疑点): of its content, of texts of its evidence. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from common.identifiers import Cohort
from common.reference_tables.minimum_wages import MinimumWages, PayUnit
from destinations.cases.domain import OF_ONE_RECORD, Rule, title_words
from destinations.evidence_checks.findings import LOOKED_FOR
from destinations.registrations.domain.content import Destination
from destinations.registrations.domain.lifecycle import Action
from destinations.registrations.domain.registration import Change
from destinations.registrations.domain.warnings import pay_warning_of

JUDGED = OF_ONE_RECORD - {Rule.TARGETED_UNIT}
"""The rules that are decided by the content alone: whose unit a graduate was trained for, registry must say."""

_AGREEMENTS = ("10", "11")
_TITLES = ("employer_name", "study_school_name", "job_title")
_USCC_OF_NATURE = {"10": ("11", "13", "19"), "2": ("12", "52", "91"), "3": ("91", "92", "93")}
"""What a USCC begins with, by what the code of the employer's nature begins with."""


@dataclass(frozen=True)
class SeasonDays:
    """The days of a season that rules look at."""

    graduation_day: date
    changes_until: date


@dataclass(frozen=True)
class Signal:
    """A rule that doubts a registration, and the facts that it found: codes, days, words of lists, never a text."""

    rule: Rule
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Priced:
    """What the pay of a content is compared with: it in clear, the day of its submission, and the minimum wages."""

    said: Mapping[str, Any] = field(repr=False)
    day: date
    wages: MinimumWages


def is_judged(change: Change, *, written_anew: bool) -> bool:
    """Whether a change says something to reviewers, or takes it back; `written_anew` where its content is other.

    A draft does not: it is judged once it is submitted.
    """
    if change.action in {Action.SUBMIT, Action.IMPORT, Action.VOID}:
        return True
    return written_anew and (change.takes_effect or change.action is Action.REQUEST_VOID)


def signals_of(content: Destination, cohort: Cohort, days: SeasonDays, priced: Priced | None) -> Iterator[Signal]:
    """What rules doubt of a content; without `priced` its pay is not looked at."""
    if words := words_in(content.job_title, LOOKED_FOR):
        yield Signal(Rule.INTERNSHIP_WORDING, {"job_title": words})
    if content.contract_to is not None and content.contract_to <= days.graduation_day:
        facts = {"contract_to": f"{content.contract_to}", "graduation_day": f"{days.graduation_day}"}
        yield Signal(Rule.CONTRACT_ENDS_EARLY, facts)
    if content.destination_code in _AGREEMENTS and content.signed_on and content.signed_on > days.changes_until:
        facts = {"signed_on": f"{content.signed_on}", "changes_until": f"{days.changes_until}"}
        yield Signal(Rule.AGREEMENT_AFTER_CUT_OFF, facts)
    if found := _doubtful_titles(content):
        yield Signal(Rule.CODE_TITLE, {"destination_code": content.destination_code, **found})
    if is_ill_registered(content.employer_nature_code, content.employer_uscc):
        begins = (content.employer_uscc or "")[:2]
        yield Signal(Rule.NATURE_USCC, {"employer_nature_code": content.employer_nature_code, "uscc": begins})
    if priced is not None:
        yield from _low_pay(content, cohort, priced)


def signals_of_evidence(
    destination_code: str, title: str | None, file_name_words: Sequence[str], text_words: Sequence[str]
) -> Iterator[Signal]:
    """What rules doubt of a piece of evidence, by its title and the words that its file's name and text hold."""
    named = {"title": words_in(title, LOOKED_FOR), "file_name": file_name_words, "text": text_words}
    if found := {where: [*words] for where, words in named.items() if words}:
        yield Signal(Rule.INTERNSHIP_WORDING, found)
    if words := words_in(title, title_words(destination_code)):
        yield Signal(Rule.CODE_TITLE, {"destination_code": destination_code, "title": words})


def words_in(text: str | None, words: tuple[str, ...]) -> list[str]:
    """Those of the words that a text holds, in their order."""
    return [word for word in words if word in text] if text else []


@lru_cache(maxsize=5_000)
def is_ill_registered(nature_code: str | None, uscc: str | None) -> bool:
    """Whether a USCC is not of an authority that registers employers of this nature; of other natures none is."""
    if nature_code is None or uscc is None:
        return False
    begins = next((usccs for nature, usccs in _USCC_OF_NATURE.items() if nature_code.startswith(nature)), None)
    return begins is not None and not uscc.startswith(begins)


def _doubtful_titles(content: Destination) -> dict[str, list[str]]:
    words = title_words(content.destination_code)
    named = {name: words_in(getattr(content, name), words) for name in _TITLES} if words else {}
    return {name: found for name, found in named.items() if found}


def _low_pay(content: Destination, cohort: Cohort, priced: Priced) -> Iterator[Signal]:
    if pay_warning_of(content, cohort, priced.said, priced.day, priced.wages) != Rule.PAY_BELOW_MINIMUM:
        return
    day, place_code = content.signed_on or priced.day, content.place_code or ""
    minimum = priced.wages.minimum_wage(place_code, day, PayUnit(priced.said["pay_unit"]))
    # the pay itself stays sealed
    yield Signal(Rule.PAY_BELOW_MINIMUM, {"place_code": place_code, "minimum": f"{minimum}", "day": f"{day}"})
