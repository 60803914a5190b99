"""Rules of signals (疑点规则): what is set for each, by the release and by a school."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files

from common.errors import Invalid, Message


class Rule(StrEnum):
    """The rules of signals (疑点规则)."""

    INTERNSHIP_WORDING = "internship_wording"
    CONTRACT_ENDS_EARLY = "contract_ends_early"
    AGREEMENT_AFTER_CUT_OFF = "agreement_after_cut_off"
    PAY_BELOW_MINIMUM = "pay_below_minimum"
    CODE_TITLE = "code_title"
    NATURE_USCC = "nature_uscc"
    TARGETED_UNIT = "targeted_unit"
    DUPLICATE_EVIDENCE = "duplicate_evidence"
    OUTSIDE_DATA = "outside_data"
    SINGLE_HANDED = "single_handed"
    SHARE_CODE_12 = "share_code_12"
    SHARE_CODE_76 = "share_code_76"
    MANY_IN_ONE_EMPLOYER = "many_in_one_employer"
    ONE_CONTACT = "one_contact"


OF_ONE_RECORD = frozenset(
    {
        Rule.INTERNSHIP_WORDING,
        Rule.CONTRACT_ENDS_EARLY,
        Rule.AGREEMENT_AFTER_CUT_OFF,
        Rule.PAY_BELOW_MINIMUM,
        Rule.CODE_TITLE,
        Rule.NATURE_USCC,
        Rule.TARGETED_UNIT,
    }
)
"""Rules that look at one registration and its evidence, in the transaction that writes them."""


@dataclass(frozen=True)
class RuleData:
    """What is set for a rule: the threshold that holds until a school sets its own, its unit, and the most it can be.

    A rule without a threshold doubts each record that breaks it.
    """

    rule: Rule
    unit: str | None
    threshold: int | None
    most: int | None
    verified: bool


@cache
def rule_data() -> Mapping[Rule, RuleData]:
    """The rules as the release has them."""
    return {
        Rule(each["rule"]): RuleData(
            Rule(each["rule"]),
            each["unit"] or None,
            int(each["threshold"]) if each["threshold"] else None,
            int(each["most"]) if each["most"] else None,
            each["verified"] == "true",
        )
        for each in _rows("signal-rules")
    }


@lru_cache(maxsize=256)
def title_words(destination_code: str) -> tuple[str, ...]:
    """The words of the list `code-title` that do not go with a destination code, in an employer, a school or a job."""
    return tuple(
        each["word"] for each in _rows("code-title") if destination_code.startswith(tuple(each["codes"].split()))
    )


@cache
def _rows(name: str) -> tuple[Mapping[str, str], ...]:
    content = files("destinations.cases").joinpath("data", f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(io.StringIO(content)))


@dataclass(frozen=True)
class Threshold:
    """What a school has set for a rule."""

    rule: Rule
    version: int
    threshold: int


@dataclass(frozen=True)
class SchoolRule:
    """A rule as it holds for a school; version 0 has the threshold of the release."""

    data: RuleData
    threshold: int | None
    version: int


class NoThreshold(Invalid):
    """The rule doubts each record that breaks it: there is nothing to set."""

    code = "no_threshold"
    title = Message("该规则没有阈值", "The rule has no threshold")


class ThresholdRefused(Invalid):
    """The threshold is larger than the rule allows."""

    code = "threshold_refused"
    title = Message("阈值超出范围", "The threshold is out of range")
