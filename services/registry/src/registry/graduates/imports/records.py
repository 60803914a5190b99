"""The good rows of a chunk as rows of the tables that they go to, in the form of COPY. CPU work only.

It does for each row what `storage.versions` and `announcements` do for one graduate; a test compares the two. What many
rows have in common is put in bytes, or in words, once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, lru_cache
from itertools import repeat
from typing import NamedTuple

from pydantic_core import to_json

from common import copying
from common.auth import Actor
from common.clock import day_in_shanghai
from common.contracts import ChangeToken, graduate
from common.crypto import DataCipher
from common.identifiers import Cohort, OperationId, SchoolCode
from common.imports import batches
from common.season import SeasonDay, season_day
from registry.graduates.announcements import carried, is_announced, moves_day, type_of
from registry.graduates.domain.entry import CLEAR, Source, changed_fields, filled_fields
from registry.graduates.domain.findings import RULES_VERSION, Findings, findings_of_filled
from registry.graduates.domain.merging import placed
from registry.graduates.domain.unit_book import UnitBook
from registry.graduates.imports.rows import RosterRow
from registry.graduates.storage.sealing import all_sealed
from registry.graduates.tables import FINDING_COLUMNS, INDEX_COLUMNS, VERSION_COLUMNS

ACTION = "import"

WRITTEN = (*INDEX_COLUMNS, *VERSION_COLUMNS, "line_fingerprint", *FINDING_COLUMNS)
"""What a row says anew of a known graduate, too."""

COLUMNS = ("id", "school_code", "cohort", *WRITTEN, "continues")
EVENT_COLUMNS = (
    *("topic", "correlation_id", "school_code", "recorded_at"),
    *("key", "sequence", "decided_on", "type", "data"),
)

_PATTERNS = 4_096
"""Of units, codes and changed fields that are kept: a large school has as many classes."""


@dataclass(frozen=True)
class Writing:
    """What all rows of a chunk have in common; the code lists are those that they were read with."""

    school_code: SchoolCode
    cohort: Cohort
    school_name: str
    recorded_at: datetime
    lists_version: str
    actor: Actor
    correlation_id: str
    operation_id: OperationId
    data: DataCipher

    @cached_property
    def owner(self) -> bytes:
        """School and cohort."""
        return copying.text(self.school_code) + copying.integer(self.cohort)

    @cached_property
    def stamp(self) -> bytes:
        """When, and with which code lists."""
        return copying.instant(self.recorded_at) + copying.text(self.lists_version)

    @cached_property
    def act(self) -> bytes:
        """By which act and whom; without a reason."""
        words = (ACTION, Source.IMPORT, self.actor.subject, self.actor.role)
        return b"".join(map(copying.text, words)) + copying.uuid(self.operation_id) + copying.NULL

    @cached_property
    def event(self) -> bytes:
        """Topic, correlation, school and instant of an event."""
        words = (graduate.TOPIC, self.correlation_id, self.school_code)
        return b"".join(map(copying.text, words)) + copying.instant(self.recorded_at)

    @cached_property
    def said(self) -> str:
        """The same in the data of an event, which an id begins and ends."""
        owner = f'"school_code":"{self.school_code}","cohort":{self.cohort}'
        return f'{owner},"recorded_at":"{self.recorded_at.isoformat()}"'


@dataclass
class Lines:
    """The rows of a chunk by the tables that they go to; `created` and `changed` are in the order of COLUMNS."""

    created: list[bytes] = field(default_factory=list)
    changed: list[bytes] = field(default_factory=list)
    remembered: list[tuple[object, bytes, bytes | None]] = field(default_factory=list)
    events: list[bytes] = field(default_factory=list)
    last: ChangeToken | None = None

    @property
    def counts(self) -> dict[str, int]:
        """The graduates that they create, change and leave as they are."""
        return {"created": len(self.created), "updated": len(self.changed), "unchanged": len(self.remembered)}


def lines_of(rows: Sequence[RosterRow], writing: Writing, book: UnitBook) -> Lines:
    """The rows as records; the units that they name are entered in the book."""
    lines = Lines()
    for some in batches(rows):
        stated = list[_Stated]()
        for row in some:
            if changed := _changed_by(row, book):
                codes = tuple(map(row.after.get, CLEAR))
                stated.append(_Stated(row, changed, *_numbered(row, changed, writing), codes))
            else:
                lines.remembered.append((row.id, row.fingerprint, row.indexes.get("name_index")))
        for each, record in zip(stated, _records(stated, writing), strict=True):
            (lines.changed if each.row.known else lines.created).append(record)
        if announced := [each for each in stated if is_announced(each.changed)]:
            lines.events += _events(announced, writing)
            last = announced[-1]
            lines.last = ChangeToken(graduate.TOPIC, writing.school_code, str(last.row.id), last.sequence)
    return lines


def _changed_by(row: RosterRow, book: UnitBook) -> tuple[str, ...]:
    """The fields that a row changes, once the units are entered that it names."""
    units = book.codes_of(book.with_own(row.units, row.before) if row.before else row.units)
    default_college = None if "college_code" in units else book.college_of_major(units.get("major_code"))
    row.after.update(placed(row.before, units, default_college))
    return changed_fields(row.before, row.after)


class _Stated(NamedTuple):
    """A row that makes a version: the fields that it changes, the version's place, and its clear codes."""

    row: RosterRow
    changed: tuple[str, ...]
    sequence: int
    day: date
    codes: tuple[str | None, ...]


def _numbered(row: RosterRow, changed: Sequence[str], writing: Writing) -> tuple[int, date]:
    """The sequence of the row's version, and the day from which it counts."""
    newest = row.newest
    if newest is None:
        return 1, season_day(SeasonDay.BEGINS, writing.cohort)
    if not is_announced(changed):
        return newest.sequence, newest.decided_on
    since = day_in_shanghai(writing.recorded_at) if moves_day(changed) else newest.decided_on
    return newest.reached_sequence + 1, max(since, newest.reached_day)


def _records(stated: Sequence[_Stated], writing: Writing) -> list[bytes]:
    """The versions as rows of the roster, made column by column."""
    rows = [each.row for each in stated]
    unsealed = [row for row in rows if row.sealed is None]
    documents = all_sealed(writing.data, [(row.id, row.version, row.after) for row in unsealed])
    for row, document in zip(unsealed, documents, strict=True):
        row.sealed = document
    # a first version changes what has a value
    filled = [filled_fields(each.row.after) if each.row.before else each.changed for each in stated]
    judged = writing.cohort, writing.school_name
    found = [findings_of_filled(fields, row.after, *judged) for fields, row in zip(filled, rows, strict=True)]
    columns: Sequence[Iterable[bytes]] = (
        [copying.uuid(row.graduate_id) for row in rows],
        repeat(writing.owner),
        *([copying.raw(_index_of(row, name)) for row in rows] for name in INDEX_COLUMNS),
        [_clear_codes(each.codes) for each in stated],
        [copying.raw(row.sealed) for row in rows],
        [_numbers(each.row.version, each.sequence, each.day) for each in stated],
        repeat(writing.stamp),
        [_changed(each.changed) for each in stated],
        repeat(writing.act),
        [copying.raw(row.fingerprint) for row in rows],
        [copying.raw(row.person_index) for row in rows],
        [_findings(each, row.version) for each, row in zip(found, rows, strict=True)],
        [copying.uuid(row.continues) for row in rows],
    )
    return [*map(b"".join, zip(*columns))]  # noqa: B905 - what all rows have in common has no end


def _index_of(row: RosterRow, name: str) -> bytes | None:
    """What a row says of an index, else what is stored."""
    return row.indexes.get(name) if row.newest is None or name in row.indexes else row.newest[name]


def _events(stated: Sequence[_Stated], writing: Writing) -> list[bytes]:
    """The versions as rows of the outbox."""
    begun, said, events = writing.event, writing.said, list[bytes]()
    for row, changed, sequence, day, codes in stated:
        key = str(row.graduate_id)
        kind = type_of(row.before.get("status"), row.after["status"])
        data = f'{{"graduate_id":"{key}",{_dated(row.version, day)},{said},{_facts(changed, codes)}}}'
        events.append(begun + copying.text(key) + _place(sequence, day, kind) + copying.jsonb(data))
    return events


@lru_cache(maxsize=_PATTERNS)
def _clear_codes(codes: tuple[str | None, ...]) -> bytes:
    return b"".join(map(copying.text, codes))


@lru_cache(maxsize=_PATTERNS)
def _numbers(version: int, sequence: int, day: date) -> bytes:
    return copying.integer(version) + copying.bigint(sequence) + copying.day(day)


@lru_cache(maxsize=_PATTERNS)
def _findings(found: Findings, version: int) -> bytes:
    filled, *rules = found
    return copying.bigint(filled) + b"".join(map(copying.integer, (*rules, RULES_VERSION, version)))


@lru_cache(maxsize=_PATTERNS)
def _changed(fields: tuple[str, ...]) -> bytes:
    return copying.texts(fields)


@lru_cache(maxsize=_PATTERNS)
def _place(sequence: int, day: date, kind: str) -> bytes:
    return copying.bigint(sequence) + copying.day(day) + copying.text(kind)


@lru_cache(maxsize=_PATTERNS)
def _dated(version: int, day: date) -> str:
    """What an event says of its version."""
    return f'"version":{version},"decided_on":"{day}"'


@lru_cache(maxsize=_PATTERNS)
def _facts(changed: tuple[str, ...], codes: tuple[str | None, ...]) -> str:
    """What an event says beside ids, days and numbers: the members of its object."""
    content = dict(zip(CLEAR, codes, strict=True))
    return to_json({"changed_fields": changed, **carried(content)})[1:-1].decode()
