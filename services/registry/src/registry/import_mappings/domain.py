"""A saved mapping: which field each header of a school's file fills, and what may be saved. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from common.approvals.domain import IdentifyingText, must_not_identify
from common.codes import normalise
from common.codes.rules import rule
from common.errors import Conflict, FieldProblem, Invalid, Message
from common.identifiers import SchoolCode
from common.observability.redaction import redacted_text

MAX_NAME = 50
MAX_HEADER = 100
MAX_COLUMNS = 100
"""As many as a file has."""

MAX_MAPPINGS = 50
"""Of a school: each import looks at all of them."""

_MARKS = str.maketrans("", "", "*:")


@dataclass(frozen=True, kw_only=True)
class ImportMapping:
    """列映射: header text → the field it fills, None for a column that is not read."""

    school_code: SchoolCode
    name: str
    columns: Mapping[str, str | None]
    recorded_at: datetime


class DuplicateMapping(Invalid):
    """Two headers fill one field; `problems` names each of them."""

    code = "duplicate_mapping"
    title = Message("两个表头对应同一字段", "Two headers fill one field")


class TooManyMappings(Conflict):
    """The school has as many mappings as a school may have."""

    code = "too_many_mappings"
    title = Message(
        f"一所学校最多保存 {MAX_MAPPINGS} 个列映射，请先删除不用的",
        f"A school saves {MAX_MAPPINGS} mappings at most; delete one that is not used",
    )


class UnknownMapping(Invalid):
    """The school has no mapping of the name that the form gives; the message lists those that it has."""

    code = "unknown_mapping"
    title = Message("本校没有该名称的列映射", "The school has no mapping of this name")

    def __init__(self, known: Sequence[str]) -> None:
        zh, en = ("、".join(known) or "无", ", ".join(known) or "none")
        text = Message(f"{self.title.zh}；已保存：{zh}", f"{self.title.en}; saved are: {en}")
        super().__init__([FieldProblem("/mapping", self.code, text)])


def must_be_usable(name: str, columns: Mapping[str, str | None], fields: Collection[str]) -> None:
    """Raises IdentifyingText, Invalid with every fault of the texts and the fields, or DuplicateMapping."""
    _must_not_identify("name", name)
    for header in columns:
        _must_not_identify("/columns", header)
    if problems := tuple(_faults(name, columns, fields)):
        raise Invalid(problems)
    headers_of: defaultdict[str, list[str]] = defaultdict(list)
    for header, field in columns.items():
        if field is not None:
            headers_of[field].append(header)
    double = [header for headers in headers_of.values() if len(headers) > 1 for header in headers]
    if double:
        raise DuplicateMapping(
            [FieldProblem(_pointer(each), DuplicateMapping.code, DuplicateMapping.title) for each in double]
        )


def _must_not_identify(pointer: str, text: str) -> None:
    must_not_identify(pointer, text)
    if redacted_text(text) != text:
        raise IdentifyingText([rule("identifying_text").problem(pointer)])


def _faults(name: str, columns: Mapping[str, str | None], fields: Collection[str]) -> Iterator[FieldProblem]:
    if len(name) > MAX_NAME:
        yield rule("length").problem("name")
    elif not (name.isprintable() and normalise(name)):
        yield rule("printable").problem("name")
    unknown = Message("没有该字段，可选：" + "、".join(fields), "There is no such field: " + ", ".join(fields))
    seen: set[str] = set()
    for header, field in columns.items():
        compared = normalise(header).translate(_MARKS)
        if not compared:
            yield rule("required").problem(_pointer(header))
        elif compared in seen:
            yield rule("repeated").problem(_pointer(header))
        seen.add(compared)
        if field is not None and field not in fields:
            yield FieldProblem(_pointer(header), "unknown_field", unknown)


def _pointer(header: str) -> str:
    return "/columns/" + header.replace("~", "~0").replace("/", "~1")
