"""Figures counted anew from the owners' histories, by the plainest code that can be right.

It shares nothing with indicators: an own table of codes, an own reading of the events, a loop over all graduates for
every day that is asked for. Slow on purpose.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Json = dict[str, Any]
Figures = dict[str, Any]

CLASSES: Mapping[str, tuple[str, ...]] = {
    "unit": (
        *("10", "11", "12", "27", "271", "272", "46"),
        *("50", "501", "502", "503"),
        *("51", "511", "512", "513", "514", "515", "516", "517", "518", "519"),
    ),
    "business": ("75", "751", "752", "753"),
    "freelance": ("76",),
    "study": ("80", "801", "802", "803", "81", "85"),
    "seeking": ("70",),
    "not_seeking": ("71", "72"),
}
CLASS_OF = {code: name for name, codes in CLASSES.items() for code in codes}

MEASURES: Mapping[str, tuple[str, ...]] = {
    "placement_rate": ("unit", "business", "freelance", "study"),
    "unit_employment_rate": ("unit",),
    "own_business_rate": ("business",),
    "freelance_rate": ("freelance",),
    "further_study_rate": ("study",),
    "seeking_rate": ("seeking",),
    "not_seeking_rate": ("not_seeking",),
    "flexible_employment_rate": ("flexible",),
}

LEVELS: Mapping[str, str] = {
    "01": "doctoral", "03": "doctoral", "11": "master", "13": "master", "25": "second_bachelor",
    "26": "second_bachelor", "31": "bachelor", "33": "bachelor", "41": "junior_college", "43": "junior_college",
    "61": "junior_college",
}  # fmt: skip

DIMENSIONS = ("college", "major", "sex", "education_level")


@dataclass
class Graduate:
    """All events about one graduate, by sequence."""

    roster: dict[int, Json] = field(default_factory=dict)
    decisions: dict[int, Json] = field(default_factory=dict)


def graduates_of(changes: Iterable[Json]) -> dict[str, Graduate]:
    """The items of both change feeds, per graduate."""
    found: dict[str, Graduate] = defaultdict(Graduate)
    for change in changes:
        if change["type"].startswith("quxiang.graduate."):
            found[change["subject"]].roster[change["sequence"]] = change
        elif change["type"].startswith("quxiang.destination."):
            found[change["subject"]].decisions[change["sequence"]] = change
    return dict(found)


def in_force(events: Mapping[int, Json], day: date) -> Json | None:
    """What the last event that counts on the day says; no event counts before one with a lower sequence."""
    answer, counts_from = None, date.min
    for sequence in sorted(events):
        counts_from = max(counts_from, date.fromisoformat(events[sequence]["decidedon"]))
        if counts_from <= day:
            answer = events[sequence]["data"]
    return answer


def figures(graduates: Mapping[str, Graduate], cohort: int, day: date, by: str | None) -> dict[str | None, Figures]:
    """Base, not registered and every measure of the 2024 scheme, per group; one group named `all` without `by`."""
    counts: dict[str | None, Counter[str]] = defaultdict(Counter)
    if by is None:
        counts["all"] = Counter()
    for graduate in graduates.values():
        entry = in_force(graduate.roster, day)
        if entry is None or entry["cohort"] != cohort or entry["status"] not in ("registered", "completed"):
            continue
        if day < date(cohort - 1, 9, 1):
            continue
        _count(counts["all" if by is None else group(entry, by)], in_force(graduate.decisions, day))
    return {name: _figures_of(count) for name, count in counts.items()}


def group(entry: Json, by: str) -> str | None:
    """The group of a roster entry in one dimension."""
    if by == "education_level":
        return LEVELS.get(entry["education_level_code"])
    value: str | None = entry[f"{by}_code"]
    return value


def _count(count: Counter[str], decision: Json | None) -> None:
    count["base"] += 1
    if decision is None or decision["state"] == "voided":
        count["not_registered"] += 1
        return
    count[CLASS_OF[decision["destination_code"]]] += 1
    if decision["flexible"]:
        count["flexible"] += 1


def _figures_of(count: Counter[str]) -> Figures:
    base = count["base"]
    found: Figures = {"base": base, "not_registered": count["not_registered"]}
    for measure, parts in MEASURES.items():
        numerator = sum(count[part] for part in parts)
        found[measure] = (numerator, base, _percentage(numerator, base))
    return found


def _percentage(numerator: int, denominator: int) -> str | None:
    if denominator == 0:
        return None
    return str((Decimal(numerator * 100) / Decimal(denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP))


def shown(observations: Iterable[Json], by: str | None) -> dict[str | None, Figures]:
    """What `GET /v1/rates` answered, in the shape of `figures`."""
    found: dict[str | None, Figures] = {}
    for observation in observations:
        name = "all" if by is None else observation["group"][by]
        assert name not in found, f"the group {name} is there twice"
        measures = {
            measure: (figure["numerator"], figure["denominator"], figure["rate"])
            for measure, figure in observation["measures"].items()
        }
        found[name] = {"base": observation["base"], "not_registered": observation["not_registered"], **measures}
    return found
