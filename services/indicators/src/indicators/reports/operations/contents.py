"""The chapters of a report, each from the figures that it shows."""

from collections.abc import Iterable, Sequence
from datetime import UTC
from decimal import Decimal
from typing import Any

from indicators.report_files.document import Chapter, ReportTable, Value
from indicators.reports.domain import SubjectKind
from indicators.reports.operations import naming, words
from indicators.reports.operations.reading import Reading
from indicators.schemes.groupings import DIMENSIONS
from indicators.structures.domain.spreads import SPREADS
from indicators.structures.domain.structure import DENOMINATOR_RULES
from indicators.tracking.wire.answers import CodeBody, IndicatorBody, title_of
from indicators.tracking.wire.portraits import PortraitCycle
from indicators.tracking_counts.indicators import OF_PORTRAITS

SPREAD_OVER = ("destination_class", "employment_type", "employer_nature", "industry", "position", "province")
"""Structures of 主要特点."""

PLACES = ("place_of_school", "place_of_origin")
"""Structures of 相关分析."""

RELATED_TO = ("education_level", "sex", "origin_urban", "ethnicity_group", "hardship_any")
"""Dimensions of 相关分析: the rate of each group beside that of all."""

FEEDBACK = (
    "teaching_satisfaction",
    "guidance_satisfaction",
    "major_match",
    "interest_match",
    "skill_use",
    "ability_gaps",
)
"""Indicators of 对教育教学的反馈; the others are in 职业发展画像."""


async def overview(reading: Reading, say: words.Saying, kind: SubjectKind) -> Chapter:
    """All rates, and those of the units below."""
    (total,) = await reading.rates()
    measures = {measure.name: measure.title for measure in reading.scheme.measures}
    rows: list[Sequence[Value]] = [
        [say(measures[name]), figure.numerator, figure.denominator, number(figure.rate)]
        for name, figure in total.measures.items()
    ]
    text = say(words.OVERVIEW).format(
        base=total.base,
        registered=total.base - total.not_registered,
        missing=total.not_registered,
        measure=say(reading.headline.title),
        rate=total.measures[reading.headline.name].rate or say(words.NO_FIGURE),
    )
    below = {SubjectKind.SCHOOL: ("college",), SubjectKind.COLLEGE: ("major",)}.get(kind, ())
    tables = [ReportTable(say(words.RATES), say.all(words.MEASURED), rows, drawn=3)]
    return Chapter(say(words.CHAPTERS[0]), [text], [*tables, *[await _parts(reading, say, name) for name in below]])


async def _parts(reading: Reading, say: words.Saying, dimension: str) -> ReportTable:
    headline = reading.headline
    rows = [
        [
            await _label(reading, say, dimension, each.group[dimension]),
            each.base,
            each.not_registered,
            number(each.measures[headline.name].rate),
        ]
        for each in await reading.rates(dimension)
    ]
    title = say(words.BY).format(dimension=say(DIMENSIONS[dimension].title))
    return ReportTable(title, [*say.all(words.PARTS), say(headline.title)], rows, drawn=3)


async def features(reading: Reading, say: words.Saying) -> Chapter:
    """Over what the graduates are spread."""
    tables = [await _structure(reading, say, each) for each in SPREAD_OVER]
    return Chapter(say(words.CHAPTERS[1]), [say(words.SHARES)], tables)


async def _structure(reading: Reading, say: words.Saying, dimension: str) -> ReportTable:
    found = await reading.structure(dimension)
    rows = [[cell.label or cell.code or say(words.MISSING), cell.count, number(cell.share)] for cell in found.cells]
    title = say(words.STRUCTURE).format(dimension=say(naming.spread_title(dimension)), base=found.base)
    return ReportTable(title, say.all(words.CELLS), rows, drawn=2)


async def relations(reading: Reading, say: words.Saying) -> Chapter:
    """How the first rate of each group differs from that of all; places of employment beside school and home."""
    asked = [each for each in RELATED_TO if each not in reading.selection.filters]
    compared = [await _compared(reading, say, each) for each in asked]
    placed = [await _structure(reading, say, each) for each in PLACES]
    return Chapter(say(words.CHAPTERS[2]), [say(words.POINTS)], [*compared, *placed])


async def _compared(reading: Reading, say: words.Saying, dimension: str) -> ReportTable:
    rows = [
        [
            await _label(reading, say, dimension, value),
            figure.numerator,
            figure.denominator,
            number(figure.rate),
            number(points),
        ]
        for value, figure, points in await reading.differences(dimension)
    ]
    title = say(words.RELATED).format(measure=say(reading.headline.title), dimension=say(DIMENSIONS[dimension].title))
    return ReportTable(title, say.all(words.COMPARED), rows, drawn=3)


async def trend(reading: Reading, say: words.Saying) -> Chapter:
    """The first rate over cohorts."""
    points = await reading.trend()
    rows: list[Sequence[Value]] = [
        [
            f"{each.cohort}",
            each.definition.scheme.id,
            each.definition.as_of.isoformat(),
            each.figure.numerator,
            each.figure.denominator,
            number(each.figure.rate),
        ]
        for each in points
    ]
    broken = [f"{each.cohort}" for each in points if each.is_break]
    breaks = [say(words.BREAKS).format(cohorts=say(words.BETWEEN).join(broken))] if broken else []
    table = ReportTable(say(words.OVER_COHORTS), say.all(words.TREND), rows, drawn=5)
    return Chapter(say(words.CHAPTERS[3]), [say(words.TREND_OF), *breaks], [table])


def feedback(say: words.Saying, cycles: Sequence[PortraitCycle]) -> Chapter:
    """What the surveys say of teaching."""
    return Chapter(say(words.CHAPTERS[4]), [say(words.ASKED)], _tracked(say, cycles, FEEDBACK))


def portrait(say: words.Saying, cycles: Sequence[PortraitCycle]) -> Chapter:
    """Everything else that the surveys say."""
    others = [name for name in OF_PORTRAITS if name not in FEEDBACK]
    editions = [
        say(words.EDITION).format(cycle=each.cycle, number=each.edition.number)
        for each in cycles
        if each.edition is not None
    ]
    return Chapter(say(words.CHAPTERS[5]), editions or [say(words.NO_EDITION)], _tracked(say, cycles, others))


def _tracked(say: words.Saying, cycles: Sequence[PortraitCycle], names: Iterable[str]) -> list[ReportTable]:
    """A table of the indicators that have one value, and one for each that has a value per code, where any is shown."""
    if not any(each.edition for each in cycles):
        return []
    columns = [say(words.INDICATOR), say(words.UNIT), *(say(words.CYCLE).format(cycle=each.cycle) for each in cycles)]
    rows, spread = list[Sequence[Value]](), list[ReportTable]()
    for name in names:
        bodies = [each.indicators.get(name) for each in cycles]
        if any(body and isinstance(body.value, list) for body in bodies):
            spread.append(_by_code(say, name, cycles, bodies))
        elif any(body and body.status == "ok" for body in bodies):
            unit = next(body.unit for body in bodies if body and body.unit)
            values = [_value(say, body) for body in bodies]
            rows.append([say(title_of(name)), say(words.UNITS[unit]) if unit in words.UNITS else unit, *values])
    table = ReportTable(say(words.TRACKED), columns, rows)
    return [*([table] if rows else []), *spread]


def _by_code(
    say: words.Saying, name: str, cycles: Sequence[PortraitCycle], bodies: Sequence[IndicatorBody | None]
) -> ReportTable:
    shares = [{each.code: each.share for each in _codes(body)} for body in bodies]
    codes = dict.fromkeys(code for each in shares for code in each)
    rows = [[code, *(number(each.get(code)) for each in shares)] for code in codes]
    columns = [say(words.CODE), *(say(words.CYCLE).format(cycle=each.cycle) for each in cycles)]
    return ReportTable(f"{say(title_of(name))} (%)", columns, rows)


def _codes(body: IndicatorBody | None) -> list[CodeBody]:
    return body.value if body is not None and isinstance(body.value, list) else []


def _value(say: words.Saying, body: IndicatorBody | None) -> Value:
    if body is None or body.status == "no_edition":
        return None
    return number(body.value) if isinstance(body.value, str) else say(words.TOO_FEW)


def sources(reading: Reading, say: words.Saying, snapshot: Any) -> Chapter:
    """By which definitions, from which snapshot."""
    scheme = reading.scheme
    used = dict.fromkeys(SPREADS[name].rule for name in (*SPREAD_OVER, *PLACES))
    rules = [(say(words.RULE).format(rule=name), DENOMINATOR_RULES[name].hash) for name in used]
    rows = [
        (say(words.SCHEME), f"{say(scheme.title)} ({scheme.version})"),
        (say(words.SCHEME_HASH), scheme.hash),
        (say(words.DAY), reading.as_of.isoformat()),
        *_of_snapshot(reading, say, snapshot),
        *rules,
    ]
    text = say(words.LIVE if snapshot is None else words.FROZEN)
    return Chapter(say(words.CHAPTERS[6]), [text], [ReportTable(say(words.SOURCES), say.all(words.PAIR), rows)])


def _of_snapshot(reading: Reading, say: words.Saying, snapshot: Any) -> list[tuple[str, str]]:
    frozen = reading.selection.frozen
    if snapshot is None or frozen is None:
        return []
    return [
        (say(words.SNAPSHOT), f"{frozen.ids[0]}"),
        (say(words.SNAPSHOT_KIND), f"{say(words.KINDS[snapshot.kind])} / {snapshot.revision}"),
        (say(words.KNOWN_AT), snapshot.known_at.astimezone(UTC).isoformat()),
        (say(words.SNAPSHOT_HASH), snapshot.hash.hex()),
    ]


async def _label(reading: Reading, say: words.Saying, dimension: str, value: str | None) -> str:
    return await reading.name(dimension, value) or say(words.MISSING)


def number(value: str | None) -> Decimal | None:
    """A published figure as a number with the places that it is published with."""
    return None if value is None else Decimal(value)
