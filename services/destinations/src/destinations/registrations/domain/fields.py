"""Which fields a destination code needs and which it forbids (必填与须空字段)."""

from collections.abc import Mapping
from functools import lru_cache
from operator import itemgetter
from typing import Any

from common.codes import CodeLists, CodeProblem
from common.codes.rules import rule
from common.errors import FieldProblem
from common.identifiers import Cohort
from destinations.field_rules.domain import asked_by, broken_pairs, scheme_of
from destinations.registrations.domain.content import CODE_LISTS, LONGEST, Destination

REASON = frozenset({"reason"})
FLEXIBLE_KIND = frozenset({"flexible_kind"})

USCC_LENGTH = 18


def missing_fields(content: Destination, cohort: Cohort) -> tuple[str, ...]:
    """Required fields that are empty: they keep a draft from being submitted."""
    return _missing(asked_by(content.destination_code, cohort).required, content.filled())


def incomplete_fields(content: Destination, cohort: Cohort) -> tuple[str, ...]:
    """Required and expected fields that are empty; who is said to be in flexible employment is so in some way."""
    awaited, filled = asked_by(content.destination_code, cohort).awaited, content.filled()
    return _missing(awaited | FLEXIBLE_KIND if "flexible" in filled else awaited, filled)


def missing_on_import(content: Destination, cohort: Cohort) -> tuple[str, ...]:
    """Fields that a row of a spreadsheet should have and lacks."""
    return _missing(asked_by(content.destination_code, cohort).imported, content.filled())


def forbidden_fields(content: Destination, cohort: Cohort) -> tuple[str, ...]:
    """Filled fields that contradict the destination code."""
    return _present(asked_by(content.destination_code, cohort).forbidden, content.filled())


def recoded(content: Destination, patch: Mapping[str, Any], cohort: Cohort) -> Destination:
    """The content after a patch; a changed code drops what it does not carry over, but not what the patch itself fills.

    A code that is not listed drops nothing: it is among the `contradictions`.
    """
    merged = content.merged(located(patch))
    if merged.destination_code == content.destination_code or not _is_known(merged.destination_code):
        return merged
    asked = asked_by(merged.destination_code, cohort)
    outdated = frozenset() if is_reason_of(merged.reason or "", merged.destination_code) else REASON
    return merged.cleared((asked.not_carried | outdated) - patch.keys())


def located(said: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is said; where it names a country by a text alone, with the code of that text, or none."""
    if "abroad_country" not in said or said.get("abroad_country_code"):
        return said
    return {**said, "abroad_country_code": country_named(said["abroad_country"])}


def country_named(text: str | None) -> str | None:
    """The code of the country or region that a text is a label of."""
    try:
        return CodeLists.load().get(CODE_LISTS["abroad_country_code"]).resolve_cell(text)
    except CodeProblem:
        return None


def is_country_unknown(content: Destination) -> bool:
    """Whether a country is named that the list does not have."""
    return content.abroad_country is not None and content.abroad_country_code is None


def is_reason_of(reason: str, destination_code: str) -> bool:
    """Whether a reason can belong to a code: 求职中 is one of 待就业 and its sub-codes alone, 其他 of any."""
    entry = CodeLists.load().get(CODE_LISTS["reason"]).lookup(reason)
    return entry is None or destination_code.startswith(entry.attributes.get("parent", ""))


def is_flexible(content: Destination, cohort: Cohort) -> bool:
    """灵活就业: as recorded, else by the scheme of the cohort."""
    if content.flexible is not None:
        return content.flexible
    return content.destination_code in scheme_of(cohort).flexible_default


def contradictions(content: Destination, cohort: Cohort) -> tuple[FieldProblem, ...]:
    """Unknown codes, unusable texts and forbidden fields; such content is never stored."""
    lists, codes = CodeLists.load(), _codes(vars(content))
    unknown = _unknown(lists, codes)
    # without a known code there is no rule that the other fields could break
    if unknown and any(problem.pointer == "/destination_code" for problem in unknown):
        return unknown
    forbidden = tuple([rule("must_be_empty").problem(f"/{name}") for name in forbidden_fields(content, cohort)])
    return (*unknown, *_unusable_texts(content), *_mistaken_country(content), *_mistaken_term(content), *forbidden)


def refused_over_http(content: Destination, cohort: Cohort) -> tuple[FieldProblem, ...]:
    """Problems that not even a draft may have: contradictions, and 70, 71, 72 without a reason."""
    found = contradictions(content, cohort)
    if not _is_known(content.destination_code):
        return found
    return (*found, *(problem for problem in incompleteness(content, cohort) if problem.pointer == "/reason"))


def incompleteness(content: Destination, cohort: Cohort) -> tuple[FieldProblem, ...]:
    """The missing required fields as problems."""
    return tuple(rule("required").problem(f"/{name}") for name in missing_fields(content, cohort))


def pair_problems(content: Destination) -> tuple[FieldProblem, ...]:
    """Codes that do not go together: refused of people, warned about in a row of a file."""
    return _ill_matched(_codes(vars(content)))


@lru_cache(maxsize=5_000)
def _ill_matched(codes: tuple[str | None, ...]) -> tuple[FieldProblem, ...]:
    broken = broken_pairs(dict(zip(CODE_LISTS, codes, strict=True)))
    return tuple([rule(pair.rule).problem(f"/{pair.other_field}") for pair in broken])


def _is_known(destination_code: str) -> bool:
    return destination_code in CodeLists.load().get(CODE_LISTS["destination_code"])


_codes = itemgetter(*CODE_LISTS)


# of the rows of a file most say the same of codes as another one
@lru_cache(maxsize=5_000)
def _unknown(lists: CodeLists, codes: tuple[str | None, ...]) -> tuple[FieldProblem, ...]:
    return tuple(
        [
            rule("unknown_code").problem(f"/{name}")
            for (name, list_name), code in zip(CODE_LISTS.items(), codes, strict=True)
            if code is not None and code not in lists.get(list_name)
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
    return (
        *too_long,
        *([rule("uscc_format").problem("/employer_uscc")] if wrong_uscc else []),
    )


def _mistaken_country(content: Destination) -> tuple[FieldProblem, ...]:
    named = country_named(content.abroad_country) if content.abroad_country_code else None
    disagree = named is not None and named != content.abroad_country_code
    return (rule("code_label_disagree").problem("/abroad_country_code"),) if disagree else ()


def _mistaken_term(content: Destination) -> tuple[FieldProblem, ...]:
    begins, ends = content.contract_from, content.contract_to
    backwards = begins is not None and ends is not None and ends < begins
    return (rule("contract_ends_before").problem("/contract_to"),) if backwards else ()


def is_uscc(text: str) -> bool:
    """Whether this is a 统一社会信用代码: 18 characters with the right check character."""
    try:
        return len(text) == USCC_LENGTH and text == _validated(text)
    except ValueError:
        return False


# keeps codes of employers only: anything else, as a person's number, raises
@lru_cache(maxsize=50_000)
def _validated(text: str) -> str:
    # a megabyte that a process which judges no code never needs
    from stdnum.cn import uscc

    found: str = uscc.validate(text)
    return found


# an import asks for each row, and few sets of fields are ever filled together
@lru_cache(maxsize=5_000)
def _missing(wanted: frozenset[str], filled: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(wanted - filled))


@lru_cache(maxsize=5_000)
def _present(unwanted: frozenset[str], filled: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(unwanted & filled))
