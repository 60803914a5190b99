"""Databases that come back older than the topics: no sequence is given twice, figures come to the restored truth.

Who was erased meanwhile stays erased.
"""

import ast
import asyncio
import inspect
import random
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
import restoring
from campus import Campus
from cohorts import COHORT, CohortOfGraduates, imported_cohort
from contents import CONTENTS
from erased_person import erase, remembered, until_nothing_is_left
from format_a import graduate_row, workbook
from histories import DECISIONS, ROSTER, query, until_quiet
from killing import until_ready
from permits import Permits
from random_changes import ROSTER_SHARE
from restoring import WAYS, Way
from soaking import SOAK

from common.kafka import reader
from testing.brokers import Broker
from testing.clusters import Cluster
from testing.stack import SERVICES, Stack
from testing.waiting import eventually

GRADUATES, CHANGES, CLIENTS = (100, 80, 4) if SOAK else (20, 24, 3)
CASES = [*((name, False) for name in WAYS if SOAK), ("a copied folder", True)]
"""Ways in which a database comes back, and whether the broker is down meanwhile."""

RECOVERY = 180.0
BEYOND, NOT_COMPARED = "published beyond this database", "not compared with the topics"
_schools = count(90301)

pytestmark = pytest.mark.timeout(3_600 if SOAK else 900)


@pytest.mark.parametrize(("name", "is_broker_down"), CASES)
async def test_an_older_database_gives_no_sequence_twice(
    stack: Stack,
    campus: Campus,
    cluster: Cluster,
    broker: Broker,
    chance: random.Random,
    name: str,
    is_broker_down: bool,
) -> None:
    way = WAYS[name](stack, cluster)
    cohort, erased, before, lost = await kept_and_gone_on(stack, campus, way, chance)
    if is_broker_down:
        async with broker.away():
            await way.restore()
            await until_said(stack, campus, "destinations", NOT_COMPARED)
            await refused(campus, cohort)
    else:
        await way.restore()
    await until_said(stack, campus, "destinations", BEYOND)
    await refused(campus, cohort)
    waiting = await import_of_another_year(campus, cohort)
    await recovered(stack, campus)
    done = await campus.finished("registry", waiting, campus.officer(cohort.school))
    assert (done["state"], done["result"]["created"]) == ("succeeded", 1), done
    await converged(stack, campus, cohort, before, lost)
    await worked(campus, cohort, chance)
    await until_quiet(stack)
    await until_nothing_is_left(stack, erased)
    await one_content_each(stack)
    await stack.run("indicators", "verify")


def test_the_page_of_operations_has_the_commands_that_are_run_here() -> None:
    page = (Path(__file__).parents[3] / "docs/operations/restoring.md").read_text()
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", page, re.DOTALL))
    said = {words[0]: _options(words) for line in blocks.splitlines() if (words := line.partition("#")[0].split())}
    ours = {"python", "kafka-configs.sh", "--add-config"}
    calls = [node for node in ast.walk(ast.parse(inspect.getsource(restoring))) if isinstance(node, ast.Call)]
    tools = [call.args for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "run_tool"]
    run = [[str(each.value) for each in given if isinstance(each, ast.Constant)] for given in tools]
    assert {tool: given for tool, given in said.items() if tool not in ours} == {
        words[0]: _options(words) for words in run
    }


def _options(words: Sequence[str]) -> list[str]:
    return sorted(word for word in words if word.startswith("-"))


async def kept_and_gone_on(
    stack: Stack, campus: Campus, way: Way, chance: random.Random
) -> tuple[CohortOfGraduates, str, Any, str]:
    """A cohort with its figures at the moment of the copy, and a school that only the time after it knows.

    One of the cohort is erased in that time, and changed by no client.
    """
    everybody = await imported_cohort(campus, str(next(_schools)), GRADUATES, chance)
    erased = await remembered(stack, campus, everybody)
    cohort = replace(everybody, graduates=everybody.graduates[:-1])
    await worked(campus, cohort, chance)
    await until_quiet(stack)
    before = await figures(campus, cohort.school)
    await way.keep()
    await until_ready(stack, campus)
    await erase(stack, erased)
    # what stands in the databases that do not come back stays changed
    await worked(campus, cohort, chance, roster_share=ROSTER_SHARE if way.restores_all else 0)
    later = await imported_cohort(campus, str(next(_schools)), GRADUATES, chance)
    await until_quiet(stack)
    await until_nothing_is_left(stack, erased)
    return cohort, erased, before, later.school


async def worked(
    campus: Campus, cohort: CohortOfGraduates, chance: random.Random, roster_share: float = ROSTER_SHARE
) -> None:
    """Clients change the cohort at random; who is erased, and when, is told by the test itself."""
    clients, permits = cohort.clients(campus, CLIENTS, chance.getrandbits(32), roster_share, 0), Permits()
    await permits.release(CHANGES)
    await permits.close()
    await asyncio.gather(*(client.work(permits) for client in clients))


async def figures(campus: Campus, school: str) -> Any:
    """The figures of today."""
    return (await campus.rates(campus.officer(school), school=school, cohort=COHORT))["observations"]


async def until_said(stack: Stack, campus: Campus, service: str, reason: str) -> None:
    """Wait until a service names this as the reason why it is not ready."""

    async def says() -> bool:
        try:
            answer = await campus.http.get(f"{stack.probes(service)}/readyz")
        except httpx.TransportError:
            return False
        assert (answer.status_code, answer.json()["checks"]["relay"]) == (503, reason), answer.text
        return True

    await eventually(says, within=RECOVERY, every=0.2, describe=reason)


async def refused(campus: Campus, cohort: CohortOfGraduates) -> None:
    """A write that would announce something gets the refusal, and nothing of it is stored."""
    registrations, officer = f"{campus.urls['destinations']}/v1/registrations", campus.officer(cohort.school)
    listed = await campus.http.get(f"{registrations}?school={cohort.school}&state=school_approved", headers=officer)
    for approved in listed.json()["items"]:
        answer: httpx.Response = await campus.http.patch(
            f"{registrations}/{approved['id']}",
            json={"destination_code": "76", **CONTENTS["76"]},
            headers=officer | {"If-Match": f'"{approved["version"]}"'},
        )
        # a registration of a graduate who has left the roster or is erased is frozen, whatever the database lacks
        if answer.json()["code"] not in ("graduate_withdrawn", "erased_person"):
            break
    assert (answer.status_code, answer.json()["code"]) == (503, "database_restored"), answer.text
    assert int(answer.headers["Retry-After"]) > 0
    again = await campus.http.get(answer.request.url, headers=officer)
    assert again.json()["version"] == approved["version"]


async def import_of_another_year(campus: Campus, cohort: CohortOfGraduates) -> httpx.Response:
    """A roster that is accepted while nothing can be announced: its import waits and goes on."""
    answer = await campus.http.post(
        f"{campus.urls['registry']}/v1/imports/graduates",
        headers=campus.officer(cohort.school),
        data={"school_code": cohort.school, "cohort": str(COHORT - 1)},
        files={"file": ("file.xlsx", workbook([graduate_row(1, COHORT - 1)]))},
    )
    assert answer.status_code == 202, answer.text
    return answer


async def recovered(stack: Stack, campus: Campus) -> None:
    """The command of every service, after which all are ready."""
    for service in SERVICES:
        await stack.run(service, "recover-published")
    await until_ready(stack, campus)


async def converged(stack: Stack, campus: Campus, cohort: CohortOfGraduates, before: Any, lost: str) -> None:
    """Figures come to what they were at the moment of the copy; the copy knows no destination of the other school."""
    await until_quiet(stack)
    assert await figures(campus, cohort.school) == before
    [graduates] = await query(stack, "registry", "SELECT count(*) FROM graduates WHERE school_code = $1", lost)
    [decided] = await query(
        stack, "destinations", "SELECT count(*) FROM registrations WHERE school_code = $1 AND stage <> 'voided'", lost
    )
    for figure in await figures(campus, lost):
        assert figure["base"] == graduates["count"]
        assert figure["base"] - figure["not_registered"] == decided["count"]


async def one_content_each(stack: Stack) -> None:
    """One event id for each key and sequence: in the topics, in the outboxes, and at the consumer that keeps all."""
    contents: defaultdict[tuple[str, str, int], set[str]] = defaultdict(set)
    settings = stack.settings("indicators")
    async with reader(settings, [ROSTER, DECISIONS]) as client:
        ends = await client.end_offsets(list(client.assignment()))
        await client.seek_to_beginning()
        while [each for each in ends if await client.position(each) < ends[each]]:
            for records in (await client.getmany(timeout_ms=200)).values():
                for record in records:
                    said = {name: value.decode() for name, value in record.headers}
                    topic = record.topic.removeprefix(stack.prefix)
                    contents[topic, record.key.decode(), int(said["ce_sequence"])].add(said["ce_id"])
    for service, topic, versions in (
        ("registry", ROSTER, "roster_versions"),
        ("destinations", DECISIONS, "destination_versions"),
    ):
        stored = "SELECT key, sequence, event_id FROM outbox WHERE topic = $1"
        kept = f"SELECT graduate_id::text AS key, sequence, event_id FROM {versions}"
        for rows in (await query(stack, service, stored, topic), await query(stack, "indicators", kept)):
            for key, sequence, event_id in rows:
                contents[topic, key, sequence].add(str(event_id))
    assert {place: ids for place, ids in contents.items() if len(ids) > 1} == {}
