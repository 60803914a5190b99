"""Rows into dataclasses by the names of their fields: `rows.one(Wave, await connection.execute(query))`.

A field takes the column of its name. An enumeration's word becomes the enumeration, an array a tuple where the field
is one, a JSON object the dataclass that the field names. A field without a column takes its default; a dataclass
without one takes its own fields from the same row. For what no rule covers, name a function of the row, defined in
its module: `rows.one(Questionnaire, result, content=to_content)`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from functools import lru_cache
from operator import itemgetter
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from common.sql import Row, Rows

T = TypeVar("T")
FromRow = Callable[[Row], Any]
Convert = Callable[[Any], Any]


def one(kind: type[T], result: Rows, **given: FromRow) -> T:
    """The only row of the result; raises NoResultFound or MultipleResultsFound."""
    row = result.one()
    return maker(kind, tuple(row.keys()), **given)(row)


def one_or_none(kind: type[T], result: Rows, **given: FromRow) -> T | None:
    """The only row of the result, None if it is empty; raises MultipleResultsFound."""
    row = result.one_or_none()
    return None if row is None else maker(kind, tuple(row.keys()), **given)(row)


def all(kind: type[T], result: Rows, **given: FromRow) -> list[T]:  # noqa: A001 - reads as `rows.all`
    """Every row of the result, in its order."""
    return list(map(maker(kind, tuple(result[0].keys()), **given), result)) if result else []


def maker(kind: type[T], columns: tuple[str, ...], **given: FromRow) -> Callable[[Row], T]:
    """The function from a row with these columns to a value of `kind`; raises TypeError for a field without source."""
    made: Callable[[Row], T] = _maker(kind, columns, tuple(sorted(given.items())))  # type: ignore[arg-type]
    return made


def builder(kind: Any) -> Callable[[Iterable[Any]], Any]:
    """The function from the values of all fields that `__init__` takes, in their order, to a value of `kind`."""
    names = [each.name for each in fields(kind) if each.init]
    if not _is_plain(kind):
        return lambda values: kind(**dict(zip(names, values, strict=True)))

    # what `__init__` does, but for a frozen dataclass it makes a call for each field
    def build(values: Iterable[Any]) -> Any:
        made = object.__new__(kind)
        made.__dict__.update(zip(names, values, strict=True))
        return made

    return build


def _is_plain(kind: Any) -> bool:
    """Whether a value of `kind` is nothing but its fields, all of them given."""
    slots = any(vars(each).get("__slots__") for each in kind.__mro__)
    others = any(not each.init for each in fields(kind))
    return not (slots or others or hasattr(kind, "__post_init__"))


@lru_cache(maxsize=512)
def _maker(kind: Any, columns: tuple[str, ...], given: tuple[tuple[str, FromRow], ...]) -> FromRow:
    """Looks at types and names once for a query, never again for its rows: imports read tens of thousands."""
    types, named = get_type_hints(kind), dict(given)
    wanted = [each for each in fields(kind) if each.init]
    if unknown := named.keys() - {each.name for each in wanted}:
        raise TypeError(f"{kind.__name__} has no field {', '.join(sorted(unknown))}")
    places, others = [], []
    for each in wanted:
        source = named.get(each.name) or _source(kind, each, types[each.name], columns)
        # most fields are their column as it is: those are read without a call for each
        places.append(source if isinstance(source, int) else 0)
        if not isinstance(source, int):
            others.append((each.name, source))
    names = [each.name for each in wanted]
    read = itemgetter(*places) if len(places) > 1 else lambda row: [row[place] for place in places]

    def called(row: Row) -> Any:
        values = dict(zip(names, read(row), strict=True))
        return kind(**values | {name: source(row) for name, source in others})

    # as `builder` does it, with nothing made on the way
    def made(row: Row) -> Any:
        value = object.__new__(kind)
        held = value.__dict__
        held.update(zip(names, read(row), strict=True))
        for name, source in others:
            held[name] = source(row)
        return value

    return made if _is_plain(kind) else called


def _source(kind: type, field: Field[Any], declared: Any, columns: tuple[str, ...]) -> FromRow | int:
    """Where a field's value comes from, the column of its name first: a place where that is the value itself."""
    plain = _without_none(declared)
    if field.name in columns:
        place, convert = columns.index(field.name), _conversion(plain)
        return place if convert is None else _converted(place, convert)
    if is_dataclass(plain) and isinstance(plain, type):
        return maker(plain, columns)
    if field.default is not MISSING:
        return lambda _row: field.default
    if field.default_factory is not MISSING:
        factory = field.default_factory
        return lambda _row: factory()
    raise TypeError(f"no column for {kind.__name__}.{field.name}")


def _converted(place: int, convert: Convert) -> FromRow:
    def source(row: Row) -> Any:
        value = row[place]
        return None if value is None else convert(value)

    return source


def _conversion(declared: Any) -> Convert | None:
    """What a stored value needs before it has the declared type; None if it has it already."""
    if get_origin(declared) is tuple:
        item = _conversion(_without_none(get_args(declared)[0]))
        return tuple if item is None else lambda values: tuple(map(item, values))
    if not isinstance(declared, type):
        return None
    if issubclass(declared, Enum):
        # calling the enumeration takes three times as long
        return {member.value: member for member in declared}.__getitem__
    if declared is tuple:
        return declared
    return _from_json(declared) if is_dataclass(declared) else None


def _from_json(kind: type) -> Convert:
    """A dataclass from a JSON object with its fields; members that it lacks take their defaults."""
    types = get_type_hints(kind)
    conversions = {each.name: _conversion(_without_none(types[each.name])) for each in fields(kind)}

    def convert(document: Any) -> Any:
        if isinstance(document, kind):
            return document
        made = {name: (conversions[name], value) for name, value in document.items()}
        return kind(**{name: to(value) if to and value is not None else value for name, (to, value) in made.items()})

    return convert


def _without_none(declared: Any) -> Any:
    """The type itself, of an optional one or of a new name for it."""
    if get_origin(declared) in {Union, UnionType}:
        others: Sequence[Any] = [each for each in get_args(declared) if each is not type(None)]
        return _without_none(others[0]) if len(others) == 1 else declared
    return declared
