"""Who is in the file, as of one moment: all rows but for what registry opens, packed, and what was found of whom."""

import json
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text

from common.auth import Principal
from common.clock import NOW_SQL
from common.codes.rules import rule
from common.crypto import FieldCipher
from common.database import Database
from common.identifiers import GraduateId
from common.spreadsheets.writing import WorkbookWriter
from common.sql import Connection
from destinations.cases.storage import scope_of as cases_of
from destinations.cases.storage import standing
from destinations.evidence.domain import NOTHING_ASKED
from destinations.filing import storage
from destinations.filing.domain.filing import Contents, Filing
from destinations.filing.domain.judging import Found, Item, What, judged
from destinations.filing.formats import FORMATS, RowMaker
from destinations.filing.formats.layouts import NAMED, Of
from destinations.registrations import storage as registrations
from destinations.registrations.domain.content import NAMING, SEALED
from destinations.roster import storage as roster
from destinations.roster.domain import Graduate

AT_ONCE = 2_000
"""Graduates who are judged at a time."""

BLOCK = 500
"""Rows that are packed together: as many people as registry opens at once."""

_NOW = text(f"SELECT {NOW_SQL}")
_HEADER = (
    *("毕业生编号", "登记编号", "院系代码", "专业代码", "班级代码", "毕业去向代码"),
    *("级别", "规则", "字段", "说明", "Explanation"),
)
_ERROR, _WARNING, _WITHDRAWN = "错误", "警告", "撤回"


class Block(NamedTuple):
    """Some rows: what is filed of whom, and the cells that registry has no part in, packed."""

    items: list[Item]
    cells: bytes

    @property
    def said(self) -> list[list[str | None]]:
        """The cells."""
        unpacked: list[list[str | None]] = json.loads(zlib.decompress(self.cells))
        return unpacked


@dataclass
class PreCheck:
    """What was found of graduates, as a workbook that grows; it names people by their ids alone."""

    counts: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)
    left_out: int = 0

    def __post_init__(self) -> None:
        self._writer = WorkbookWriter("预检")
        self._writer.add([_HEADER])
        self._content: list[bytes] = []

    def note(self, graduate: Graduate, item: Item | None, code: str | None, found: Iterable[Found]) -> None:
        """Adds what was found of one graduate."""
        for each in found:
            (self.counts if each.is_error else self.warnings)[each.rule] += 1
            said = rule(each.rule).text
            level = _ERROR if each.is_error else _WARNING
            self._add(graduate, item, code, (level, each.rule, each.field, said.zh, said.en))

    def note_withdrawn(self, graduate: Graduate, item: Item) -> None:
        """Adds one whom the recipient had, and who is not filed any more."""
        said = rule("filed_before").text
        self._add(graduate, item, None, (_WITHDRAWN, "filed_before", None, said.zh, said.en))

    def content(self) -> Sequence[bytes]:
        """The workbook, once nothing more is found."""
        self._writer.end()
        return [*self._content, self._writer.taken()]

    def _add(self, graduate: Graduate, item: Item | None, code: str | None, said: tuple[str | None, ...]) -> None:
        registration = str(item.registration_id) if item and item.registration_id else None
        units = (graduate.college_code, graduate.major_code, graduate.class_code)
        self._writer.add([(str(graduate.id), registration, *units, code, *said)])
        self._content.append(self._writer.taken())


class Judging:
    """One run over the graduates whom a filing is about."""

    def __init__(self, cipher: FieldCipher, filing: Filing, reader: Principal, maker: RowMaker) -> None:
        self._cipher = cipher
        self._filing = filing
        self._cases = cases_of(reader)
        self._maker = maker
        values = FORMATS[filing.asked.format].values(Of.DESTINATION)
        self._carried = frozenset(values) | (NAMING if NAMED in values else frozenset())
        self._opens = not self._carried.isdisjoint(SEALED)
        self._waiting: list[tuple[Item, list[str | None]]] = []
        self.blocks: list[Block] = []
        self.withdrawn: list[Item] = []
        self._has: set[GraduateId] = set()
        self.graduates: dict[GraduateId, Graduate] = {}
        self.found = PreCheck()
        self.known_at: datetime | None = None

    async def judge(self, database: Database) -> None:
        """Judges all graduates as of one moment, out of the database alone."""
        async with database.reading(snapshot=True) as connection:
            self.known_at = await connection.scalar(_NOW)
            people = await storage.people(connection, self._filing)
            for start in range(0, len(people), AT_ONCE):
                await self._judge(connection, people[start : start + AT_ONCE])
        self._pack(len(self._waiting))

    async def _judge(self, connection: Connection, people: Sequence[GraduateId]) -> None:
        entries = await roster.entries(connection, people)
        current = await registrations.current(connection, people)
        last = await storage.last_filed(connection, self._filing, people)
        self._has |= {each for each, item in last.items() if item.what is not What.WITHDRAWN}
        ids = [each.id for each in current.values()]
        demands, cases = await registrations.demands(connection, ids), await standing(connection, self._cases, ids)
        for graduate_id in people:
            if (entry := entries.get(graduate_id)) is None:
                continue
            registration = current.get(graduate_id)
            on_it = registration.id if registration else None
            verdict = judged(
                entry.graduate,
                registration,
                self._filing.asked,
                last.get(graduate_id),
                self._carried,
                demand=demands.get(on_it, NOTHING_ASKED) if on_it else NOTHING_ASKED,
                has_case=on_it in cases,
            )
            self.found.left_out += verdict.left_out
            code = registration.effective.content.destination_code if registration and registration.effective else None
            self.found.note(entry.graduate, verdict.item, code, verdict.found)
            if verdict.item is not None and verdict.item.what is What.WITHDRAWN:
                self._withdraw(entry.graduate, verdict.item)
            elif verdict.item is not None and verdict.content is not None:
                content = verdict.content
                if self._opens:
                    opened = registrations.opened(self._cipher, graduate_id, vars(content))
                    content = content.merged(opened)
                self.graduates[graduate_id] = entry.graduate
                self._waiting.append((verdict.item, self._maker.said(content)))
        while len(self._waiting) >= BLOCK:
            self._pack(BLOCK)

    def leave_out(self, item: Item, found: Found) -> None:
        """Takes back a row that was judged good: registry gives nothing of the person, or not what the format needs.

        As with every row that is left out, a whole file takes the person back from a recipient who has this one.
        """
        graduate = self.graduates[item.graduate_id]
        self.found.left_out += 1
        self.found.note(graduate, item, item.destination_code, [found])
        if self._filing.asked.content is Contents.FULL and graduate.id in self._has:
            self._withdraw(graduate, Item(graduate.id, What.WITHDRAWN, None, 0, None))

    def _withdraw(self, graduate: Graduate, item: Item) -> None:
        self.withdrawn.append(item)
        self.found.note_withdrawn(graduate, item)

    def _pack(self, count: int) -> None:
        if not count:
            return
        taken, self._waiting = self._waiting[:count], self._waiting[count:]
        cells = json.dumps([each for _, each in taken], ensure_ascii=False).encode()
        self.blocks.append(Block([item for item, _ in taken], zlib.compress(cells, 1)))


def by_code(items: Iterable[Item]) -> Mapping[str, int]:
    """How many rows have each destination code, in the order of the codes."""
    counts = Counter(item.destination_code or "" for item in items)
    return {code: counts[code] for code in sorted(counts)}
