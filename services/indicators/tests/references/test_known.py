"""What is looked up in reference tables, and which rows are refused."""

from fractions import Fraction
from typing import Any

import pytest

from common.codes import CodeLists
from common.database import Database
from common.reference_tables.definition import RowsRefused, rows_of, shipped
from indicators.references.known import CITY_TIER, CPI, SALARY_BENCHMARK, city_tiers, yearly_tables
from testing.http import Client, get

INDEX = "year,area,index,source,verified\n"
PAY = "year,area,industry,yuan,source,verified\n"
TIERS = "year,city,tier,source,verified\n"


@pytest.mark.parametrize("table", [CPI, SALARY_BENCHMARK, CITY_TIER], ids=lambda each: each.name)
def test_the_rows_of_the_release_are_unverified(table: Any) -> None:
    assert {row["verified"] for row in shipped(table)} <= {False}


def test_pay_to_compare_with_is_a_twelfth_of_what_was_announced_for_the_year() -> None:
    found = {(row["year"], row["industry"]): Fraction(str(row["yuan"])) for row in shipped(SALARY_BENCHMARK)}
    # of every section but international organisations and the forces
    sections = {each.code for each in CodeLists.load().get("industry")} - {"46", "80"}
    assert found.keys() == {(year, code) for year in (2021, 2022) for code in sections}
    announced = {(2021, "34"): 201_506, (2022, "34"): 220_418, (2022, "22"): 97_528, (2022, "45"): 117_440}
    assert all(abs(found[key] * 12 - yearly) <= Fraction(12, 200) for key, yearly in announced.items())


@pytest.mark.parametrize(
    ("table", "rows", "pointer", "broken"),
    [
        (CPI, INDEX + "2024,CN,0,NBS,false\n", "/rows/0/index", "reference_value"),
        (CPI, INDEX + "2024,CN,=1+1,NBS,false\n", "/rows/0/index", "reference_value"),
        (CPI, INDEX + "2024,CN,100,=HYPERLINK(1),false\n", "/rows/0/source", "reference_value"),
        (CPI, INDEX + "2024,CN,100,＠sum,false\n", "/rows/0/source", "reference_value"),
        (CPI, INDEX + "2023,CN,99,NBS,false\n=2024,CN,100,NBS,false\n", "/rows/1/year", "reference_value"),
        (CPI, INDEX + "2024,410100,100,NBS,false\n", "/rows/0/area", "reference_value"),
        (CPI, INDEX + "24,CN,100,NBS,false\n", "/rows/0/year", "reference_value"),
        (CPI, INDEX + "2024,CN,100,NBS,false\n2024,CN,101,NBS,false\n", "/rows/1", "reference_overlap"),
        (SALARY_BENCHMARK, PAY + "2024,CN,00,5000,a survey,false\n", "/rows/0/industry", "reference_value"),
        (SALARY_BENCHMARK, PAY + "2024,CN,34,0.00,a survey,false\n", "/rows/0/yuan", "reference_value"),
        (CITY_TIER, TIERS + "2024,440000,first,a list,false\n", "/rows/0/city", "reference_value"),
        (CITY_TIER, TIERS + "2024,440100,second,a list,false\n", "/rows/0/tier", "reference_value"),
        (
            CITY_TIER,
            TIERS + "2024,440100,first,a,false\n2024,440100,new_first,a,false\n",
            "/rows/1",
            "reference_overlap",
        ),
    ],
)
def test_rows_that_say_nothing_usable_are_refused_by_name(table: Any, rows: str, pointer: str, broken: str) -> None:
    with pytest.raises(RowsRefused) as refused:
        rows_of(table, rows)
    assert [(each.pointer, each.rule) for each in refused.value.problems] == [(pointer, broken)]


async def test_an_administrator_uploads_a_version_that_figures_then_name(client: Client, database: Database) -> None:
    listed = (await get(client("school_officer", school="90001"), "/v1/reference-tables"))["items"]
    assert [each["name"] for each in listed] == ["city-tier", "cpi", "salary-benchmark"]
    path, headers = "/v1/reference-tables/cpi", {"Content-Type": "text/csv"}
    async with client("school_officer", school="90001") as officer:
        assert (await officer.put(path, content=INDEX.encode(), headers=headers)).status_code == 403
    async with client("admin") as admin:
        put = await admin.put(path, content=(INDEX + "2031,CN,123.45,a guess,false\n").encode(), headers=headers)
        assert (put.status_code, put.json()["version"]) == (200, 1)
        assert (await admin.put(path, content=INDEX.encode(), headers=headers)).status_code == 428
    async with database.reading() as connection:
        (yearly, versions), tiers = await yearly_tables(connection), await city_tiers(connection)
    assert yearly.prices == {(2031, "CN"): Fraction("123.45")}
    assert versions == {"cpi": 1, "salary-benchmark": 0}
    assert tiers.version == 0
    named = [tiers.of_year(2024).get(city) for city in ("440100", "410100", "410200")]
    assert (named, tiers.of_year(1999)) == (["first", "new_first", None], {})
    assert (await get(client("admin"), path, version=0))["rows"][0]["year"] == 2015
