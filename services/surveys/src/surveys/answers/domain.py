"""What the logic of a questionnaire makes of one person's answer."""

from collections.abc import Iterable, Mapping
from datetime import date

from common.errors import FieldProblem, Message
from surveys.questionnaires.domain.content import PublishedVersion, Question
from surveys.questionnaires.domain.facts import Facts, facts_of
from surveys.questionnaires.domain.logic import Judged, pointer_of, refusal
from surveys.questionnaires.domain.questions.options import opening, other_of
from surveys.responses.domain import Completeness, Mode, Submission
from surveys.roster.domain import Situation, destination_class_of, level_of
from surveys.waves.domain import Wave

_UNKNOWN = Message("没有这道题", "There is no such question here")


def facts_about(wave: Wave, situation: Situation, day: date, *, sensitive: bool) -> Facts:
    """What expressions know of a graduate; `day` is that of the consent, `sensitive` whether that was given, too."""
    groups, registered = situation.groups, situation.registered
    said = {
        "roster_cohort": wave.cohort,
        "roster_school": wave.school_code,
        "roster_college": groups.college_code,
        "roster_major": groups.major_code,
        "roster_education_level": level_of(groups.education_level_code),
        "roster_study_form": groups.study_form,
        "roster_destination_class": destination_class_of(registered.destination_code),
        "wave_cycle": wave.cycle.value,
    }
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


def submission(judged: Judged, mode: Mode) -> Submission:
    """How completely an answer is given that came in this way."""
    return Submission(judged.answered, judged.asked, Completeness(judged.completeness.value), mode)
