"""How the rows of each source are read, and what they say. One shape for all sources."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from common.codes import Cell
from common.codes.spelling import cell_text
from common.identity import plain_number
from common.imports import Fault, Reading, coded, plain, text_of
from common.spreadsheets.cells import CellProblem, as_day, identifier_text, is_month
from destinations.outside.domain.authorisations import Source
from destinations.outside.domain.facts import Content
from destinations.registrations.domain.fields import is_uscc

LONGEST = 200
"""Characters of a name; nothing of a longer one is stored."""

DAYS = ("from_on", "to_on")


MOST_INSURED = 100_000_000


def count_of(cell: Cell) -> int:
    """A number of persons: `1200`, `1,200人`; raises CellProblem."""
    digits = cell_text(cell).replace(",", "").removesuffix("人").removesuffix(".0")
    if not digits.isascii() or not digits.isdigit() or int(digits[:10]) > MOST_INSURED or len(digits) > 10:
        raise CellProblem("number_format")
    return int(digits)


@dataclass(frozen=True)
class Adapter:
    """A source's files: the readings of a cohort's rows, and what each row must say."""

    readings: Callable[[int], Iterable[Reading[object]]]
    required: Sequence[str]


def name_of(cell: Cell) -> str:
    """The name of a unit, or a word; raises CellProblem for one that is too long."""
    if len(text := text_of(cell)) > LONGEST:
        raise CellProblem("length")
    return text


def uscc_of(cell: Cell) -> str:
    """A code with its check character; raises CellProblem."""
    code = plain_number(identifier_text(cell)).upper()
    if not is_uscc(code):
        raise CellProblem("uscc_format")
    return code


def last_day(cell: Cell) -> date:
    """A day; the last one of a month that is named without a day.

    >>> last_day("2024-02"), last_day("2024-02-10")
    (datetime.date(2024, 2, 29), datetime.date(2024, 2, 10))
    """
    day = as_day(cell)
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1) if is_month(cell) else day


def of_insurance(cohort: int) -> Iterable[Reading[object]]:
    """Where a person is insured (参保), and by whom."""
    yield plain("employer_uscc", uscc_of)
    yield plain("employer_name", name_of)
    yield coded("place_code", "division", cohort)
    yield plain("from_on", as_day)
    yield plain("to_on", last_day)


def of_credentials(cohort: int) -> Iterable[Reading[object]]:
    """Where a person studies (学籍)."""
    yield plain("study_school_name", name_of)
    yield coded("study_level_code", "education-level", cohort)
    yield plain("from_on", as_day)
    yield plain("study_state", name_of)


def of_register(cohort: int) -> Iterable[Reading[object]]:
    """An employer in the business register (工商登记)."""
    yield plain("uscc", uscc_of)
    yield plain("name", name_of)
    yield plain("former_names", name_of)
    yield coded("industry_code", "industry", cohort)
    yield coded("place_code", "division", cohort)
    yield plain("established_on", as_day)
    yield plain("register_state", name_of)
    yield plain("insured_persons", count_of)


ADAPTERS: Mapping[Source, Adapter] = MappingProxyType(
    {
        Source.SOCIAL_INSURANCE: Adapter(of_insurance, required=("from_on",)),
        Source.CREDENTIALS: Adapter(of_credentials, required=("study_school_name", "from_on")),
        Source.BUSINESS_REGISTER: Adapter(of_register, required=("uscc", "name")),
    }
)


def must_say(source: Source, said: Mapping[str, Any], faults: list[Fault]) -> None:
    """Adds to the faults of a row what it must say and does not."""
    at_fault = {fault.column for fault in faults}
    missing = [name for name in ADAPTERS[source].required if said.get(name) is None and name not in at_fault]
    faults += [Fault(name, "required") for name in missing]


def content_of(source: Source, said: Mapping[str, Any], faults: list[Fault]) -> Content | None:
    """What a row says of a person; None where it breaks a rule, which is then among its faults."""
    must_say(source, said, faults)
    if faults:
        return None
    from_on, to_on = said["from_on"], said.get("to_on")
    if to_on and to_on < from_on:
        faults.append(Fault("to_on", "ends_before"))
        return None
    values = {name: value for name, value in said.items() if value is not None and name not in DAYS}
    return Content(source, from_on, to_on, values)
