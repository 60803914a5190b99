"""Digests of the versions that are kept here, as their owners answer them: equal ones prove that nothing is missing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import TextClause

from common.change_feed.digests import Asked, KeyRange, KeyVersion, listed, ranges_of, ranges_over, versions_of
from common.contracts import graduate, registration
from common.identifiers import SchoolCode
from common.sql import Connection

_TABLES = {graduate.TOPIC: "roster_versions", registration.TOPIC: "destination_versions"}
TOPICS = tuple(_TABLES)
"""Topics of which every version is kept for the timelines."""


def _kept(table: str) -> str:
    return f"""
        FROM (SELECT graduate_id, CAST(graduate_id AS text) AS key, sequence, event_id FROM {table}
               WHERE school_code = :school AND recorded_at < :before) AS kept
        WHERE starts_with(key, CAST(:prefix AS text))
    """


_RANGES: Mapping[str, TextClause] = MappingProxyType(
    {topic: ranges_over(_kept(each), "graduate_id") for topic, each in _TABLES.items()}
)
_VERSIONS: Mapping[str, TextClause] = MappingProxyType({topic: listed(_kept(each)) for topic, each in _TABLES.items()})


async def digest_of(
    connection: Connection, topic: str, school_code: SchoolCode, before: datetime, prefix: str = ""
) -> Sequence[KeyRange]:
    """Hashes of a school's versions of a topic that were recorded before a moment, by the next digit of the key."""
    return await ranges_of(connection, Asked(topic, school_code, before, prefix), _RANGES[topic])


async def kept_versions(
    connection: Connection, topic: str, school_code: SchoolCode, before: datetime, prefix: str
) -> Sequence[KeyVersion]:
    """These versions themselves, of the keys that begin with a prefix."""
    return await versions_of(connection, Asked(topic, school_code, before, prefix), _VERSIONS[topic])
