"""The night of a cut-off: what happens around it, and a snapshot equal to a recount of that day as known then."""

import asyncio
import os
import random
import signal
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from cut_offs import AFTER, JUNE, ask, filled, read, text_of
from sqlalchemy import text

from common.contracts import graduate, registration
from common.database import Database
from indicators.areas import FIGURES
from servers.ports import free_port
from testing.databases import ServiceDatabase, committed

AUGUST = date(2024, 8, 31)
LETTER = text(
    """
    INSERT INTO dead_letters (id, consumer_group, topic, partition, message_offset, key, sequence, school_code, code,
                              error, published_after)
    VALUES (:id, :group, :topic, 0, :offset, :key, :sequence, :school, 'failed', 'a test', quxiang_now())
    """
)


def hashed(rows: str) -> str:
    return sha256(rows.replace("K|1", "K\\|1").encode()).hexdigest()


def why(snapshot: dict[str, Any]) -> list[str]:
    return [each["why"] for each in snapshot["waiting_for"]]


def around_midnight(new_school: Any, chance: random.Random) -> Any:
    """A school of whom much is recorded from an hour before midnight to an hour after it, to the microsecond."""
    school = new_school()
    people = []
    for number in range(40):
        moved = chance.choice((timedelta(hours=-1), timedelta(microseconds=-1), timedelta(), timedelta(hours=1)))
        school.recorded_at = AFTER + moved + number * timedelta(microseconds=chance.choice((0, 1)))
        match chance.choice(("enters", "goes", "goes", "moves", "leaves", "voids")) if number > 9 else "enters":
            case "enters":
                people.append(school.enters(college_code=f"C{number % 3}", class_code="K|1", sex_code="2"))
            case "goes":
                day = chance.choice((JUNE, AUGUST, AUGUST + timedelta(days=1)))
                school.goes(chance.choice(people), chance.choice(("10", "12", "801")), day, industry_code="34")
            case "moves":
                school.enters(chance.choice(people), college_code="C9", day=chance.choice((JUNE, AUGUST)))
            case "leaves":
                school.enters(chance.choice(people), status="withdrawn", day=AUGUST)
            case "voids":
                school.goes(chance.choice(people), "10", AUGUST, state="voided")
    return school


async def test_changes_across_midnight_are_in_it_by_the_instant_that_recorded_them(
    officer: Any, arrive: Any, freeze: Any, new_school: Any
) -> None:
    for seed in range(6):
        school = around_midnight(new_school, random.Random(seed))
        await arrive(school)
        http = officer(school)
        asked = await ask(http, school, known_at=AFTER.isoformat())
        assert await freeze() == 1
        frozen = await read(http, asked)
        rows = text_of(school, 2024, "initial", AUGUST, AFTER)
        assert (frozen["hash"], frozen["base"]) == (hashed(rows), rows.count("\n") - 1), f"seed {seed}"
        # late ones are in drift, and in a revision that another person approves
        later = AFTER + timedelta(days=2)
        now = text_of(school, 2024, "initial", AUGUST, later)
        differing = set(rows.splitlines()[1:]) ^ set(now.splitlines()[1:])
        assert frozen["drift"] == len({line.partition("|")[0] for line in differing})
        said = {"reason": "零时后补录", "known_at": later.isoformat()}
        revision = await post(http, f"{asked['id']}/revise", said, 2)
        await post(officer(school, "two"), f"{revision['id']}/approve", None, 1)
        assert await freeze() == 1
        revised = await read(http, revision)
        assert revised["hash"] == hashed(text_of(school, 2024, "initial", AUGUST, later, 1)), f"seed {seed}"
        assert (revised["drift"], (await read(http, asked))["hash"]) == (0, frozen["hash"])


async def post(client: Any, path: str, body: Any, version: int) -> dict[str, Any]:
    answered = await client.post(f"/v1/snapshots/{path}", json=body, headers={"If-Match": f'"{version}"'})
    assert answered.status_code < 300, answered.text
    found: dict[str, Any] = answered.json()
    return found


async def test_it_waits_for_a_transaction_that_was_open_at_the_moment(
    officer: Any, arrive: Any, apply: Any, freeze: Any, new_school: Any, owners: Any
) -> None:
    school = filled(new_school)
    await arrive(school)
    http = officer(school)
    async with committed(owners.outbox) as held:
        school.recorded_at = await held.scalar(text("SELECT quxiang_now()"))
        late = school.goes(school.people[5], "801", JUNE)
        await owners.store(held, [late])
        asked = await ask(http, school)
        assert await freeze() == 0
        assert why(await read(http, asked)) == ["not_settled", "not_settled"]
    # it is over, and its event has yet to arrive: the relay stands still
    assert await freeze() == 0
    assert why(await read(http, asked)) == ["versions_missing"]
    await apply([late])
    assert await freeze() == 1
    frozen = await read(http, asked)
    known_at = datetime.fromisoformat(frozen["known_at"]).astimezone(UTC)
    recounted = text_of(school, 2024, "initial", AUGUST, known_at)
    assert (frozen["hash"], recounted.count("|801|")) == (hashed(recounted), 2)
    assert (frozen["base"], frozen["drift"], frozen["waiting_for"]) == (6, 0, [])


async def test_a_dead_letter_alone_holds_nothing_up(
    officer: Any, arrive: Any, apply: Any, freeze: Any, new_school: Any, database: Database
) -> None:
    stands, lacks = filled(new_school), filled(new_school)
    await arrive(stands)
    await arrive(lacks, without=1)
    async with committed(database) as connection:
        for school in (stands, lacks):
            letter = school.events[-1]
            values = {name: getattr(letter, name) for name in ("topic", "key", "sequence")}
            values |= {"id": f"{letter.id}", "offset": int(school.code), "school": school.code}
            await connection.execute(LETTER, {**values, "group": FIGURES.group})
    first, second = [await ask(officer(each), each) for each in (stands, lacks)]
    assert await freeze() == 1
    frozen, waiting = await read(officer(stands), first), await read(officer(lacks), second)
    assert (frozen["state"], frozen["dead_letters"]) == ("frozen", 1)
    # here it is the version that is missing, and the letter says why
    assert (waiting["state"], waiting["dead_letters"], why(waiting)) == ("pending", 1, ["versions_missing"])
    await apply(lacks.events[-1:])
    assert await freeze() == 1


async def test_an_owner_that_does_not_answer_is_waited_for_and_holds_only_its_topic_up(
    officer: Any, arrive: Any, freeze: Any, new_school: Any, owners: Any
) -> None:
    school = filled(new_school)
    await arrive(school)
    asked = await ask(officer(school), school)
    nobody = f"http://127.0.0.1:{free_port()}"
    assert await freeze(owners.settings.model_copy(update={"registry_url": nobody})) == 0
    assert (await read(officer(school), asked))["waiting_for"] == [
        {"owner": "registry", "topic": graduate.TOPIC, "why": "owner_down"}
    ]
    assert await freeze() == 1


async def test_another_event_under_the_same_sequence_is_no_version_of_the_owner(
    officer: Any, apply: Any, freeze: Any, new_school: Any, owners: Any
) -> None:
    school = filled(new_school)
    *same, last = school.events
    await owners.have([*same, replace(last, id=UUID(int=7))])
    await apply(school.events)
    asked = await ask(officer(school), school)
    assert await freeze() == 0
    assert (await read(officer(school), asked))["waiting_for"] == [
        {"owner": "destinations", "topic": registration.TOPIC, "why": "versions_missing"}
    ]


KILLED = """
import asyncio, os, signal
from common.database import Database
from indicators.areas import FIGURES
from indicators.settings import Settings
from indicators.snapshots import storage
from indicators.snapshots.operations import freeze_pending

seal = storage.seal

async def struck(*given, **said):
    if os.environ["STRUCK"] == "after":
        await seal(*given, **said)
    os.kill(os.getpid(), signal.SIGKILL)

storage.seal = struck
settings = Settings()
asyncio.run(freeze_pending(Database.connect(settings), settings))
"""


@pytest.mark.parametrize("struck", ["before", "after"])
async def test_a_worker_killed_while_freezing_leaves_nothing_and_the_next_one_freezes(
    struck: str,
    officer: Any,
    arrive: Any,
    freeze: Any,
    new_school: Any,
    owners: Any,
    rows: Any,
    stored: ServiceDatabase,
) -> None:
    school = filled(new_school)
    await arrive(school)
    http = officer(school)
    asked = await ask(http, school, known_at=AFTER.isoformat())
    given = {name: f"{value}" for name, value in owners.settings.model_dump(exclude_none=True).items()}
    surroundings = {f"QUXIANG_{name.upper()}": given[name] for name in (
        "registry_url", "destinations_url", "service_token_file", "partitions", "issuer",
    ) if name in given}  # fmt: skip
    surroundings |= {"QUXIANG_DATABASE_URL": stored.app_url, "STRUCK": struck}
    worker = await asyncio.create_subprocess_exec(sys.executable, "-c", KILLED, env={**os.environ, **surroundings})
    assert await worker.wait() == -signal.SIGKILL
    left = await rows("SELECT count(*) AS rows FROM snapshot_rows WHERE school_code = :code", code=school.code)
    assert (left[0]["rows"], (await read(http, asked))["state"]) == (0, "pending")
    assert await freeze() == 1
    frozen = await read(http, asked)
    assert (frozen["hash"], frozen["base"]) == (hashed(text_of(school, 2024, "initial", AUGUST, AFTER)), 6)
    told = await rows(
        "SELECT count(*) AS told FROM outbox WHERE type = 'quxiang.snapshot.frozen' AND school_code = :code",
        code=school.code,
    )
    assert told[0]["told"] == 1
