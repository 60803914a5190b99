"""One table of figures in every format, read again by other programs than those that wrote it."""

import csv
import io
import json
from datetime import date
from importlib.resources import files
from typing import Any

import jsonschema
import openpyxl
from pysdmx.io import read_sdmx

from common.errors import Message
from indicators.formats.charts import chart_of
from indicators.formats.observation import (
    OTHER,
    Chart,
    Confidentiality,
    Dataflow,
    FigureTable,
    Observed,
    Side,
    Status,
    status_of,
)
from indicators.formats.tables import csv_of, sdmx_csv_of, workbook_of

KNOWN = ("college", "major", "sex")
PLACEMENT = {"placement_rate": Message("落实率", "Placement rate")}


def observed(
    group: dict[str, str | None], numerator: int | None, denominator: int | None, value: str | None, **said: object
) -> Observed:
    given = {"cohort": 2024, "as_of": date(2024, 8, 31), "definition": "CN-2024.1", "status": Status.LIVE, **said}
    return Observed(
        group=group,
        measure="placement_rate",
        numerator=numerator,
        denominator=denominator,
        value=value,
        **given,  # type: ignore[arg-type]
    )


def table(*observations: Observed, dimensions: tuple[str, ...] = ("college",), **said: object) -> FigureTable:
    return FigureTable(
        name="rates",
        title=Message("比率", "Rates"),
        dataflow=Dataflow.RATES,
        area="10001",
        dimensions=dimensions,
        known=KNOWN,
        titles=PLACEMENT,
        notes=[("届 / Cohort", "2024")],
        observations=observations,
        **said,  # type: ignore[arg-type]
    )


RATES = table(
    observed({"college": "C01", "sex": "1"}, 4332, 5082, "85.24"),
    observed({"college": None, "sex": "1"}, 0, 0, None, status=Status.MISSING),
    observed({"college": "=1+1", "sex": "1"}, 1, 2, "50.00"),
    observed({"college": OTHER, "sex": "1"}, 2, 4, "50.00", confidentiality=Confidentiality.FREE),
)
DIFFERENCE = table(
    observed({"college": "C01"}, 1, 3, "33.33", side=Side.BEFORE),
    observed({"college": "C01"}, 0, 3, "0.00", side=Side.AFTER, cohort=2025),
    observed({"college": "C01"}, None, None, "-33.33", side=Side.DIFFERENCE),
    further=("side",),
)


def test_csv_has_a_mark_of_its_encoding_a_row_for_each_figure_and_no_formula() -> None:
    written = csv_of(RATES)
    assert written.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(written.decode("utf-8-sig"))))
    assert rows == [
        ["college", "measure", "numerator", "denominator", "rate"],
        ["C01", "placement_rate", "4332", "5082", "85.24"],
        ["", "placement_rate", "0", "0", ""],
        ["'=1+1", "placement_rate", "1", "2", "50.00"],
        ["_other", "placement_rate", "2", "4", "50.00"],
    ]


def test_a_negative_difference_is_a_number_in_csv_and_workbook() -> None:
    rows = list(csv.DictReader(io.StringIO(csv_of(DIFFERENCE).decode("utf-8-sig"))))
    assert [(each["side"], each["rate"]) for each in rows] == [
        ("before", "33.33"),
        ("after", "0.00"),
        ("difference", "-33.33"),
    ]
    sheet = openpyxl.load_workbook(io.BytesIO(workbook_of(DIFFERENCE)))["数据"]
    assert sheet["F4"].value == -33.33


def test_a_workbook_has_numbers_and_says_on_a_second_sheet_what_they_are() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook_of(RATES)))
    assert book.sheetnames == ["数据", "说明"]
    rows = [[cell.value for cell in row] for row in book["数据"]]
    assert rows[:3] == [
        ["college", "measure", "numerator", "denominator", "rate"],
        ["C01", "placement_rate", 4332, 5082, 85.24],
        [None, "placement_rate", 0, 0, None],
    ]
    assert {cell.data_type for row in book["数据"].iter_rows(min_row=2, min_col=3) for cell in row} == {"n"}
    assert {cell.data_type for row in book["数据"].iter_rows(max_col=2) for cell in row if cell.value} == {"s"}
    said = {row[0].value: row[1].value for row in book["说明"]}
    assert said["届 / Cohort"] == "2024"
    assert said["placement_rate"] == "落实率 / Placement rate"


def test_sdmx_csv_is_read_by_another_program_with_the_keys_of_every_dimension() -> None:
    text = sdmx_csv_of(RATES).decode()
    assert text.splitlines()[0] == (
        "STRUCTURE,STRUCTURE_ID,ACTION,REF_AREA,COHORT,MEASURE,COLLEGE,MAJOR,SEX,"
        "TIME_PERIOD,OBS_VALUE,NUMERATOR,DENOMINATOR,OBS_STATUS,CONF_STATUS,DEFINITION"
    )
    assert text.splitlines()[1] == (
        "dataflow,QUXIANG:RATES(1.0),I,10001,2024,placement_rate,C01,_T,1,2024-08-31,85.24,4332,5082,P,N,CN-2024.1"
    )
    message: Any = read_sdmx(text)
    (dataset,) = message.data
    assert dataset.short_urn == "Dataflow=QUXIANG:RATES(1.0)"
    found = dataset.data
    assert list(found["COLLEGE"]) == ["C01", "_U", "'=1+1", "_O"]
    assert list(found["OBS_STATUS"]) == ["P", "M", "P", "P"]
    assert list(found["CONF_STATUS"]) == ["N", "N", "N", "F"]
    assert list(found["OBS_VALUE"])[1] == ""


def test_sdmx_csv_has_each_key_once_and_no_differences() -> None:
    whole = observed({}, 1, 2, "50.00", side=Side.BEFORE)
    found = sdmx_csv_of(table(whole, *DIFFERENCE.observations, whole, further=("side",))).decode().splitlines()[1:]
    keys = [tuple(line.split(",")[3:10]) for line in found]
    assert len(keys) == len(set(keys)) == 3
    assert not any("-33.33" in line for line in found)


def test_charts_are_specifications_of_version_6_with_their_data() -> None:
    schema = json.loads((files("altair") / "vegalite" / "v6" / "schema" / "vega-lite-schema.json").read_text("utf-8"))
    points = [observed({}, 1, 2, "50.00", as_of=date(2024, 8, day)) for day in (30, 31)]
    lines = table(*points, dimensions=(), further=("as_of",), chart=Chart.LINES)
    cohorts = table(*points, dimensions=(), further=("cohort",), chart=Chart.LINES)
    for each in (RATES, DIFFERENCE, lines, cohorts, table(*points, dimensions=())):
        for language in ("zh", "en"):
            chart = json.loads(json.dumps(chart_of(each, language)))
            assert chart["$schema"] == "https://vega.github.io/schema/vega-lite/v6.json"
            jsonschema.Draft7Validator(schema).validate(chart)
    values = chart_of(RATES, "zh")["data"]["values"]
    assert [(each["group"], each["measure"], each["rate"]) for each in values[:2]] == [
        ("C01", "落实率", 85.24),
        ("（空）", "落实率", None),
    ]
    assert len(chart_of(DIFFERENCE, "en")["data"]["values"]) == 2


def test_the_one_status_of_a_figure_says_most_of_it() -> None:
    assert status_of("1.00", live=True) is Status.LIVE
    assert status_of("1.00", live=False) is Status.NORMAL
    assert status_of("1.00", live=True, is_break=True) is Status.BREAK
    assert status_of(None, live=True, is_break=True) is Status.MISSING
    assert status_of(None, live=False, hidden=True) is Status.HIDDEN
