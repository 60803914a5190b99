"""Rows that registry adds to code lists: kept whatever the order of their events, and in use without a restart."""

from dataclasses import replace
from datetime import date
from itertools import permutations
from typing import Any
from uuid import uuid4

import pytest
from desks import UNIT, Desk
from office import FULL, Office, counts, faults, stored

from common.code_entries import Follower
from common.codes import CodeLists
from common.consuming import Handle
from common.contracts.code_list import EntryState
from common.database import Database
from common.errors import Forked
from destinations.schema import CODE_ENTRIES
from testing.messaging import code_entry_event, running
from testing.waiting import eventually

GONE = {"state": EntryState.WITHDRAWN}


async def label(database: Database, code: str) -> str | None:
    entry = (await CODE_ENTRIES.refresh(database)).get("industry").lookup(code)
    return entry.label_zh if entry else None


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_whatever_the_order_the_newest_row_stays(database: Database, apply: Handle, order: list[int]) -> None:
    events = [code_entry_event("47"), code_entry_event("47", 2, **GONE), code_entry_event("47", 3, label_zh="低空经济")]
    for index in (*order, order[0]):
        await apply([events[index]])
    assert await label(database, "47") == "低空经济"
    await apply([events[index] for index in order])
    assert await label(database, "47") == "低空经济"


async def test_a_withdrawn_row_does_not_come_back(database: Database, apply: Handle) -> None:
    added, withdrawn = code_entry_event("47"), code_entry_event("47", 2, **GONE)
    await apply([withdrawn])
    await apply([added])
    assert await label(database, "47") is None
    later = code_entry_event("47", 3, valid_from=date(2030, 1, 1), label_zh="又一年")
    await apply([later, code_entry_event("48", 4), code_entry_event("1", code_list="a-list-of-a-later-release")])
    assert (await label(database, "47"), await label(database, "48")) == ("又一年", "行业48")


async def test_another_event_under_a_stored_sequence_is_refused(apply: Handle) -> None:
    event = code_entry_event("47")
    await apply([event])
    await apply([event])
    with pytest.raises(Forked):
        await apply([replace(event, id=uuid4())])
    await apply([code_entry_event("48", code_list="position")])


async def test_a_registration_with_an_added_code_is_refused_before_and_taken_after(
    database: Database, apply: Handle, enrol: Any, school: Desk
) -> None:
    graduate = await enrol()
    refused = await school.register(graduate, UNIT | {"industry_code": "47"})
    assert [(each["pointer"], each["rule"]) for each in refused.json()["errors"]] == [
        ("/industry_code", "unknown_code")
    ]
    await apply([code_entry_event("47")])
    async with running(Follower(database, CODE_ENTRIES).run):
        await eventually(lambda: "47" in CodeLists.load().get("industry"), describe="the row in this process")
        await apply([code_entry_event("48", 2)])
        await eventually(lambda: "48" in CodeLists.load().get("industry"), describe="the next row")
    taken = await school.register(graduate, UNIT | {"industry_code": "47"})
    assert (taken.status_code, taken.json()["industry_code"]) == (201, "47")
    [row] = await stored(database, "SELECT code_lists FROM registrations")
    versions = {name: CodeLists.of_release().get(name).version for name in row["code_lists"]}
    assert {name for name, version in row["code_lists"].items() if version != versions[name]} == {"industry"}


async def test_a_file_may_name_an_added_code_by_code_or_label(
    database: Database, apply: Handle, office: Office
) -> None:
    by_code, by_label = office.row(**FULL, 单位行业="行业47"), office.row(**FULL, 单位行业="行业47")
    by_code["单位行业代码"], by_label["单位行业代码"] = 47, None
    before = await office.send([by_code, by_label])
    assert faults(before) == [(2, "单位行业代码", "unknown_code"), (3, "单位行业", "unknown_label")]
    await apply([code_entry_event("47")])
    await CODE_ENTRIES.refresh(database)
    after = await office.send([by_code, by_label])
    assert (after["state"], counts(after)) == ("succeeded", (2, 0, 0, 0)), after["errors"]
    assert {each["industry_code"] for each in await office.registrations()} == {"47"}
    again = await office.send([by_code, by_label])
    assert counts(again) == (0, 0, 2, 0)
