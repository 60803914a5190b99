"""What was answered, name by name in one order: a row of 150 answers is then looked up in one sweep."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

Told = tuple[Any, ...]
"""The answers under a `Reading`'s names, None where there is none; lists and objects as `key_of` gives them."""

T = TypeVar("T")

_PLAIN = frozenset({str, int, float, bool, type(None)})


class Members(tuple[tuple[str, Any], ...]):
    """The members of an object in the order of their names."""

    __slots__ = ()


class Kept(dict[Any, T]):
    """What is made of values, kept by them: most answers are alike, but of words and numbers there is no end."""

    def __init__(self, make: Callable[[Any], T], most: int) -> None:
        super().__init__()
        self._make, self._most = make, most

    def __missing__(self, value: Any) -> T:
        if len(self) >= self._most:
            self.clear()
        found = self[value] = self._make(value)
        return found


class Reading:
    """Reads answers under these names, and leaves aside what else was said."""

    def __init__(self, names: Iterable[str]) -> None:
        # with the first export, in a process of long work
        import msgspec

        self._cells_of = msgspec.structs.astuple
        self.places: Mapping[str, int] = {name: place for place, name in enumerate(dict.fromkeys(names))}
        fields = {f"f{place}": name for name, place in self.places.items()}
        shape = msgspec.defstruct("Answers", [(field, Any, None) for field in fields], rename=fields, gc=False)
        self._decode = msgspec.json.Decoder(shape).decode

    def of_text(self, text: str) -> Told:
        """Answers as they were sealed."""
        return _hashable(self._cells_of(self._decode(text)))

    def of_values(self, values: Mapping[str, Any]) -> Told:
        """Answers by name."""
        return _hashable(tuple(map(values.get, self.places)))


def key_of(value: Any) -> Any:
    """The value, a list or an object as what can be looked up."""
    if isinstance(value, list):
        return tuple(value)
    return Members(sorted(value.items())) if isinstance(value, dict) else value


def value_of(key: Any) -> Any:
    """The value again of what `key_of` gave.

    >>> value_of(key_of({"x": "1"})), value_of(key_of(["3", "1"])), value_of(key_of("1"))
    ({'x': '1'}, ['3', '1'], '1')
    """
    if isinstance(key, Members):
        return dict(key)
    return list(key) if isinstance(key, tuple) else key


def _hashable(told: Told) -> Told:
    try:
        hash(told)
    except TypeError:
        return tuple([each if type(each) in _PLAIN else key_of(each) for each in told])
    return told
