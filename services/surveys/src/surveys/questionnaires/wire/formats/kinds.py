"""The types of XLSForm that have an equal here, and what a row of each may fill."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_READ = frozenset({"type", "name", "label", "hint", "relevant"})
_ASKED = _READ | {"required", "constraint", "constraint_message"}

GROUP, END = "begin_group", "end_group"
CALCULATE = "calculate"
CHOICES: Mapping[str, str] = {
    "select_one": "single_choice",
    "select_multiple": "multiple_choice",
    "rank": "ranking",
}


@dataclass(frozen=True)
class XlsType:
    """Members of the question that the type makes, the columns that a row may fill, and what each appearance adds."""

    members: Mapping[str, Any]
    columns: frozenset[str] = _ASKED
    appearances: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


TYPES: Mapping[str, XlsType] = {
    **{name: XlsType({"type": kind}) for name, kind in CHOICES.items()},
    "text": XlsType({"type": "text"}, appearances={"multiline": {"lines": 5}}),
    "integer": XlsType({"type": "number", "decimals": 0}),
    "decimal": XlsType({"type": "number"}),
    "date": XlsType({"type": "date"}, appearances={"month-year": {"type": "month"}}),
    "range": XlsType(
        {"type": "scale"},
        _ASKED | {"parameters"},
        {"rating": {"display": "stars"}, "picker": {"display": "buttons"}},
    ),
    "image": XlsType({"type": "file"}),
    "file": XlsType({"type": "file"}),
    "note": XlsType({"type": "note"}, _READ),
    CALCULATE: XlsType({"type": "calculated"}, frozenset({"type", "name", "label", "relevant", "calculation"})),
    GROUP: XlsType({}, frozenset({"type", "name", "label", "relevant"}), {"field-list": {}}),
    END: XlsType({}, frozenset({"type", "name", "label"})),
}

_WRITTEN_APART = re.compile(r"^(begin|end|select) (?=group|repeat|one|multiple)")
_ALIASES = {"int": "integer", "string": "text", "select1": "select_one", "photo": "image"}


def type_of(text: str) -> tuple[str, str | None, bool]:
    """The type, the list of its options, and whether `or_other` adds one."""
    first, *rest = _WRITTEN_APART.sub(r"\1_", " ".join(text.split())).split(" ") or [""]
    with_other = rest[-1:] in (["or_other"], ["or_specify_other"])
    named = rest[:-1] if with_other else rest
    # more words than a list are part of a type that is not known
    return _ALIASES.get(first, first) if len(named) < 2 else text, named[0] if len(named) == 1 else None, with_other
