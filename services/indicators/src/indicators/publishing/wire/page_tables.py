"""Published tables as HTML: a section for each, with its figures in words."""

from collections.abc import Iterator, Mapping
from html import escape
from types import MappingProxyType
from typing import Any

from common.clock import day_in_shanghai
from common.errors import Message
from indicators.publishing.domain.tables import TableKind
from indicators.publishing.wire.bodies import PublishedBody, PublishedTable
from indicators.publishing.wire.files import measure_labels
from indicators.publishing.wire.words import Vocabulary
from indicators.schemes.documents import Kind, newest
from indicators.schemes.groupings import DIMENSIONS
from indicators.structures.domain.labels import spread_title
from indicators.tracking.wire.answers import title_of

_NUMERATOR, _BASE = Message("人数", "Graduates"), Message("总人数", "All")
_RATE, _SHARE = Message("比例（%）", "Per cent"), Message("占比（%）", "Share, per cent")
_MEASURE, _CELL = Message("指标", "Measure"), Message("类别", "Category")
_ANSWERS, _FIGURE, _INTERVAL = (
    Message("回答数", "Answers"),
    Message("数值", "Value"),
    Message("95% 区间", "95% interval"),
)
_HEADS: Mapping[TableKind, tuple[Message, ...]] = MappingProxyType(
    {
        TableKind.RATES: (_MEASURE, _NUMERATOR, _BASE, _RATE),
        TableKind.STRUCTURE: (_CELL, _NUMERATOR, _BASE, _SHARE),
        TableKind.TRACKING: (_MEASURE, _ANSWERS, _FIGURE, _INTERVAL),
    }
)
_OF_DISTRIBUTION = (_CELL, _NUMERATOR, _ANSWERS, _SHARE)
_RATES = Message("去向落实情况", "Placement")
_RULES = {each.id: Message(**each.content["title"]) for each in newest(Kind.DENOMINATOR)}
_MEDIAN = Message("中位数", "median")
_UNITS: Mapping[str, Message] = MappingProxyType(
    {
        "percent": Message("%", "%"),
        "score": Message("分", "score"),
        "years": Message("年", "years"),
        "yuan": Message("元", "yuan"),
        "per_100": Message("每百人", "per 100"),
        "count": Message("个", "number"),
        "months": Message("月", "months"),
        "wan": Message("万元", "10,000 yuan"),
    }
)
_PROTECTED, _WHOLE, _UNKNOWN = (
    Message("受保护", "protected"),
    Message("全校", "Whole school"),
    Message("未填", "Not given"),
)
_TOO_FEW = Message("回答不足，未公布。", "Too few answered: nothing is shown.")


def section(published: PublishedBody, number: int, vocabulary: Vocabulary) -> str:
    """The table of this number, counted from 0, under its heading; a sentence where nothing of it is shown."""
    return _Section(published, published.tables[number], vocabulary).html(number)


class _Section:
    def __init__(self, published: PublishedBody, table: PublishedTable, vocabulary: Vocabulary) -> None:
        self._table, self._vocabulary = table, vocabulary
        self._measures = measure_labels(published, table, vocabulary.language)
        self._is_distribution = any(
            isinstance(figure["value"], list)
            for each in table.observations
            for figure in (each.get("indicators") or {}).values()
        )

    def html(self, number: int) -> str:
        """Heading and table."""
        head = f'<h2 id="table-{number}">{number + 1}. {self.heading()}</h2>'
        if not self._table.observations:
            return f"{head}<p>{self._said(_TOO_FEW)}</p>"
        columns = [self._said(DIMENSIONS[name].title) for name in self._table.by]
        titles = _OF_DISTRIBUTION if self._is_distribution else _HEADS[self._table.kind]
        cells = "".join(f'<th scope="col">{each}</th>' for each in (*columns, self._said(titles[0])))
        cells += "".join(f'<th scope="col" class="n">{self._said(each)}</th>' for each in titles[1:])
        rows = "".join(self.rows())
        return (
            f'{head}<div class="wide" tabindex="0" role="region" aria-labelledby="table-{number}"><table>'
            f"<caption>{self.caption()}</caption><thead><tr>{cells}</tr></thead><tbody>{rows}</tbody></table></div>"
        )

    def heading(self) -> str:
        """What the figures are, and by which dimensions."""
        table = self._table
        match table.kind:
            case TableKind.RATES:
                what = _RATES
            case TableKind.STRUCTURE:
                name = table.dimension or ""
                what = spread_title(name)
            case TableKind.TRACKING:
                what = title_of(table.indicator or "")
        by = " × ".join(self._said(DIMENSIONS[name].title) for name in table.by)
        return f"{self._said(what)}{self._said(Message('：', ': '))}{by or self._said(_WHOLE)}"

    def caption(self) -> str:
        """Of whom the figures are, beside what the page says of all tables."""
        table = self._table
        if table.kind is TableKind.TRACKING and table.edition is not None:
            day, number = day_in_shanghai(table.edition.taken_at), table.edition.number
            return self._said(
                Message(
                    f"毕业后第 {table.cycle} 年的跟踪调查，第 {number} 期（{day}）",
                    f"Survey in year {table.cycle} after graduation, edition {number} ({day})",
                )
            )
        return self._said(_RULES[table.denominator_rule]) if table.denominator_rule in _RULES else ""

    def rows(self) -> Iterator[str]:
        """A row for each figure."""
        for each in self._table.observations:
            place = self.place(each)
            for name, figure in (each["measures"] or {}).items():
                numbers = None if figure["protected"] else (figure["numerator"], figure["denominator"], figure["rate"])
                yield self._row(place, self._measures[name], numbers)
            if self._table.kind is TableKind.STRUCTURE:
                yield from self.of_cells(place, each)
            for name, figure in (each.get("indicators") or {}).items():
                yield from self.of_indicator(place, name, figure)

    def place(self, observation: Mapping[str, Any]) -> str:
        """The cells of the group; 其他 is said with the group that holds it."""
        within = [self._value(name, code) for name, code in observation["within"].items() if name not in self._table.by]
        holding = f"（{'，'.join(within)}）" if self._vocabulary.language == "zh" else f" ({', '.join(within)})"
        shown = [self._value(name, observation["group"][name]) for name in self._table.by]
        return "".join(f"<td>{each}{escape(holding) if within else ''}</td>" for each in map(escape, shown))

    def of_cells(self, place: str, observation: Mapping[str, Any]) -> Iterator[str]:
        """A row for each cell of a structure."""
        if observation["cells"] is None:
            yield self._row(place, self._said(_WHOLE), None)
        for cell in observation["cells"] or ():
            name = self._value(self._table.dimension or "", cell["code"])
            yield self._row(place, name, (cell["count"], observation["base"], cell["share"]))

    def of_indicator(self, place: str, name: str, figure: Mapping[str, Any]) -> Iterator[str]:
        """A row for a value with what stands beside it, or one for each code."""
        if isinstance(figure["value"], list):
            for each in figure["value"]:
                yield self._row(place, self._value(name, each["code"]), (each["count"], figure["base"], each["share"]))
            return
        yield self._valued(place, self._measures[name], figure)
        if (median := figure.get("median")) and median["value"]:
            yield self._valued(
                place, f"{self._measures[name]}: {_MEDIAN.in_language(self._vocabulary.language)}", median
            )

    def _valued(self, place: str, label: str, figure: Mapping[str, Any]) -> str:
        limits = figure["interval"]
        between = None if limits is None else f"{limits['low']} – {limits['high']}"
        unit = _UNITS[figure["unit"]].in_language(self._vocabulary.language)
        return self._row(place, f"{label} ({unit})", (figure["base"], figure["value"], between))

    def _row(self, place: str, label: str, numbers: tuple[object, object, object] | None) -> str:
        if numbers is None:
            cells = f'<td class="n" colspan="3">{self._said(_PROTECTED)}</td>'
        else:
            cells = "".join(f'<td class="n">{"" if each is None else escape(str(each))}</td>' for each in numbers)
        return f'<tr>{place}<th scope="row">{escape(label)}</th>{cells}</tr>'

    def _value(self, name: str, code: str | None) -> str:
        labels = self._table.labels.get(name, {})
        return _UNKNOWN.in_language(self._vocabulary.language) if code is None else labels.get(code, code)

    def _said(self, message: Message) -> str:
        return escape(message.in_language(self._vocabulary.language))
