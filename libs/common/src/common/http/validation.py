"""Pydantic's errors as rules and sentences of ours. What was sent is never repeated."""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from fastapi.exceptions import RequestValidationError

from common.errors import BadQuery, FieldProblem, Message, NotFound, QuxiangError

MAX_PROBLEMS = 100
MAX_SEGMENT = 64
"""A pointer names fields; a field's name is the client's and could be of any length."""

_TYPES: dict[str, tuple[str, str]] = {
    "string": ("字符串", "a string"),
    "int": ("整数", "an integer"),
    "float": ("数字", "a number"),
    "decimal": ("数字", "a number"),
    "bool": ("true 或 false", "true or false"),
    "list": ("数组", "an array"),
    "tuple": ("数组", "an array"),
    "set": ("数组", "an array"),
    "dict": ("对象", "an object"),
    "model": ("对象", "an object"),
    "bytes": ("字符串", "a string"),
}
_FORMATS: dict[str, tuple[str, Message]] = {
    "datetime": (
        "instant_format",
        Message("应为带时区的时间，如 2024-06-15T08:00:00Z", "Must be an RFC 3339 timestamp"),
    ),
    "timezone": ("instant_format", Message("时间须带时区", "The timestamp must carry its zone")),
    "time": ("time_format", Message("应为时间", "Must be a time")),
    "uuid": ("uuid_format", Message("应为 UUID", "Must be a UUID")),
    "url": ("url_format", Message("应为网址", "Must be a URL")),
}
_FIXED: dict[str, tuple[str, Message]] = {
    "missing": ("required", Message("必填", "Required")),
    "extra_forbidden": ("unknown_field", Message("未知字段", "There is no such field")),
    "string_pattern_mismatch": ("pattern", Message("格式不正确", "Does not have the required form")),
    "string_unicode": ("text_encoding", Message("文字编码不正确", "Not valid Unicode text")),
    "finite_number": ("out_of_range", Message("数值超出范围", "Out of range")),
    "int_parsing_size": ("out_of_range", Message("数值超出范围", "Out of range")),
    "none_required": ("must_be_null", Message("应为 null", "Must be null")),
}
_BOUNDS: dict[str, tuple[str, str, str, str]] = {
    "string_too_long": ("too_long", "max_length", "最多 {} 个字符", "At most {} characters"),
    "string_too_short": ("too_short", "min_length", "至少 {} 个字符", "At least {} characters"),
    "too_long": ("too_many", "max_length", "最多 {} 项", "At most {} items"),
    "too_short": ("too_few", "min_length", "至少 {} 项", "At least {} items"),
    "greater_than": ("out_of_range", "gt", "应大于 {}", "Must be greater than {}"),
    "greater_than_equal": ("out_of_range", "ge", "不得小于 {}", "Must be at least {}"),
    "less_than": ("out_of_range", "lt", "应小于 {}", "Must be less than {}"),
    "less_than_equal": ("out_of_range", "le", "不得大于 {}", "Must be at most {}"),
    "multiple_of": ("multiple_of", "multiple_of", "应为 {} 的倍数", "Must be a multiple of {}"),
}
_FALLBACK = Message("取值不正确", "Not a usable value")


def refusal_of(error: RequestValidationError) -> QuxiangError:
    """NotFound for an id that is none, BadQuery for parameters and headers; bodies are judged by their routes."""
    errors = error.errors()
    if any(each["loc"][0] == "path" for each in errors):
        return NotFound()
    problems = []
    for each in islice(errors, MAX_PROBLEMS):
        place = each["loc"]
        problems.append(FieldProblem(str(place[min(1, len(place) - 1)])[:MAX_SEGMENT], *_broken(each)))
    # a parameter that several parts of a route read is at fault once
    return BadQuery([*{(each.pointer, each.rule): each for each in problems}.values()])


def field_problems(errors: Iterable[Mapping[str, Any]]) -> list[FieldProblem]:
    """Problems of a body; a pointer leads from the body's root to the field."""
    return [FieldProblem(pointer(error["loc"]), *_broken(error)) for error in islice(errors, MAX_PROBLEMS)]


def place_in(sent: Any, error: Mapping[str, Any]) -> list[str | int]:
    """Where an error is in what was sent: of a union its place names the member, too, which is no part of that.

    >>> place_in({"title": ""}, {"loc": ("title", "constrained-str"), "type": "string_too_short"})
    ['title']
    """
    parts = list(error["loc"])
    lacking = [parts.pop()] if error["type"] == "missing" else []
    place: list[str | int] = []
    for part in parts:
        if (part in sent) if isinstance(sent, Mapping) else isinstance(sent, list) and isinstance(part, int):
            sent = sent[part]
            place.append(part)
    return place + lacking


def pointer(location: Iterable[str | int]) -> str:
    """A JSON pointer (RFC 6901).

    >>> pointer(["rows", 3, "a/b"])
    '/rows/3/a~1b'
    """
    return "".join(f"/{str(part)[:MAX_SEGMENT].replace('~', '~0').replace('/', '~1')}" for part in location)


def _broken(error: Mapping[str, Any]) -> tuple[str, Message]:
    kind, context = error["type"], error.get("ctx") or {}
    if {"zh", "en"} <= context.keys():
        return kind, Message(context["zh"], context["en"])
    if kind in _FIXED:
        return _FIXED[kind]
    if kind in {"enum", "literal_error"}:
        expected = str(context.get("expected", "")).replace(" or ", ", ").replace("'", "")
        listed = expected.replace(", ", "、")
        return "not_allowed", Message(f"应为以下之一：{listed}", f"Must be one of: {expected}")
    if kind in _BOUNDS:
        rule, name, zh, en = _BOUNDS[kind]
        bound = context.get(name, "")
        return rule, Message(zh.format(bound), en.format(bound))
    family = kind.split("_")[0]
    if family in _FORMATS:
        return _FORMATS[family]
    if family in _TYPES:
        zh, en = _TYPES[family]
        return "wrong_type", Message(f"应为{zh}", f"Must be {en}")
    return "invalid", _FALLBACK
