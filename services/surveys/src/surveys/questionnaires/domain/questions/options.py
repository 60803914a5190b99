"""What questions with options share."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence

from common.errors import FieldProblem, Message
from surveys.expressions.values import Type, Typed, Value
from surveys.questionnaires.domain.content import Option, Question
from surveys.questionnaires.domain.questions.kind import BAD_BOUNDS, Label, Part, Variable

_TOO_FEW = Message("选择题至少要有两个选项", "A choice needs at least two options")
_TWICE = Message("选项值重复", "This option's value is used twice")
_NOT_OF_TYPE = Message("此题型不用该项", "Questions of this type do not have this")


def obstacles_of_options(
    pointer: str, question: Question, allowed: frozenset[str] = frozenset()
) -> Iterator[FieldProblem]:
    """Too few options, a value used twice, or a member (`other`, `exclusive`) that is not `allowed`."""
    options = question.options or ()
    if len(options) < 2:
        yield FieldProblem(f"{pointer}/options", "too_few_options", _TOO_FEW)
    yield from repeated_values(f"{pointer}/options", options)
    for place, option in enumerate(options):
        for member in {"other", "exclusive"} - allowed:
            if getattr(option, member) is not None:
                yield FieldProblem(f"{pointer}/options/{place}/{member}", "not_for_type", _NOT_OF_TYPE)


def repeated_values(pointer: str, options: Sequence[Option]) -> Iterator[FieldProblem]:
    """Values of options, or of rows, that are used twice."""
    pairs = ((f"{pointer}/{place}/value", option.value) for place, option in enumerate(options))
    return repeated(pairs, "duplicate_option", _TWICE)


def repeated(pairs: Iterable[tuple[str, Hashable]], rule: str, message: Message) -> Iterator[FieldProblem]:
    """What comes a second time, at its pointer."""
    seen: Counter[Hashable] = Counter()
    for pointer, value in pairs:
        seen[value] += 1
        if seen[value] > 1:
            yield FieldProblem(pointer, rule, message)


def within(pointer: str, question: Question, *members: str) -> Iterator[FieldProblem]:
    """Numbers of options that are not in their order, or beyond the number of options."""
    numbers = [(member, getattr(question, member)) for member in members]
    limits = [0, *(number for _, number in numbers if number is not None), len(question.options or ())]
    if limits != sorted(limits):
        yield FieldProblem(f"{pointer}/{members[-1]}", "bad_bounds", BAD_BOUNDS)


def parts_of(member: str, options: Iterable[Option] | None) -> list[Part]:
    """The values of options, or of rows, as parts."""
    return [Part(option.value, f"{member}/{place}/value") for place, option in enumerate(options or ())]


def label_of(question: Question) -> Label:
    """The texts of the chosen options in a language."""
    texts = {option.value: option.text for option in question.options or ()}

    def label(value: Value, language: str) -> str:
        chosen = value if isinstance(value, tuple) else (str(value),)
        return ("、" if language == "zh" else ", ").join(texts[each].in_language(language) for each in chosen)

    return label


def option_variables(question: Question, kind: Type, finite: Sequence[Value] | None) -> list[Variable]:
    """The question's name, and that of the text which an option opens."""
    typed = Typed(kind, question.option_values)
    found = [Variable(question.id, typed, label=label_of(question), finite=finite)]
    for place, option in enumerate(question.options or ()):
        if option.other and len(found) == 1:
            found.append(Variable(other_of(question), Typed(Type.TEXT), field=f"options/{place}/other"))
    return found


def other_of(question: Question) -> str:
    """The name of the text beside an option."""
    return f"{question.id}_other"


def missing_of(question: Question) -> str:
    """The name of the field of a form that says why there is no answer."""
    return f"{question.id}__missing"


def opening(question: Question) -> frozenset[str]:
    """The options that open a text."""
    return frozenset(option.value for option in question.options or () if option.other)


def code_for(question: Question, option: str) -> str | None:
    """The code of a measure that an option stands for; None if for none."""
    binding = question.measure
    if binding is None:
        return None
    return option if binding.map is None else binding.map.get(option)
