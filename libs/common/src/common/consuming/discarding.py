"""Discarding a dead letter: the command `discard-dead-letter`, and what its owner must say first.

A letter may go where nothing is lacking without it. Only the owner knows: it has no such event, or another one under
the sequence, or a later one of a thing of which the consumer keeps only the newest. Of two events under one sequence
the consumer keeps the one that the owner has.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import httpx
from sqlalchemy import TextClause

from common.auth import Actor
from common.consuming.dead_letter_topics import message_of, send_back
from common.consuming.dead_letters import Letter, Newest, close_letters, find_letter, open_letters
from common.consuming.forks import Drop, Fork
from common.consuming.included import included_in, is_event_included
from common.consuming.owner import Key, Version, events_of, owner_of, versions_of
from common.consuming.remains import Remains
from common.contracts import ChangeToken
from common.contracts.catalogue import TOPICS
from common.contracts.envelope import UnreadableEventError, as_stored
from common.database import Database, UnitOfWork
from common.errors import Forked, Message, PermanentError
from common.settings import ServiceSettings

ACTION = "discard-dead-letter"
"""Name of the command and of its entry in the audit trail."""

_SCHOOL = re.compile(r"[0-9]{5}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Ground(StrEnum):
    """Why nothing is lacking without the letter's message."""

    NOT_OWNED = "the owner has no event under this key and sequence"
    OTHER_OWNED = "the owner has another event under this key and sequence"
    SUPERSEDED = "only the newest is kept, and a later version is stored"
    NO_EVENT = "the message is no event of the contract, and the owner has none that it could be"
    STORED = "the message cannot be read, and what it could be is stored"
    EXCHANGED = "the owner has the letter's event and not the stored one: that was dropped, and the letter sent back"


class NoSuchLetter(PermanentError):
    """No letter has this id."""

    code = "no_such_letter"
    title = Message("没有该编号的死信", "There is no dead letter of this id")


class OwnerHasVersion(PermanentError):
    """The owner has the version: it must be applied."""

    code = "owner_has_version"
    title = Message(
        "所属服务存有该版本，不得丢弃：请排除原因后运行 replay-dead-letters",
        "The owner has this version, so it must be applied: mend the cause, then run replay-dead-letters",
    )


class MessageGone(PermanentError):
    """The message is not kept any more, so it cannot be seen what it said."""

    code = "message_gone"
    title = Message(
        "死信主题中已无该消息，无法判断其内容", "The message is no longer in the topic of dead letters to be looked at"
    )


@dataclass(frozen=True)
class Keeping:
    """What a group keeps of its events.

    `newest` names the thing of which only the newest event is kept; `included` asks by topic which changes are stored;
    `drop` gives way by topic to the event that the owner has.
    """

    newest: Newest = lambda _event: None
    included: Mapping[str, TextClause] = field(default_factory=dict)
    drop: Mapping[str, Drop] = field(default_factory=dict)


async def discard_letter(
    database: Database,
    settings: ServiceSettings,
    groups: Mapping[str, Keeping],
    letter_id: str,
    *,
    actor: Actor,
    reason: str,
) -> Ground | None:
    """Closes an open letter, with an audit entry; gives why that is safe, None where the letter is closed already.

    A forked letter whose event is the owner's is sent back instead, after the stored one gave way.
    Raises NoSuchLetter, OwnerHasVersion or MessageGone; OwnerUnknown, OwnerNotSettled, HistoryUnavailable or
    BrokerUnavailableError where it cannot be found out or done.
    """
    async with database.reading() as connection:
        letter = await find_letter(connection, letter_id)
    if letter is None or letter.consumer_group not in groups:
        raise NoSuchLetter
    if letter.closed_at is not None:
        return None
    keeping = groups[letter.consumer_group]
    claim, recorded_at = await _claim_of(settings, letter)
    async with owner_of(settings, letter.topic) as owner:
        ground = await _ground(Asking(database, keeping, letter, recorded_at, owner), claim)

    async def act(unit: UnitOfWork) -> bool:
        if ground is Ground.EXCHANGED and isinstance(claim, Fork):
            await keeping.drop[claim.topic](unit, settings, claim)
        elif not await close_letters(unit.connection, [letter.id]):
            return False
        # an operator's words: cleaned of numbers of persons like all detail, not taken away like a graduate's `reason`
        detail: dict[str, object] = {"operator_reason": reason, "ground": ground.name.lower(), "topic": letter.topic}
        if isinstance(claim, Fork):
            detail |= {"key": claim.key, "sequence": claim.sequence}
        await unit.audit(ACTION, "dead_letter", letter.id, school_code=letter.school_code, detail=detail)
        return True

    is_done = await database.act(actor, act)
    if ground is Ground.EXCHANGED and not await send_back(settings, letter):
        raise MessageGone
    return ground if is_done else None


@dataclass(frozen=True)
class Asking:
    """A letter with the instant that its message names, what its group keeps, and a client of the owner."""

    database: Database
    keeping: Keeping
    letter: Letter
    recorded_at: datetime
    owner: httpx.AsyncClient


async def _claim_of(settings: ServiceSettings, letter: Letter) -> tuple[Fork | Remains, datetime]:
    """What the message says it is, and when it was recorded; what is left of one that no owner can have sent so."""
    if letter.key is not None and letter.sequence is not None and letter.school_code is not None:
        claim = Fork(letter.topic, letter.school_code, letter.key, letter.sequence, UUID(letter.id))
        if _may_be_owned(claim):
            return claim, letter.published_after
    record = await message_of(settings, letter)
    if record is None:
        raise MessageGone
    try:
        # a body that is too large stays where it was
        said = as_stored(topic=letter.topic, key=record.key, headers=record.headers, body=record.value or b"")
    except UnreadableEventError:
        return Remains.of(record), letter.published_after
    claim = Fork(letter.topic, said.school_code, said.key, said.sequence, said.event_id)
    return (claim if _may_be_owned(claim) else Remains.of(record)), said.recorded_at


def _may_be_owned(claim: Fork) -> bool:
    """Whether school and key are such as owners write."""
    return bool(_SCHOOL.fullmatch(claim.school_code)) and (
        not TOPICS[claim.topic].keyed_by_uuid or _UUID.fullmatch(claim.key) is not None
    )


async def _ground(asking: Asking, claim: Fork | Remains) -> Ground:
    """Raises OwnerHasVersion."""
    if isinstance(claim, Fork):
        return await _ground_of(asking, claim, await _versions(asking, claim))
    ground, versions = Ground.NO_EVENT, dict[str, Sequence[Version]]()
    for each in await _candidates(asking, claim):
        if each.key not in versions:
            versions[each.key] = await _versions(asking, each)
        await _ground_of(asking, each, versions[each.key])
        ground = Ground.STORED
    return ground


async def _candidates(asking: Asking, remains: Remains) -> Sequence[Fork]:
    """Events of the owner that the message may be a copy of."""
    if not remains.names_something:
        return []
    return [
        Fork(event.topic, event.school_code, event.key, event.sequence, event.id)
        async for event in events_of(asking.owner, asking.letter.topic, asking.recorded_at)
        if remains.may_be(event)
    ]


async def _versions(asking: Asking, claim: Fork) -> Sequence[Version]:
    key = Key(claim.topic, claim.school_code, claim.key)
    return await versions_of(asking.owner, key, asking.keeping.newest, asking.recorded_at)


async def _ground_of(asking: Asking, claim: Fork, versions: Sequence[Version]) -> Ground:
    """Raises OwnerHasVersion."""
    if (ground := not_owned(claim, versions)) is not None:
        return ground
    letter = asking.letter
    thing = letter.thing
    if thing is None and not TOPICS[claim.topic].keyed_by_uuid:
        thing = next(version.thing for version in versions if version.event_id == claim.event_id)
    set_apart = {each.id for each in await open_letters(asking.database, letter.consumer_group)}
    later = {
        version.sequence
        for version in versions
        if thing is not None
        and (version.thing, version.sequence > claim.sequence) == (thing, True)
        and str(version.event_id) not in set_apart
    }
    if await _is_included(asking, claim, later):
        return Ground.SUPERSEDED
    if letter.key is None and await _is_stored(asking, claim):
        return Ground.STORED
    if letter.code == Forked.code and claim.topic in asking.keeping.drop:
        return Ground.EXCHANGED
    raise OwnerHasVersion


def not_owned(claim: Fork, versions: Sequence[Version]) -> Ground | None:
    """Why the message is none of the owner's versions of the key; None where it is."""
    if any(version.event_id == claim.event_id for version in versions):
        return None
    is_taken = any(version.sequence == claim.sequence for version in versions)
    return Ground.OTHER_OWNED if is_taken else Ground.NOT_OWNED


async def _is_included(asking: Asking, claim: Fork, sequences: Collection[int]) -> bool:
    """Whether one of these versions of the key is stored here."""
    tokens = [ChangeToken(claim.topic, claim.school_code, claim.key, sequence) for sequence in sequences]
    async with asking.database.reading() as connection:
        return bool(await included_in(connection, asking.keeping.included, tokens))


async def _is_stored(asking: Asking, claim: Fork) -> bool:
    """Whether the very event is stored here, not another one under its sequence."""
    token = ChangeToken(claim.topic, claim.school_code, claim.key, claim.sequence)
    async with asking.database.reading() as connection:
        return await is_event_included(connection, asking.keeping.included, token, claim.event_id)
