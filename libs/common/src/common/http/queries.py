"""Refusing queries that no route declares: a misspelt filter must not answer with everything."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Self, get_args, get_origin

from fastapi import Request
from fastapi.dependencies.models import Dependant

from common.errors import BadQuery, FieldProblem, Message
from common.http.validation import MAX_PROBLEMS, MAX_SEGMENT

_UNKNOWN = Message("未知查询参数", "There is no such query parameter")
_REPEATED = Message("该参数只能出现一次", "May be given only once")
_NULL = Message("不得包含空字符", "Must not contain a null character")
_MANY = (list, set, tuple, frozenset, Sequence)


class DeclaredQuery:
    """The query parameters of one route, and which of them may be repeated; `takes_any` where others may be there.

    Messengers add parameters of their own to the links that people follow.
    """

    def __init__(self, names: Iterable[str], repeatable: Iterable[str], *, takes_any: bool = False) -> None:
        self._names = frozenset(names)
        self._repeatable = frozenset(repeatable)
        self._takes_any = takes_any

    @classmethod
    def of(cls, dependants: Iterable[Dependant]) -> Self:
        """What a route and everything that it depends on declare, `takes_any_query` by an attribute of a dependency."""
        dependants = tuple(dependants)
        takes_any = any(getattr(each.call, "takes_any_query", False) for each in dependants)
        fields = [field for each in dependants for field in each.query_params]
        repeatable = [field.alias for field in fields if takes_many(field.field_info.annotation)]
        return cls([field.alias for field in fields], repeatable, takes_any=takes_any)

    def check(self, request: Request) -> None:
        """Raises BadQuery for unknown and for repeated parameters, and for null characters."""
        if self._takes_any or not request.scope["query_string"]:
            return
        # looked for one by one, ten thousand names would hold the process for seconds
        given: dict[str, list[str]] = {}
        for name, value in request.query_params.multi_items():
            given.setdefault(name, []).append(value)
        problems = list(islice(self._problems(given), MAX_PROBLEMS))
        if problems:
            raise BadQuery(problems)

    def _problems(self, given: Mapping[str, Sequence[str]]) -> Iterator[FieldProblem]:
        for name, values in given.items():
            if name not in self._names:
                yield FieldProblem(name[:MAX_SEGMENT], "unknown_parameter", _UNKNOWN)
                continue
            if len(values) > 1 and name not in self._repeatable:
                yield FieldProblem(name, "repeated_parameter", _REPEATED)
            if any("\0" in value for value in values):
                yield FieldProblem(name, "null_character", _NULL)


def takes_many(annotation: Any) -> bool:
    """Whether a parameter of this type may be given several times."""
    return get_origin(annotation) in _MANY or annotation in _MANY or any(map(takes_many, get_args(annotation)))
