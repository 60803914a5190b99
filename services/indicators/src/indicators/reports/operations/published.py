"""The chapters of a report on what a publication shows, and on nothing else; what it hides says so."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from indicators.formats.observation import OTHER
from indicators.publishing.domain.publications import Opened
from indicators.report_files.document import Chapter, ReportTable, Value
from indicators.reports.domain import published_rows
from indicators.reports.operations import contents, naming, words
from indicators.reports.operations.reading import Reading
from indicators.schemes.groupings import DIMENSIONS
from indicators.tracking.wire.answers import title_of

_UNITS = ("college", "major")
"""Tables by these stand in 基本情况, by others in 相关分析."""


@dataclass(frozen=True)
class PublishedTable:
    """A published table: how it is asked for, by what its rows differ in the report, and these rows."""

    asked: Mapping[str, Any]
    by: Sequence[str]
    rows: Sequence[Mapping[str, Any]]

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

    async def all(self) -> list[Chapter]:
        """The chapters in their order."""
        found: list[list[ReportTable]] = [[] for _ in words.CHAPTERS[:-1]]
        for table in self._tables():
            found[table.chapter] += await self._written(table)
        text, none = [self.say(words.PUBLISHED)], [self.say(words.NOTHING_PUBLISHED)]
        chapters = [
            Chapter(self.say(title), none if not tables else text, tables)
            for title, tables in zip(words.CHAPTERS, found, strict=False)
        ]
        return [*chapters, sources(self.reading, self.say, self.opened)]

    def _tables(self) -> Iterator[PublishedTable]:
        filters = self.reading.selection.filters
        for asked, counted in zip(self.opened.asked, self.opened.counted, strict=True):
            rows = published_rows(filters, counted)
            if rows:
                yield PublishedTable(asked, [name for name in asked["by"] if name not in filters], rows)

    async def _written(self, table: PublishedTable) -> list[ReportTable]:
        if table.asked["indicator"] is not None:
            return [await self.tracked(table)]
        if table.asked["dimension"] is not None:
            return [await self.structure(table)]
        titles = {measure.name: measure.title for measure in self.reading.scheme.measures}
        return [await self.rates(table, name, self.say(titles[name])) for name in table.rows[0]["measures"]]

    async def rates(self, table: PublishedTable, measure: str, title: str) -> ReportTable:
        """One measure of all rows."""
        rows: list[Sequence[Value]] = []
        for row in table.rows:
            figure = row["measures"][measure]
            told = contents.number(figure["rate"]) if not figure["protected"] else self.say(words.PROTECTED)
            rows.append([await self._place(table, row), figure["numerator"], figure["denominator"], told])
        columns = [self.say(words.CELLS[0]), *self.say.all(words.MEASURED[1:])]
        return ReportTable(self._title(table, title), columns, rows)

    async def structure(self, table: PublishedTable) -> ReportTable:
        """The cells of all rows."""
        dimension = table.asked["dimension"]
        rows: list[Sequence[Value]] = []
        for row in table.rows:
            place = await self._place(table, row)
            cells = row["cells"]
            rows += [
                [place, await self._name(dimension, cell["code"]), cell["count"], contents.number(cell["share"])]
                for cell in cells or ()
            ]
            rows += [] if cells is not None else [[place, None, None, self.say(words.PROTECTED)]]
        columns = [self.say(words.CELLS[0]), self.say(words.VALUE), *self.say.all(words.CELLS[1:])]
        return ReportTable(self._title(table, self.say(naming.spread_title(dimension))), columns, rows)

    async def tracked(self, table: PublishedTable) -> ReportTable:
        """An indicator of all rows, by code where it is a distribution."""
        name = table.asked["indicator"]
        rows: list[Sequence[Value]] = []
        for row in table.rows:
            place, figure = await self._place(table, row), row["indicators"][name]
            unit = self.say(words.UNITS[figure["unit"]])
            value = figure["value"]
            if isinstance(value, list):
                rows += [
                    [
                        place,
                        naming.code_name(name, each["code"], self.say.language),
                        unit,
                        each["count"],
                        contents.number(each["share"]),
                    ]
                    for each in value
                ]
            else:
                rows.append([place, self.say(title_of(name)), unit, figure["base"], contents.number(value)])
        title = self.say(words.OF_CYCLE).format(indicator=self.say(title_of(name)), cycle=table.asked["cycle"])
        columns = self.say.all((words.CELLS[0], words.INDICATOR, words.UNIT, words.ANSWERS, words.FIGURE))
        return ReportTable(self._title(table, title), columns, rows)

    def _title(self, table: PublishedTable, of: str) -> str:
        named = [self.say(DIMENSIONS[name].title) for name in table.by]
        return self.say(words.RELATED).format(measure=of, dimension=" × ".join(named)) if named else of

    async def _place(self, table: PublishedTable, row: Mapping[str, Any]) -> str:
        """The group of a row within the subject."""
        named = [await self._name(name, row["group"][name]) for name in table.by]
        # 其他 of two colleges differ by them alone
        within = [
            await self._name(name, value)
            for name, value in row["within"].items()
            if OTHER in row["group"].values()
            and name not in row["group"]
            and name not in self.reading.selection.filters
        ]
        return " · ".join([*within, *named]) or self.say(words.ALL)

    async def _name(self, dimension: str, code: str | None) -> str:
        others = words.OTHERS.get(code or "")
        if others is not None:
            return self.say(others)
        return await self.reading.name(dimension, code) or self.say(words.MISSING)


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
