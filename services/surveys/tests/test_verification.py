"""`verify`: what fits together is clean, and each check finds a fault that is planted in the rows."""

import json
from argparse import Namespace
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any
from uuid import UUID

import httpx
import pytest

from common.contracts.envelope import IncomingEvent
from common.contracts.organisation import UnitKind
from common.crypto import FieldCipher
from common.database import Database
from common.identifiers import SchoolCode
from surveys.answers.commands import close_due_waves
from surveys.histories import OF_DESTINATIONS, OF_REGISTRY, verify_with_events
from surveys.invariants import INVARIANTS
from surveys.maintenance import run_verify
from surveys.settings import Settings
from surveys.verification import CHECKS

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
ANY = {"If-Match": "*"}
ANSWERS = ("contents", "counts", "measures")
COMPLETE: Json = {"satisfied": "y", "match": 4}
OF = "response_id IN (SELECT id FROM responses WHERE graduate_id = :id)"


@pytest.fixture
def plan(plan: Json) -> Json:
    return plan | {"edit_hours": None, "caps": [{"id": "all", "condition": "true()", "limit": 9}]}


@pytest.fixture
async def answered(client: Client, agreed: list[str]) -> list[str]:
    """Three links: with a submitted answer, with one that is edited again, and with one that was withdrawn."""
    for token in agreed:
        holder = client(link=token)
        assert (await holder.post("/v1/answer/submit", json={"values": COMPLETE}, headers=ANY)).status_code == 200
    edited, withdrawn = (client(link=token) for token in agreed[1:])
    assert (await edited.post("/v1/answer/reopen", headers=ANY)).status_code == 200
    await edited.put("/v1/answer/pages/study", json={"values": {"match": 1}}, headers=ANY)
    assert (await withdrawn.post("/v1/answer/withdraw")).status_code == 204
    return agreed


async def differing(database: Database, settings: Settings, school: str, ids: dict[str, int]) -> dict[str, set[int]]:
    """Which of the school's responses each check names."""
    found = {}
    for name in ANSWERS:
        verified = await CHECKS[name](database, settings, school)
        assert (verified.compared, verified.differences) == (len(ids), len(verified.named))
        if named := {ids[each] for each in verified.named}:
            found[name] = named
    return found


@pytest.mark.parametrize(
    ("planted", "graduate", "named"),
    [
        ("SELECT CAST(:id AS uuid)", 0, set()),
        ("UPDATE responses SET questions_answered = 1 WHERE graduate_id = :id", 0, {"counts"}),
        ("UPDATE responses SET state = 'open' WHERE graduate_id = :id", 2, {"counts"}),
        ('UPDATE outbox SET data = data || \'{"state": "open"}\' WHERE key = :key', 0, {"counts"}),
        ("UPDATE outbox SET data = jsonb_set(data, '{values,0,value}', '2') WHERE key = :key", 1, {"measures"}),
        ("UPDATE outbox SET data = jsonb_set(data, '{values}', '[]') WHERE key = :key", 0, {"measures"}),
        ("UPDATE responses SET measured_version = NULL WHERE graduate_id = :id", 0, {"measures"}),
        ("UPDATE responses SET measured_version = 1 WHERE graduate_id = :id", 2, {"measures"}),
        ("UPDATE submitted_contents SET values_ciphertext = '\\x00' WHERE " + OF, 0, {"contents", "measures"}),
        ("UPDATE submitted_contents SET completeness = 'partial' WHERE " + OF, 1, {"contents"}),
        ("DELETE FROM submitted_contents WHERE " + OF, 1, {"contents", "measures"}),
        ("UPDATE responses SET effective_version = 1 WHERE graduate_id = :id", 0, {"contents", "measures"}),
        ("UPDATE responses SET detached_at = now() WHERE graduate_id = :id", 0, {"contents"}),
        ("UPDATE graduates SET erased = true WHERE graduate_id = :id", 1, {"contents"}),
    ],
)
async def test_a_planted_fault_in_answers_is_found(
    database: Database,
    settings: Settings,
    answered: list[str],
    school: str,
    graduates: list[UUID],
    rows: Any,
    broken: Callable[..., Any],
    planted: str,
    graduate: int,
    named: set[str],
) -> None:
    stored = await rows("SELECT id, graduate_id FROM responses WHERE graduate_id = ANY(:ids)", ids=graduates)
    ids = {str(each["id"]): graduates.index(each["graduate_id"]) for each in stored}
    assert await differing(database, settings, school, ids) == {}
    whom = graduates[graduate]
    topic = "response" if "state" in planted else "measure"
    if ":key" in planted:
        await broken(f"{planted} AND topic LIKE :topic", key=str(whom), topic=f"%.{topic}.v1")
    else:
        await broken(planted, id=whom)
    assert await differing(database, settings, school, ids) == {each: {graduate} for each in named}


@pytest.mark.parametrize(
    ("planted", "name", "table"),
    [
        ("UPDATE graduates SET status = 'completed' WHERE graduate_id = :id", "roster", "graduates"),
        ("UPDATE graduates SET counted = false WHERE graduate_id = :id", "roster", "graduates"),
        ("DELETE FROM graduates WHERE graduate_id = :id", "roster", "graduates"),
        ("UPDATE roster_groups SET major_code = '080901' WHERE graduate_id = :id", "roster", "roster_groups"),
        ("UPDATE schools SET name = '别的大学' WHERE school_code = :school", "roster", "schools"),
        (
            "UPDATE effective_registrations SET destination_code = '11' WHERE graduate_id = :id",
            "registrations",
            "effective_registrations",
        ),
        ("UPDATE effective_registrations SET sequence = 9 WHERE graduate_id = :id", "registrations",
         "effective_registrations"),
    ],
)  # fmt: skip
async def test_a_planted_fault_in_the_roster_is_found(
    database: Database,
    keep: Any,
    situate: Any,
    school: str,
    graduates: list[UUID],
    graduate_event: Any,
    registration_event: Any,
    unit_event: Any,
    broken: Callable[..., Any],
    planted: str,
    name: str,
    table: str,
) -> None:
    whom = graduates[0]
    events: list[IncomingEvent] = [
        *(graduate_event(school, each, sequence=2, counted=True) for each in graduates),
        unit_event(school, UnitKind.SCHOOL, "某大学", sequence=1),
    ]
    registered: list[IncomingEvent] = [registration_event(school, each) for each in graduates]
    await keep(events)
    await situate([*events[:-1], *registered])

    async def found() -> set[str]:
        named: set[str] = set()
        for check, kept, said in (("roster", OF_REGISTRY, events), ("registrations", OF_DESTINATIONS, registered)):
            verified = await verify_with_events(check, kept, database, once(said), SchoolCode(school), 0.0)
            named |= {f"{check} {each}" for each in verified.named}
        return named

    assert await found() == set()
    await broken(planted, **({"school": school} if ":school" in planted else {"id": whom}))
    key = school if table == "schools" else whom
    assert await found() == {f"{name} {table} {key}"}


def once(events: Sequence[IncomingEvent]) -> Callable[[], AsyncIterator[list[IncomingEvent]]]:
    """A feed that gives these events, page by page."""
    left = list(events)

    async def rest() -> AsyncIterator[list[IncomingEvent]]:
        while left:
            yield [left.pop(0)]

    return rest


@pytest.mark.parametrize(
    ("planted", "check"),
    [
        ("UPDATE wave_caps SET taken = taken + 1 WHERE wave_id = :id", "caps"),
        ("DELETE FROM cap_places WHERE wave_id = :id", "caps"),
        ("UPDATE waves SET eligible = 9 WHERE id = :id", "waves"),
        ("UPDATE frozen_rows SET digest = '\\x00' WHERE wave_id = :id", "waves"),
        ("DELETE FROM frozen_rows WHERE wave_id = :id", "waves"),
        ("UPDATE graduates SET erased = true WHERE graduate_id IN (SELECT graduate_id FROM wave_eligible"
         " WHERE wave_id = :id)", "waves"),
    ],
)  # fmt: skip
async def test_a_planted_fault_in_a_wave_is_found(
    database: Database, settings: Settings, cipher: FieldCipher, answered: list[str], school: str, wave: Json,
    manager: httpx.AsyncClient, moved: Any, broken: Callable[..., Any], planted: str, check: str,
) -> None:  # fmt: skip
    await moved(wave["id"], "closes_at = statement_timestamp() - interval '1 second'")
    await close_due_waves(database, cipher)
    assert (await manager.post(f"/v1/waves/{wave['id']}/freeze", headers=ANY)).status_code == 200

    async def found() -> list[str]:
        named = [(name, await CHECKS[name](database, settings, school)) for name in ("caps", "waves")]
        return [name for name, verified in named if verified.differences]

    assert await found() == []
    await broken(planted, id=wave["id"])
    assert await found() == [check]


async def test_without_owners_the_rest_is_compared(
    database: Database, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = settings.model_copy(update={"registry_url": None, "destinations_url": None})
    assert await run_verify(alone, database, Namespace(school=None)) in {1, 2}
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith('{"check"')]
    sealed = ["contacts_sealed", "papers_sealed"]
    checks = [*ANSWERS, "waves", *INVARIANTS, *sealed, "exports", "groups", "promises", "results"]
    assert [each["check"] for each in printed] == checks
    assert all(each.keys() == {"check", "compared", "differences", "named"} for each in printed)
