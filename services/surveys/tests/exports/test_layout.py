"""Columns by name: those of every version, once each, and as SPSS takes them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from uuid import UUID

import openpyxl
import pytest

from common.errors import Message
from common.spreadsheets.writing import WorkbookWriter
from surveys.exports.domain.cells import Storage
from surveys.exports.domain.layout import Layout, Leading, layout_of
from surveys.questionnaires.domain.content import (
    Option,
    PublishedVersion,
    Question,
    QuestionnairePage,
    QuestionType,
    Scale,
)

TEXT = Message("题", "Question")


def asks(name: str, kind: QuestionType, *options: str, other: str | None = None, **more: Any) -> Question:
    listed = tuple(Option(value, Message(value, value), True if value == other else None) for value in options)
    return Question(name, kind, required=False, text=TEXT, options=listed or None, **more)


def version(number: int, *questions: Question) -> PublishedVersion:
    page = QuestionnairePage("p", tuple(questions))
    return PublishedVersion(TEXT, (page,), UUID(int=1), number, None, datetime(2026, 1, 1, tzinfo=UTC))  # type: ignore[arg-type]


def laid_out(*versions: PublishedVersion, identified: bool = False, leading: Sequence[str] = ()) -> Layout:
    return layout_of([Leading(name, Storage.TEXT, TEXT) for name in leading], versions, identified=identified)


SINGLE, MULTIPLE = QuestionType.SINGLE_CHOICE, QuestionType.MULTIPLE_CHOICE


@pytest.mark.parametrize(
    ("questions", "names"),
    [
        ([asks("many", MULTIPLE, "1", "other", other="other")], ["many_1", "many_other", "many_other_text"]),
        ([asks("many", MULTIPLE, "1", "9", other="9")], ["many_1", "many_9", "many_other"]),
        ([asks("one", SINGLE, "1", "other", other="other")], ["one", "one_other"]),
        # two things would have one name: capitals do not count
        (
            [asks("many", MULTIPLE, "A", "a"), asks("many_a", QuestionType.NUMBER)],
            ["many_A", "many_a_2", "many_a_3"],
        ),
        ([asks("name", QuestionType.TEXT), asks("boss", QuestionType.EMPLOYER)], ["name_2", "boss_name", "boss_uscc"]),
        ([asks("word", QuestionType.NOTE), asks("proof", QuestionType.FILE)], ["proof"]),
    ],
)
def test_no_two_columns_have_one_name(questions: list[Question], names: list[str]) -> None:
    layout = laid_out(version(1, *questions), identified=True, leading=["name"])
    assert [column.name for column in layout.columns] == ["name", *names]
    assert len({column.sav_name.casefold() for column in layout.columns}) == len(layout.columns)


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("many_其他", "many_其他"),
        ("many_a b-c", "many_a_b_c"),
        ("to", "to_"),
        ("many_" + "长" * 40, "many_" + "长" * 18),
    ],
)
def test_spss_takes_every_name(name: str, taken: str) -> None:
    question = asks("to", QuestionType.NUMBER) if name == "to" else asks("many", MULTIPLE, name[5:])
    [column] = laid_out(version(1, question)).columns
    assert (column.name, column.sav_name) == (name, taken)


def test_codes_are_numbers_only_where_all_of_them_are() -> None:
    numbered = laid_out(version(2, asks("one", SINGLE, "1", "2")), version(1, asks("one", SINGLE, "1", "-3")))
    coded = laid_out(version(2, asks("one", SINGLE, "1", "2")), version(1, asks("one", SINGLE, "1", "a")))
    padded = laid_out(version(1, asks("one", SINGLE, "01", "1")))
    assert [list(each.columns[0].labels) for each in (numbered, coded, padded)] == [
        [1, 2, -3], ["1", "2", "a"], ["01", "1"],
    ]  # fmt: skip
    assert [each.slots[0].cells("1") for each in (numbered, coded, padded)] == [(1,), ("1",), ("1",)]


def test_another_type_in_another_version_has_columns_of_its_own() -> None:
    now, before = asks("q", SINGLE, "1", "2"), asks("q", MULTIPLE, "1", "3")
    layout = laid_out(version(2, now), version(1, before, asks("gone", QuestionType.SCALE, scale=Scale(1, 5))))
    assert [(column.name, column.is_asked) for column in layout.columns] == [
        ("q", True), ("q_1", False), ("q_3", False), ("gone", False),
    ]  # fmt: skip
    assert layout.slots[0].cells("2") == (2, -97, -97)


def test_words_that_one_version_asks_do_not_keep_numbers_out() -> None:
    now, before = asks("q", QuestionType.NUMBER), asks("q", QuestionType.EMPLOYER)
    layout = laid_out(version(2, now), version(1, before))
    assert ([column.name for column in layout.columns], layout.kept_out) == (["q"], ())


def test_a_worksheet_has_as_many_columns_as_there_may_be() -> None:
    writer = WorkbookWriter()
    writer.add([list(range(16_384))])
    writer.end()
    sheet = openpyxl.load_workbook(BytesIO(writer.taken())).active
    assert sheet is not None
    assert [sheet.cell(1, column).value for column in (1, 26, 27, 702, 703, 16_384)] == [0, 25, 26, 701, 702, 16_383]
