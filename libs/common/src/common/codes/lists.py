"""One code list: look-up by code and day, and resolution of what a spreadsheet cell holds."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from hashlib import sha256

from common.codes.entries import Alias, CodeEntry, CodeProblem
from common.codes.spelling import Cell, cell_text, normalise

_NUMBER = re.compile(r"(\d+)(?:\.0+)?")


class CodeList:
    """A list of codes with their periods. A code of any period is accepted: a retired one was right when it was given.

    `version` changes with every change of the data and is stored beside each stored code.
    `found_by_label` is false where labels are not unique (places): there only the code counts.
    `known_start`, if any, is how many digits of a code say to which code of the list it belongs (a division to its
    province): such a list is never up to date, and takes a well-formed code that it lacks.
    `added_codes` is the form of codes that may be added while the system runs; none may where it is empty, because
    programs know each code of the list.
    """

    def __init__(
        self,
        name: str,
        *,
        title_zh: str,
        title_en: str,
        version: str,
        found_by_label: bool,
        known_start: int = 0,
        added_codes: str = "",
        entries: Iterable[CodeEntry],
        aliases: Iterable[Alias] = (),
    ) -> None:
        self.name = name
        self.title_zh = title_zh
        self.title_en = title_en
        self.version = version
        self.found_by_label = found_by_label
        self.known_start = known_start
        self.added_codes = added_codes
        self.aliases = tuple(aliases)
        self._periods: dict[str, tuple[CodeEntry, ...]] = {}
        for entry in entries:
            periods = (*self._periods.get(entry.code, ()), entry)
            # an added period may lie before one of the data
            self._periods[entry.code] = tuple(sorted(periods, key=lambda each: each.valid_from or date.min))
        self._widths = {len(code) for code in self._periods}
        self._codes_by_label = self._index_labels() if found_by_label else {}

    def __contains__(self, code: object) -> bool:
        return code in self._periods or (isinstance(code, str) and self._may_be_newer(code))

    def __iter__(self) -> Iterator[CodeEntry]:
        return (entry for periods in self._periods.values() for entry in periods)

    def extended(self, added: Iterable[CodeEntry]) -> "CodeList":
        """The list with rows that were added while it is in use. A row whose period the data have by now gives way."""
        kept = [each for each in added if not self.periods_during(each)]
        # the version does not depend on the order in which a database gives them
        kept.sort(key=lambda each: (each.code, each.valid_from or date.min))
        if not kept:
            return self
        described = "\n".join([self.version, *map(repr, kept)])
        return CodeList(
            self.name,
            title_zh=self.title_zh,
            title_en=self.title_en,
            version=f"{self.version.rpartition('-')[0]}-{sha256(described.encode()).hexdigest()[:8]}",
            found_by_label=self.found_by_label,
            known_start=self.known_start,
            added_codes=self.added_codes,
            entries=[*self, *kept],
            aliases=self.aliases,
        )

    def periods_during(self, entry: CodeEntry) -> tuple[CodeEntry, ...]:
        """The entries of the same code that are in force on a day of this one."""
        return tuple(filter(entry.overlaps, self._periods.get(entry.code, ())))

    def others_meant(self, entry: CodeEntry) -> tuple[str, ...]:
        """Other codes that cells mean by a label of the entry or by its code.

        Of labels only those on a day of the entry; none where only codes count. A cell that holds a code means it on
        every day, whatever has it as a label.
        """
        labels = [label for label in (entry.label_zh, entry.label_en) if label]
        by_label = [code for label in labels for code in self._codes_by_label.get(normalise(label), ())]
        found = [code for code in by_label if any(map(entry.overlaps, self._periods[code]))]
        found += [code for label in labels for code in self._coded(cell_text(label)) or ()]
        found += self._codes_by_label.get(normalise(entry.code), ())
        return tuple(code for code in found if code != entry.code)

    def codes(self) -> tuple[str, ...]:
        """Every code of any period, in the order of the data."""
        return tuple(self._periods)

    def lookup(self, code: str, on: date | None = None) -> CodeEntry | None:
        """The entry in force on the day; without a day the newest one, retired or not."""
        periods = self._periods.get(code, ())
        if on is None:
            return periods[-1] if periods else None
        return next((entry for entry in periods if entry.covers(on)), None)

    def is_listed(self, code: str | None) -> bool:
        """False for a code that is only taken because it may be newer than the list; none is no such code."""
        return code is None or code in self._periods

    def in_force(self, on: date) -> tuple[CodeEntry, ...]:
        """The entries in force on the day."""
        return tuple(entry for entry in self if entry.covers(on))

    def resolve(self, code_cell: Cell, label_cell: Cell = None, on: date | None = None) -> str | None:
        """The code that two cells of a row name together; None when both are empty.

        The first cell may hold the code, the code as a number, or the label. A label that several codes have means the
        one that is verified and in force on the day, if there is one. Fails with a `CodeProblem` when a cell names
        nothing or when the two disagree.
        """
        by_code, by_label = (self._preferred_first(self._candidates(cell), on) for cell in (code_cell, label_cell))
        if by_code == () or (by_label == () and (self.found_by_label or by_code is None)):
            looks_like_code = _NUMBER.fullmatch(cell_text(code_cell if by_code == () else label_cell))
            raise CodeProblem("unknown_code" if looks_like_code else "unknown_label", self.name)
        if not by_code:
            return by_label[0] if by_label else None
        entry = self.lookup(by_code[0])
        # a label may name the wider class that the code belongs to
        parent = entry and entry.attributes.get("parent", "")
        if not by_label or by_code[0] in by_label or parent in by_label:
            return by_code[0]
        if common := next((code for code in by_code if code in by_label), None):
            return common
        raise CodeProblem("code_label_disagree", self.name)

    def resolve_cell(self, cell: Cell) -> str | None:
        """The code that one cell names by code, number or label."""
        return self.resolve(cell)

    def _candidates(self, cell: Cell) -> tuple[str, ...] | None:
        """Codes that a cell may mean, the likeliest first; None for an empty cell, () for one that means nothing."""
        text = cell_text(cell)
        if not text:
            return None
        coded = self._coded(text)
        return self._codes_by_label.get(normalise(text), ()) if coded is None else coded

    def _coded(self, text: str) -> tuple[str, ...] | None:
        """Codes that a text may stand for, the likeliest first; None for one that is neither a code nor a number."""
        if text in self:
            return (text,)
        number = _NUMBER.fullmatch(text)
        return tuple(code for code in self._written(number[1]) if code in self) if number else None

    def _may_be_newer(self, code: str) -> bool:
        """True for a well-formed code that begins like one of the list: 500157 belongs to 500000."""
        if not self.known_start or len(code) not in self._widths or not (code.isascii() and code.isdigit()):
            return False
        return code[: self.known_start].ljust(len(code), "0") in self._periods

    def _preferred_first(self, codes: tuple[str, ...] | None, on: date | None) -> tuple[str, ...] | None:
        found = {code: self.lookup(code, on) for code in codes or ()}
        return codes and tuple(sorted(codes, key=lambda code: not ((entry := found[code]) and entry.verified)))

    def _written(self, digits: str) -> Iterator[str]:
        """What digits may stand for: programs drop zeros in front, people add one, statisticians six at the end."""
        yield digits
        yield from (digits.zfill(width) for width in sorted(self._widths) if len(digits) < width)
        if len(digits) == 2:
            yield digits.removeprefix("0")
        if len(digits) == 12:
            yield digits.removesuffix("000000")

    def _index_labels(self) -> dict[str, tuple[str, ...]]:
        named = [(entry.label_zh, entry.code) for entry in self]
        named += [(entry.label_en, entry.code) for entry in self if entry.label_en]
        named += [(alias.label, alias.code) for alias in self.aliases]
        index: dict[str, tuple[str, ...]] = {}
        for label, code in named:
            known = index.get(normalise(label), ())
            index[normalise(label)] = known if code in known else (*known, code)
        return index
