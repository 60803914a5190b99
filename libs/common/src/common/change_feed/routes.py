"""`GET /v1/changes`, mounted by services whose changes others follow, and the open `GET /schemas/{name}`."""

from collections.abc import Sequence
from types import MappingProxyType
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, Field
from pydantic_core import to_json

from common.auth import Principal, require
from common.change_feed.scope import READERS, Conditions, owner_conditions, scope_of
from common.change_feed.storage import changes_after
from common.contracts.catalogue import public_topics_of
from common.contracts.schemas import served_schema
from common.contracts.structured import structured
from common.database import Database
from common.errors import NotFound
from common.http.models import Whole
from common.http.paging import DEFAULT_LIMIT, MAX_CURSOR, MAX_LIMIT, BadCursor, decode_cursor, encode_cursor
from common.http.routing import OPEN, Router
from common.kafka import schema_base
from common.settings import ServiceSettings

_PURPOSE = "/v1/changes"
_MAX_POSITION = 2**63 - 1


class Change(BaseModel):
    """One event as a CloudEvent in structured JSON. `data` follows the schema that `dataschema` names."""

    specversion: str
    id: UUID
    source: str
    type: str
    subject: str = Field(description="The key: the graduate's id, or the school's code")
    time: AwareDatetime
    dataschema: str
    sequence: int = Field(description="Per topic and key: from 1, by one, without a gap")
    position: int = Field(description="Order of this feed")
    schoolcode: str
    decidedon: str | None = Field(default=None, description="Day from which the fact counts")
    correlationid: str | None = None
    traceparent: str | None = None
    datacontenttype: str
    data: dict[str, Any]


class ChangesPage(BaseModel):
    """Events in order; `next_cursor` is always there, also when nothing is left at the moment."""

    items: list[Change]
    next_cursor: str


def changes_router(
    database: Database,
    settings: ServiceSettings,
    topics: Sequence[str] | None = None,
    owners: Conditions = MappingProxyType({}),
) -> Router:
    """The feed of the public topics of the service, or of some topics.

    `owners` are conditions for parts of the row scope that no event carries, like the province of a school. A caller
    whose scope has a part without a condition gets 403.
    """
    router = Router(tags=["changes"])
    wanted = tuple(topics) if topics is not None else public_topics_of(settings.service)
    conditions = owner_conditions(wanted, owners)

    @router.get(
        "/v1/changes",
        operation_id="list_changes",
        summary="Follow changes in the order of the topic",
        description="Give `next_cursor` back as `after`. Delivery is at least once; never order by clocks.",
        response_model=ChangesPage,
    )
    async def list_changes(
        request: Request,
        caller: Annotated[Principal, Depends(require(*READERS))],
        after: Annotated[
            str | None, Query(max_length=MAX_CURSOR, description="`next_cursor` of the page before")
        ] = None,
        limit: Annotated[Whole, Query(ge=1, le=MAX_LIMIT, description="Items on a page")] = DEFAULT_LIMIT,
    ) -> Response:
        scope, position = scope_of(caller, conditions), _position(after)
        async with database.reading() as connection:
            page = await changes_after(connection, wanted, scope, position, limit)
        cursor = encode_cursor([page.reached], _PURPOSE)
        items = [structured(event, settings.service, schema_base(settings)) for event in page.events]
        kept = [(name, value) for name, value in request.query_params.multi_items() if name != "after"]
        address = f"{request.url.path}?{urlencode([*kept, ('after', cursor)])}"
        headers = {"Link": f'<{address}>; rel="next"'} if len(page.events) == limit else {}
        body = to_json({"items": items, "next_cursor": cursor})
        return Response(body, headers=headers, media_type="application/json")

    return router


def schemas_router() -> Router:
    """The schemas that events name as `dataschema`; open, because they hold no data."""
    router = Router(credential=OPEN, tags=["schemas"])

    @router.get(
        "/schemas/{name}",
        operation_id="get_schema",
        summary="JSON Schema of an event's data",
        openapi_extra={"security": []},
    )
    async def get_schema(name: str) -> Response:
        schema = served_schema(name)
        if schema is None:
            raise NotFound
        return Response(schema, media_type="application/schema+json")

    return router


def _position(after: str | None) -> int:
    if after is None:
        return 0
    try:
        (position,) = decode_cursor(after, _PURPOSE, int)
    except BadCursor:
        raise BadCursor("after") from None
    if not isinstance(position, int) or not 0 <= position <= _MAX_POSITION:
        raise BadCursor("after")
    return position
