"""The checks of what a questionnaire gives to measures: a binding that could not give its values is not published."""

from collections.abc import Iterable, Iterator, Mapping

from common.errors import FieldProblem, Message
from common.measures import MEASURES, Measure, MeasureType
from surveys.questionnaires.domain.content import (
    CHOICES,
    Binding,
    Depth,
    Period,
    PostLevel,
    Question,
    QuestionType,
)
from surveys.questionnaires.domain.questions.single_choice import FLAGS

GIVEN_BY: Mapping[MeasureType, tuple[QuestionType, ...]] = {
    MeasureType.FLAG: (QuestionType.BOOLEAN, QuestionType.SINGLE_CHOICE),
    MeasureType.SCORE: (QuestionType.SCALE,),
    MeasureType.COUNT: (QuestionType.NUMBER,),
    MeasureType.MONTHS: (QuestionType.NUMBER,),
    MeasureType.YUAN: (QuestionType.MONEY, QuestionType.NUMBER),
    MeasureType.WAN: (QuestionType.MONEY, QuestionType.NUMBER),
    MeasureType.CODE: (QuestionType.SINGLE_CHOICE, QuestionType.CODE, QuestionType.PLACE),
    MeasureType.CODES: (QuestionType.MULTIPLE_CHOICE, QuestionType.SINGLE_CHOICE),
}
"""Which types of question can give a type of measure."""

GROUPS = frozenset({"hire_college", "hire_major", "hire_education_level"})
"""The measures that say about whom of its graduates an employer answers."""

_UNKNOWN = Message(
    "没有这个数据项，请使用跟踪评价数据项表中的编号",
    "There is no such measure; use an id of the table of measures",
)
_TWICE = Message(
    "同一数据项只能由一道题给出（用人单位问卷：每个岗位层级一道）",
    "A measure is given by one question (by one for each level of posts, of employers)",
)
_NO_LEVEL = Message(
    "只有面向用人单位的数据项可分岗位层级", "Only measures of employers are told apart by level of posts"
)
_ONE_GROUP = Message(
    "一份答卷只能说明一组毕业生，所评院系、专业、学历不分岗位层级",
    "An answer is about one group of graduates: college, major and level of those judged have no level of posts",
)
_NO_CHOICE = Message("只有选择题可用选项对应代码", "Only the options of a choice stand for codes")
_NO_OPTION = Message("题目没有这个选项值", "The question has no option with this value")
_OTHER_LIST = Message(
    "题目的代码表不是此数据项的代码表", "The question asks for codes of another list than the measure has"
)
_TOO_SHALLOW = Message(
    "此数据项需要地级行政区划，请问到市或县", "This measure needs the prefecture: ask for the city or the county"
)
_ONCE = Message(
    "此数据项按月计，请问每月或每年的金额", "This measure is of a month: ask for the amount of a month or a year"
)
_NOTHING = Message("至少要有一个选项对应代码", "At least one option must stand for a code")


def problems_of(pointer: str, question: Question) -> Iterator[FieldProblem]:
    """What is wrong with the binding of one question, which stands at this place."""
    binding = question.measure
    if binding is None:
        return
    measure = MEASURES.get(binding.id)
    if measure is None:
        yield FieldProblem(f"{pointer}/measure/id", "measure_unknown", _UNKNOWN)
        return
    if binding.post_level is not None and not measure.of_employers:
        yield FieldProblem(f"{pointer}/measure/post_level", "measure_type", _NO_LEVEL)
    elif binding.post_level is not None and measure.id in GROUPS:
        yield FieldProblem(f"{pointer}/measure/post_level", "measure_type", _ONE_GROUP)
    if question.type not in (types := GIVEN_BY[measure.type]):
        yield FieldProblem(f"{pointer}/measure/id", "measure_type", _wrong_type(types))
    elif question.type in CHOICES:
        yield from _wrong_codes(pointer, question, binding, measure)
    else:
        if binding.map is not None:
            yield FieldProblem(f"{pointer}/measure/map", "not_for_type", _NO_CHOICE)
        yield from _wrong_unit(pointer, question, measure)


def repeated_bindings(questions: Iterable[tuple[str, Question]]) -> Iterator[FieldProblem]:
    """Measures that a second question gives, for the same level of posts."""
    seen: set[tuple[str, PostLevel | None]] = set()
    for pointer, question in questions:
        if binding := question.measure:
            if (binding.id, binding.post_level) in seen:
                yield FieldProblem(f"{pointer}/measure/id", "measure_twice", _TWICE)
            seen.add((binding.id, binding.post_level))


def _wrong_codes(pointer: str, question: Question, binding: Binding, measure: Measure) -> Iterator[FieldProblem]:
    """Of the options' codes those that the measure does not have, and of the map those that are no option."""
    options = [option.value for option in question.options or ()]
    if binding.map is None:
        for place, value in enumerate(options):
            if not _is_code(measure, value):
                yield FieldProblem(f"{pointer}/options/{place}/value", "measure_codes", _no_code(measure))
        return
    if not binding.map:
        yield FieldProblem(f"{pointer}/measure/map", "measure_codes", _NOTHING)
    for value, code in binding.map.items():
        at = f"{pointer}/measure/map/" + value.replace("~", "~0").replace("/", "~1")
        if value not in options:
            yield FieldProblem(at, "measure_codes", _NO_OPTION)
        elif not _is_code(measure, code):
            yield FieldProblem(at, "measure_codes", _no_code(measure))


def _wrong_unit(pointer: str, question: Question, measure: Measure) -> Iterator[FieldProblem]:
    """What is asked for in another list, level or period than the measure has."""
    match question.type:
        case QuestionType.CODE if question.code_list not in _lists_of(measure):
            yield FieldProblem(f"{pointer}/code_list", "measure_codes", _OTHER_LIST)
        case QuestionType.PLACE if measure.code_list != "prefecture":
            yield FieldProblem(f"{pointer}/measure/id", "measure_codes", _OTHER_LIST)
        case QuestionType.PLACE if question.depth is Depth.PROVINCE:
            yield FieldProblem(f"{pointer}/depth", "measure_codes", _TOO_SHALLOW)
        case QuestionType.MONEY if measure.type is MeasureType.YUAN and question.period is Period.ONCE:
            yield FieldProblem(f"{pointer}/period", "measure_type", _ONCE)


def _lists_of(measure: Measure) -> tuple[str, ...]:
    if measure.code_list == "unit":
        return ("colleges",) if measure.id == "hire_college" else ("majors",)
    return (measure.code_list,) if measure.code_list else ()


def _is_code(measure: Measure, word: str) -> bool:
    return word in FLAGS if measure.type is MeasureType.FLAG else measure.has_code(word)


def _wrong_type(types: Iterable[QuestionType]) -> Message:
    listed = ", ".join(types)
    return Message(f"此数据项须由以下题型给出：{listed}", f"This measure is given by questions of type {listed}")


def _no_code(measure: Measure) -> Message:
    words = FLAGS if measure.type is MeasureType.FLAG else measure.words
    listed = ", ".join(words) or measure.code_list
    return Message(
        f"须是此数据项的代码：{listed}；其他选项值请用 map 对应",
        f"Must be a code of this measure: {listed}; other option values stand for one by `map`",
    )
