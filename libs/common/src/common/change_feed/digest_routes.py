"""`GET /v1/changes/digests`: whether a past moment is settled, and what was recorded before it, as hashes."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from common.auth import Role, require
from common.change_feed.digests import MAX_PREFIX, Asked, is_settled, ranges_of, versions_of
from common.contracts.catalogue import TOPICS, topics_of
from common.database import Database
from common.errors import BadQuery, FieldProblem, Message
from common.http import Router
from common.http.models import Instant
from common.settings import ServiceSettings

_DESCRIPTION = """\
For services that keep these versions: equal hashes prove that nothing is missing and nothing is there twice.

A range's `hash` is the SHA-256, in hexadecimal digits, of one line for each of its versions, `key:sequence:event_id`
and a line feed, in ASCII, in the order of key and sequence: key and id as UUIDs in lower case, the sequence in decimal
digits. A range without versions has the hash of nothing. Where a hash differs, ask for its `prefix`; four digits list
the versions themselves.

Until `settled` is true, a row that was recorded before the moment may still appear; then none ever does."""

_NO_SUCH_TOPIC = (
    "本服务没有以 UUID 为键的该主题，可用：{topics}",
    "No topic of this service with UUIDs as keys: {topics}",
)


class DigestRange(BaseModel):
    """The versions whose keys begin with these digits."""

    model_config = ConfigDict(from_attributes=True)

    prefix: str = Field(description="Digits with which the keys begin")
    versions: int
    hash: str = Field(description="SHA-256 of the versions, in 64 hexadecimal digits")


class DigestVersion(BaseModel):
    """One version."""

    model_config = ConfigDict(from_attributes=True)

    key: UUID
    sequence: int
    event_id: UUID = Field(description="`id` of the event")


class DigestRanges(BaseModel):
    """Sixteen ranges, by the digit after the prefix."""

    settled: bool = Field(description="Whether nothing recorded before the moment can still appear")
    ranges: list[DigestRange]


class DigestVersions(BaseModel):
    """The versions of a prefix of four digits."""

    settled: bool = Field(description="Whether nothing recorded before the moment can still appear")
    items: list[DigestVersion]


def digests_router(database: Database, settings: ServiceSettings) -> Router:
    """The digests of the topics of the service that are keyed by UUIDs."""
    router = Router(tags=["changes"])
    topics = [topic for topic in topics_of(settings.service) if TOPICS[topic].keyed_by_uuid]

    @router.get(
        "/v1/changes/digests",
        operation_id="get_change_digests",
        summary="Hashes of what was recorded before a moment",
        description=_DESCRIPTION,
        response_model=DigestRanges | DigestVersions,
        dependencies=[Depends(require(Role.SYSTEM))],
    )
    async def get_change_digests(
        topic: Annotated[str, Query(max_length=100, description="Full name of a topic that is keyed by UUIDs")],
        school: Annotated[str, Query(pattern=r"^[0-9]{5}$", description="院校代码: the school that the events name")],
        recorded_before: Annotated[Instant, Query(description="Exclusive")],
        prefix: Annotated[
            str, Query(pattern=rf"^[0-9a-f]{{0,{MAX_PREFIX}}}$", description="First digits of the keys, in lower case")
        ] = "",
    ) -> DigestRanges | DigestVersions:
        _require_known(topic, topics)
        asked = Asked(topic, school, recorded_before, prefix)
        async with database.reading() as connection:
            # first, and in a statement of its own: what it found to be over, the next one sees
            settled = await is_settled(connection, recorded_before)
            if len(prefix) == MAX_PREFIX:
                return DigestVersions.model_validate(
                    {"settled": settled, "items": await versions_of(connection, asked)}
                )
            return DigestRanges.model_validate({"settled": settled, "ranges": await ranges_of(connection, asked)})

    return router


def _require_known(topic: str, topics: Sequence[str]) -> None:
    if topic not in topics:
        message = Message(*(text.format(topics=", ".join(topics)) for text in _NO_SUCH_TOPIC))
        raise BadQuery([FieldProblem("topic", "unknown_topic", message)])
