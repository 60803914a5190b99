"""The chapters of a report, each from the figures that it shows."""

from collections.abc import Sequence
from datetime import UTC
from typing import Any

from common.clock import day_in_shanghai
from indicators.report_files.document import Chapter, ReportTable, Value, number
from indicators.reports.domain import SubjectKind
from indicators.reports.operations import tracked, words
from indicators.reports.operations.drawing import Bar, bars_of, line_of
from indicators.reports.operations.reading import EmployersYear, Reading
from indicators.schemes.groupings import DIMENSIONS
from indicators.structures.domain.labels import spread_title
from indicators.structures.domain.spreads import SPREADS
from indicators.structures.domain.structure import DENOMINATOR_RULES
from indicators.tracking.wire.portraits import PortraitCycle
from indicators.tracking_counts.indicators import OF_PORTRAITS, SITUATIONS

SPREAD_OVER = ("destination_class", "employment_type", "employer_nature", "industry", "position", "province")
"""Structures of 主要特点."""

PLACES = ("place_of_school", "place_of_origin")
"""Structures of 相关分析."""

RELATED_TO = ("education_level", "sex", "origin_urban", "ethnicity_group", "hardship_any")
"""Dimensions of 相关分析: the rate of each group beside that of all."""

MADE_UP_OF = ("education_level", "sex")
"""Dimensions of 基本情况, beside the units below."""

DRAWN = frozenset({"destination_class", "industry"})
"""Structures with a picture beside the table."""

EMPLOYERS_SAY = ("employer_satisfaction", "employer_fit", "employer_match", "rehire", "employer_ability_gaps")
"""Indicators of employers in 对教育教学的反馈."""

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
    bars = [
        Bar(say(measures[name]), figure.numerator, figure.denominator, figure.rate)
        for name, figure in total.measures.items()
    ]
    text = say(words.OVERVIEW).format(
        base=total.base,
        registered=total.base - total.not_registered,
        missing=total.not_registered,
        measure=say(reading.headline.title),
        rate=total.measures[reading.headline.name].rate or say(words.NO_FIGURE),
    )
    below = [*{SubjectKind.SCHOOL: ("college",), SubjectKind.COLLEGE: ("major",)}.get(kind, ()), *MADE_UP_OF]
    asked = [each for each in below if each not in reading.selection.filters]
    # the classes of 主要特点 show the same in a picture
    tables = [ReportTable(say(words.RATES), say.all(words.MEASURED), [each.row for each in bars])]
    return Chapter(say(words.CHAPTERS[0]), [text], [*tables, *[await _parts(reading, say, name) for name in asked]])


async def _parts(reading: Reading, say: words.Saying, dimension: str) -> ReportTable:
    headline = reading.headline
    found = await reading.rates(dimension)
    names = [await _label(reading, say, dimension, each.group[dimension]) for each in found]
    rows, bars = list[Sequence[Value]](), list[Bar]()
    for name, each in zip(names, found, strict=True):
        # two majors may have one name
        named = name if names.count(name) == 1 else f"{name} ({each.group[dimension]})"
        figure = each.measures[headline.name]
        rows.append([named, each.base, each.not_registered, number(figure.rate)])
        bars.append(Bar(named, figure.numerator, figure.denominator, figure.rate))
    title = say(words.BY).format(dimension=say(DIMENSIONS[dimension].title))
    of_units = dimension in {"college", "major"}
    drawing = bars_of(reading, f"{say(headline.title)}, {title}", bars) if of_units else None
    return ReportTable(title, [*say.all(words.PARTS), f"{say(headline.title)} (%)"], rows, drawing)


async def features(reading: Reading, say: words.Saying) -> Chapter:
    """Over what the graduates are spread."""
    tables = [await _structure(reading, say, each) for each in SPREAD_OVER]
    return Chapter(say(words.CHAPTERS[1]), [say(words.SHARES)], tables)


async def _structure(reading: Reading, say: words.Saying, dimension: str) -> ReportTable:
    found = await reading.structure(dimension)
    bars = [
        Bar(cell.label or cell.code or say(words.MISSING), cell.count, found.base, cell.share) for cell in found.cells
    ]
    title = say(words.STRUCTURE).format(dimension=say(spread_title(dimension)), base=found.base)
    drawing = bars_of(reading, title, bars) if dimension in DRAWN else None
    rows = [(each.name, each.numerator, number(each.value)) for each in bars]
    return ReportTable(title, say.all(words.CELLS), rows, drawing)


async def relations(reading: Reading, say: words.Saying) -> Chapter:
    """How the first rate of each group differs from that of all; places of employment beside school and home."""
    asked = [each for each in RELATED_TO if each not in reading.selection.filters]
    compared = [table for each in asked if (table := await _compared(reading, say, each)) is not None]
    placed = [await _structure(reading, say, each) for each in PLACES]
    return Chapter(say(words.CHAPTERS[2]), [say(words.POINTS)], [*compared, *placed])


async def _compared(reading: Reading, say: words.Saying, dimension: str) -> ReportTable | None:
    """None where the roster says it of no graduate."""
    found = await reading.differences(dimension)
    if all(value is None for value, _, _ in found):
        return None
    rows = [
        [
            await _label(reading, say, dimension, value),
            figure.numerator,
            figure.denominator,
            number(figure.rate),
            number(points),
        ]
        for value, figure, points in found
    ]
    title = say(words.RELATED).format(measure=say(reading.headline.title), dimension=say(DIMENSIONS[dimension].title))
    return ReportTable(title, say.all(words.COMPARED), rows)


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
    bars = [
        Bar(f"{each.cohort}", each.figure.numerator, each.figure.denominator, each.figure.rate, each.cohort)
        for each in points
    ]
    drawing = line_of(reading, f"{say(words.OVER_COHORTS)}: {say(reading.headline.title)}", bars)
    table = ReportTable(say(words.OVER_COHORTS), say.all(words.TREND), rows, drawing)
    return Chapter(say(words.CHAPTERS[3]), [say(words.TREND_OF), *breaks], [table])


def feedback(
    reading: Reading, say: words.Saying, cycles: Sequence[PortraitCycle], years: Sequence[EmployersYear]
) -> Chapter:
    """What graduates and employers say of teaching."""
    found = [
        *tracked.tables(say, say(words.OF_GRADUATES), tracked.graduates(say, cycles), FEEDBACK),
        *tracked.tables(say, say(words.OF_EMPLOYERS), tracked.employers(say, years), EMPLOYERS_SAY),
    ]
    asked = [say(words.ASKED_EMPLOYERS)] if any(each.edition for each in years) else []
    return Chapter(say(words.CHAPTERS[4]), [*_editions(reading, say, cycles), *asked], found)


def portrait(reading: Reading, say: words.Saying, cycles: Sequence[PortraitCycle]) -> Chapter:
    """Everything else that graduates say."""
    others = [name for name in (SITUATIONS, *OF_PORTRAITS) if name not in FEEDBACK]
    found = tracked.tables(say, say(words.TRACKED), tracked.graduates(say, cycles), [*dict.fromkeys(others)])
    return Chapter(say(words.CHAPTERS[5]), _editions(reading, say, cycles), found)


def _editions(reading: Reading, say: words.Saying, cycles: Sequence[PortraitCycle]) -> list[str]:
    """Which editions the figures are of, or why there are none."""
    if not cycles:
        return [say(words.NO_SUCH_GROUP)]
    found = [
        say(words.EDITION).format(
            cycle=each.cycle, number=each.edition.number, day=day_in_shanghai(each.edition.taken_at).isoformat()
        )
        for each in cycles
        if each.edition is not None
    ]
    return (
        [say(words.ASKED), " ".join(found) if reading.language == "en" else "".join(found)]
        if found
        else [say(words.NO_EDITION)]
    )


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
