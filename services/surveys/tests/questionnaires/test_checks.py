from dataclasses import replace

import pytest

from common.errors import Message
from surveys.questionnaires.domain.checks import ambiguities, obstacles
from surveys.questionnaires.domain.content import Content, Option, Question, QuestionnairePage, QuestionType, Scale

TEXT = Message("文字", "words")
OPTIONS = (Option("y", Message("是", "yes")), Option("n", Message("否", "no")))


def question(question_id: str, kind: QuestionType = QuestionType.TEXT, **more: object) -> Question:
    return Question(question_id, kind, required=False, text=TEXT, **more)  # type: ignore[arg-type]


def content(*questions: Question) -> Content:
    return Content(TEXT, (QuestionnairePage("p1", questions),))


def rules(found: Content) -> set[tuple[str, str]]:
    return {(problem.pointer, problem.rule) for problem in obstacles(found)}


COMPLETE = Content(
    TEXT,
    (
        QuestionnairePage(
            "p1",
            (
                question("q1", QuestionType.SINGLE_CHOICE, options=OPTIONS),
                question("q2", QuestionType.MULTIPLE_CHOICE, options=OPTIONS),
                question("q3", QuestionType.TEXT, max_length=20),
            ),
        ),
        QuestionnairePage(
            "p2",
            (
                question("q4", QuestionType.NUMBER, minimum=0, maximum=10),
                question("q5", QuestionType.SCALE, scale=Scale(1, 5)),
                question("q6", QuestionType.DATE),
                question("q7", QuestionType.BOOLEAN),
            ),
        ),
    ),
)


def test_a_complete_questionnaire_may_be_published() -> None:
    assert obstacles(COMPLETE) == []


def test_a_questionnaire_without_pages_or_questions_cannot_be_published() -> None:
    assert rules(Content(TEXT, ())) == {("/pages", "no_pages")}
    assert rules(Content(TEXT, (QuestionnairePage("p1", ()),))) == {("/pages/0/questions", "no_questions")}


def test_page_ids_are_unique() -> None:
    pages = (QuestionnairePage("p1", (question("q1"),)), QuestionnairePage("p1", (question("q2"),)))
    assert [problem.pointer for problem in ambiguities(Content(TEXT, pages))] == ["/pages/1/id"]


def test_question_ids_are_unique_over_all_pages() -> None:
    pages = (QuestionnairePage("p1", (question("q1"),)), QuestionnairePage("p2", (question("q1"),)))
    assert [problem.pointer for problem in ambiguities(Content(TEXT, pages))] == ["/pages/1/questions/0/id"]


def test_every_text_is_needed_in_both_languages() -> None:
    untranslated = replace(question("q1"), text=Message("文字", " "))
    assert rules(content(untranslated)) == {("/pages/0/questions/0/text/en", "untranslated")}
    assert rules(replace(COMPLETE, title=Message("", "words"))) == {("/title/zh", "untranslated")}


@pytest.mark.parametrize(
    ("wrong", "pointer", "rule"),
    [
        (question("q", QuestionType.SINGLE_CHOICE), "options", "too_few_options"),
        (question("q", QuestionType.MULTIPLE_CHOICE, options=OPTIONS[:1]), "options", "too_few_options"),
        (
            question("q", QuestionType.SINGLE_CHOICE, options=(OPTIONS[0], OPTIONS[0])),
            "options/1/value",
            "duplicate_option",
        ),
        (question("q", QuestionType.SCALE), "scale", "no_scale"),
        (question("q", QuestionType.SCALE, scale=Scale(5, 5)), "scale", "bad_scale"),
        (question("q", QuestionType.SCALE, scale=Scale(0, 101)), "scale", "bad_scale"),
        (question("q", QuestionType.TEXT, options=OPTIONS), "options", "not_for_type"),
        (question("q", QuestionType.DATE, scale=Scale(1, 5)), "scale", "not_for_type"),
        (question("q", QuestionType.BOOLEAN, max_length=3), "max_length", "not_for_type"),
        (question("q", QuestionType.NUMBER, minimum=3, maximum=2), "maximum", "bad_bounds"),
    ],
)
def test_a_question_that_nobody_could_answer_is_found(wrong: Question, pointer: str, rule: str) -> None:
    assert rules(content(wrong)) == {(f"/pages/0/questions/0/{pointer}", rule)}
