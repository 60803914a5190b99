"""The owner of a topic, asked which versions of a key it has: by its digests, else by its whole change feed."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from common import clock
from common.auth.service_tokens import RenewedToken, ServiceTokens
from common.consuming.dead_letters import Newest
from common.consuming.feed import Feed, asked
from common.contracts.catalogue import TOPICS, topics_of
from common.contracts.envelope import IncomingEvent, rfc3339
from common.errors import Message, PermanentError, Unavailable
from common.identifiers import NO_SCHOOL
from common.settings import ServiceSettings

SETTLING_SECONDS = 60.0
"""What a transaction of the owner may still take that began before it was asked: as long as a statement of ours."""

AHEAD = timedelta(hours=1)
"""By which an owner's clock may be ahead of ours; an event that claims a later instant is not waited for."""

_ASK_AGAIN = 0.5
_TIMEOUT = 30.0
_LISTED = 4


class OwnerUnknown(PermanentError):
    """The settings do not say where the owner is, or with which token to ask it."""

    code = "owner_unknown"
    title = Message("缺少所属服务的地址或服务令牌设置", "Settings for asking the owner are missing")

    def __init__(self, names: Sequence[str]) -> None:
        missing = ", ".join(names)
        super().__init__(Message(f"{self.title.zh}：{missing}", f"{self.title.en}: {missing}"))


class OwnerNotSettled(Unavailable):
    """The owner may still get events of before it was asked: an act goes on, or its outbox is not compared."""

    code = "owner_not_settled"
    title = Message(
        "所属服务尚有未完成的写入，或其发件箱尚未与主题核对，请稍后重试",
        "The owner still writes, or its outbox is not compared with its topics: try again",
    )


@dataclass(frozen=True)
class Version:
    """An event as its owner has it; `thing` is what it is about where only the newest of a thing is kept."""

    sequence: int
    event_id: UUID
    thing: str | None


@dataclass(frozen=True)
class Key:
    """A key of a topic, and the school that its events name."""

    topic: str
    school_code: str
    key: str


@asynccontextmanager
async def owner_of(settings: ServiceSettings, topic: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the service that publishes the topic, with this service's own token; raises OwnerUnknown."""
    owner = TOPICS[topic].owner
    address: str | None = getattr(settings, f"{owner}_url", None)
    missing = [] if address else [f"QUXIANG_{owner.upper()}_URL"]
    if settings.service_token_file is None and settings.token_url is None:
        missing.append("QUXIANG_SERVICE_TOKEN_FILE or QUXIANG_TOKEN_URL")
    if address is None or missing:
        raise OwnerUnknown(missing)
    auth = RenewedToken(ServiceTokens(settings))
    async with httpx.AsyncClient(base_url=address, auth=auth, timeout=_TIMEOUT) as client:
        yield client


async def versions_of(
    owner: httpx.AsyncClient, key: Key, newest: Newest, recorded_at: datetime, patience: float = SETTLING_SECONDS
) -> Sequence[Version]:
    """All versions of the key that the owner has; raises HistoryUnavailable or OwnerNotSettled.

    `recorded_at` is that of the version which is looked for. Topics whose keys are no UUIDs have no digests: their feed
    is read from its beginning.
    """
    if TOPICS[key.topic].keyed_by_uuid:
        items = (await _settled(owner, key, _moment(recorded_at), patience))["items"]
        # of a thing that is no key a digest says nothing
        return [Version(item["sequence"], UUID(item["event_id"]), key.key) for item in items if item["key"] == key.key]
    return [
        Version(event.sequence, event.id, newest(event))
        async for event in events_of(owner, key.topic, recorded_at, patience)
        if event.key == key.key
    ]


async def events_of(
    owner: httpx.AsyncClient, topic: str, recorded_at: datetime, patience: float = SETTLING_SECONDS
) -> AsyncIterator[IncomingEvent]:
    """All events of the topic that the owner has, by its whole change feed; raises as `versions_of` does."""
    await _settled(owner, Key(topic, NO_SCHOOL, "0" * _LISTED), _moment(recorded_at), patience)
    async for events in Feed(owner).rest():
        for event in events:
            if event.topic == topic:
                yield event


def _moment(recorded_at: datetime) -> datetime:
    """Now; just after what was recorded, by an owner's clock that is ahead of ours: it must be in the digest."""
    now = clock.now()
    return recorded_at + timedelta(microseconds=1) if now <= recorded_at < now + AHEAD else now


async def _settled(owner: httpx.AsyncClient, key: Key, before: datetime, patience: float) -> Mapping[str, Any]:
    """A digest of the owner that lists the versions beside the key, once it has everything recorded before then."""
    topics = [key.topic, *topics_of(TOPICS[key.topic].owner)]
    topic = next(topic for topic in topics if TOPICS[topic].keyed_by_uuid)
    prefix = key.key[:_LISTED] if topic == key.topic else "0" * _LISTED
    query = {"topic": topic, "school": key.school_code, "recorded_before": rfc3339(before), "prefix": prefix}
    deadline = time.monotonic() + patience
    while not (digest := await asked(owner, "/v1/changes/digests", query))["settled"]:
        if time.monotonic() > deadline:
            raise OwnerNotSettled
        await asyncio.sleep(_ASK_AGAIN)
    return digest
