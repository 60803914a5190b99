"""Bodies that are read at once and judged late: a route parses its body after 404, 403, 428, 412 and 409 are ruled out.

FastAPI would parse a declared body before it looks at the token. Hence no route declares one: it takes
`body: LazyBody[NewSchool]` and calls `body.parse()` when its turn has come. OpenAPI still shows the model.
"""

import json
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from common.errors import FieldProblem, Invalid, Malformed, Message
from common.http.refusals import MalformedJson, UnsupportedMediaType
from common.http.validation import field_problems, pointer

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"

Model = TypeVar("Model", bound=BaseModel)


def parsed(model: type[Model], content_type: str, raw: bytes) -> Model:
    """A JSON body as its model, by JSON's own types; raises UnsupportedMediaType, Malformed or Invalid."""
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
        raise _refusal(error) from None
    except ValueError:
        raise MalformedJson from None
    # PostgreSQL's text cannot hold null characters
    if b"\\u0000" in raw and (places := list(_null_characters(json.loads(raw), ()))):
        text = Message("不得包含空字符", "Must not contain a null character")
        raise Invalid([FieldProblem(pointer(place), "null_character", text) for place in places])
    return read


class ReceivedBody(Generic[Model]):
    """What was sent, not yet judged."""

    def __init__(self, model: type[Model], content_type: str, raw: bytes) -> None:
        self._model = model
        self._content_type = content_type
        self.raw = raw

    @property
    def is_empty(self) -> bool:
        """True if nothing was sent."""
        return not self.raw.strip()

    def parse(self) -> Model:
        """The body as its model; raises UnsupportedMediaType, Malformed or Invalid."""
        return parsed(self._model, self._content_type, self.raw)


class BodyReader:
    """The dependency behind `LazyBody[Model]`; `model` is what OpenAPI shows."""

    def __init__(self, model: type[BaseModel]) -> None:
        self.model = model

    async def __call__(self, request: Request) -> ReceivedBody[Any]:
        """Takes the bytes off the wire."""
        return ReceivedBody(self.model, request.headers.get("content-type", ""), await request.body())


@cache
def _reader(model: type[BaseModel]) -> BodyReader:
    return BodyReader(model)


if TYPE_CHECKING:
    LazyBody = ReceivedBody
else:

    class LazyBody:
        """`body: LazyBody[NewSchool]` in a route's signature."""

        def __class_getitem__(cls, model: type[BaseModel]) -> Any:
            return Annotated[ReceivedBody, Depends(_reader(model))]


def _refusal(error: ValidationError) -> Malformed | Invalid:
    errors = error.errors(include_url=False, include_input=False)
    return MalformedJson() if errors[0]["type"] == "json_invalid" else Invalid(field_problems(errors))


def _null_characters(value: Any, place: tuple[str | int, ...]) -> Any:
    if isinstance(value, str):
        if "\0" in value:
            yield place
    elif isinstance(value, dict):
        for name, held in value.items():
            yield from [place] if "\0" in name else _null_characters(held, (*place, name))
    elif isinstance(value, list):
        for index, held in enumerate(value):
            yield from _null_characters(held, (*place, index))
