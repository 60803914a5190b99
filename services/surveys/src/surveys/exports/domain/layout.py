"""The columns of a file: those of every version of the questionnaire, so that nothing is lost that was once asked."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from common.errors import Message
from surveys.exports.domain.cells import NOT_ASKED, Cell, Storage
from surveys.exports.domain.parts import Part, parts_of
from surveys.questionnaires.domain.content import PublishedVersion, Question
from surveys.questionnaires.domain.reaching import telling

MAX_NAME_BYTES = 64
"""Of a variable in SPSS."""

TEXT_BESIDE = "other_text"
"""Ends the name of the text beside an option where that option's own column is called `<id>_other`."""

_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,14}")
_NO_NAME = re.compile(r"[^\w.@#$]")
_RESERVED = frozenset({"all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"})
"""Words that SPSS takes for no name."""


@dataclass(frozen=True)
class Column:
    """A column, called `name` in every file and `sav_name` where SPSS could not call it so.

    `part` is the option, row or member of the question that it is of; `labels` are what its values mean, `is_flag`: 1
    or 0, whether an option was chosen. Without `question` it is of who answered.
    """

    name: str
    sav_name: str
    storage: Storage
    label: Message
    labels: Mapping[Cell, Message] = field(default_factory=dict)
    question: str | None = None
    part: str | None = None
    is_flag: bool = False
    is_asked: bool = True


@dataclass(frozen=True)
class Leading:
    """A column of who answered."""

    name: str
    storage: Storage
    label: Message
    labels: Mapping[Cell, Message] = field(default_factory=dict)


@dataclass(frozen=True)
class Slot:
    """What values say under one name, and its columns. `beside`: the question whose options open this text."""

    name: str
    question: str
    parts: tuple[Part | None, ...]
    columns: tuple[Column, ...]
    beside: tuple[str, frozenset[str]] | None = None

    @property
    def is_asked(self) -> bool:
        """Whether the wave asks it."""
        return any(self.parts)

    def cells(self, value: Any) -> tuple[Cell, ...]:
        """The cells of an answer; what only other versions of the questionnaire ask was not asked."""
        return tuple(NOT_ASKED if part is None else _coded(part, part.pick(value)) for part in self.parts)


@dataclass(frozen=True)
class Layout:
    """The columns of a file in their order: those of who answered, then slot by slot.

    `kept_out` are the questions that only a file with the person has; `versions` those of the questionnaire, the wave's
    own first, then from the newest on.
    """

    leading: tuple[Column, ...]
    slots: tuple[Slot, ...]
    kept_out: tuple[str, ...]
    versions: tuple[PublishedVersion, ...]

    @cached_property
    def columns(self) -> Sequence[Column]:
        """All of them."""
        return [*self.leading, *(column for slot in self.slots for column in slot.columns)]

    @cached_property
    def asked(self) -> Sequence[Slot]:
        """The slots that the wave asks; they come before the others."""
        return [slot for slot in self.slots if slot.is_asked]

    @property
    def header(self) -> Sequence[str]:
        """Their names."""
        return [column.name for column in self.columns]


@dataclass
class _Merged:
    """A column while it is gathered from the versions: that of the first one that has it, with the labels of all."""

    part: Part
    labels: dict[Cell, Message]
    is_asked: bool


def layout_of(leading: Sequence[Leading], versions: Sequence[PublishedVersion], *, identified: bool) -> Layout:
    """The columns of a wave whose own version of the questionnaire comes first; `leading` are those of who answers."""
    taken = _Names()
    before = tuple(
        Column(taken.of(each.name), taken.of_sav(each.name), each.storage, each.label, each.labels) for each in leading
    )
    slots, kept_out = list[Slot](), list[str]()
    told = frozenset[str]().union(*map(telling, versions))
    for name, asked in _by_question(versions).items():
        for of_text in (False, True):
            merged = _merged(versions[0], asked, of_text=of_text)
            shown = {
                suffix: each for suffix, each in merged.items() if identified or not (each.part.is_open or name in told)
            }
            if shown:
                slots.append(_slot(name, shown, taken))
            elif merged:
                kept_out.append(f"{name}_other" if of_text else name)
    # in the order of the questionnaire, and what only its other versions ask after that
    slots.sort(key=lambda slot: not slot.is_asked)
    return Layout(before, tuple(slots), tuple(kept_out), tuple(versions))


def _by_question(versions: Iterable[PublishedVersion]) -> Mapping[str, list[tuple[PublishedVersion, Question]]]:
    found: dict[str, list[tuple[PublishedVersion, Question]]] = {}
    for version in versions:
        for question in version.questions:
            found.setdefault(question.id, []).append((version, question))
    return found


def _merged(
    own: PublishedVersion, asked: Iterable[tuple[PublishedVersion, Question]], *, of_text: bool
) -> Mapping[str | None, _Merged]:
    found: dict[str | None, _Merged] = {}
    for version, question in asked:
        for part in parts_of(question):
            if bool(part.beside) is of_text:
                first = found.setdefault(part.suffix, _Merged(part, {}, version is own))
                for value, label in part.labels.items():
                    first.labels.setdefault(value, label)
    return found


def _slot(name: str, merged: Mapping[str | None, _Merged], taken: "_Names") -> Slot:
    columns, parts, beside = [], [], None
    for suffix, each in merged.items():
        part = _numbered(each)
        wanted = name if suffix is None else f"{name}_{suffix}"
        called = taken.of(wanted, *([f"{name}_{TEXT_BESIDE}"] if part.beside else []))
        labels = {_coded(part, value): label for value, label in each.labels.items()}
        facts = (name, suffix, part.is_flag, each.is_asked)
        columns.append(Column(called, taken.of_sav(called), part.storage, part.label, labels, *facts))
        parts.append(part if each.is_asked else None)
        beside = (name, part.beside) if part.beside else None
    return Slot(f"{name}_other" if beside else name, name, tuple(parts), tuple(columns), beside)


def _numbered(merged: _Merged) -> Part:
    """The part as it is written: codes that are no whole numbers, all of them, are texts."""
    is_numbered = all(_WHOLE.fullmatch(str(value)) for value in merged.labels)
    return replace(merged.part, storage=Storage.TEXT) if merged.part.coded and not is_numbered else merged.part


def _coded(part: Part, value: Cell) -> Cell:
    is_number = part.coded and part.storage is Storage.NUMBER and value is not None
    return int(str(value)) if is_number else value


class _Names:
    """Names that are given once, whatever their case: SPSS does not tell cases apart."""

    def __init__(self) -> None:
        self._taken = set[str]()
        self._taken_of_sav = set[str]()

    def of(self, wanted: str, *others: str) -> str:
        """The wanted name, else the first free one of others, else one with a number."""
        return _free(self._taken, wanted, *others)

    def of_sav(self, name: str) -> str:
        """The name as SPSS takes it."""
        fit = _NO_NAME.sub("_", name)
        while len(fit.encode()) > MAX_NAME_BYTES - 4:
            fit = fit[:-1]
        return _free(self._taken_of_sav, f"{fit}_" if fit in _RESERVED or fit.endswith(".") else fit)


def _free(taken: set[str], wanted: str, *others: str) -> str:
    candidates = (*(wanted, *others), *(f"{wanted}_{number}" for number in range(2, len(taken) + 3)))
    found = next(each for each in candidates if each.casefold() not in taken)
    taken.add(found.casefold())
    return found
