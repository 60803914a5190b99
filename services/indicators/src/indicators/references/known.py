"""The reference tables of indicators, and what is looked up in their rows. All rows of the release are unverified."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from common.codes import CodeLists
from common.errors import Message
from common.reference_tables.definition import (
    POSITIVE,
    YEAR,
    Column,
    ReferenceRow,
    ReferenceTable,
    one_of,
    positive,
    year,
)
from common.reference_tables.storage import newest_as
from common.sql import Connection
from indicators.tracking_counts.prices import COUNTRY, YearlyTables

_HERE = "indicators.references"
_PROVINCE = re.compile(r"[1-9][0-9]0000")
_CITY = re.compile(r"[1-9][0-9]{3}00")


def province(text: str) -> str:
    """A province as `410000`, or `CN`."""
    if text != COUNTRY and not _PROVINCE.fullmatch(text):
        raise ValueError
    return text


def city(text: str) -> str:
    """A prefecture as `440100`; of a municipality `110100`."""
    if not _CITY.fullmatch(text) or _PROVINCE.fullmatch(text):
        raise ValueError
    return text


def industry(text: str) -> str:
    """A code of the list of industries."""
    if CodeLists.load().get("industry").lookup(text) is None:
        raise ValueError
    return text


_PROVINCES = Message("应为省级行政区划代码，如 410000，或 CN", "Must be a province such as 410000, or CN")

CPI = ReferenceTable(
    "cpi",
    Message("居民消费价格指数（定基）", "Consumer prices, as an index of one base"),
    (
        Column("year", year, YEAR),
        Column("area", province, _PROVINCES),
        Column("index", positive, POSITIVE),
    ),
    key=("year", "area"),
    package=_HERE,
)
SALARY_BENCHMARK = ReferenceTable(
    "salary-benchmark",
    Message("行业月薪参照（元）", "Monthly pay to compare with, in yuan"),
    (
        Column("year", year, YEAR),
        Column("area", province, _PROVINCES),
        Column("industry", industry, Message("应为行业代码", "Must be a code of the list `industry`")),
        Column("yuan", positive, POSITIVE),
    ),
    key=("year", "area", "industry"),
    package=_HERE,
)
CITY_TIER = ReferenceTable(
    "city-tier",
    Message("一线与新一线城市", "First and new first tier cities"),
    (
        Column("year", year, YEAR),
        Column("city", city, Message("应为地级行政区划代码，如 440100", "Must be a prefecture such as 440100")),
        Column("tier", one_of("first", "new_first"), Message("应为 first 或 new_first", "Must be first or new_first")),
    ),
    key=("year", "city"),
    package=_HERE,
)


class CityTiers(NamedTuple):
    """The cities of a version of the table, by year."""

    version: int
    years: Mapping[int, Mapping[str, str]]

    def of_year(self, year: int) -> Mapping[str, str]:
        """`first` or `new_first` by prefecture; none of a year that the table does not have."""
        return self.years.get(year, {})


async def city_tiers(connection: Connection) -> CityTiers:
    """The tiers of cities as they are known."""
    found, version = await newest_as(connection, CITY_TIER, _by_year)
    return CityTiers(version, found)


async def yearly_tables(connection: Connection) -> tuple[YearlyTables, Mapping[str, int]]:
    """Prices and pay as they are known, and the versions of the tables."""
    prices, of_prices = await newest_as(connection, CPI, _prices)
    benchmarks, of_benchmarks = await newest_as(connection, SALARY_BENCHMARK, _benchmarks)
    return YearlyTables(prices, benchmarks), {CPI.name: of_prices, SALARY_BENCHMARK.name: of_benchmarks}


def _by_year(rows: Sequence[ReferenceRow]) -> Mapping[int, Mapping[str, str]]:
    found = defaultdict[int, dict[str, str]](dict)
    for row in rows:
        found[_whole(row["year"])][str(row["city"])] = str(row["tier"])
    return found


def _prices(rows: Sequence[ReferenceRow]) -> Mapping[tuple[int, str], Fraction]:
    return {(_whole(each["year"]), str(each["area"])): Fraction(str(each["index"])) for each in rows}


def _benchmarks(rows: Sequence[ReferenceRow]) -> Mapping[tuple[int, str, str], Fraction]:
    return {
        (_whole(each["year"]), str(each["area"]), str(each["industry"])): Fraction(str(each["yuan"])) for each in rows
    }


def _whole(value: object) -> int:
    return int(str(value))
