"""Questionnaires on the wire: forms of questions, questionnaires, and what their logic says."""

from surveys.questionnaires.wire.evaluation import Evaluated, Evaluation, Linted, Visible, shown_of
from surveys.questionnaires.wire.forms import TextForm
from surveys.questionnaires.wire.library import LibraryId, LibraryItem
from surveys.questionnaires.wire.questionnaires import (
    NewQuestionnaire,
    PageBody,
    QuestionnaireBody,
    QuestionnairePatch,
    VersionBody,
)
from surveys.questionnaires.wire.written import Written

__all__ = [
    "Evaluated",
    "Evaluation",
    "LibraryId",
    "LibraryItem",
    "Linted",
    "NewQuestionnaire",
    "PageBody",
    "QuestionnaireBody",
    "QuestionnairePatch",
    "TextForm",
    "VersionBody",
    "Visible",
    "Written",
    "shown_of",
]
