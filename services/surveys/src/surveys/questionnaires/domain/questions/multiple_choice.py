"""多选题: the values of several options."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, combinations

from common.errors import FieldProblem, Message
from common.measures import Measure, MeasureValue
from surveys.expressions.values import Type, Value
from surveys.questionnaires.domain.content import Question
from surveys.questionnaires.domain.questions.kind import Kind, Part, Refusal, Variable
from surveys.questionnaires.domain.questions.options import (
    code_for,
    obstacles_of_options,
    option_variables,
    parts_of,
    within,
)

MOST_SUBSETS = 12
"""Options of which all choices together are still few: 2 to the 12th."""


class MultipleChoiceKind(Kind):
    """`["1", "3"]`; an `exclusive` option is chosen alone."""

    members = frozenset({"options", "min_selected", "max_selected"})
    expected = Message("须是不重复的选项列表", "Must be a list of different options")

    def obstacles(self, pointer: str, question: Question) -> Iterator[FieldProblem]:
        """Those of its options, and limits that no choice could meet."""
        yield from obstacles_of_options(pointer, question, frozenset({"other", "exclusive"}))
        yield from within(pointer, question, "min_selected", "max_selected")

    def variables(self, question: Question) -> Sequence[Variable]:
        """Codes, in the order of the options."""
        options, subsets = question.option_values, None
        if len(options) <= MOST_SUBSETS:
            subsets = list(chain.from_iterable(combinations(options, size + 1) for size in range(len(options))))
        return option_variables(question, Type.CODES, subsets)

    def parts(self, question: Question) -> Sequence[Part]:
        """The options, in files."""
        return parts_of("options", question.options)

    def fits(self, question: Question, value: object) -> bool:
        """Different options."""
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            return False
        return len(set(value)) == len(value) and set(value) <= set(question.option_values)

    def refusal(self, question: Question, value: object) -> Refusal | None:
        """No list of options, an exclusive one beside others, too few or too many; none at all is no answer yet."""
        if (refused := super().refusal(question, value)) or not isinstance(value, list) or not value:
            return refused
        alone = {option.value for option in question.options or () if option.exclusive}
        if len(value) > 1 and alone & set(value):
            return Refusal("exclusive", Message("此选项只能单独选择", "This option is chosen alone"))
        if question.min_selected is not None and len(value) < question.min_selected:
            least = question.min_selected
            return Refusal("min_selected", Message(f"至少选择 {least} 项", f"At least {least} options are needed"))
        if question.max_selected is not None and len(value) > question.max_selected:
            most = question.max_selected
            return Refusal("max_selected", Message(f"最多选择 {most} 项", f"At most {most} options can be chosen"))
        return None

    def values(self, question: Question, value: object) -> Mapping[str, Value]:
        """The options; none chosen is blank."""
        chosen = value if isinstance(value, list) else []
        ordered = tuple(option for option in question.option_values if option in chosen)
        return {question.id: ordered} if ordered else {}

    def given(self, question: Question, measure: Measure, answer: object) -> MeasureValue | None:
        """The codes, in the order of the options, which no answer shows to have been chosen first."""
        if not isinstance(answer, list):
            return None
        chosen = (code_for(question, option) for option in question.option_values if option in answer)
        return tuple(dict.fromkeys(code for code in chosen if code is not None)) or None
