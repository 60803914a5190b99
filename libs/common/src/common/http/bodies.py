"""JSON bodies as models: strict, by JSON's own types, and nothing that was sent is repeated."""

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from common.errors import FieldProblem, Invalid, Message
from common.http.refusals import EncodedContent, MalformedJson, UnsupportedMediaType
from common.http.validation import MAX_PROBLEMS, field_problems, place_in, pointer

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"

Model = TypeVar("Model", bound=BaseModel)


def must_come_plain(request: Request) -> None:
    """Raises EncodedContent for a body under a content coding, which is none of its type then."""
    codings = ",".join(request.headers.getlist("content-encoding")).lower().split(",")
    if any(each.strip() not in {"", "identity"} for each in codings):
        raise EncodedContent


def parsed(model: type[Model], content_type: str, raw: bytes) -> Model:
    """The body as its model; raises UnsupportedMediaType, MalformedJson or Invalid."""
    if not raw.strip():
        raise Invalid([FieldProblem("", "required", Message("缺少请求体", "A body is required"))])
    if content_type.split(";")[0].strip().lower() not in {JSON, MERGE_PATCH}:
        raise UnsupportedMediaType(JSON)
    try:
        # the models' own reader takes NaN and Infinity, which are no JSON, for numbers
        if b"NaN" in raw or b"Infinity" in raw:
            from_json(raw, allow_inf_nan=False)
        read = model.model_validate_json(raw)
    except ValidationError as error:
        errors = list(islice(_faults(error), MAX_PROBLEMS))
        if errors[0]["type"] == "json_invalid":
            raise MalformedJson from None
        sent = json.loads(raw)
        raise Invalid(field_problems({**each, "loc": place_in(sent, each)} for each in errors)) from None
    except ValueError:
        raise MalformedJson from None
    if b"\\u0000" in raw:
        must_hold_no_null(json.loads(raw))
    return read


def must_hold_no_null(value: Any) -> None:
    """Raises Invalid for null characters in what was sent, which PostgreSQL's text cannot hold."""
    if places := list(islice(_null_characters(value, ()), MAX_PROBLEMS)):
        text = Message("不得包含空字符", "Must not contain a null character")
        raise Invalid([FieldProblem(pointer(place), "null_character", text) for place in places])


def _faults(error: ValidationError) -> Iterator[Mapping[str, Any]]:
    """What a body breaks, read one by one: it may have a hundred thousand faults, and a list of them takes a second."""
    written, read, start = error.json(include_url=False, include_input=False), json.JSONDecoder().raw_decode, 1
    while written[start - 1] != "]":
        fault, end = read(written, start)
        yield fault
        start = end + 1


def _null_characters(value: Any, place: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, str):
        if "\0" in value:
            yield place
    elif isinstance(value, dict):
        for name, held in value.items():
            yield from [place] if "\0" in name else _null_characters(held, (*place, name))
    elif isinstance(value, list):
        for index, held in enumerate(value):
            yield from _null_characters(held, (*place, index))
