"""What a file says was hidden is what the logic hides, condition by condition, whatever was answered."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import Message
from common.exports import marked
from common.spreadsheets.writing import BOM, CsvWriter, WorkbookWriter
from surveys.answers.domain import names_of
from surveys.exports.domain.cells import Storage
from surveys.exports.domain.layout import Column
from surveys.exports.domain.seen import Visibility
from surveys.exports.domain.told import Reading
from surveys.exports.operations.files import CsvFile, SheetFile
from surveys.questionnaires.domain.content import PublishedVersion
from surveys.questionnaires.domain.facts import Facts
from surveys.questionnaires.domain.logic import json_of, logic_of
from surveys.questionnaires.wire import NewQuestionnaire

Json = dict[str, Any]


def said(text: str) -> Json:
    return {"zh": text, "en": text}


def asks(name: str, kind: str, **more: Any) -> Json:
    return {"id": name, "type": kind, "required": False, "text": said(f"{name} ${{work}}")} | more


def options(*values: str, **more: Any) -> list[Json]:
    return [{"value": each, "text": said(each)} | (more if each == "9" else {}) for each in values]


CONTENT = NewQuestionnaire.model_validate(
    {
        "title": said("调查"),
        "pages": [
            {
                "id": "a",
                "questions": [
                    asks("work", "single_choice", options=options("1", "2", "9", other=True)),
                    asks("pay", "money", period="month", sensitive=True, refusable=True),
                    asks("many", "multiple_choice", options=options("1", "2", "3")),
                    asks("grid", "matrix", options=options("1", "2"), rows=options("x", "y")),
                    asks("why", "text", visible_if="${work} = '1'"),
                    asks("hours", "number", visible_if="${work} != '2' and ${pay} > 100"),
                    asks("twice", "calculated", calculation="${hours} * 2", result="number"),
                ],
            },
            {
                "id": "b",
                "visible_if": "${twice} > 10 or selected(${many}, '3')",
                "questions": [
                    asks("much", "boolean"),
                    asks("deep", "number", visible_if="${much} and ${grid_x} = '1'"),
                    asks("old", "number", visible_if="${roster_cohort} < 2020 or today() > '2026-06-30'"),
                    asks("named", "number", visible_if="${work_other} != ''"),
                    asks("sum", "calculated", calculation="sum(${deep}, ${old}, 1)", result="number"),
                ],
            },
            {
                "id": "c",
                "questions": [
                    asks("last", "number", visible_if="${sum} > 3"),
                    asks("free", "number"),
                    asks("late", "number", visible_if="${free} = 6 and today() > '2026-06-30'"),
                ],
            },
        ],
    },
    strict=False,
).content()
VERSION = PublishedVersion(CONTENT.title, CONTENT.pages, UUID(int=1), 1, None, datetime(2026, 1, 1, tzinfo=UTC))  # type: ignore[arg-type]
REFUSED = {"missing": "refused"}
NUMBERS = st.sampled_from([1, 6, 200])
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "work": st.sampled_from(["1", "2", "9"]),
        "work_other": st.just("另一种"),
        "pay": st.sampled_from([50, 500, REFUSED]),
        "many": st.sampled_from([["1"], ["3"], ["1", "3"]]),
        "grid": st.sampled_from([{"x": "1"}, {"y": "2"}, {"x": "2", "y": "1"}]),
        "why": st.just("因为"),
        "hours": NUMBERS,
        "much": st.booleans(),
        "deep": NUMBERS,
        "old": NUMBERS,
        "named": NUMBERS,
        "last": NUMBERS,
        "free": NUMBERS,
        "late": NUMBERS,
    },
)
FACTS = st.builds(
    Facts,
    st.sampled_from([date(2026, 6, 1), date(2026, 7, 1)]),
    st.sampled_from([{"roster_cohort": Decimal(2019)}, {"roster_cohort": Decimal(2024)}, {}]),
    st.booleans(),
)
READING = Reading(names_of(VERSION.questions))
VISIBILITY = Visibility(VERSION, READING.places)


@given(ANSWERS, FACTS)
def test_what_was_hidden_is_what_the_logic_hides(values: Json, facts: Facts) -> None:
    # a submission drops what is hidden under the values sent with it
    kept = logic_of(VERSION).judge(values, facts).kept
    judged = logic_of(VERSION).judge(kept, facts)
    seen = VISIBILITY.of(READING.of_values(kept), facts, sensitive=facts.sensitive)
    assert set(seen.hidden) == {question.id for question in VERSION.questions} - set(judged.questions)
    assert seen.calculated == {name: json_of(value) for name, value in judged.calculated.items() if value is not None}


@pytest.mark.parametrize(
    "cell", ["=1+1", ' "a","b"', "a\r\nb", "＠x", "'x", "plain", 5, -97, 3.5, date(2024, 7, 1), None, "\0"]
)
def test_a_csv_is_written_as_every_other_one(cell: Any) -> None:
    writer = CsvWriter()
    writer.add([[cell, "x"]])
    written = writer.taken().decode().removeprefix(BOM).removesuffix("\r\n")
    # the apostrophe of a text comes before either
    assert CsvFile().piece([], [cell, "x"]) == (written if cell != "'x" else written.replace("'x", "''x", 1))


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+1",
        "-1",
        "@x",
        "'x",
        "＠x",
        "a\tb",
        "<b>&",
        "\0",
        "_x0041_",
        "plain",
        5,
        -97,
        3.5,
        date(2024, 7, 1),
        None,
    ],
)
def test_a_sheet_is_written_as_every_other_one(cell: Any) -> None:
    columns = [Column(name, name, Storage.TEXT, Message("题", "Question")) for name in ("first", "second")]
    file, by_rows, by_pieces = SheetFile(columns), WorkbookWriter(), WorkbookWriter()
    by_rows.add([["first", "second"], [marked(cell) if isinstance(cell, str) else cell, "x"]])
    by_pieces.add([["first", "second"]])
    by_pieces.add_made([file.row([file.piece(columns[:1], [cell]), file.piece(columns[1:], ["x"])])])
    for writer in (by_rows, by_pieces):
        writer.end()
    assert by_pieces.taken() == by_rows.taken()
