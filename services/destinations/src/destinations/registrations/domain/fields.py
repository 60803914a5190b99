"""Which fields a destination code needs and which it forbids (必填与须空字段)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from common.codes import CodeLists
from common.codes.rules import rule
from common.errors import FieldProblem
from destinations.registrations.domain.content import CODE_LISTS, LONGEST, Destination

UNIT = frozenset(
    {
        "employer_name",
        "employer_uscc",
        "employer_nature_code",
        "industry_code",
        "place_code",
        "employer_address",
        "position_code",
    }
)
STUDY = frozenset({"study_school_name", "study_level_code"})
ABROAD = frozenset(
    {"abroad_country", "abroad_school_name_zh", "abroad_school_name_en", "abroad_major_zh", "abroad_major_en"}
)
REASON = frozenset({"reason"})
FREELANCE = frozenset({"freelance_kind"})
FLEXIBLE = frozenset({"flexible", "flexible_kind"})
WORK_DETAIL = frozenset({"employer_nature_code", "position_code"})

DEFAULT_FLEXIBLE = frozenset({"12", "76"})
"""灵活就业 where the record leaves it open: the scheme's default rule."""

USCC_LENGTH = 18
_KIND = re.compile(r"[a-z][a-z_]{0,47}|[0-9A-Za-z][0-9A-Za-z.\-]{0,7}")
"""A word without digits, or a short code: events carry neither free text nor a person's number."""


@dataclass(frozen=True)
class FieldRule:
    """What a destination code asks of the fields.

    `imported` is required of a spreadsheet's row, and only warned about: published history has gaps.
    `foreign` names further fields that have no meaning under the code; they go when the code changes to it.
    """

    required: frozenset[str]
    imported: frozenset[str]
    forbidden: frozenset[str]
    foreign: frozenset[str] = frozenset()


_EMPLOYED = FieldRule(
    required=UNIT | {"signed_on"},
    imported=UNIT - {"employer_address"},
    forbidden=ABROAD | REASON | STUDY | FREELANCE,
)
_PROGRAMME = FieldRule(
    required=frozenset({"employer_name", "place_code"}),
    imported=frozenset({"employer_name"}),
    forbidden=WORK_DETAIL | {"industry_code"} | ABROAD | REASON | STUDY | FREELANCE,
)
_ENLISTED = FieldRule(
    required=frozenset(),
    imported=frozenset(),
    forbidden=UNIT | ABROAD | REASON | STUDY | FREELANCE,
)
_BUSINESS = FieldRule(
    required=frozenset({"employer_name", "industry_code", "place_code"}),
    imported=frozenset({"employer_name"}),
    forbidden=WORK_DETAIL | ABROAD | REASON | STUDY | FREELANCE,
)
_FREELANCE = FieldRule(
    required=frozenset({"freelance_kind", "place_code"}),
    imported=frozenset(),
    forbidden=WORK_DETAIL | {"industry_code", "employer_uscc"} | ABROAD | REASON | STUDY,
    foreign=frozenset({"employer_name", "employer_address"}),
)
_STUDY = FieldRule(
    required=STUDY,
    imported=frozenset(),
    forbidden=WORK_DETAIL | {"industry_code"} | ABROAD | REASON | FREELANCE | FLEXIBLE,
    foreign=frozenset({"employer_name", "employer_uscc", "employer_address"}),
)
_ABROAD = FieldRule(
    required=ABROAD,
    imported=frozenset(),
    forbidden=UNIT | REASON | STUDY | FREELANCE | FLEXIBLE,
)
_NOT_EMPLOYED = FieldRule(
    required=REASON,
    imported=frozenset(),
    forbidden=UNIT | ABROAD | STUDY | FREELANCE | FLEXIBLE,
    foreign=frozenset({"signed_on"}),
)

_RULES: tuple[tuple[tuple[str, ...], FieldRule], ...] = (
    (("10", "11", "12"), _EMPLOYED),
    (("27", "50", "51"), _PROGRAMME),
    (("46",), _ENLISTED),
    (("75",), _BUSINESS),
    (("76",), _FREELANCE),
    (("80", "81"), _STUDY),
    (("85",), _ABROAD),
    (("70", "71", "72"), _NOT_EMPLOYED),
)
"""By the first two digits: the sub-codes of a code share its rule."""

_BY_PREFIX: Mapping[str, FieldRule] = {prefix: rule for prefixes, rule in _RULES for prefix in prefixes}


def rule_of(destination_code: str) -> FieldRule:
    """The rule of a code of the list `destination`; any other code is a KeyError."""
    return _BY_PREFIX[destination_code[:2]]


def missing_fields(content: Destination) -> tuple[str, ...]:
    """Required fields that are empty: they keep a draft from being submitted."""
    return _missing(rule_of(content.destination_code).required, content.filled())


def missing_on_import(content: Destination) -> tuple[str, ...]:
    """Fields that a row of a spreadsheet should have and lacks."""
    return _missing(rule_of(content.destination_code).imported, content.filled())


def forbidden_fields(content: Destination) -> tuple[str, ...]:
    """Filled fields that contradict the destination code."""
    return _present(rule_of(content.destination_code).forbidden, content.filled())


def recoded(content: Destination, patch: Mapping[str, object]) -> Destination:
    """The content after a patch; a changed code drops what it forbids, but not what the patch itself fills.

    A code that no rule knows drops nothing: it is among the `contradictions`.
    """
    merged = content.merged(patch)
    asked = _BY_PREFIX.get(merged.destination_code[:2])
    if asked is None or merged.destination_code == content.destination_code:
        return merged
    outdated = frozenset() if is_reason_of(merged.reason or "", merged.destination_code) else REASON
    return merged.cleared((asked.forbidden | asked.foreign | outdated) - patch.keys())


def is_reason_of(reason: str, destination_code: str) -> bool:
    """Whether a reason can belong to a code: 求职中 is one of 待就业 and its sub-codes alone, 其他 of any."""
    entry = CodeLists.load().get(CODE_LISTS["reason"]).lookup(reason)
    return entry is None or destination_code.startswith(entry.attributes.get("parent", ""))


def is_flexible(content: Destination) -> bool:
    """灵活就业: as recorded, else by the default rule."""
    if content.flexible is not None:
        return content.flexible
    return content.destination_code in DEFAULT_FLEXIBLE


def contradictions(content: Destination) -> tuple[FieldProblem, ...]:
    """Unknown codes, unusable texts and forbidden fields; such content is never stored."""
    unknown = _unknown_codes(content)
    # without a known code there is no rule that the other fields could break
    if unknown and any(problem.pointer == "/destination_code" for problem in unknown):
        return unknown
    forbidden = tuple([rule("must_be_empty").problem(f"/{name}") for name in forbidden_fields(content)])
    return (*unknown, *_unusable_texts(content), *forbidden)


def refused_over_http(content: Destination) -> tuple[FieldProblem, ...]:
    """Problems that not even a draft may have: contradictions, and 70, 71, 72 without a reason."""
    found = contradictions(content)
    if content.destination_code not in CodeLists.load().get(CODE_LISTS["destination_code"]):
        return found
    return (*found, *(problem for problem in incompleteness(content) if problem.pointer == "/reason"))


def incompleteness(content: Destination) -> tuple[FieldProblem, ...]:
    """The missing required fields as problems."""
    return tuple(rule("required").problem(f"/{name}") for name in missing_fields(content))


def _unknown_codes(content: Destination) -> tuple[FieldProblem, ...]:
    lists, said = CodeLists.load(), vars(content)
    return tuple(
        [
            rule("unknown_code").problem(f"/{name}")
            for name, list_name in CODE_LISTS.items()
            if (code := said[name]) is not None and code not in lists.get(list_name)
        ]
    )


def _unusable_texts(content: Destination) -> tuple[FieldProblem, ...]:
    said = vars(content)
    too_long = [
        rule("length").problem(f"/{name}")
        for name, longest in LONGEST.items()
        if (text := said[name]) and len(text) > longest
    ]
    wrong_uscc = content.employer_uscc is not None and not is_uscc(content.employer_uscc)
    wrong_kind = content.flexible_kind is not None and not _KIND.fullmatch(content.flexible_kind)
    return (
        *too_long,
        *([rule("uscc_format").problem("/employer_uscc")] if wrong_uscc else []),
        *([rule("choice").problem("/flexible_kind")] if wrong_kind else []),
    )


def is_uscc(text: str) -> bool:
    """Whether this is a 统一社会信用代码: 18 characters with the right check character."""
    try:
        return len(text) == USCC_LENGTH and text == _validated(text)
    except ValidationError:
        return False


# keeps codes of employers only: anything else, as a person's number, raises
_validated = lru_cache(maxsize=50_000)(uscc.validate)


# an import asks for each row, and few sets of fields are ever filled together
@lru_cache(maxsize=5_000)
def _missing(wanted: frozenset[str], filled: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(wanted - filled))


@lru_cache(maxsize=5_000)
def _present(unwanted: frozenset[str], filled: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(unwanted & filled))
