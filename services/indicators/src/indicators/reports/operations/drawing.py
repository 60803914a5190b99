"""The pictures of a report: the API's Vega-Lite of its figures, with the names that the report gives to groups."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from common.errors import Message
from indicators.formats.charts import chart_of
from indicators.formats.observation import Chart, Dataflow, FigureTable, Observed, status_of
from indicators.report_files.document import Drawing, Value, number
from indicators.reports.operations.reading import Reading

LEAST, MOST = 3, 40
"""Bars of a picture: fewer the table tells at a glance, more no page has room for."""

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
    return _drawing(reading, title, found, Chart.BARS, (_GROUP,), ())


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
