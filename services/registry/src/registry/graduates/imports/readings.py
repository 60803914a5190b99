"""How the cells of a roster spreadsheet are read, field by field. Pure."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from functools import partial

from common.codes import Cell, normalise
from common.codes.spelling import cell_text
from common.identity import steers_a_device
from common.imports import Reading, coded, plain, text_of
from common.spreadsheets.cells import CellProblem, as_day, identifier_text, shown_text
from registry.graduates.domain import identity
from registry.graduates.domain.entry import CODE_LIST_OF, MAX_TEXT, TEXTS
from registry.graduates.domain.masking import MASKS
from registry.graduates.domain.unit_book import UnitNamed
from registry.graduates.imports.columns import CODED, DAYS, WORDS
from registry.organisation.domain import MAX_NAME, MAX_UNIT_CODE
from registry.organisation.imports.rows import national_code, whole_code

MASKED = "masked_value"
"""The rule that a cell with stars breaks, unless it turns out to show what is stored."""

_MAX_YEARS = Decimal(12)


def readings(cohort: int) -> Iterator[Reading[object]]:
    """How the fields of a graduate are read but for the numbers and the units."""
    yield citizen_id_of(cohort)
    for column, read in MASKED_TEXTS.items():
        yield shown_masked(column, read, _STANDING.get(column))
    yield plain("duration_years", _years)
    for column in DAYS:
        yield plain(column, as_day)
    for column, words in WORDS.items():
        yield plain(column, partial(_word, words))
    for column in TEXTS:
        if column not in MASKED_TEXTS:
            yield plain(column, _text)
    for column, field_name in CODED.items():
        yield coded(column, CODE_LIST_OF[field_name], cohort, field_name)


def citizen_id_of(cohort: int) -> Reading[str]:
    """How the citizen id of a graduate of that cohort is read."""
    read = stored_as(lambda text: identity.citizen_id(text, cohort))
    return shown_masked("citizen_id", read, lambda text: identity.stands_as_citizen_id(text, cohort))


def shown_masked(
    column: str, read: Callable[[Cell], str], is_value: Callable[[str], bool] | None = None
) -> Reading[str]:
    """The reading of a field that staff see masked: a text with stars is no value of it."""

    def read_clear(cell: Cell) -> str:
        if isinstance(cell, str) and "*" in cell:
            raise CellProblem(MASKED)
        return read(cell)

    return plain(column, read_clear, is_value)


def stored_as(form: Callable[[str], str], text: Callable[[Cell], str] = identifier_text) -> Callable[[Cell], str]:
    """Reads a cell's text in the form in which the roster stores it."""

    def read(cell: Cell) -> str:
        try:
            return form(text(cell))
        except identity.RuleBroken as broken:
            raise CellProblem(broken.rule) from None

    return read


NUMBERS: Mapping[str, Callable[[Cell], str]] = {
    "student_number": stored_as(identity.student_number),
    "exam_number": stored_as(identity.exam_number),
}
"""How the numbers are read that a graduate is looked up by."""


def _years(cell: Cell) -> Decimal:
    try:
        given = Decimal(cell_text(cell).removesuffix("年"))
        years = given.quantize(Decimal("0.1"))
        usable = 0 < years == given <= _MAX_YEARS  # fails for what is no number, too
    except InvalidOperation:
        usable = False
    if not usable:
        raise CellProblem("number_format")
    return years


def _word(words: Mapping[str, object], cell: Cell) -> object:
    try:
        return words[normalise(cell_text(cell))]
    except KeyError:
        raise CellProblem("choice") from None


def _text(cell: Cell) -> str:
    text = identity.free_text(text_of(cell))
    if len(text) > MAX_TEXT:
        raise CellProblem("length")
    return text


def _unit(code: Cell, name: Cell) -> UnitNamed | None:
    identifier = None if code is None else identifier_text(code)
    named = text_of(name) or None
    if len(identifier or "") > MAX_UNIT_CODE or len(named or "") > MAX_NAME:
        raise CellProblem("length")
    if steers_a_device(identifier or ""):
        raise CellProblem("printable")
    # a code is part of an address
    return UnitNamed(identifier and identifier.replace("/", "／"), named) if identifier or named else None


def _major(code: Cell, name: Cell) -> UnitNamed | None:
    return _unit(whole_code(code), name)


UNITS = (
    Reading("college", ("college", "college_name"), _unit),
    Reading("major", ("major", "major_name"), _major),
    Reading("class", ("class", "class_name"), _unit),
)

NATIONAL_CODE = plain("national_code", national_code)
"""How the national code is read that a row states of its major."""

MASKED_TEXTS: Mapping[str, Callable[[Cell], str]] = {
    "name": stored_as(identity.name, lambda cell: cell if isinstance(cell, str) else shown_text(cell)),
    "phone": stored_as(identity.phone),
    "home_phone": stored_as(identity.phone),
    "email": stored_as(identity.email),
    **{column: _text for column in TEXTS if column in MASKS},
}
"""How the fields are read that staff see masked, but for the citizen id, which the cohort is asked about."""

_STANDING: Mapping[str, Callable[[str], bool]] = {
    "name": identity.stands_as_name,
    "phone": identity.stands_as_phone,
    "home_phone": identity.stands_as_phone,
}
"""Of these fields most texts are stored as they stand."""

SHOWN: Mapping[str, Callable[[Cell], str]] = {
    column: partial(lambda mask, read, cell: mask(read(cell)), MASKS[column], read)
    for column, read in {**MASKED_TEXTS, "citizen_id": stored_as(identity.document_number)}.items()
}
"""What staff see of the value of a cell."""
