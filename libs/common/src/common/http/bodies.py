"""JSON bodies as models: strict, by JSON's own types, and nothing that was sent is repeated."""

import json
from collections.abc import Iterator
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from common.errors import FieldProblem, Invalid, Message
from common.http.refusals import EncodedContent, MalformedJson, UnsupportedMediaType
from common.http.validation import field_problems, pointer

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"

Model = TypeVar("Model", bound=BaseModel)


def must_come_plain(request: Request) -> None:
    """Raises EncodedContent for a body under a content coding, which is none of its type then."""
    if request.headers.get("content-encoding", "").strip().lower() not in {"", "identity"}:
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
        errors = error.errors(include_url=False, include_input=False)
        raise MalformedJson if errors[0]["type"] == "json_invalid" else Invalid(field_problems(errors)) from None
    except ValueError:
        raise MalformedJson from None
    # PostgreSQL's text cannot hold null characters
    if b"\\u0000" in raw and (places := list(_null_characters(json.loads(raw), ()))):
        text = Message("不得包含空字符", "Must not contain a null character")
        raise Invalid([FieldProblem(pointer(place), "null_character", text) for place in places])
    return read


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
