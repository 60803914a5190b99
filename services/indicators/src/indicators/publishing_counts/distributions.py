"""Which codes of a distribution are shown in which tables, so that no count of a few follows. Imports numpy."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from common.rounding import percentage
from common.shown_groups.editions import Edition, Key, Shown
from common.shown_groups.following import Following
from indicators.formats.observation import OTHER
from indicators.publishing_counts.columns import is_enough

Figures = Mapping[str, Mapping[Key, Mapping[str, Any]]]
"""The figures of a distribution by table and group."""


class Codes:
    """The codes of a distribution by table: the larger in all answers first.

    A code is shown in a table if those who name it and those who do not are none or enough in each shown group, and in
    every group and rest that follows from the groups that show it. Where everybody names one code, so are those left.
    """

    def __init__(self, edition: Edition, shown: Shown, figures: Figures) -> None:
        self._rows = {
            table: {key: _counts(figures[table][key]) for key in keys} for table, keys in shown.items() if keys
        }
        rows = [row for found in self._rows.values() for row in found.values()]
        named: dict[str, int] = {}
        for _, counts in rows:
            for code, count in counts.items():
                named[code] = max(named.get(code, 0), count)
        self._codes = sorted(named, key=lambda code: (-named[code], code))
        self.is_of_one = all(base == sum(counts.values()) for base, counts in rows)
        self.tables: dict[str, list[str]] = {code: [] for code in self._codes}
        for table, found in self._rows.items():
            self._open(table, list(found.values()))
        self._numbers = self._following(edition, shown)
        self._close()

    def value(self, table: str, key: Key) -> list[dict[str, Any]]:
        """The counts of a shown group, and of those who name other codes, where everybody names one."""
        base, counts = self._rows[table][key]
        shown = [(code, counts.get(code, 0)) for code in self._codes if table in self.tables[code]]
        left = base - sum(count for _, count in shown)
        others = [(OTHER, left)] if self.is_of_one and left else []
        return [{"code": code, "count": count, "share": percentage(count, base)} for code, count in [*shown, *others]]

    def hidden(self, table: str) -> list[str]:
        """The codes that are named and not shown in a table."""
        found = self._rows.get(table, {}).values()
        return [code for code in self._codes if table not in self.tables[code] and any(code in row for _, row in found)]

    def _open(self, table: str, rows: Sequence[tuple[int, Mapping[str, int]]]) -> None:
        left = [base for base, _ in rows]
        for code in self._codes:
            counts = [row.get(code, 0) for _, row in rows]
            rest = [people - count for people, count in zip(left, counts, strict=True)]
            beside = rest if self.is_of_one else [base - count for (base, _), count in zip(rows, counts, strict=True)]
            if all(map(is_enough, [*counts, *beside])):
                self.tables[code].append(table)
                left = rest

    def _following(self, edition: Edition, shown: Shown) -> Any:
        counts = {
            table: {key: [base, *(row.get(code, 0) for code in self._codes)] for key, (base, row) in found.items()}
            for table, found in self._rows.items()
        }
        following = Following(edition, shown, counts)
        return cache(lambda tables: following.numbers(tables))

    def _close(self) -> None:
        """Takes codes out of their last table until nothing small follows."""
        while (
            at_fault := next((code for code in reversed(self._codes) if self._tells_of_few(code)), None)
        ) is not None:
            self.tables[at_fault].pop()

    def _tells_of_few(self, code: str) -> bool:
        tables = tuple(self.tables[code])
        if not tables:
            return False
        numbers = self._numbers(tables)
        at = 1 + self._codes.index(code)
        beside = [numbers[:, 0] - numbers[:, at]]
        if self.is_of_one:
            # those whose counts are known wherever that of this code is
            also = [1 + n for n, other in enumerate(self._codes) if set(tables) <= set(self.tables[other])]
            beside.append(numbers[:, 0] - numbers[:, also].sum(axis=1))
        return not all(is_enough(int(each)) for found in (numbers[:, at], *beside) for each in found)


def _counts(figure: Mapping[str, Any]) -> tuple[int, Mapping[str, int]]:
    return figure["base"], {each["code"]: each["count"] for each in figure["value"]}
