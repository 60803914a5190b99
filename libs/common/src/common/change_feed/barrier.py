"""What a consumer waits for before it counts what was recorded before a moment: its owners' digests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from common.change_feed.digests import KeyRange
from common.contracts.envelope import rfc3339

PATH = "/v1/changes/digests"


class Why(StrEnum):
    """Why something is waited for."""

    NOT_SETTLED = "not_settled"
    VERSIONS_MISSING = "versions_missing"
    OWNER_DOWN = "owner_down"


@dataclass(frozen=True)
class Waiting:
    """What is waited for: the owner of the versions, their topic, and why."""

    owner: str
    topic: str
    why: Why


@dataclass(frozen=True)
class OwnerDigest:
    """What an owner says of a school before a moment; `is_settled` once nothing can appear any more."""

    is_settled: bool
    ranges: Sequence[KeyRange]

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> Self:
        """From the answer to `GET /v1/changes/digests`."""
        ranges = [KeyRange(each["prefix"], each["versions"], each["hash"]) for each in answer["ranges"]]
        return cls(bool(answer["settled"]), ranges)


def question(topic: str, school_code: str, before: datetime, prefix: str = "") -> dict[str, str]:
    """The query of `GET /v1/changes/digests`."""
    return {"topic": topic, "school": school_code, "recorded_before": rfc3339(before), "prefix": prefix}


def reason_to_wait(digest: OwnerDigest | None, ours: Sequence[KeyRange]) -> Why | None:
    """None once equal hashes prove that all versions are here; a `digest` of None is an owner that does not answer."""
    if digest is None:
        return Why.OWNER_DOWN
    if not digest.is_settled:
        return Why.NOT_SETTLED
    return Why.VERSIONS_MISSING if list(digest.ranges) != list(ours) else None
