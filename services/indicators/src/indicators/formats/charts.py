"""Figures as a Vega-Lite specification (version 6) that holds its data: a program draws it without asking again."""

from collections.abc import Iterator, Mapping
from typing import Any

from common.errors import Message
from indicators.formats.observation import Chart, FigureTable, Side

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"

Specification = Mapping[str, Any]

_MISSING = Message("（空）", "(missing)")
_ALL = Message("合计", "Total")
_DAY = Message("日期", "Day")
_COHORT = Message("届", "Cohort")


def chart_of(table: FigureTable, language: str) -> Specification:
    """The specification; its title and axes are in the language."""
    lines = table.chart is Chart.LINES
    return {
        "$schema": SCHEMA,
        "title": table.title.in_language(language),
        "data": {"values": [*_values(table, language)]},
        "mark": {"type": "line", "point": True, "tooltip": True} if lines else {"type": "bar", "tooltip": True},
        "encoding": over_time(table, language) if lines else side_by_side(table),
    }


def _values(table: FigureTable, language: str) -> Iterator[dict[str, Any]]:
    for each in table.observations:
        if each.side is not Side.DIFFERENCE:
            title = table.titles.get(each.measure)
            codes = [(name, each.group.get(name) or _MISSING.in_language(language)) for name in table.dimensions]
            group = [table.labels.get(name, {}).get(code, code) for name, code in codes]
            yield {
                "group": " · ".join(group) or _ALL.in_language(language),
                "measure": title.in_language(language) if title else each.measure,
                "cohort": each.cohort,
                "as_of": each.as_of.isoformat(),
                "numerator": each.numerator,
                "denominator": each.denominator,
                "rate": None if each.value is None else float(each.value),
                **({"side": each.side.value} if each.side else {}),
            }


def over_time(table: FigureTable, language: str) -> Specification:
    """A line for each group, over days or cohorts."""
    by_cohort = "cohort" in table.further
    days = {"field": "as_of", "type": "temporal", "title": _DAY.in_language(language)}
    cohorts = {"field": "cohort", "type": "ordinal", "title": _COHORT.in_language(language)}
    return {
        "x": cohorts if by_cohort else days,
        "y": _RATE,
        "color": {"field": "group", "type": "nominal", "title": None},
    }


def side_by_side(table: FigureTable) -> Specification:
    """A bar for each group, one diagram for each measure; without groups a bar for each measure."""
    compared = any(each.side for each in table.observations)
    bars: dict[str, Any] = {"x": _RATE, "y": {"field": "measure", "type": "nominal", "sort": None, "title": None}}
    if table.dimensions:
        bars |= {"y": {**bars["y"], "field": "group"}, "row": {"field": "measure", "type": "nominal", "title": None}}
    if compared:
        bars |= {"color": {"field": "side", "type": "nominal", "title": None}, "yOffset": {"field": "side"}}
    return bars


_RATE: Specification = {"field": "rate", "type": "quantitative", "title": "%"}
