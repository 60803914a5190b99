"""The types of questions (题型), one module each: what it may have, what answers it, what it means in expressions."""

from collections.abc import Mapping
from types import MappingProxyType

from surveys.questionnaires.domain.content import Question, QuestionType
from surveys.questionnaires.domain.questions.boolean import BooleanKind
from surveys.questionnaires.domain.questions.calculated import CalculatedKind
from surveys.questionnaires.domain.questions.code import CodeKind
from surveys.questionnaires.domain.questions.date import DateKind
from surveys.questionnaires.domain.questions.employer import EmployerKind
from surveys.questionnaires.domain.questions.file import FileKind
from surveys.questionnaires.domain.questions.kind import Kind
from surveys.questionnaires.domain.questions.matrix import MatrixKind
from surveys.questionnaires.domain.questions.money import MoneyKind
from surveys.questionnaires.domain.questions.month import MonthKind
from surveys.questionnaires.domain.questions.multiple_choice import MultipleChoiceKind
from surveys.questionnaires.domain.questions.note import NoteKind
from surveys.questionnaires.domain.questions.nps import NpsKind
from surveys.questionnaires.domain.questions.number import NumberKind
from surveys.questionnaires.domain.questions.place import PlaceKind
from surveys.questionnaires.domain.questions.ranking import RankingKind
from surveys.questionnaires.domain.questions.scale import ScaleKind
from surveys.questionnaires.domain.questions.single_choice import SingleChoiceKind
from surveys.questionnaires.domain.questions.text import TextKind

KINDS: Mapping[QuestionType, Kind] = MappingProxyType(
    {
        QuestionType.SINGLE_CHOICE: SingleChoiceKind(),
        QuestionType.MULTIPLE_CHOICE: MultipleChoiceKind(),
        QuestionType.MATRIX: MatrixKind(),
        QuestionType.RANKING: RankingKind(),
        QuestionType.SCALE: ScaleKind(),
        QuestionType.NPS: NpsKind(),
        QuestionType.BOOLEAN: BooleanKind(),
        QuestionType.NUMBER: NumberKind(),
        QuestionType.MONEY: MoneyKind(),
        QuestionType.DATE: DateKind(),
        QuestionType.MONTH: MonthKind(),
        QuestionType.TEXT: TextKind(),
        QuestionType.CODE: CodeKind(),
        QuestionType.PLACE: PlaceKind(),
        QuestionType.EMPLOYER: EmployerKind(),
        QuestionType.FILE: FileKind(),
        QuestionType.NOTE: NoteKind(),
        QuestionType.CALCULATED: CalculatedKind(),
    }
)


def kind_of(question: Question) -> Kind:
    """What its type says of the question."""
    return KINDS[question.type]
