"""The chapters of a report on what a publication shows, and on nothing else; what it hides says so."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from indicators.formats.observation import OTHER
from indicators.publishing.domain.publications import Opened
from indicators.publishing.wire.words import Labels, Units, Vocabulary
from indicators.report_files.document import Chapter, ReportTable, Value, number
from indicators.reports.domain import published_rows
from indicators.reports.operations import contents, words
from indicators.reports.operations.drawing import Bar, bars_of
from indicators.reports.operations.reading import Reading
from indicators.schemes.groupings import DIMENSIONS
from indicators.structures.domain.labels import spread_title
from indicators.tracking.wire.answers import title_of

_UNITS = ("college", "major")
"""Tables by these stand in 基本情况, by others in 相关分析."""


@dataclass(frozen=True)
class PublishedTable:
    """A published table: how it is asked for, by what its rows differ in the report, and these rows."""

    asked: Mapping[str, Any]
    by: Sequence[str]
    rows: Sequence[Mapping[str, Any]]
    labels: Labels

    @property
    def chapter(self) -> int:
        """Where it stands among the chapters."""
        if self.asked["indicator"] is not None:
            return 4 if self.asked["indicator"] in contents.FEEDBACK else 5
        if self.asked["dimension"] is not None:
            return 2 if self.by else 1
        return 2 if {*self.by} - {*_UNITS} else 0


@dataclass(frozen=True)
class PublishedChapters:
    """What is written of a publication: `reading` has the graduates of the report, and gives names."""

    reading: Reading
    say: words.Saying
    opened: Opened
    units: Units

    def all(self) -> list[Chapter]:
        """The chapters in their order."""
        found: list[list[ReportTable]] = [[] for _ in words.CHAPTERS[:-1]]
        for table in self._tables():
            found[table.chapter] += self._written(table)
        text, none = [self.say(words.PUBLISHED)], [self.say(words.NOTHING_PUBLISHED)]
        chapters = [
            Chapter(self.say(title), none if not tables else text, tables)
            for title, tables in zip(words.CHAPTERS, found, strict=False)
        ]
        return [*chapters, sources(self.reading, self.say, self.opened)]

    def _tables(self) -> Iterator[PublishedTable]:
        filters, vocabulary = self.reading.selection.filters, Vocabulary(self.reading.language, self.units)
        for asked, counted in zip(self.opened.asked, self.opened.counted, strict=True):
            rows = published_rows(filters, counted)
            if rows:
                by = [name for name in asked["by"] if name not in filters]
                yield PublishedTable(asked, by, rows, vocabulary.labels(asked, rows))

    def _written(self, table: PublishedTable) -> list[ReportTable]:
        if table.asked["indicator"] is not None:
            return [self.tracked(table)]
        if table.asked["dimension"] is not None:
            return [self.structure(table)]
        return self.rates(table)

    def rates(self, table: PublishedTable) -> list[ReportTable]:
        """All measures of the subject itself; of groups in it a table for each measure."""
        titles = [(each.name, self.say(each.title)) for each in self.reading.scheme.measures]
        asked = [(name, title) for name, title in titles if name in table.rows[0]["measures"]]
        columns = self.say.all(words.MEASURED)
        if not table.by:
            bars = [self._bar(title, table.rows[0]["measures"][name]) for name, title in asked]
            return [self._drawn(self.say(words.RATES), columns, bars)]
        columns[0] = self.say(words.PARTS[0])
        return [
            self._drawn(
                self._title(table, title),
                columns,
                [self._bar(self._place(table, row), row["measures"][name]) for row in table.rows],
            )
            for name, title in asked
        ]

    def _bar(self, name: str, figure: Mapping[str, Any]) -> Bar:
        return Bar(name, figure["numerator"], figure["denominator"], figure["rate"], protected=figure["protected"])

    def _drawn(self, title: str, columns: Sequence[str], bars: Sequence[Bar]) -> ReportTable:
        """A row for each figure, and the picture where all are shown."""
        rows = [(*each.row[:3], self.say(words.PROTECTED)) if each.protected else each.row for each in bars]
        drawing = None if any(each.protected for each in bars) else bars_of(self.reading, title, bars)
        return ReportTable(title, columns, rows, drawing)

    def structure(self, table: PublishedTable) -> ReportTable:
        """The cells of all rows."""
        dimension = table.asked["dimension"]
        title = self._title(table, self.say(spread_title(dimension)))
        rows: list[Sequence[Value]] = []
        for row in table.rows:
            place, cells = self._place(table, row), row["cells"]
            bars = [
                Bar(self._name(table, dimension, each["code"]), each["count"], row["base"] or 0, each["share"])
                for each in cells or ()
            ]
            rows += [(place, each.name, each.numerator, number(each.value)) for each in bars]
            rows += [] if cells is not None else [(place, None, None, self.say(words.PROTECTED))]
        columns = [self.say(words.PARTS[0]), *self.say.all(words.CELLS)]
        if table.by:
            return ReportTable(title, columns, rows)
        # the subject alone needs no name
        return ReportTable(title, columns[1:], [row[1:] for row in rows], bars_of(self.reading, title, bars))

    def tracked(self, table: PublishedTable) -> ReportTable:
        """An indicator of all rows, by code where it is a distribution."""
        name = table.asked["indicator"]
        rows: list[Sequence[Value]] = []
        for row in table.rows:
            place, figure = self._place(table, row), row["indicators"][name]
            unit = self.say(words.UNITS[figure["unit"]])
            value = figure["value"]
            if isinstance(value, list):
                rows += [
                    [place, self._name(table, name, each["code"]), unit, each["count"], number(each["share"])]
                    for each in value
                ]
            else:
                rows.append([place, self.say(title_of(name)), unit, figure["base"], number(value)])
        title = self.say(words.OF_CYCLE).format(indicator=self.say(title_of(name)), cycle=table.asked["cycle"])
        columns = self.say.all((words.PARTS[0], words.INDICATOR, words.UNIT, words.ANSWERS, words.FIGURE))
        return ReportTable(self._title(table, title), columns, rows)

    def _title(self, table: PublishedTable, of: str) -> str:
        named = [self.say(DIMENSIONS[name].title) for name in table.by]
        return self.say(words.RELATED).format(measure=of, dimension=" × ".join(named)) if named else of

    def _place(self, table: PublishedTable, row: Mapping[str, Any]) -> str:
        """The group of a row within the subject."""
        named = [self._name(table, name, row["group"][name]) for name in table.by]
        # 其他 of two colleges differ by them alone
        within = [
            self._name(table, name, value)
            for name, value in row["within"].items()
            if OTHER in row["group"].values()
            and name not in row["group"]
            and name not in self.reading.selection.filters
        ]
        return " · ".join([*within, *named]) or self.say(words.ALL)

    def _name(self, table: PublishedTable, name: str, code: str | None) -> str:
        """The name of a value, a cell or an answer."""
        return self.say(words.MISSING) if code is None else table.labels[name][code]


def sources(reading: Reading, say: words.Saying, opened: Opened) -> Chapter:
    """Which publication the figures are of, by which definitions and whose consent."""
    scheme, consent = reading.scheme, opened.consent
    rows = [
        (say(words.SCHEME), f"{say(scheme.title)} ({scheme.version})"),
        (say(words.SCHEME_HASH), scheme.hash),
        (say(words.DAY), opened.as_of.isoformat()),
        (say(words.PUBLICATION), f"{opened.id}"),
        (say(words.POLICY), opened.policy),
        (say(words.PUBLICATION_HASH), opened.hash.hex()),
        (say(words.CONSENT), f"{consent.authority} {consent.reference} {consent.on}"),
        (say(words.SNAPSHOT), f"{opened.snapshot_id}"),
        (say(words.SNAPSHOT_HASH), opened.snapshot_hash.hex()),
    ]
    table = ReportTable(say(words.SOURCES), say.all(words.PAIR), rows)
    return Chapter(say(words.CHAPTERS[-1]), [say(words.GROUPED)], [table])
