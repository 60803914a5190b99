"""Which questions have a table (频数表), one variable each, and what an answer says in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from common.errors import BadQuery, FieldProblem, Message
from surveys.expressions.syntax import is_arithmetic, names_in, parsed
from surveys.questionnaires.domain.content import Content, Question, QuestionType, Result
from surveys.questionnaires.domain.meanings import is_refusal
from surveys.questionnaires.domain.reaching import telling

ANSWERS, ANSWERS_OF_MONEY = 5, 8
"""That a figure needs (contract of surveys, 7)."""

NPS = tuple(f"{step}" for step in range(11))

_UNKNOWN = Message("问卷中没有这道题", "The questionnaire has no such question")
_NO_TABLE = Message(
    "没有频数表：文字、文件、用人单位、说明、结果为文字的计算，及用到名册分组、用人单位、today() 或对金额作选择的计算",
    "There is no table of a text, file, employer, note, calculated text, nor of what is calculated of groups of the "
    "roster, of an employer, of today() or by a choice among money",
)


class Shape(StrEnum):
    """What a table of a type shows: cells of one or several options each, places, steps with a mean, or amounts."""

    ONE = "one"
    SEVERAL = "several"
    RANKED = "ranked"
    STEPS = "steps"
    AMOUNTS = "amounts"


_SHAPES: Mapping[QuestionType, Shape] = {
    QuestionType.SINGLE_CHOICE: Shape.ONE,
    QuestionType.MULTIPLE_CHOICE: Shape.SEVERAL,
    QuestionType.MATRIX: Shape.ONE,
    QuestionType.RANKING: Shape.RANKED,
    QuestionType.SCALE: Shape.STEPS,
    QuestionType.NPS: Shape.STEPS,
    QuestionType.BOOLEAN: Shape.ONE,
    QuestionType.NUMBER: Shape.AMOUNTS,
    QuestionType.MONEY: Shape.AMOUNTS,
    QuestionType.DATE: Shape.ONE,
    QuestionType.MONTH: Shape.ONE,
    QuestionType.CODE: Shape.ONE,
    QuestionType.PLACE: Shape.ONE,
}
_OF_RESULT: Mapping[Result | None, Shape] = {Result.NUMBER: Shape.AMOUNTS, Result.BOOLEAN: Shape.ONE}
"""Of what is calculated; a text may hold words of the respondent."""


@dataclass(frozen=True)
class Said:
    """What one answer says: the cells in which it counts, in their order where that says something; a number."""

    cells: tuple[str, ...] = ()
    number: Fraction | None = None


@dataclass(frozen=True)
class Tabled:
    """A variable with a table. `listed` are all its cells; None where there are those that were answered.

    A figure needs `least` answers.
    """

    variable: str
    question: Question
    shape: Shape
    listed: tuple[str, ...] | None = None
    row: str | None = None
    least: int = ANSWERS

    @property
    def has_nps(self) -> bool:
        """Whether promoters less detractors are counted."""
        return self.question.type is QuestionType.NPS

    def said(self, values: Mapping[str, object]) -> Said | None:
        """What values by question say; None for nothing, and for a refusal."""
        value = values.get(self.question.id)
        if self.row is not None:
            value = value.get(self.row) if isinstance(value, dict) and not is_refusal(value) else None
        if value is None or value == [] or is_refusal(value):
            return None
        match self.shape:
            case Shape.AMOUNTS:
                # as it was typed: 0.1 means a tenth
                return Said(number=Fraction(str(value)))
            case Shape.STEPS:
                return Said((f"{value}",), Fraction(str(value)))
            case Shape.SEVERAL | Shape.RANKED:
                return Said(tuple(map(str, value))) if isinstance(value, list) else None
            case Shape.ONE:
                return Said((str(value).lower() if isinstance(value, bool) else f"{value}",))


def tabled(content: Content) -> list[Tabled]:
    """Every variable that has a table, in the order of the questions; none that would show the answers of few."""
    found, of_money, told = list[Tabled](), set[str](), telling(content)
    for question in content.questions:
        tree = parsed(question.calculation) if question.calculation else None
        named = set[str]() if tree is None else set(names_in(tree))
        # what is calculated of money tells as much as the money
        if question.type is QuestionType.MONEY or named & of_money:
            of_money.add(question.id)
        least = ANSWERS_OF_MONEY if question.id in of_money else ANSWERS
        # a mean of the money of one person, and of nothing of all others, is that person's
        chooses = tree is not None and not named.isdisjoint(of_money) and not is_arithmetic(tree)
        if question.id not in told and not (chooses and question.result is Result.NUMBER):
            found += [replace(each, least=least) for each in variables_of(question)]
    return found


def calculated_in(content: Content) -> Sequence[str]:
    """The variables with a table that no one answers."""
    return [each.variable for each in tabled(content) if each.question.type is QuestionType.CALCULATED]


def asked(content: Content, name: str) -> list[Tabled]:
    """The table of a variable; those of all rows where a matrix is named. Raises BadQuery."""
    found = [each for each in tabled(content) if name in (each.variable, each.question.id)]
    if found:
        return [each for each in found if each.variable == name] or found
    known = any(question.id == name for question in content.questions)
    rule, message = ("no_table", _NO_TABLE) if known else ("unknown_question", _UNKNOWN)
    raise BadQuery([FieldProblem("question", rule, message)])


def variables_of(question: Question) -> Iterator[Tabled]:
    """Those of a question that have a table: of a matrix one for each row."""
    shape, options = _SHAPES.get(question.type) or _OF_RESULT.get(question.result), question.option_values
    match question.type:
        case _ if shape is None:
            return
        case QuestionType.MATRIX:
            for row in question.rows or ():
                yield Tabled(f"{question.id}_{row.value}", question, shape, options, row.value)
        case QuestionType.SCALE if question.scale is not None:
            steps = range(question.scale.min, question.scale.max + 1)
            yield Tabled(question.id, question, shape, tuple(f"{step}" for step in steps))
        case QuestionType.NPS:
            yield Tabled(question.id, question, shape, NPS)
        case QuestionType.BOOLEAN | QuestionType.CALCULATED if shape is Shape.ONE:
            yield Tabled(question.id, question, shape, ("true", "false"))
        case _:
            yield Tabled(question.id, question, shape, options or None)
