"""The pictures of a report: the API's Vega-Lite of its figures, with the names that the report gives to groups."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from unicodedata import east_asian_width

from common.errors import Message
from indicators.formats.charts import chart_of
from indicators.formats.observation import Chart, Dataflow, FigureTable, Observed, status_of
from indicators.report_files.document import Drawing, Value, number
from indicators.reports.operations.reading import Reading

LEAST, MOST = 3, 40
"""Bars of a picture: fewer are clear from the table, and no page has room for more."""

ROOM = 32
"""Columns of a name beside its bar, two for a Chinese character: the table above has it whole."""

_GROUP = "group"


@dataclass(frozen=True)
class Bar:
    """One figure by the name of its group; `cohort` of a point of a line. What is `protected` has no numbers."""

    name: str
    numerator: int | None
    denominator: int | None
    value: str | None
    cohort: int | None = None
    protected: bool = False

    @property
    def row(self) -> tuple[Value, ...]:
        """As a row of the table beside the picture."""
        return self.name, self.numerator, self.denominator, number(self.value)


def bars_of(reading: Reading, title: str, found: Sequence[Bar]) -> Drawing | None:
    """A bar for each group; none for too few or too many."""
    if not LEAST <= len(found) <= MOST:
        return None
    return _drawing(reading, title, named_apart(found), Chart.BARS, (_GROUP,), ())


def named_apart(found: Iterable[Bar]) -> list[Bar]:
    """Bars with names that fit and that no two share: those of one name would be drawn as one.

    >>> same = Bar("软件", 1, 2, None)
    >>> [each.name for each in named_apart([same, same, Bar("a" * 40, 1, 2, None)])]
    ['软件', '软件 · 2', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…']
    """
    times, named = Counter[str](), []
    for each in found:
        name = shortened(each.name)
        times[name] += 1
        named.append(replace(each, name=name if times[name] == 1 else f"{name} · {times[name]}"))
    return named


def shortened(name: str) -> str:
    """A name that fits beside a bar."""
    widths = [*accumulate(2 if east_asian_width(each) in "WF" else 1 for each in name)]
    if not widths or widths[-1] <= ROOM:
        return name
    return name[: bisect_left(widths, ROOM)] + "…"


def line_of(reading: Reading, title: str, found: Sequence[Bar]) -> Drawing | None:
    """A line over cohorts; none for a single one."""
    return _drawing(reading, title, found, Chart.LINES, (), ("cohort",)) if len(found) > 1 else None


def _drawing(
    reading: Reading, title: str, found: Sequence[Bar], chart: Chart, dimensions: Sequence[str], further: Sequence[str]
) -> Drawing:
    table = FigureTable(
        name="report",
        title=Message(title, title),
        dataflow=Dataflow.RATES,
        area=reading.school,
        dimensions=dimensions,
        known=dimensions,
        further=further,
        chart=chart,
        observations=[*_observed(reading, found)],
    )
    specification = dict(chart_of(table, reading.language))
    # the caption above says what the picture is of, and one measure of one line needs no legend
    del specification["title"]
    encoding = specification["encoding"]
    specification["encoding"] = {name: said for name, said in encoding.items() if name not in {"row", "color"}}
    text = "; ".join(f"{each.name} {each.value or ''}".strip() for each in found)
    return Drawing(specification, f"{title} (%): {text}")


def _observed(reading: Reading, found: Iterable[Bar]) -> Iterable[Observed]:
    for each in found:
        yield Observed(
            group={_GROUP: each.name},
            measure="rate",
            numerator=each.numerator,
            denominator=each.denominator,
            value=each.value,
            cohort=each.cohort or reading.selection.cohort,
            as_of=reading.as_of,
            definition=reading.scheme.version,
            status=status_of(each.value, live=reading.selection.frozen is None),
        )
