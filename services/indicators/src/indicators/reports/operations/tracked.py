"""What the newest editions of surveys show of a group, as tables: of one value each, and of codes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from common.measures import MEASURES
from indicators.report_files.document import ReportTable, Value, number
from indicators.reports.operations import words
from indicators.reports.operations.reading import EmployersYear
from indicators.tracking.wire.answers import CodeBody, IndicatorBody, title_of
from indicators.tracking.wire.portraits import PortraitCycle
from indicators.tracking.wire.words import word_of
from indicators.tracking_counts.indicators import INDUSTRY_FLOWS, SITUATIONS
from indicators.tracking_counts.readings import FLOW

Row = Sequence[Value]


@dataclass(frozen=True)
class Asked:
    """Those who were asked at one time, and what their newest edition shows of the group."""

    title: str
    indicators: Mapping[str, IndicatorBody]


def graduates(say: words.Saying, cycles: Sequence[PortraitCycle]) -> list[Asked]:
    """The cycles that have an edition."""
    return [
        Asked(say(words.CYCLE).format(cycle=each.cycle), _with_flows(each))
        for each in cycles
        if each.edition is not None
    ]


def employers(say: words.Saying, years: Sequence[EmployersYear]) -> list[Asked]:
    """The years that have an edition."""
    return [
        Asked(say(words.YEAR).format(year=each.year), each.indicators) for each in years if each.edition is not None
    ]


def tables(say: words.Saying, title: str, asked: Sequence[Asked], names: Iterable[str]) -> list[ReportTable]:
    """A table of the indicators that have one value, and one for each that has a value per code, where any is shown."""
    rows, spread = list[Row](), list[ReportTable]()
    for name in names:
        bodies = [each.indicators.get(name) for each in asked]
        if any(_codes(body) for body in bodies):
            spread.append(_by_code(say, name, asked, bodies))
        elif any(body and body.status == "ok" for body in bodies):
            rows += _valued(say, name, bodies)
    columns = [say(words.INDICATOR), say(words.UNIT)]
    for each in asked:
        columns += [each.title, say(words.ANSWERS)]
    return [*([ReportTable(title, columns, rows)] if rows else []), *spread]


def _with_flows(cycle: PortraitCycle) -> Mapping[str, IndicatorBody]:
    """The indicators with what portraits show beside them, in the same shape."""
    flows = cycle.industry_flows
    codes = [
        CodeBody(code=f"{each.from_}{FLOW}{each.to}", count=each.count, share=each.share) for each in flows.flows or ()
    ]
    body = cycle.destination_classes.model_copy(
        update={"base": flows.base, "value": codes or None, "status": flows.status}
    )
    return {**cycle.indicators, SITUATIONS: cycle.destination_classes, INDUSTRY_FLOWS: body}


def _valued(say: words.Saying, name: str, bodies: Sequence[IndicatorBody | None]) -> Iterator[Row]:
    """The indicator, and its parts and median where it has them."""
    title = say(title_of(name))
    yield _row(say, title, bodies)
    parts = dict.fromkeys(part for body in bodies for part in (body and body.parts) or ())
    for part in parts:
        own = [body.parts.get(part) if body and body.parts else None for body in bodies]
        yield _row(say, f"{title}: {say(MEASURES[part].title)}", own)
    medians = [body.median if body else None for body in bodies]
    if any(each and each.status == "ok" for each in medians):
        yield _row(say, f"{title}: {say(words.MEDIAN)}", medians)


def _row(say: words.Saying, title: str, bodies: Sequence[IndicatorBody | None]) -> Row:
    unit = next((body.unit for body in bodies if body and body.unit), None)
    row: list[Value] = [title, say(words.UNITS[unit]) if unit else None]
    for body in bodies:
        shown = body is not None and body.status == "ok" and isinstance(body.value, str)
        row += [number(f"{body.value}"), body.base] if body and shown else [say(words.TOO_FEW), None]
    return row


def _by_code(
    say: words.Saying, name: str, asked: Sequence[Asked], bodies: Sequence[IndicatorBody | None]
) -> ReportTable:
    shares = [{each.code: each.share for each in _codes(body)} for body in bodies]
    codes = dict.fromkeys(code for each in shares for code in each)
    rows = [[word_of(name, code, say.language) or code, *(number(each.get(code)) for each in shares)] for code in codes]
    columns = [say(words.CELLS[0])]
    columns += [
        f"{each.title} ({say(words.ANSWERS)} {body.base if body and body.base is not None else words.NONE})"
        for each, body in zip(asked, bodies, strict=True)
    ]
    return ReportTable(f"{say(title_of(name))} (%)", columns, rows)


def _codes(body: IndicatorBody | None) -> list[CodeBody]:
    return body.value if body is not None and isinstance(body.value, list) else []
