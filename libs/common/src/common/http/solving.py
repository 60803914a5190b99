"""What a route's function is called with, worked out once for the route and then read from each request.

FastAPI looks at every parameter's annotation again for every request, which costs more than a query. Here the
parameters are looked at once. Where a request does not fit them, FastAPI solves it once more and words the refusal.
Dependencies may run twice then, so they must not act.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from fastapi import Request, Response, params
from fastapi.dependencies.models import Dependant
from pydantic import BaseModel

from common.http.queries import takes_many

Values = dict[str, Any]

_FROZEN = (str, int, float, bool, Enum, frozenset, tuple, type(None))
_SOURCES: Mapping[str, Callable[[Request], Any]] = {
    "path_params": lambda request: request.path_params,
    "query_params": lambda request: request.query_params,
    "header_params": lambda request: request.headers,
}


class _DoesNotFitError(Exception):
    """A parameter is missing or wrong."""


@dataclass(frozen=True, slots=True)
class _Parameter:
    """One parameter out of path, query or headers. `validate` gives a value and the list of its faults."""

    name: str
    alias: str
    many: bool
    required: bool
    default: Any
    validate: Callable[[Any], tuple[Any, Sequence[Any]]]

    @classmethod
    def of(cls, field: Any) -> "_Parameter":
        """Raises TypeError for what only FastAPI reads."""
        info = field.field_info
        required = info.is_required()
        default = None if required else field.default
        other_names = field.validation_alias not in {None, field.alias}
        # a model is filled of several parameters
        is_model = isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel)
        if not isinstance(info, params.Param) or other_names or is_model:
            raise TypeError(f"{field.name}: a parameter is one value, or a list, under one name")
        # what can be changed, or is made anew for each request, must not be shared
        if info.validate_default or info.default_factory is not None or not isinstance(default, _FROZEN):
            raise TypeError(f"{field.name}: a default is a value that does not change")
        return cls(field.name, field.alias, takes_many(info.annotation), required, default, field.validate)

    def read(self, source: Any) -> Any:
        value = (source.getlist(self.alias) or None) if self.many else source.get(self.alias)
        if value is None:
            if self.required:
                raise _DoesNotFitError
            return self.default
        read, faults = self.validate(value)
        if faults:
            raise _DoesNotFitError
        return read


@dataclass(frozen=True, slots=True)
class Plan:
    """A function with what it asks for: results of other functions, parameters, the request, the response, the body."""

    name: str | None
    call: Callable[..., Any]
    shared: bool
    parts: Sequence["Plan"]
    sources: Sequence[tuple[Callable[[Request], Any], Sequence[_Parameter]]]
    request: Sequence[str]
    response: str | None
    body: str | None

    @property
    def sees_response(self) -> bool:
        """Whether the function, or one that it depends on, says something of the answer."""
        return self.response is not None or any(part.sees_response for part in self.parts)

    @classmethod
    def of(cls, dependant: Dependant) -> "Plan":
        """Raises TypeError for what only FastAPI can solve."""
        odd = (dependant.cookie_params, dependant.background_tasks_param_name, dependant.security_scopes_param_name)
        if any(odd) or dependant.own_oauth_scopes or dependant.concurrency is not None or dependant.call is None:
            raise TypeError(f"{dependant.call}: asks for what only FastAPI gives: cookies, background tasks, scopes")
        request = (dependant.request_param_name, dependant.http_connection_param_name)
        return cls(
            dependant.name,
            dependant.call,
            dependant.use_cache,
            [cls.of(each) for each in dependant.dependencies],
            [
                (read, [_Parameter.of(field) for field in getattr(dependant, source)])
                for source, read in _SOURCES.items()
                if getattr(dependant, source)
            ],
            [each for each in request if each is not None],
            dependant.response_param_name,
            dependant.body_params[0].name if dependant.body_params else None,
        )

    async def arguments(self, request: Request, response: Response | None, body: BaseModel | None) -> Values | None:
        """The keyword arguments of the function; None if the request does not fit. Raises what the parts raise."""
        try:
            return await self._solved(request, response, body, {})
        except _DoesNotFitError:
            return None

    async def _solved(
        self, request: Request, response: Response | None, body: BaseModel | None, known: dict[Callable[..., Any], Any]
    ) -> Values:
        values: Values = {}
        for part in self.parts:
            if part.shared and part.call in known:
                found = known[part.call]
            else:
                found = await part.call(**await part._solved(request, response, body, known))
                known.setdefault(part.call, found)
            if part.name is not None:
                values[part.name] = found
        for read, parameters in self.sources:
            source = read(request)
            for parameter in parameters:
                values[parameter.name] = parameter.read(source)
        for name in self.request:
            values[name] = request
        if self.response is not None:
            values[self.response] = response
        if self.body is not None:
            values[self.body] = body
        return values
