"""A dated row that an administrator adds to a code list, and which rows a list takes. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NewType
from uuid import UUID

from common.codes import CodeEntry, CodeList, normalise
from common.codes.rules import rule
from common.errors import Conflict, FieldProblem, Invalid, Message
from common.observability.redaction import redacted_text

EntryId = NewType("EntryId", UUID)

_FORM = Message("代码的位数或字符与该代码表不符", "The code does not have the form of this list's codes")
_PROVINCE = Message("代码前两位不是已有的省级行政区划", "The first two digits name no province of the list")
_BACKWARDS = Message("截止日期不能早于起始日期", "The last day must not lie before the first one")
_ATTRIBUTE = Message("该代码表没有这个属性", "The list has no such attribute")
_PERSONAL = Message(
    "不得含证件号码、电话、邮箱等：内容将对外发布", "Must not hold a person's number or address: it is published"
)
_VALUE = Message("应为该代码表中已有的值", "Must be a value that the list has")


class CodeListFixed(Conflict):
    """Programs know what each code of the list means: figures and statuses depend on it."""

    code = "code_list_fixed"
    title = Message(
        "该代码表的代码决定统计口径，只能随软件版本变更", "Figures rest on this list: it changes with a release only"
    )


class CodeInForce(Conflict):
    """The code has a row, of a release or added, that is in force on a day of the new one; names its period."""

    code = "code_in_force"
    title = Message("该代码在所给期间内已经有效", "The code is in force on days of this period already")

    def __init__(self, existing: CodeEntry) -> None:
        super().__init__(valid_from=existing.valid_from, valid_to=existing.valid_to)


class LabelInUse(Conflict):
    """Another code goes by this label or code, in the list or in files: cells that hold it could mean both."""

    code = "label_in_use"
    title = Message("该名称或代码已指另一个代码", "The label or code means another code already")

    def __init__(self, used_by: str) -> None:
        super().__init__(used_by=used_by)


@dataclass(frozen=True)
class EntryPlan:
    """A row as it is asked for: the list, and the code in one period."""

    code_list: str
    entry: CodeEntry

    @property
    def said(self) -> list[str]:
        """The fields that say something: what history and event name as changed."""
        return [name for name, value in self.entry.values().items() if value]


@dataclass(frozen=True)
class AddedEntry(EntryPlan):
    """A row as it is stored."""

    id: EntryId
    version: int
    decided_on: date
    recorded_at: datetime


def require_addable(code_list: CodeList, entry: CodeEntry) -> None:
    """Raises CodeListFixed, Invalid with every fault of the row, CodeInForce or LabelInUse."""
    if not code_list.added_codes:
        raise CodeListFixed
    if problems := tuple(_problems(code_list, entry)):
        raise Invalid(problems)
    if existing := code_list.periods_during(entry):
        raise CodeInForce(existing[0])
    if others := code_list.others_meant(entry):
        raise LabelInUse(others[0])


def _problems(code_list: CodeList, entry: CodeEntry) -> Iterator[FieldProblem]:
    if not re.fullmatch(code_list.added_codes, entry.code):
        yield FieldProblem("/code", "pattern", _FORM)
    elif code_list.known_start and entry.code not in code_list:
        yield FieldProblem("/code", "unknown_province", _PROVINCE)
    if entry.valid_from and entry.valid_to and entry.valid_to < entry.valid_from:
        yield FieldProblem("/valid_to", "after_valid_from", _BACKWARDS)
    for field in ("label_zh", "label_en", "source"):
        text = getattr(entry, field)
        if text is not None and not (text.isprintable() and normalise(text)):
            yield rule("printable").problem(f"/{field}")
        elif text is not None and redacted_text(text) != text:
            yield FieldProblem(f"/{field}", "personal_data", _PERSONAL)
    known = _values(code_list)
    for name, value in entry.attributes.items():
        if name not in known:
            yield FieldProblem(f"/attributes/{name}", "unknown_attribute", _ATTRIBUTE)
        elif value not in known[name]:
            yield FieldProblem(f"/attributes/{name}", "choice", _VALUE)


def _values(code_list: CodeList) -> Mapping[str, set[str]]:
    """What each attribute may say: what it says of a code by now, or any code where it names codes of the list."""
    known: dict[str, set[str]] = {}
    for entry in code_list:
        for name, value in entry.attributes.items():
            known.setdefault(name, set()).add(value)
    codes = set(code_list.codes())
    return {name: values | codes if values <= codes else values for name, values in known.items()}
