"""A program that wants to know whose an answer is, and has everything: a dump, the WAL, the logs, and all keys.

What it sees of a row is the transaction that wrote it (`xmin`), its place (`ctid`), and all of its columns. People and
answers are known by ids; rows that name exactly one of them lend theirs. Then it links by what stands together in a
row, by what was written in one transaction, by what was written one after the other, and by every order that it finds.
"""

import json
import random
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

Matching = dict[str, str]
"""Answer → person."""

FEW = 40
"""Of so many people in one transaction one is guessed more often than of all."""

Place = tuple[str, int, int]
"""A table, a block, and the place in it."""

_WORD = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}")
_RELATION = re.compile(r"blkref #(\d+): rel \d+/(\d+)/(\d+)(?: fork main)? blk (\d+)")
_OFFSETS = re.compile(r"(?<![_a-z])(new_off|old_off|off): (\d+)")
_WRITES = ("INSERT", "UPDATE", "HOT_UPDATE", "INSERT+INIT", "UPDATE+INIT", "HOT_UPDATE+INIT")


@dataclass(frozen=True)
class Stored:
    """A row: where it stands, who wrote it, and the ids that it names; `own` is its own one."""

    place: Place
    xid: int
    own: str | None
    names: frozenset[str]
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Write:
    """A version of a row was written: by which transaction, and as which record of the WAL."""

    xid: int
    record: int


@dataclass(frozen=True)
class Log:
    """What the WAL says of each row that stands at a place now: how its versions were written, the first one first."""

    lines: Mapping[Place, list[Write]]

    def of(self, row: Stored) -> list[Write]:
        """The versions of a row; one from before this log is known by its transaction alone."""
        return self.lines.get(row.place) or [Write(row.xid, -1)]


async def dumped(connection: asyncpg.Connection) -> list[Stored]:
    """All rows of all tables, in the order in which they stand."""
    tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    found = []
    for (table,) in tables:
        for row in await connection.fetch(
            f"SELECT xmin::text AS __xid, ctid::text AS __place, to_jsonb(t) AS __row FROM {table} AS t ORDER BY ctid"
        ):
            values = json.loads(row["__row"])
            block, offset = map(int, row["__place"].strip("()").split(","))
            own = values.get("id")
            names = frozenset(_WORD.findall(row["__row"].replace("\\\\x", " ")))
            found.append(Stored((table, block, offset), int(row["__xid"]), own, names, values))
    return found


def lines_of(log: str) -> list[Stored]:
    """The lines of what a service says, as rows: each was written by itself, in its order."""
    return [
        Stored(("what is said", 0, at), at - 10**9, None, frozenset(_WORD.findall(line)), {"line": line})
        for at, line in enumerate(log.splitlines())
    ]


async def logged(admin: asyncpg.Connection, tables: Mapping[int, str], since: str) -> Log:
    """The WAL since a place in it; `tables` by the numbers of their files."""
    until = await admin.fetchval("SELECT pg_current_wal_flush_lsn()::text")
    records = await admin.fetch(
        """
        SELECT xid::text::bigint AS xid, record_type, description, block_ref
          FROM pg_get_wal_records_info($1::text::pg_lsn, $2::text::pg_lsn)
         WHERE resource_manager IN ('Heap', 'Transaction')
        """,
        since,
        until,
    )
    # places are used again, so that the log is followed as it was written
    lines: dict[Place, list[Write]] = {}
    for number_of, record in enumerate(records):
        if record["record_type"] not in _WRITES:
            continue
        blocks = {
            int(number): (int(file), int(block))
            for number, _, file, block in _RELATION.findall(record["block_ref"] or "")
        }
        offsets = {name: int(at) for name, at in _OFFSETS.findall(record["description"])}
        if 0 not in blocks or blocks[0][0] not in tables:
            continue
        table, block = tables[blocks[0][0]], blocks[0][1]
        new = (table, block, offsets.get("new_off", offsets.get("off", 0)))
        old = (table, blocks.get(1, blocks[0])[1], offsets.get("old_off", 0))
        earlier = lines.pop(old, []) if "old_off" in offsets else []
        lines[new] = [*earlier, Write(record["xid"], number_of)]
    return Log(lines)


class Attacker:
    """Knows who was asked, and which rows hold answers; tries everything to match the two."""

    def __init__(
        self, rows: Sequence[Stored], log: Log, people: Sequence[str], answers: Mapping[str, set[str]]
    ) -> None:
        self._rows, self._log = rows, log
        self._people, self._answers = list(people), list(answers)
        self._person = self._grown({person: person for person in people})
        self._answer = self._grown({name: answer for answer, names in answers.items() for name in names})

    def matchings(self) -> dict[str, Matching]:
        """What each way of linking gives, the surest first; `all` is all of them put together."""
        found = {
            "one row": self._in_one_row(),
            "one small transaction": self._in_one_transaction(FEW),
            "in turn": self._in_turn(),
            "one transaction": self._in_one_transaction(len(self._people)),
            **self._by_orders(),
        }
        together: Matching = {}
        for each in found.values():
            free = each.keys() - together.keys()
            together |= {answer: each[answer] for answer in free if each[answer] not in together.values()}
        return {**found, "all": together}

    def _grown(self, known: dict[str, str]) -> dict[str, str]:
        """Ids of rows that name exactly one of these are theirs, too."""
        grown = dict(known)
        for row in self._rows:
            named = {known[name] for name in row.names if name in known}
            if len(named) == 1 and row.own is not None and row.own not in grown:
                grown[row.own] = named.pop()
        return grown

    def _named(self, row: Stored) -> tuple[set[str], set[str]]:
        people = {self._person[name] for name in row.names if name in self._person}
        return people, {self._answer[name] for name in row.names if name in self._answer}

    def _in_one_row(self) -> Matching:
        found: Matching = {}
        for row in self._rows:
            people, answers = self._named(row)
            if len(people) == len(answers) == 1:
                found[answers.pop()] = people.pop()
        return found

    def _touched(self) -> dict[int, tuple[set[str], set[str]]]:
        """Whom and what each transaction wrote about, in the order in which they began to write."""
        touched: dict[int, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
        written = [(write.record, write.xid, self._named(row)) for row in self._rows for write in self._log.of(row)]
        for _, xid, (people, answers) in sorted(written, key=lambda each: each[:2]):
            if people or answers:
                touched[xid][0].update(people)
                touched[xid][1].update(answers)
        return touched

    def _in_one_transaction(self, most: int) -> Matching:
        """Whom a transaction wrote about, where they are at most so many, at random among them."""
        found: Matching = {}
        touched = [each for each in self._touched().values() if len(each[0]) <= most]
        for people, answers in sorted(touched, key=lambda each: (len(each[0]), len(each[1]))):
            free = [person for person in people if person not in found.values()]
            random.shuffle(free)
            for answer in answers:
                if free and answer not in found:
                    found[answer] = free.pop()
        return found

    def _in_turn(self) -> Matching:
        """Somebody of whom alone something was written, and the answer that was written of next."""
        found: Matching = {}
        last: str | None = None
        for people, answers in self._touched().values():
            if len(people) == 1:
                [last] = people
            if len(answers) == 1 and last is not None and last not in found.values():
                found.setdefault(next(iter(answers)), last)
        return found

    def _by_orders(self) -> dict[str, Matching]:
        """People and answers by their ids, and by place and time of the rows of each table that has all of them."""
        people, answers = {"id": sorted(self._people)}, {"id": sorted(self._answers)}
        placed: dict[str, list[tuple[Any, str, bool]]] = defaultdict(list)
        for row in self._rows:
            named, given = self._named(row)
            if len(named) + len(given) != 1:
                continue
            records = [write.record for write in self._log.of(row)]
            times = {"place": row.place, "first": records[0], "second": records[:2][-1], "last": records[-1]}
            for name, time in times.items():
                placed[f"{name} of {row.place[0]}"].append((time, *named, *given, bool(named)))  # type: ignore[arg-type]
        for name, rows in placed.items():
            ordered = sorted(rows, key=lambda each: each[0])
            people[name] = list(dict.fromkeys(entity for _, entity, is_person in ordered if is_person))
            answers[name] = list(dict.fromkeys(entity for _, entity, is_person in ordered if not is_person))
        return {
            f"{one} by {other}": dict(zip(given, asked, strict=True))
            for one, asked in people.items()
            for other, given in answers.items()
            if len(asked) == len(self._people) and len(given) == len(self._answers) == len(asked)
        }
