"""代码题: a code of a common list, or of the school's majors or colleges."""

from collections.abc import Iterator, Mapping, Sequence

from common.codes import CodeList, CodeLists
from common.errors import FieldProblem, Message
from common.measures import Measure, MeasureValue
from surveys.expressions.values import Type, Typed, Value
from surveys.questionnaires.domain.content import Question
from surveys.questionnaires.domain.questions.kind import Kind, Label, Variable, is_text
from surveys.units.domain import OF_SCHOOL

MAX_CODE = 64

_NO_LIST = Message("代码题须给出代码表", "A question of a code needs its list")


class CodeKind(Kind):
    """`"33"`."""

    members = frozenset({"code_list"})
    expected = Message("须是代码表中的代码", "Must be a code of the list")

    def obstacles(self, pointer: str, question: Question) -> Iterator[FieldProblem]:
        """No list, or one that there is not."""
        names = (*CodeLists.load().names(), *OF_SCHOOL)
        if question.code_list is None:
            yield FieldProblem(f"{pointer}/code_list", "no_code_list", _NO_LIST)
        elif question.code_list not in names:
            listed = ", ".join(names)
            yield FieldProblem(
                f"{pointer}/code_list",
                "unknown_code_list",
                Message(f"没有这个代码表；可用：{listed}", f"There is no such list; there are: {listed}"),
            )

    def variables(self, question: Question) -> Sequence[Variable]:
        """A code."""
        if (units := question.units) is not None:
            return [
                Variable(
                    question.id,
                    Typed(Type.CODE, units),
                    label=lambda value, language: (
                        units[code].name.in_language(language) if (code := str(value)) in units else code
                    ),
                )
            ]
        label = listed_label(question.code_list or "")
        return [Variable(question.id, Typed(Type.CODE, _listed(question)), label=label)]

    def fits(self, question: Question, value: object) -> bool:
        """A code of the list; of a school's own list that has not arrived what could be one."""
        if question.units is not None:
            return isinstance(value, str) and value in question.units
        if question.code_list in OF_SCHOOL:
            return is_text(value, MAX_CODE) and bool(str(value).strip())
        codes = _listed(question)
        return isinstance(value, str) and codes is not None and value in codes

    def values(self, question: Question, value: object) -> Mapping[str, Value]:
        """The code."""
        return {question.id: str(value)}

    def given(self, question: Question, measure: Measure, answer: object) -> MeasureValue | None:
        """The code itself."""
        return answer if isinstance(answer, str) else None


def _listed(question: Question) -> CodeList | None:
    """The common list that it asks from; a draft may name one that there is not."""
    lists, name = CodeLists.load(), question.code_list or ""
    return lists.get(name) if name in lists.names() else None


def listed_label(name: str) -> Label:
    """What a list calls a code; the code itself where it has no name for it."""

    def label(value: Value, language: str) -> str:
        lists = CodeLists.load()
        entry = lists.get(name).lookup(str(value)) if name in lists.names() else None
        if entry is None:
            return str(value)
        return entry.label_zh if language == "zh" else entry.label_en or entry.label_zh

    return label
