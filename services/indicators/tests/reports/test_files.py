"""Pictures are the API's Vega-Lite, files repeat byte by byte, and names are text wherever they stand."""

from collections.abc import AsyncIterator, Mapping
from datetime import date
from typing import Any, cast

import altair
import jsonschema
import pypdfium2
import pytest

from common.errors import Message
from common.identifiers import Cohort
from common.limited.asking import AskedProcess
from indicators.formats.charts import chart_of
from indicators.formats.observation import Dataflow, FigureTable, Observed, Status
from indicators.reading.selection import Level, Scope, Selection
from indicators.report_files.document import Chapter, Document, ReportTable
from indicators.report_files.process import report_process
from indicators.reports.operations.drawing import MOST, Bar, bars_of, line_of
from indicators.reports.operations.reading import Reading

TRICKY = "#[]$</script>"
DAY = date(2024, 8, 31)
READING = Reading(cast(Any, None), Selection(Scope(Level.SCHOOL, "10001"), Cohort(2024), (), {}), DAY, None, "zh")
THREE = [Bar(TRICKY, 1, 3, "33.33"), Bar("软件", 2, 3, "66.67"), Bar("无", 0, 0, None)]


def document(*bars: Bar, title: str = "就业") -> Document:
    table = ReportTable(
        "比率", ("名称", "分子", "分母", "%"), [each.row for each in bars], bars_of(READING, "比率", bars)
    )
    return Document("zh", title, "大学", DAY, None, (), [Chapter("基本情况", ("文字",), [table])])


@pytest.fixture
async def process() -> AsyncIterator[AskedProcess]:
    found = report_process()
    yield found
    await found.end()


def values(specification: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(each["group"], each["rate"]) for each in specification["data"]["values"]]


def test_a_picture_is_the_specification_that_the_api_answers() -> None:
    drawing = bars_of(READING, "比率", THREE)
    assert drawing is not None
    assert values(drawing.specification) == [(TRICKY, 33.33), ("软件", 66.67), ("无", None)]
    jsonschema.validate(drawing.specification, altair.load_schema())
    assert drawing.text == f"比率 (%): {TRICKY} 33.33; 软件 66.67; 无"
    # the page drops what this drops: the facet of the only measure, and the title
    observed = [
        Observed(group={"g": TRICKY}, measure="m", numerator=1, denominator=3, value="33.33", cohort=2024, as_of=DAY,
                 definition="d", status=Status.LIVE)
    ]  # fmt: skip
    given: dict[str, Any] = {"name": "rates", "title": Message("", ""), "dataflow": Dataflow.RATES, "area": "10001"}
    answered = chart_of(FigureTable(**given, dimensions=("g",), known=("g",), observations=observed), "zh")
    for part in ("$schema", "mark"):
        assert drawing.specification[part] == answered[part]
    assert drawing.specification["encoding"] == {k: v for k, v in answered["encoding"].items() if k != "row"}


def test_few_and_too_many_groups_stand_in_the_table_alone() -> None:
    assert bars_of(READING, "比率", THREE[:2]) is None
    assert bars_of(READING, "比率", THREE[:1] * MOST) is not None
    assert bars_of(READING, "比率", THREE[:1] * (MOST + 1)) is None
    points = [Bar("2023", 1, 2, "50.00", 2023), Bar("2024", 1, 4, "25.00", 2024)]
    assert line_of(READING, "历届", points[:1]) is None
    line = line_of(READING, "历届", points)
    assert line is not None
    jsonschema.validate(line.specification, altair.load_schema())
    assert [each["cohort"] for each in line.specification["data"]["values"]] == [2023, 2024]
    assert line.specification["encoding"].keys() == {"x", "y"}


async def test_the_same_document_gives_the_same_bytes_whatever_was_written_before(process: AskedProcess) -> None:
    first = await process.ask(document(*THREE).to_json())
    await process.ask(document(*THREE[1:], THREE[1], title="其他").to_json())
    again = await process.ask(document(*THREE).to_json())
    await process.end()
    anew = await process.ask(document(*THREE).to_json())
    assert first == again == anew


async def test_labels_of_pictures_are_text_and_the_picture_has_words(process: AskedProcess) -> None:
    (pdf,) = await process.ask(document(*THREE).to_json())
    text = pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range()
    # in the table and in the picture
    assert text.count(TRICKY) == 2
