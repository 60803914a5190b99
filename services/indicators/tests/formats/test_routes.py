"""Figures in every format over HTTP."""

import csv
import io
from typing import Any

import openpyxl
import pytest
from pysdmx.io import read_sdmx

from testing.http import Client, get

SERIES = {"measure": "placement_rate", "from": "2024-05-31", "to": "2024-06-02"}
JUNE = {"as_of": "2024-06-01"}
STRUCTURE = {"dimension": "region", "denominator_rule": "population", **JUNE}
READS: dict[str, dict[str, str]] = {"/v1/rates": JUNE, "/v1/series": SERIES, "/v1/structures": STRUCTURE}
KINDS = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "sdmx-csv": "application/vnd.sdmx.data+csv",
    "vega-lite": "application/vnd.vegalite.v6+json",
}


async def fetched(client: Client, path: str, **query: Any) -> Any:
    async with client("admin") as admin:
        answer = await admin.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer


@pytest.mark.parametrize("path", READS)
async def test_every_format_is_a_file_that_no_cache_keeps(client: Client, here: Any, path: str) -> None:
    query = {"school": here.code, "cohort": 2024, **READS[path]}
    for wanted, kind in KINDS.items():
        answer = await fetched(client, path, **query, format=wanted)
        assert answer.headers["content-type"].startswith(kind)
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["cache-control"] == "private, no-store"
    json_answer = await fetched(client, path, **query, format="json")
    assert json_answer.json()["snapshot"] is None
    await get(client("admin"), path, 400, **query, format="pdf")


async def test_rows_are_the_observations(client: Client, here: Any) -> None:
    query = {"school": here.code, "cohort": 2024, "by": "sex,college", **JUNE}
    body = (await fetched(client, "/v1/rates", **query)).json()
    expected = [
        (*each["group"].values(), name, *map(str, figure.values()))
        for each in body["observations"]
        for name, figure in each["measures"].items()
    ]
    text = (await fetched(client, "/v1/rates", **query, format="csv")).content.decode("utf-8-sig")
    assert [tuple(row) for row in csv.reader(io.StringIO(text))][1:] == expected
    book = openpyxl.load_workbook(io.BytesIO((await fetched(client, "/v1/rates", **query, format="xlsx")).content))
    assert [row[-1].value for row in book["数据"].iter_rows(min_row=2)] == [float(each[-1]) for each in expected]
    said = {row[0].value: row[1].value for row in book["说明"]}
    assert said["definition_hash"] == body["definition_hash"]


async def test_filters_and_groups_are_keys_of_sdmx_csv(client: Client, here: Any) -> None:
    query = {"school": here.code, "cohort": 2024, "by": "sex", "college": "C0", **SERIES}
    answer = await fetched(client, "/v1/series", **query, format="sdmx-csv")
    message: Any = read_sdmx(answer.text)
    found = message.data[0].data
    assert set(found["COLLEGE"]) == {"C0"}
    assert set(found["MAJOR"]) == {"_T"}
    assert set(found["TIME_PERIOD"]) == {"2024-05-31", "2024-06-01", "2024-06-02"}
    assert set(found["DEFINITION"]) == {"CN-2024.1"}


async def test_figures_name_the_definition_that_they_are_by(client: Client, here: Any) -> None:
    query = {"school": here.code, "cohort": 2024, "scheme": "NACE"}
    body = await get(client("admin"), "/v1/rates", **query)
    definition = await get(client("admin"), f"/v1/definitions/{body['scheme']}")
    assert (body["definition_version"], body["definition_hash"]) == (definition["version"], definition["hash"])
    # 19 registered of 22; 16 placed and 2 seeking
    assert body["observations"][0]["measures"] == {
        "knowledge_rate": {"numerator": 19, "denominator": 22, "rate": "86.36"},
        "career_outcomes_rate": {"numerator": 16, "denominator": 18, "rate": "88.89"},
    }


async def test_a_structure_has_its_cells_as_keys(client: Client, here: Any) -> None:
    query = {"school": here.code, "cohort": 2024, "by": "sex", **STRUCTURE}
    body = (await fetched(client, "/v1/structures", **query)).json()
    message: Any = read_sdmx((await fetched(client, "/v1/structures", **query, format="sdmx-csv")).text)
    found = message.data[0].data
    assert message.data[0].short_urn == "Dataflow=QUXIANG:STRUCTURES(1.0)"
    cells = [
        (each["group"]["sex"], cell["code"] or "_U", str(cell["count"]))
        for each in body["observations"]
        for cell in each["cells"]
    ]
    assert list(zip(found["SEX"], found["REGION"], found["NUMERATOR"], strict=True)) == cells
    assert set(found["MEASURE"]) == {"share_of_population"}
    rule = await get(client("admin"), "/v1/definitions/population")
    assert body["denominator_hash"] == rule["hash"]
