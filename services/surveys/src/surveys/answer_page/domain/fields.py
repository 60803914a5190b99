"""Fields of a form and the values that they stand for, in both directions.

What cannot be read is given on as it was typed: the logic of the questionnaire alone refuses. As in the API a question
whose fields are absent stays as it is, and one whose fields are empty is cleared.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

from surveys.answer_page.domain.choices import code_named, label_of_code
from surveys.questionnaires.domain.content import Question, QuestionType
from surveys.questionnaires.domain.meanings import is_refusal
from surveys.questionnaires.domain.questions import kind_of
from surveys.questionnaires.domain.questions.options import missing_of, opening, other_of

Fields = Mapping[str, Sequence[str]]
"""Name of a field → what came under it, in its order."""

Values = Mapping[str, object]

_NUMBER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?")
_GROUPED = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_MONTH = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})月?")
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_FLAGS: Mapping[str, object] = MappingProxyType({"true": True, "false": False})
_EMPTY = ("",)


def names_in(question: Question) -> tuple[str, ...]:
    """The fields that together answer a question, without those beside its answer."""
    kind = kind_of(question)
    if question.type is not QuestionType.MULTIPLE_CHOICE and (parts := kind.parts(question)):
        return tuple(f"{question.id}_{part.value}" for part in parts)
    return (question.id,) if kind.asks else ()


def values_in(questions: Iterable[Question], fields: Fields, before: Values) -> dict[str, object]:
    """The values that fields give to these questions, None where they clear; `before` is what is saved.

    Fields of no question are given on as well, but for those of the page itself, which begin with a line below.
    """
    values: dict[str, object] = {}
    known: set[str] = set()
    for question in questions:
        names = names_in(question)
        known.update(names)
        if any(name in fields for name in names):
            values[question.id] = _READ.get(question.type, _plain)(question, fields, before.get(question.id))
        if kind_of(question).asks:
            known.add(missing_of(question))
            _take_missing(question, fields, before, values)
        if opening(question):
            known.add(other_of(question))
            if other_of(question) in fields:
                values[other_of(question)] = _text(_last(fields, other_of(question)))
    unknown = {name: given[-1] for name, given in fields.items() if name not in known and not name.startswith("_")}
    return {**values, **unknown}


def fields_of(questions: Iterable[Question], values: Values, language: str) -> dict[str, Sequence[str]]:
    """The fields that stand for saved values."""
    fields: dict[str, Sequence[str]] = {}
    for question in questions:
        value = values.get(question.id)
        if isinstance(value, dict) and is_refusal(value):
            fields[missing_of(question)] = [str(value["missing"])]
        elif value is not None:
            fields.update(_written(question, value, language))
        if opening(question) and other_of(question) in values:
            fields[other_of(question)] = [str(values[other_of(question)])]
    return fields


def _take_missing(question: Question, fields: Fields, before: Values, values: dict[str, object]) -> None:
    """A reason why there is none counts, unless it stood there before and an answer has come since."""
    said, stood = _last(fields, missing_of(question)), before.get(question.id)
    had = stood.get("missing") if isinstance(stood, dict) and is_refusal(stood) else None
    if said and (values.get(question.id) is None or said != had):
        values[question.id] = {"missing": said}
    elif had and missing_of(question) in fields:
        values.setdefault(question.id, None)


def _last(fields: Fields, name: str) -> str:
    """What was said last under a name: a field that is empty stands before the choices."""
    return next((each for each in reversed(fields.get(name, _EMPTY)) if each), "")


def _text(given: str) -> str | None:
    # forms send line ends of two characters
    return given.replace("\r\n", "\n") or None


def _plain(question: Question, fields: Fields, _before: object) -> object:
    return _text(_last(fields, question.id))


def _number(question: Question, fields: Fields, _before: object) -> object:
    given = _last(fields, question.id)
    written = unicodedata.normalize("NFKC", given).strip()
    if _GROUPED.fullmatch(written):
        written = written.replace(",", "")
    if not _NUMBER.fullmatch(written):
        return _text(given) if written else None
    number = float(written)
    return int(written.partition(".")[0]) if number.is_integer() else number


def _flag(question: Question, fields: Fields, _before: object) -> object:
    given = _last(fields, question.id)
    return _FLAGS.get(given, given) if given else None


def _dated(pattern: re.Pattern[str]) -> Callable[[Question, Fields, object], object]:
    def read(question: Question, fields: Fields, _before: object) -> object:
        given = _last(fields, question.id).strip()
        found = pattern.fullmatch(unicodedata.normalize("NFKC", given))
        return "-".join(part.zfill(2) for part in found.groups()) if found else given or None

    return read


def _several(question: Question, fields: Fields, _before: object) -> object:
    return [each for each in fields.get(question.id, ()) if each] or None


def _rows(question: Question, fields: Fields, before: object) -> object:
    """Rows without a field stay: of radio buttons none is sent until one is chosen."""
    kept = dict(before) if isinstance(before, dict) and not is_refusal(before) else {}
    for row in question.rows or ():
        if (name := f"{question.id}_{row.value}") in fields:
            kept[row.value] = _last(fields, name) or None
    return {row: option for row, option in kept.items() if option is not None} or None


def _places(question: Question, fields: Fields, _before: object) -> object:
    """Options by their places; a place that is taken twice, or is none, leaves what was typed."""
    given = {option: _last(fields, f"{question.id}_{option}").strip() for option in question.option_values}
    places = {option: place for option, place in given.items() if place}
    if len(set(places.values())) < len(places) or not all(
        re.fullmatch("[1-9][0-9]{0,3}", each) for each in places.values()
    ):
        return places
    return sorted(places, key=lambda option: int(places[option])) or None


def _employer(question: Question, fields: Fields, _before: object) -> object:
    name, uscc = (_last(fields, each).strip() for each in names_in(question))
    return {"name": name, "uscc": uscc.upper() or None} if name or uscc else None


def _file(question: Question, fields: Fields, _before: object) -> object:
    # what takes the file away stands behind it, and is empty
    given = fields[question.id][-1]
    return {"file_id": given} if given else None


def _coded(question: Question, fields: Fields, _before: object) -> object:
    # a choice among what was found stands behind the field in which it was looked for
    given = _last(fields, question.id).strip()
    return code_named(question, given) if given else None


_READ: Mapping[QuestionType, Callable[[Question, Fields, object], object]] = MappingProxyType(
    {
        QuestionType.MULTIPLE_CHOICE: _several,
        QuestionType.MATRIX: _rows,
        QuestionType.RANKING: _places,
        QuestionType.SCALE: _number,
        QuestionType.NPS: _number,
        QuestionType.BOOLEAN: _flag,
        QuestionType.NUMBER: _number,
        QuestionType.MONEY: _number,
        QuestionType.DATE: _dated(_DAY),
        QuestionType.MONTH: _dated(_MONTH),
        QuestionType.CODE: _coded,
        QuestionType.PLACE: _coded,
        QuestionType.EMPLOYER: _employer,
        QuestionType.FILE: _file,
    }
)


def _written(question: Question, value: object, language: str) -> dict[str, Sequence[str]]:
    """The fields of a value that is no refusal."""
    match question.type, value:
        case QuestionType.MULTIPLE_CHOICE, list():
            return {question.id: [str(each) for each in value]}
        case QuestionType.RANKING, list():
            return {f"{question.id}_{option}": [str(place)] for place, option in enumerate(value, 1)}
        case QuestionType.MATRIX, dict():
            return {f"{question.id}_{row}": [str(option)] for row, option in value.items() if option is not None}
        case QuestionType.EMPLOYER, dict():
            return {f"{question.id}_{part}": [str(said)] for part, said in value.items() if said is not None}
        case QuestionType.FILE, dict():
            return {question.id: [str(value.get("file_id", ""))]}
        case ((QuestionType.CODE | QuestionType.PLACE), str()):
            return {question.id: [label_of_code(question, value, language)]}
    return {question.id: [str(value).lower() if isinstance(value, bool) else _plain_number(value)]}


def _plain_number(value: object) -> str:
    return f"{value:.12f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
