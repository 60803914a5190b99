"""What a change token must wait for: its own event, in its own school, and what that event needs to count."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from common.codes import CodeLists
from common.consuming.included import is_event_included
from common.contracts import ChangeToken, graduate, organisation, rate, registration, response
from common.contracts.envelope import IncomingEvent
from common.database import Database
from common.errors import BadQuery
from indicators.progress.tokens import STORED, included_of, require_followed
from testing.messaging import code_entry_event

Applied = Callable[[Iterable[IncomingEvent]], Awaitable[None]]
JUNE = date(2024, 6, 1)


def token_of(event: IncomingEvent) -> ChangeToken:
    return ChangeToken(event.topic, event.school_code, event.key, event.sequence)


async def all_included(database: Database, tokens: Sequence[ChangeToken]) -> bool:
    return await included_of(database, tokens) == set(tokens)


async def test_a_change_is_included_once_it_is_applied(database: Database, apply: Applied, school: Any) -> None:
    school.described()
    someone = school.enters()
    school.goes(someone, "10", JUNE)
    school.answers(someone, uuid4(), "requested")
    tokens = [token_of(event) for event in school.events]
    for token in tokens:
        assert not await all_included(database, [token])
    await apply(school.events)
    assert await all_included(database, tokens)


async def test_a_change_is_stored_as_its_event_says_it(database: Database, apply: Applied, school: Any) -> None:
    school.described()
    someone = school.enters()
    school.goes(someone, "10", JUNE)
    school.answers(someone, uuid4(), "requested")
    await apply(school.events)
    async with database.reading() as connection:
        for event in school.events:
            found = [await is_event_included(connection, STORED, token_of(event), each) for each in (event.id, uuid4())]
            assert found == [True, False], event.topic


async def test_an_import_is_not_included_while_the_roster_entry_of_one_of_its_graduates_is_missing(
    database: Database, apply: Applied, school: Any
) -> None:
    people = [school.enters() for _ in range(5)]
    entries = {event.key: event for event in school.events}
    decisions = [school.goes(someone, "10", JUNE) for someone in people]
    await apply(decisions)
    for late in reversed(people):
        assert not await all_included(database, [token_of(decisions[-1])])
        await apply([entries[str(late)]])
    assert await all_included(database, [token_of(decisions[-1])])


async def test_the_missing_roster_of_one_school_holds_up_no_other(
    database: Database, apply: Applied, school: Any, other_school: Any
) -> None:
    decision = school.goes(school.enters(), "10", JUNE)
    await apply(school.events)
    await apply([other_school.goes(uuid4(), "10", JUNE)])
    assert await all_included(database, [token_of(decision)])


async def test_a_token_that_names_the_graduate_of_another_school_is_never_met(
    database: Database, apply: Applied, school: Any, other_school: Any
) -> None:
    stranger = other_school.enters()
    other_school.goes(stranger, "10", JUNE)
    other_school.answers(stranger, uuid4(), "requested")
    await apply(other_school.events)
    for topic in (graduate.TOPIC, registration.TOPIC, response.TOPIC):
        assert await all_included(database, [ChangeToken(topic, other_school.code, str(stranger), 1)])
        assert not await all_included(database, [ChangeToken(topic, school.code, str(stranger), 1)])


async def test_a_row_of_a_code_list_is_included_once_this_process_labels_with_it(
    database: Database, apply: Applied
) -> None:
    event, later = code_entry_event("47"), code_entry_event("48", 2)
    tokens = [token_of(event), token_of(later)]
    assert [ChangeToken.decode(token.encode()) for token in tokens] == tokens
    await apply([event])
    assert await included_of(database, tokens) == {tokens[0]}
    assert not await all_included(database, [replace(tokens[0], school_code="90001")])
    assert "47" in CodeLists.load().get("industry")
    await apply([later])
    assert await all_included(database, tokens)
    assert "48" in CodeLists.load().get("industry")


def test_a_topic_that_figures_do_not_follow_is_refused(school: Any) -> None:
    require_followed([ChangeToken(organisation.TOPIC, school.code, school.code, 1)])
    with pytest.raises(BadQuery):
        require_followed([ChangeToken(rate.TOPIC, school.code, school.code, 1)])
