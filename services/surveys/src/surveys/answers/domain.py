"""What the logic of a questionnaire makes of one person's answer."""

from collections.abc import Container, Iterable, Mapping
from datetime import date
from uuid import UUID

from common.errors import Conflict, FieldProblem, Message
from surveys.employers.domain import Employer
from surveys.questionnaires.domain.content import PublishedVersion, Question, QuestionType
from surveys.questionnaires.domain.facts import Facts, facts_of
from surveys.questionnaires.domain.logic import Judged, pointer_of
from surveys.questionnaires.domain.meanings import refusal
from surveys.questionnaires.domain.questions.options import opening, other_of
from surveys.responses.domain import CompletedBy, Completeness, Mode, Submission
from surveys.roster.domain import Situation, destination_class_of, level_of
from surveys.waves.domain import WavePlan

MAX_FILES = 10
MAX_HIRES = 50
"""Answers of one link about graduates hired."""

_UNKNOWN_FILE = Message(
    "此文件不属于本答卷，请先上传（/v1/answer/files）",
    "This file was not sent with the answer; send it first (/v1/answer/files)",
)
_UNKNOWN = Message("没有这道题", "There is no such question here")


class NotIdentified(Conflict):
    """The wave does not let anybody see an answer with the person."""

    code = "not_identified"
    title = Message("本轮调查不显示答题人身份", "The answers of this wave are not shown with the person")


class NothingSubmitted(Conflict):
    """The response has no answer that counts."""

    code = "nothing_submitted"
    title = Message("没有有效的答案", "There is no answer that counts")


class TooManyFiles(Conflict):
    """The answer has as many files as one may have."""

    code = "too_many_files"
    title = Message(f"一份答卷最多 {MAX_FILES} 个文件", f"An answer has at most {MAX_FILES} files")


class OneAnswer(Conflict):
    """The wave asks for one answer of each link, not for one about each graduate hired."""

    code = "one_answer"
    title = Message("本轮调查每个链接只填一份答卷", "A link of this wave takes one answer")


class TooManyAnswers(Conflict):
    """The link has as many answers as one may have."""

    code = "too_many_answers"
    title = Message(f"一个链接最多 {MAX_HIRES} 份答卷", f"A link has at most {MAX_HIRES} answers")


def file_ids(questions: Iterable[Question], values: Mapping[str, object]) -> dict[str, UUID]:
    """The files that values name, by question; what is no value of a question names none."""
    asked = {question.id: question for question in questions if question.type is QuestionType.FILE}
    return {
        name: UUID(value["file_id"])
        for name, value in values.items()
        if name in asked and isinstance(value, dict) and "file_id" in value and refusal(asked[name], value) is None
    }


def unknown_files(named: Mapping[str, UUID], known: Container[UUID]) -> list[FieldProblem]:
    """Values that name files which were not sent with this answer."""
    return [
        FieldProblem(f"{pointer_of(name)}/file_id", "unknown_file", _UNKNOWN_FILE)
        for name, file_id in named.items()
        if file_id not in known
    ]


def facts_about(
    wave: WavePlan,
    situation: Situation,
    day: date,
    *,
    sensitive: bool,
    employer: Employer | None = None,
    hires: int | None = None,
) -> Facts:
    """What expressions know of a graduate, or of an employer with the graduates whom it hired.

    `day` is that of the consent, `sensitive` whether that was given, too.
    """
    groups, registered = situation.groups, situation.registered
    said: dict[str, object] = {
        "roster_cohort": wave.cohort,
        "roster_school": wave.school_code,
        "roster_college": groups.college_code,
        "roster_major": groups.major_code,
        "roster_education_level": level_of(groups.education_level_code),
        "roster_study_form": groups.study_form,
        "roster_destination_class": destination_class_of(registered.destination_code),
        "wave_cycle": wave.cycle,
        "employer_hires": hires,
    }
    if employer is not None:
        # an employer has no destination
        said |= {"roster_destination_class": None, "employer_name": employer.name}
        said["employer_industry_code"] = employer.industry_code
    return Facts(day, facts_of(said), sensitive)


def names_of(questions: Iterable[Question]) -> frozenset[str]:
    """The names under which these questions are answered: their ids, and those of texts beside their options."""
    return frozenset(
        name
        for question in questions
        for name in ((question.id, other_of(question)) if opening(question) else (question.id,))
    )


def unknown(values: Iterable[str], names: frozenset[str]) -> list[FieldProblem]:
    """Values of questions that are not among these."""
    return [FieldProblem(pointer_of(name), "unknown_question", _UNKNOWN) for name in values if name not in names]


def problems_of(judged: Judged, names: Iterable[str]) -> list[FieldProblem]:
    """The problems of the values under these names."""
    places = {pointer_of(name) for name in names}
    return [problem for problem in judged.problems if problem.pointer in places]


def changed(values: Mapping[str, object], sent: Mapping[str, object]) -> dict[str, object]:
    """The values after a change: what is absent stays, null clears."""
    return {name: value for name, value in {**values, **sent}.items() if value is not None}


def prefilled(
    content: PublishedVersion, judged: Judged, situation: Situation, values: Mapping[str, object]
) -> dict[str, str]:
    """What visible questions without an answer are preset with: codes of the effective registration that fit them."""
    shown, found = set(judged.questions), {}
    for question in content.questions:
        code = question.prefill and getattr(situation.registered, question.prefill.value)
        if code and question.id in shown and question.id not in values and refusal(question, code) is None:
            found[question.id] = code
    return found


def submission(judged: Judged, mode: Mode, by: CompletedBy) -> Submission:
    """How completely an answer is given that came in this way."""
    return Submission(judged.answered, judged.asked, Completeness(judged.completeness.value), mode, by)
