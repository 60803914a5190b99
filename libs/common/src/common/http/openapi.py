"""The description of an application: what FastAPI knows of the routes, completed by what this package adds to them.

`make openapi` commits each service's description as a file of its package, which `/openapi.json` answers; nothing needs
to be running for it, because `create_app` connects to nothing. A process that serves never makes it.
"""

import json
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from common.http.bodies import JSON, MERGE_PATCH
from common.http.etags import read_if_match
from common.http.models import Problem
from common.http.multipart import MULTIPART
from common.http.problems import MEDIA_TYPE
from common.http.routing import Route, placed_routes
from common.http.uploads import BodyReader, FilesForm, FormReader, file_reader_of
from common.purposes import HEADER as PURPOSE

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


def describe(app: FastAPI) -> dict[str, Any]:
    """The whole description, made once per application; raises ValueError for two operations of one name."""
    if app.openapi_schema:
        return app.openapi_schema
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        openapi_version=OPENAPI_VERSION,
        routes=app.routes,
    )
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    forms = _add_models(schemas, app)
    document["components"]["responses"] = {
        f"Problem{status}": {"description": title, "content": {MEDIA_TYPE: {"schema": {"$ref": f"{_SCHEMAS}Problem"}}}}
        for status, title in _TITLES.items()
    }
    seen: set[str] = set()
    for placed in placed_routes(app):
        for method in placed.methods:
            operation = document["paths"].get(placed.path, {}).get(method.lower())
            if operation is not None:
                _complete(operation, placed.route, method, forms)
                if operation["operationId"] in seen:
                    raise ValueError(f"two operations are called {operation['operationId']}: rename a route function")
                seen.add(operation["operationId"])
    for name in _UNWANTED:
        schemas.pop(name, None)
    app.openapi_schema = document
    return document


def _complete(
    operation: dict[str, Any], route: Route, method: str, forms: Mapping[type[BaseModel], dict[str, Any]]
) -> None:
    content = _body_of(route, operation.pop("requestBody", None), method, forms)
    if content:
        operation["requestBody"] = {"required": True, "content": content}
    if not operation.get("security"):
        operation["security"] = []
    responses = operation["responses"]
    if "HTTPValidationError" in json.dumps(responses.get("422")):
        del responses["422"]
    found = [400, 404, 413, 429, 500, 503]
    if operation["security"]:
        found += [401, 403]
    if method != "GET":
        found += [409, 422]
    elif any(each.get("name") == PURPOSE for each in operation.get("parameters", ())):
        # what is read for no purpose, or for one that there is not
        found += [422]
    if "requestBody" in operation:
        found += [415]
    if read_if_match in route.calls:
        found += [412, 428]
    for status in sorted(found):
        responses.setdefault(str(status), {"$ref": f"#/components/responses/Problem{status}"})
    operation["responses"] = dict(sorted(responses.items()))


def _body_of(
    route: Route, declared: Any, method: str, forms: Mapping[type[BaseModel], dict[str, Any]]
) -> dict[str, Any]:
    """What a body may be, by its type; nothing for a route without one."""
    reader = file_reader_of(route)
    if isinstance(reader, FormReader):
        return {MULTIPART: {"schema": forms[reader.form]}}
    if isinstance(reader, BodyReader):
        return {media: {"schema": _file(media, reader.files.about)} for media in reader.media_types}
    types = (JSON, MERGE_PATCH) if method == "PATCH" else (JSON,)
    return dict.fromkeys(types, declared["content"][JSON]) if declared else {}


def _add_models(schemas: dict[str, Any], app: FastAPI) -> Mapping[type[BaseModel], dict[str, Any]]:
    """Adds the schemas of bodies, forms and problems; returns how to refer to each."""
    routes = [placed.route for placed in placed_routes(app)]
    bodies = {route.body_model.__name__: route.body_model for route in routes if route.body_model is not None}
    forms = [reader.form for route in routes if isinstance(reader := file_reader_of(route), FormReader)]
    models: list[type[BaseModel]] = list(dict.fromkeys([Problem, *bodies.values(), *forms]))
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
    for form in forms:
        schema = schemas[references[form]["$ref"].removeprefix(_SCHEMAS)]
        file = _file("application/octet-stream", form.files.about)
        if issubclass(form, FilesForm):
            files = {"type": "array", "items": file, "maxItems": form.most_files}
            schema["properties"] = {"files": files, **schema["properties"]}
            continue
        schema["properties"] = {"file": file, **schema["properties"]}
        schema["required"] = sorted({"file", *schema.get("required", ())})
    return references


def _file(media_type: str, about: str) -> dict[str, Any]:
    return {"type": "string", "contentMediaType": media_type, "format": "binary", "description": about}


def _without_null(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {name: _without_null(value) for name, value in schema.items() if value is not None}
    return [_without_null(each) for each in schema] if isinstance(schema, list) else schema
