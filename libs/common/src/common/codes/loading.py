"""Reading the lists from package data, and the rows that were added since."""

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import count
from sys import intern
from typing import ClassVar

from common.codes.entries import Alias, CodeEntry
from common.codes.lists import CodeList

_turns = count(1)
_COMMON_COLUMNS = ("code", "label_zh", "label_en", "valid_from", "valid_to", "source", "verified")

AddedEntries = Mapping[str, Sequence[CodeEntry]]
"""Rows that an administrator added, by the name of their list."""


class CodeLists:
    """All code lists of the field, by name."""

    _in_use: ClassVar["CodeLists | None"] = None
    _added: ClassVar[AddedEntries] = {}
    _newest_turn: ClassVar[int] = 0

    def __init__(self, lists: Mapping[str, CodeList]) -> None:
        self._lists = dict(lists)

    def __iter__(self) -> Iterator[CodeList]:
        return iter(self._lists.values())

    @staticmethod
    def load() -> "CodeLists":
        """The lists that the work at hand began with; outside of an act or an import those of now."""
        return _held.get() or CodeLists.current()

    @staticmethod
    @contextmanager
    def held() -> Iterator[None]:
        """Inside, `load` goes on giving what it gives now, in threads that asyncio starts from here, too.

        Without it, what is judged by one version of a list could be stored under the name of another.
        """
        held = _held.set(CodeLists.load())
        try:
            yield
        finally:
            _held.reset(held)

    @staticmethod
    def current() -> "CodeLists":
        """The lists as this process has them now: of this release, with the rows that were added."""
        return CodeLists._in_use or _load()

    @staticmethod
    def of_release() -> "CodeLists":
        """The lists of this release, read once per process."""
        return _load()

    @classmethod
    def turn(cls) -> int:
        """Taken before the added rows are read: rows that were read in a later turn are no older."""
        return next(_turns)

    @classmethod
    def use(cls, added: AddedEntries, turn: int) -> None:
        """From now on `current` gives, in this process, the lists of this release with these rows.

        Rows of a turn before the one in use change nothing: two tasks may read at once, and end in the other order.
        Rows of a list that this release does not have are those of a later one, and of no use here.
        """
        if turn < cls._newest_turn:
            return
        cls._newest_turn = turn
        if added != cls._added:
            cls._in_use = CodeLists({each.name: each.extended(added.get(each.name, ())) for each in _load()})
            cls._added = added

    def names(self) -> tuple[str, ...]:
        """Names of all lists."""
        return tuple(self._lists)

    @property
    def version(self) -> str:
        """One short name for the versions of all lists together, stored beside records that hold codes of several."""
        joined = ";".join(code_list.version for code_list in self)
        return f"codes-{hashlib.sha256(joined.encode()).hexdigest()[:12]}"

    def get(self, name: str) -> CodeList:
        """The list of that name; an unknown name is a `KeyError`."""
        return self._lists[name]


_held: ContextVar[CodeLists | None] = ContextVar("_held", default=None)


@cache
def _load() -> CodeLists:
    aliases: dict[str, list[Alias]] = {}
    for row in _rows(_text("aliases")):
        alias = Alias(row["label"], row["code"], row["kind"], row["verified"] == "true")
        aliases.setdefault(row["list"], []).append(alias)
    return CodeLists({row["list"]: _read(row, aliases.get(row["list"], [])) for row in _rows(_text("lists"))})


def _read(row: Mapping[str, str], aliases: list[Alias]) -> CodeList:
    text = _text(row["list"])
    content = "\n".join([text, *map(repr, aliases)])
    # one for all divisions of a city, say: the lists are kept by every process
    attributes: dict[tuple[tuple[str, str], ...], Mapping[str, str]] = {}

    def shared(of_row: Iterable[tuple[str, str]]) -> Mapping[str, str]:
        return attributes.setdefault(named := tuple(of_row), dict(named))

    return CodeList(
        row["list"],
        title_zh=row["title_zh"],
        title_en=row["title_en"],
        version=f"{row['edition']}-{hashlib.sha256(content.encode()).hexdigest()[:8]}",
        found_by_label=row["found_by"] == "label",
        known_start=int(row["known_start"] or 0),
        added_codes=row["added_codes"],
        entries=[
            CodeEntry(
                code=each["code"],
                label_zh=each["label_zh"],
                label_en=each["label_en"] or None,
                valid_from=_day(each["valid_from"]),
                valid_to=_day(each["valid_to"]),
                source=intern(each["source"]),
                verified=each["verified"] == "true",
                attributes=shared(
                    (column, value) for column, value in each.items() if column not in _COMMON_COLUMNS and value
                ),
            )
            for each in _rows(text)
        ],
        aliases=aliases,
    )


@cache
def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _text(name: str) -> str:
    return (files("common.codes") / "data" / f"{name}.csv").read_text("utf-8")


def _rows(text: str) -> Iterator[dict[str, str]]:
    return iter(csv.DictReader(io.StringIO(text)))
