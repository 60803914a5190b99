"""Whether a changed schema still serves those who read the old one, and still reads what was written under it."""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]


def breaking_changes(old: Schema, new: Schema) -> list[str]:
    """Removed fields, new required fields, removed words of an enumeration, removed kinds of value."""
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
    for each in before:
        for other in after:
            if _kind(each) == _kind(other) == "object":
                yield from _objects(each, other, old_root, new_root, f"{at}/")
            if _kind(each) == _kind(other) == "array":
                yield from _values(each.get("items", {}), other.get("items", {}), old_root, new_root, f"{at}[]")


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
