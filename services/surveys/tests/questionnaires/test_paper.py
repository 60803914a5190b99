"""Published versions on paper: conditions in words, a box or a line for each type, and nothing of a text is markup."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest

from common.identifiers import QuestionnaireId
from surveys.expressions.syntax import parsed
from surveys.questionnaires.domain.content import Content, PublishedVersion, QuestionType
from surveys.questionnaires.wire import NewQuestionnaire
from surveys.questionnaires.wire.formats.paper import paper_of
from surveys.questionnaires.wire.formats.spoken import Spoken
from surveys.questionnaires.wire.library import LibraryId, shipped

Json = dict[str, Any]


def asked(name: str, kind: str, zh: str, en: str, **members: Any) -> Json:
    return {"id": name, "type": kind, "text": {"zh": zh, "en": en}, **members}


def options(**labels: tuple[str, str]) -> list[Json]:
    return [{"value": value[1:], "text": {"zh": zh, "en": en}} for value, (zh, en) in labels.items()]


JOBS = options(v1=("工作", "Work"), v2=("学习", "Study"), v3=("求职", "Looking"))
PAGES: list[Json] = [
    {
        "id": "first",
        "questions": [
            asked("hello", "note", "您好", "Hello"),
            asked("job", "single_choice", "现状", "Now", options=JOBS),
            asked("many", "multiple_choice", "希望", "Wanted", options=JOBS, max_selected=2),
            asked("yes", "boolean", "愿意吗", "Willing?"),
            asked("pay", "money", "月薪", "Pay", period="month", refusable=True, sensitive=True),
            asked("grid", "matrix", "评价", "Judge", options=JOBS, rows=options(va=("薪酬", "Pay"))),
        ],
    },
    {
        "id": "second",
        "visible_if": "${job} = '1' or ${job} = '3'",
        "questions": [
            asked("order", "ranking", "排序", "Order", options=JOBS, max_ranked=2),
            asked("mark", "scale", "打分", "Mark", scale={"min": 1, "max": 5}),
            asked("nps", "nps", "推荐", "Recommend"),
            asked("hours", "number", "小时", "Hours", unit={"zh": "小时", "en": "hours"}, minimum=1),
            asked("day", "date", "哪天", "Which day"),
            asked("begun", "month", "何时开始", "Since"),
            asked("words", "text", "还有 <b>吗</b>，${job}？", "More <b>words</b>, ${job}?", lines=3),
            asked("trade", "code", "行业", "Industry", code_list="industry"),
            asked("where", "place", "哪里", "Where", depth="city"),
            asked("who", "employer", "单位", "Employer"),
            asked("proof", "file", "证明", "Proof"),
            asked("double", "calculated", "两倍", "Double", calculation="${pay} * 2", result="number"),
        ],
    },
    {"id": "third", "questions": [asked("end", "text", "完", "End", visible_if="${many} != ''")]},
]


def content() -> Content:
    body = {"title": {"zh": "问卷 & 表", "en": "Form & sheet"}, "pages": PAGES}
    return NewQuestionnaire.model_validate(body, strict=False).content()


def version(of: Content) -> PublishedVersion:
    return PublishedVersion(
        of.title,
        of.pages,
        questionnaire_id=QuestionnaireId(UUID(int=1)),
        number=3,
        school_code=None,
        published_at=datetime(2026, 12, 1, tzinfo=UTC),
    )


NUMBERS = {each: place for place, each in enumerate(("job", "many", "yes", "pay", "grid", "order", "mark", "nps"), 1)}


@pytest.mark.parametrize(
    ("expression", "zh", "en"),
    [
        ("${job} = '1'", "第 1 题为“工作”", "question 1 is “Work”"),
        ("${job} = '1' or ${job} = '3'", "第 1 题为“工作” 或 “求职”", "question 1 is “Work” or “Looking”"),
        ("${job} != '2'", "第 1 题不为“学习”", "question 1 is not “Study”"),
        ("${job} = ''", "第 1 题未作答", "question 1 is not answered"),
        ("'' != ${many}", "第 2 题已作答", "question 2 is answered"),
        ("selected(${many}, '2')", "第 2 题选了“学习”", "question 2 includes “Study”"),
        ("${yes}", "第 3 题为“是”", "question 3 is “yes”"),
        ("not(${yes})", "并非（第 3 题为“是”）", "not (question 3 is “yes”)"),
        (
            "${yes} and ${pay} > 100",
            "第 3 题为“是”，并且 第 4 题大于 100",
            "question 3 is “yes” and question 4 is more than 100",
        ),
        (
            "${yes} and (${pay} > 100 or ${mark} < 3)",
            "第 3 题为“是”，并且 （第 4 题大于 100 或 第 7 题小于 3）",
            "question 3 is “yes” and (question 4 is more than 100 or question 7 is less than 3)",
        ),
        ("${grid_a} = '1'", "第 5 题“薪酬”为“工作”", "question 5“Pay” is “Work”"),
        (
            "count-selected(${many}) >= 2",
            "第 2 题所选的项数不小于 2",
            "the number of options chosen in question 2 is at least 2",
        ),
        ("${pay} + ${mark} * 2 > 10", "第 4 题 + 第 7 题 × 2大于 10", "question 4 + question 7 × 2 is more than 10"),
        ("min(${pay}, ${mark}) = 3", "第 4 题、第 7 题中最小的为3", "the least of question 4, question 7 is 3"),
        ("${roster_cohort} = 2024", "毕业年份为2024", "the year of graduation is 2024"),
        ("${wave_cycle} >= 3", "毕业后的年数不小于 3", "the years since graduation is at least 3"),
    ],
)  # fmt: skip
def test_a_condition_is_said_in_words(expression: str, zh: str, en: str) -> None:
    made = content()
    assert Spoken(made, NUMBERS, "zh").say(parsed(expression)) == zh
    assert Spoken(made, NUMBERS, "en").say(parsed(expression)) == en


def test_every_type_has_its_boxes_or_lines() -> None:
    made = content()
    assert {each.type for each in made.questions} == set(QuestionType)
    html, _ = paper_of(version(made), "zh")
    items = html.split('<div class="item">')[1:]
    boxes = [item.count('<span class="box') for item in items]
    # note; one for each option; two for a flag; two for refusing pay; a matrix of 1 × 3; 1–5; 0–10; industries
    assert boxes == [0, 3, 3, 2, 2, 3, 3, 5, 11, 0, 0, 0, 0, 21, 1, 0, 1, 0]
    lines = [item.count('<span class="line') for item in items]
    assert lines == [0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 2, 3, 0, 2, 3, 0, 1]
    assert "两倍" not in html


def test_who_reads_is_sent_past_a_page_that_does_not_apply() -> None:
    html, _ = paper_of(version(content()), "en")
    assert "Answer this part only if question 1 is “Work” or “Looking”; otherwise go to question 17." in html
    assert "Only if question 2 is answered." in html


def test_no_text_is_markup_and_nothing_is_loaded() -> None:
    html, policy = paper_of(version(content()), "zh")
    assert "还有 &lt;b&gt;吗&lt;/b&gt;，〔第 1 题〕？" in html
    assert "问卷 &amp; 表" in html
    assert "<b>" not in html
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


@pytest.mark.parametrize("name", LibraryId)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_library_is_printed_in_both_languages(name: LibraryId, language: str) -> None:
    html, _ = paper_of(version(shipped(name)), language)
    assert f'<html lang="{"zh-CN" if language == "zh" else "en"}">' in html
    assert "${" not in html
    other = shipped(name).title.en if language == "zh" else shipped(name).title.zh
    assert other not in html


async def test_a_published_version_is_printed(manager: httpx.AsyncClient, published: str) -> None:
    path = f"/v1/questionnaires/{published}/versions/1/print"
    page = await manager.get(path, params={"language": "en"})
    assert page.status_code == 200
    assert page.headers["Content-Type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "Graduate survey" in page.text
    assert "毕业生调查" in (await manager.get(path)).text
    assert (await manager.get(path.replace("/1/", "/2/"))).status_code == 404
    assert (await manager.get(path, params={"language": "fr"})).status_code == 400
