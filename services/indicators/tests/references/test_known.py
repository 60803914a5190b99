"""What is looked up in reference tables, and which rows are refused."""

from decimal import Decimal
from typing import Any

import pytest

from common.database import Database
from common.reference_tables.definition import RowsRefused, rows_of, shipped
from indicators.references.known import CITY_TIER, CPI, SALARY_BENCHMARK, Benchmarks, Prices, city_tiers, prices
from testing.http import Client, get

INDEX = "year,area,index,source,verified\n"
PAY = "year,area,industry,yuan,source,verified\n"
TIERS = "year,city,tier,source,verified\n"


@pytest.mark.parametrize("table", [CPI, SALARY_BENCHMARK, CITY_TIER], ids=lambda each: each.name)
def test_the_rows_of_the_release_are_unverified(table: Any) -> None:
    assert {row["verified"] for row in shipped(table)} <= {False}


@pytest.mark.parametrize(
    ("table", "rows", "pointer", "broken"),
    [
        (CPI, INDEX + "2024,CN,0,NBS,false\n", "/rows/0/index", "reference_value"),
        (CPI, INDEX + "2024,CN,=1+1,NBS,false\n", "/rows/0/index", "reference_value"),
        (CPI, INDEX + "2024,CN,100,=HYPERLINK(1),false\n", "/rows/0/source", "reference_value"),
        (CPI, INDEX + "2024,CN,100,＠sum,false\n", "/rows/0/source", "reference_value"),
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


def test_prices_are_those_of_the_province_else_of_the_nation() -> None:
    known = Prices(3, {(2023, "CN"): Decimal(100), (2024, "CN"): Decimal(103), (2024, "410000"): Decimal(110)})
    assert known.change(2023, 2024, "410000") == Decimal("1.03")
    assert known.change(2023, 2024, None) == Decimal("1.03")
    assert known.change(2023, 2025, "410000") is None
    both = Prices(3, {**known.indices, (2023, "410000"): Decimal(100)})
    assert both.change(2023, 2024, "410000") == Decimal("1.1")


def test_pay_is_that_of_the_province_else_of_the_nation() -> None:
    known = Benchmarks(1, {(2024, "CN", "34"): Decimal(9000), (2024, "410000", "34"): Decimal(7000)})
    assert [known.benchmark(2024, area, "34") for area in ("410000", "110000", None)] == [7000, 9000, 9000]
    assert known.benchmark(2025, "410000", "34") is None


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
        known, tiers = await prices(connection), await city_tiers(connection)
    assert known == Prices(1, {(2031, "CN"): Decimal("123.45")})
    assert (tiers.version, tiers.tier(2024, "440100"), tiers.tier(2024, "410100"), tiers.tier(2024, "410200")) == (
        0,
        "first",
        "new_first",
        None,
    )
    assert (await get(client("admin"), path, version=0))["rows"][0]["year"] == 2015
