"""The reference tables of indicators, and what is looked up in their rows. All rows of the release are unverified."""

import re
from collections.abc import Iterable
from decimal import Decimal
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

NATION = "CN"

_HERE = "indicators.references"
_PROVINCE = re.compile(r"[1-9][0-9]0000")
_CITY = re.compile(r"[1-9][0-9]{3}00")


def province(text: str) -> str:
    """A province as `410000`, or `CN`."""
    if text != NATION and not _PROVINCE.fullmatch(text):
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


class Prices(NamedTuple):
    """The price indices of a version of the table."""

    version: int
    indices: dict[tuple[int, str], Decimal]

    def change(self, since: int, until: int, area: str | None) -> Decimal | None:
        """By what prices of a year are to be divided to be those of an earlier one: of the province, else of CN.

        None where neither has both years.
        """
        for each in (area, NATION):
            before, after = self.indices.get((since, each or "")), self.indices.get((until, each or ""))
            if before is not None and after is not None:
                return after / before
        return None


class Benchmarks(NamedTuple):
    """The pay of a version of the table."""

    version: int
    yuan: dict[tuple[int, str, str], Decimal]

    def benchmark(self, year: int, area: str | None, industry: str) -> Decimal | None:
        """The pay of an industry in a year, in the province, else in CN; None where neither is known."""
        in_area = self.yuan.get((year, area or "", industry))
        return in_area if in_area is not None else self.yuan.get((year, NATION, industry))


class CityTiers(NamedTuple):
    """The cities of a version of the table, by year."""

    version: int
    tiers: dict[tuple[int, str], str]

    def tier(self, year: int, city: str) -> str | None:
        """`first` or `new_first` for a prefecture such as `440100`; None for every other one."""
        return self.tiers.get((year, city))


async def prices(connection: Connection) -> Prices:
    """The price indices as they are known."""
    found, version = await newest_as(connection, CPI, _prices)
    return Prices(version, found)


async def benchmarks(connection: Connection) -> Benchmarks:
    """The pay to compare with as it is known."""
    found, version = await newest_as(connection, SALARY_BENCHMARK, _benchmarks)
    return Benchmarks(version, found)


async def city_tiers(connection: Connection) -> CityTiers:
    """The tiers of cities as they are known."""
    found, version = await newest_as(connection, CITY_TIER, _tiers)
    return CityTiers(version, found)


def _prices(rows: Iterable[ReferenceRow]) -> dict[tuple[int, str], Decimal]:
    return {(_whole(each["year"]), str(each["area"])): Decimal(str(each["index"])) for each in rows}


def _benchmarks(rows: Iterable[ReferenceRow]) -> dict[tuple[int, str, str], Decimal]:
    return {
        (_whole(each["year"]), str(each["area"]), str(each["industry"])): Decimal(str(each["yuan"])) for each in rows
    }


def _tiers(rows: Iterable[ReferenceRow]) -> dict[tuple[int, str], str]:
    return {(_whole(each["year"]), str(each["city"])): str(each["tier"]) for each in rows}


def _whole(value: object) -> int:
    return int(str(value))
