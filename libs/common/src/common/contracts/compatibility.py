"""Whether a changed schema still serves those who read the old one, and still reads what was written under it."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Schema = Mapping[str, Any]


def breaking_changes(old: Schema, new: Schema) -> list[str]:
    """What was removed (fields, words of an enumeration, kinds of value), became required, or is narrower now.

    Narrower is another or a new `pattern` or `format`, and a smaller or a new `maxLength`: what was written under the
    old schema would be refused under the new one. Whether one pattern allows all that another does cannot be computed.
    """
    return list(_objects(old, new, old, new, ""))


def _objects(old: Schema, new: Schema, old_root: Schema, new_root: Schema, at: str) -> Iterator[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    yield from (f"{at}{name} was removed" for name in before if name not in after)
    newly = set(new.get("required", ())) - set(old.get("required", ()))
    yield from (f"{at}{name} became required" for name in sorted(newly))
    for name in before.keys() & after.keys():
        yield from _values(before[name], after[name], old_root, new_root, f"{at}{name}")


def _values(old: Schema, new: Schema, old_root: Schema, new_root: Schema, at: str) -> Iterator[str]:
    before, after = list(_kinds(old, old_root)), list(_kinds(new, new_root))
    lost = {_kind(each) for each in before} - {_kind(each) for each in after}
    yield from (f"{at} is no longer {kind}" for kind in sorted(lost))
    words = {word for each in after for word in each.get("enum", ())}
    yield from (
        f"{at} lost {word!r}" for each in before for word in each.get("enum", ()) if words and word not in words
    )
    for kind in sorted({_kind(each) for each in before} - lost):
        yield from _narrowed(_of_kind(kind, before), _of_kind(kind, after), at)
    for each in before:
        for other in after:
            if _kind(each) == _kind(other) == "object":
                yield from _objects(each, other, old_root, new_root, f"{at}/")
            if _kind(each) == _kind(other) == "array":
                yield from _values(each.get("items", {}), other.get("items", {}), old_root, new_root, f"{at}[]")


def _narrowed(before: Sequence[Schema], after: Sequence[Schema], at: str) -> Iterator[str]:
    """Compares the alternatives of one kind: one that allows everything, before or after, stands for all."""
    for rule in ("pattern", "format"):
        allowed = {each.get(rule) for each in after}
        narrower = None not in allowed and {each.get(rule) for each in before} - allowed
        if narrower:
            yield f"{at} has a narrower {rule}"
    longest = [each.get("maxLength", math.inf) for each in after]
    if max(each.get("maxLength", math.inf) for each in before) > max(longest):
        yield f"{at} has a smaller maxLength"


def _of_kind(kind: str, schemas: Sequence[Schema]) -> list[Schema]:
    return [each for each in schemas if _kind(each) == kind]


def _kinds(schema: Schema, root: Schema) -> Iterator[Schema]:
    """The alternatives of a value, references followed."""
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        for each in schema["anyOf"]:
            yield from _kinds(each, root)
    else:
        yield schema


def _kind(schema: Schema) -> str:
    return str(schema.get("type", "anything"))
