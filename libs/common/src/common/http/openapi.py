"""The description at `/openapi.json`: what FastAPI knows of the routes, completed by what this package adds to them.

`make openapi` commits each service's description as its `openapi.json`; nothing needs to be running for it, because
`create_app` connects to nothing.
"""

import json
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from common.http.bodies import JSON, MERGE_PATCH
from common.http.etags import read_precondition
from common.http.models import Problem
from common.http.problems import MEDIA_TYPE
from common.http.routes_of import DeclaredRoute, DeclaredRoutes
from common.http.uploads import MULTIPART, upload_of

OPENAPI_VERSION = "3.1.0"
_SCHEMAS = "#/components/schemas/"
_UNWANTED = {"HTTPValidationError", "ValidationError"}
_TITLES = {
    400: "Unknown or malformed parameter, or unreadable body",
    401: "No valid token",
    403: "The role may not do that",
    404: "No such thing in the caller's scope",
    409: "The state does not allow it, or the request is being answered already",
    412: "If-Match names another version; ETag has the current one",
    413: "The body is too large",
    415: "The body is of another type",
    422: "The body breaks rules",
    428: "If-Match is missing",
    429: "Too many requests; see Retry-After",
    500: "Unforeseen; name the trace_id",
    503: "Something does not answer; see Retry-After",
}


def describe(app: FastAPI, routes: DeclaredRoutes) -> dict[str, Any]:
    """The whole description, made once per application."""
    if not app.openapi_schema:
        document = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            openapi_version=OPENAPI_VERSION,
            routes=app.routes,
        )
        _complete(document, routes)
        app.openapi_schema = document
    return app.openapi_schema


def _complete(document: dict[str, Any], routes: DeclaredRoutes) -> None:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    references = _add_models(schemas, routes)
    document["components"]["responses"] = {f"Problem{status}": _response(status) for status in _TITLES}
    seen: set[str] = set()
    for route in routes.all:
        for method in route.methods:
            operation = document["paths"].get(route.path, {}).get(method.lower())
            if operation is not None:
                _complete_operation(operation, route, method, references)
                _refuse_repeated(operation["operationId"], seen)
    for name in _UNWANTED:
        schemas.pop(name, None)


def _complete_operation(
    operation: dict[str, Any], route: DeclaredRoute, method: str, references: dict[type[BaseModel], dict[str, Any]]
) -> None:
    _describe_body(operation, route, method, references)
    if not operation.get("security"):
        operation["security"] = []
    responses = operation["responses"]
    if _is_ours(responses.get("422")):
        del responses["422"]
    for status in _statuses(route, method):
        responses.setdefault(str(status), {"$ref": f"#/components/responses/Problem{status}"})
    operation["responses"] = dict(sorted(responses.items()))


def _describe_body(
    operation: dict[str, Any], route: DeclaredRoute, method: str, references: dict[type[BaseModel], dict[str, Any]]
) -> None:
    upload, declared = upload_of(route), operation.pop("requestBody", None)
    if route.body is not None:
        types = (JSON, MERGE_PATCH) if method == "PATCH" else (JSON,)
        schema = declared["content"][JSON]["schema"] if declared else references[route.body]
        operation["requestBody"] = {"required": True, "content": {each: {"schema": schema} for each in types}}
    elif upload is not None:
        operation["requestBody"] = {"required": True, "content": {MULTIPART: {"schema": references[upload.form]}}}


def _statuses(route: DeclaredRoute, method: str) -> list[int]:
    """Every status that the route can answer with, besides its own success."""
    found = [400, 404, 413, 429, 500, 503]
    if route.authenticators:
        found += [401, 403]
    if method != "GET":
        found += [409, 422]
    if route.body is not None or upload_of(route) is not None:
        found += [415]
    if route.depends_on(read_precondition):
        found += [412, 428]
    return sorted(found)


def _add_models(schemas: dict[str, Any], routes: DeclaredRoutes) -> dict[type[BaseModel], dict[str, Any]]:
    """Adds the schemas of bodies, forms and problems; returns how to refer to each."""
    bodies = {route.body.__name__: route.body for route in routes.all if route.body}
    uploads = [upload.form for route in routes.all if (upload := upload_of(route)) is not None]
    models: list[type[BaseModel]] = list(dict.fromkeys([Problem, *bodies.values(), *uploads]))
    mapping, definitions = models_json_schema(
        [(model, "validation") for model in models], ref_template=f"{_SCHEMAS}{{model}}"
    )
    for name, schema in definitions.get("$defs", {}).items():
        known = schemas.get(name, schema)
        if known not in (schema, _without_null(schema)):
            raise ValueError(f"two models are called {name}")
        # FastAPI describes declared bodies, too, but leaves out that a field's default is null
        if name not in schemas or name in bodies or known != schema:
            schemas.pop(name, None)
            schemas[name] = schema
    references = {model: dict(mapping[model, "validation"]) for model in models}
    for form in uploads:
        _add_file(schemas[references[form]["$ref"].removeprefix(_SCHEMAS)])
    return references


def _without_null(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {name: _without_null(value) for name, value in schema.items() if value is not None}
    return [_without_null(each) for each in schema] if isinstance(schema, list) else schema


def _add_file(schema: dict[str, Any]) -> None:
    about = "A spreadsheet: .xlsx, .xls or .csv, at most 20 MB"
    file = {"type": "string", "contentMediaType": "application/octet-stream", "format": "binary", "description": about}
    schema["properties"] = {"file": file, **schema["properties"]}
    schema["required"] = sorted({"file", *schema.get("required", ())})


def _response(status: int) -> dict[str, Any]:
    schema = {"$ref": f"{_SCHEMAS}{Problem.__name__}"}
    return {"description": _TITLES[status], "content": {MEDIA_TYPE: {"schema": schema}}}


def _is_ours(response: dict[str, Any] | None) -> bool:
    return response is not None and "HTTPValidationError" in json.dumps(response)


def _refuse_repeated(operation_id: str, seen: set[str]) -> None:
    if operation_id in seen:
        raise ValueError(f"two operations are called {operation_id}: rename a route function")
    seen.add(operation_id)
