"""The words of published codes, in one language: of groups, of columns and cells, and of answers."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from common.errors import Message
from indicators.formats.observation import OTHER
from indicators.structures.domain.labels import label_of
from indicators.tracking.wire.words import word_of

OTHERS = Message("其他", "Others")
"""Who or what stands together, being too few alone (`_other`)."""

_COLUMNS: Mapping[str, Message] = MappingProxyType(
    {
        "employed": Message("就业", "Employed"),
        "study": Message("升学", "Further study"),
        "unplaced": Message("未落实", "Not placed"),
        f"employed{OTHER}": Message("其他就业", "Other employment"),
        f"study{OTHER}": Message("其他升学", "Other further study"),
        f"unplaced{OTHER}": Message("其他未落实", "Others not placed"),
        OTHER: OTHERS,
    }
)
"""What classes of `destination_class` stand together as, where they are not shown alone."""

Units = Mapping[tuple[str, str], Message]
"""Names of a school's units, by kind and code."""

Labels = dict[str, dict[str, str]]
"""The words of codes, by dimension or indicator."""


@dataclass(frozen=True)
class Vocabulary:
    """Names of codes in a language; `units` are those of the school."""

    language: str
    units: Units

    def of(self, dimension: str, code: str) -> str:
        """The name of a value, a column or a cell; the code itself where nothing names it."""
        name = _COLUMNS.get(code) or self.units.get((dimension, code))
        return name.in_language(self.language) if name else label_of(dimension, code, self.language) or code

    def labels(self, table: Mapping[str, Any], observations: Iterable[Mapping[str, Any]]) -> Labels:
        """The words of all codes of a table; `table` is as its authors want it."""
        found: Labels = {}
        for dimension, code, word in self._named(table, observations):
            found.setdefault(dimension, {})[code] = word
        return found

    def _named(
        self, table: Mapping[str, Any], observations: Iterable[Mapping[str, Any]]
    ) -> Iterator[tuple[str, str, str]]:
        for each in observations:
            codes = [*each["group"].items(), *each["within"].items()]
            codes += [(table["dimension"], cell["code"]) for cell in each["cells"] or ()]
            yield from ((name, code, self.of(name, code)) for name, code in codes if code is not None)
            for indicator, figure in (each.get("indicators") or {}).items():
                for said in figure["value"] if isinstance(figure["value"], list) else ():
                    word = self.of(indicator, said["code"]) if said["code"] == OTHER else None
                    named = word or word_of(indicator, said["code"], self.language) or said["code"]
                    yield indicator, said["code"], named
