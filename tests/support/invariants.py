"""What must hold when everything has come to rest, whatever was killed before (architecture.md section 6)."""

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from campus import Campus
from cohorts import COHORT, CohortOfGraduates, ten_past_days
from histories import DECISIONS, ROSTER, by_key, consumed, feed, of_owner, pages, query, until_quiet
from random_changes import Outcome, Write, position_named
from recount import DIMENSIONS, figures, graduates_of, shown

from common.crypto import FieldCipher
from common.database import Database
from registry.erasures.operations import erase_due
from testing.stack import Stack

Json = dict[str, Any]
_TOPIC_OF = {"registry": ROSTER, "destinations": DECISIONS}
_ROSTER_VERSIONS = (
    "(SELECT graduate_id, version, action, changed_fields FROM graduate_versions"
    " UNION ALL SELECT id, version, action, changed_fields FROM graduates) AS versions"
)
"""The newest version of a graduate stands in the roster, those before it in the history."""

_SHOWN = (
    "version = 1 OR action = 'erase'"
    " OR changed_fields && '{status,college_code,major_code,class_code,education_level_code,sex_code,"
    "origin_place_code,ethnicity_code,hardship_code,training_mode_code,teacher_training_code,study_form,"
    "student_number,exam_number,name}'"
)
"""Versions of the roster that are announced: by what events carry, and by what files name a graduate by."""

_ANNOUNCED = (
    "action IN ('import', 'school-approve', 'confirm', 'dispute', 'void')"
    " OR (action = 'edit' AND state = 'school_approved')"
)


async def everything_holds(
    stack: Stack,
    campus: Campus,
    cohort: CohortOfGraduates,
    writes: Sequence[Write],
    chance: random.Random,
    *,
    log_kept: bool = True,
) -> None:
    """All invariants, after the last change has reached indicators.

    After a loss of the broker's log its new one may begin with late events, before `replay` brings the first ones.
    """
    await erased(stack, writes)
    await until_quiet(stack)
    feeds = {service: await feed(campus, service) for service in _TOPIC_OF}
    for service, items in feeds.items():
        feed_is_dense(service, items)
    await acknowledged_writes_are_kept(campus, writes, feeds)
    await history_and_feed_agree(stack, feeds)
    await every_version_is_audited(stack)
    events = [item for service, items in feeds.items() for item in of_owner(items, service)]
    await topics_carry_the_feed(stack, events, in_order=log_kept)
    await stack.run("indicators", "verify")
    await figures_are_the_recount(campus, cohort, events, chance)


async def erased(stack: Stack, writes: Iterable[Write]) -> None:
    """Does now what a worker does within a minute; every erasure that was acknowledged must be done then."""
    database = Database.connect(stack.databases["registry"].app_url)
    try:
        await erase_due(database, FieldCipher.load(stack.folder / "registry.keyring.json"))
    finally:
        await database.dispose()
    approved = [each.object_id for each in writes if each.kind == "erasure" and each.outcome is Outcome.ACKED]
    left = "SELECT id FROM graduates WHERE id = ANY($1::uuid[]) AND erased_at IS NULL"
    assert await query(stack, "registry", left, approved) == []


def feed_is_dense(service: str, items: Sequence[Json]) -> None:
    """Positions from 1 without a gap; per key sequences from 1, in order, without a gap or a repeat."""
    assert [item["position"] for item in items] == list(range(1, len(items) + 1)), f"positions of {service}"
    for key, sequences in by_key(of_owner(items, service)).items():
        assert sequences == list(range(1, len(sequences) + 1)), f"sequences of {key}: {sequences}"


async def acknowledged_writes_are_kept(
    campus: Campus, writes: Iterable[Write], feeds: Mapping[str, Sequence[Json]]
) -> None:
    """Each is in its object's history as the version that was answered, and its token names its event."""
    events = {
        (_TOPIC_OF[service], item["subject"], item["sequence"]): item
        for service, items in feeds.items()
        for item in of_owner(items, service)
    }
    histories: dict[str, dict[int, Json]] = {}
    for write in writes:
        if write.outcome is not Outcome.ACKED or write.kind == "erasure":
            continue
        assert write.object_id is not None
        event = events[position_named(write.change_token)] if write.change_token is not None else None
        version = event["data"]["version"] if event and write.version is None else write.version
        assert version is not None, f"neither a version nor an event of {write}"
        if write.object_id not in histories:
            histories[write.object_id] = await _history(campus, write)
        kept = histories[write.object_id].get(version)
        assert kept is not None, f"lost: {write}"
        assert write.service == "registry" or kept["action"] == write.action, f"{write} is kept as {kept}"
        assert event is None or event["data"]["version"] >= version, f"{write} was announced as {event}"


async def _history(campus: Campus, write: Write) -> dict[int, Json]:
    """The versions of the object of a write; they must be numbered without a gap."""
    address = f"{campus.urls[write.service]}/v1/{write.kind}s/{write.object_id}/history"
    rows = await pages(campus.http, address, campus.bearer("admin"))
    versions = [row["version"] for row in rows]
    assert versions == list(range(1, len(rows) + 1)), f"versions of {write.kind} {write.object_id}: {versions}"
    return {row["version"]: row for row in rows}


async def history_and_feed_agree(stack: Stack, feeds: Mapping[str, Sequence[Json]]) -> None:
    """Nothing is half there: every version that is to be announced has one event, and no event lacks its version."""
    versions = await query(
        stack, "destinations", f"SELECT registration_id, version FROM registration_versions WHERE {_ANNOUNCED}"
    )
    announced = Counter(
        (item["data"]["registration_id"], item["data"]["version"])
        for item in of_owner(feeds["destinations"], "destinations")
    )
    assert announced == Counter((str(row["registration_id"]), row["version"]) for row in versions)
    entries = await query(stack, "registry", f"SELECT graduate_id, version FROM {_ROSTER_VERSIONS} WHERE {_SHOWN}")
    told = Counter((item["subject"], item["data"]["version"]) for item in of_owner(feeds["registry"], "registry"))
    assert told == Counter((str(row["graduate_id"]), row["version"]) for row in entries)


async def every_version_is_audited(stack: Stack) -> None:
    """One entry in the audit trail for every version that a request for it made: an erasure's names the request."""
    for service, versions in (
        ("destinations", "SELECT registration_id, version FROM registration_versions WHERE action <> 'import'"),
        ("registry", f"SELECT graduate_id, version FROM {_ROSTER_VERSIONS} WHERE action NOT IN ('import', 'erase')"),
    ):
        made = Counter(tuple(map(str, row)) for row in await query(stack, service, versions))
        audited = await query(
            stack,
            service,
            "SELECT object_id, detail ->> 'version' FROM audit_entries"
            " WHERE object_kind IN ('registration', 'graduate') AND action NOT LIKE '%import%'",
        )
        assert made == Counter(tuple(map(str, row)) for row in audited), service


async def topics_carry_the_feed(stack: Stack, expected: Sequence[Json], *, in_order: bool) -> None:
    """Every event of the feeds arrives, no other does, and per key the first deliveries come in order."""
    arrived = await consumed(stack, expected)
    assert {str(event.id) for event in arrived} == {item["id"] for item in expected}
    reached: Counter[tuple[str, str]] = Counter()
    for event in arrived:
        before = reached[event.topic, event.key]
        told = f"{event.topic} {event.key}: {event.sequence} came after {before}"
        assert event.sequence <= before + 1 or not in_order, told
        reached[event.topic, event.key] = max(before, event.sequence)


async def figures_are_the_recount(
    campus: Campus, cohort: CohortOfGraduates, events: Iterable[Json], chance: random.Random
) -> None:
    """All measures, base and not registered, of today and ten past days, in total and by each dimension."""
    graduates = graduates_of(event for event in events if event["schoolcode"] == cohort.school)
    live = await _rates(campus, cohort.school)
    today = date.fromisoformat(live["as_of"])
    for day in [None, *ten_past_days(today, chance)]:
        for by in (None, *DIMENSIONS):
            query = ({"as_of": day.isoformat()} if day else {}) | ({"by": by} if by else {})
            answer = await _rates(campus, cohort.school, **query)
            told, counted = shown(answer["observations"], by), figures(graduates, COHORT, day or today, by)
            assert told == counted, f"{cohort.school} on {day or 'today'} by {by}"


async def _rates(campus: Campus, school: str, **query: str) -> Json:
    return await campus.rates(campus.officer(school), school=school, cohort=COHORT, **query)
