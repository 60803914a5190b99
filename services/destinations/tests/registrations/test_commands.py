import asyncio
import json
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from enrolling import Enrolment, roster_entry
from fastapi import Request
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from common.auth import SYSTEM, Principal, Role
from common.clock import day_in_shanghai
from common.contracts import EVENT_TYPES
from common.contracts.registration import DestinationData
from common.database import Database
from common.errors import NotFound, PreconditionFailed
from common.http import Idempotency
from common.identifiers import GraduateId, RegistrationId
from destinations.registrations import commands, storage
from destinations.registrations.commands import Outcome, Target
from destinations.registrations.domain import refusals
from destinations.registrations.domain.content import Destination
from destinations.registrations.domain.lifecycle import Action, Confirmation, State
from destinations.registrations.domain.registration import Registration
from destinations.registrations.storage import Filters
from destinations.registry_client import RegistryUnavailable
from destinations.roster import storage as roster
from destinations.roster.domain import RosterEntry
from testing.databases import ServiceDatabase
from testing.waiting import eventually

SEEKING = Destination("70", reason="job_seeking")
UNIT = Destination(
    "10",
    employer_name="某某（郑州）公司",
    employer_uscc="91410100MA40ABCD15",
    employer_nature_code="39",
    industry_code="22",
    place_code="410102",
    employer_address="秘密路 1 号",
    position_code="40",
    signed_on=date(2024, 6, 15),
)
COLLEGE = Principal("college", Role.COLLEGE_OFFICER, school_code="10001", college_code="C01")
SCHOOL = Principal("school", Role.SCHOOL_OFFICER, school_code="10001")
COUNSELLOR = Principal("counsellor", Role.COUNSELLOR, school_code="10001", class_codes=frozenset({"K1"}))
STRANGER = Principal("stranger", Role.SCHOOL_OFFICER, school_code="10002")


class RosterBooks:
    """Registry, as far as it matters here: what it answers is given by the test."""

    def __init__(self) -> None:
        self.entries: dict[UUID, RosterEntry] = {}
        self.down = False

    async def graduate(self, graduate_id: GraduateId) -> RosterEntry | None:
        if self.down:
            raise RegistryUnavailable
        return self.entries.get(graduate_id)


NOBODY: Any = RosterBooks()
CARRIED = {
    *("destination_code", "class_level1", "class_level2", "flexible", "flexible_kind", "employer_nature_code"),
    *("industry_code", "place_code", "position_code", "source", "state", "confirmation"),
}
"""What events say of the destination itself."""

ONCE = Idempotency(Request({"type": "http"}), None)


async def enrol(database: Database, **given: Any) -> GraduateId:
    return await Enrolment(database)(**given)


async def stored(database: Database, caller: Principal, registration_id: RegistrationId) -> Registration:
    async with database.reading() as connection:
        return await storage.get(connection, commands.scope_of(caller), registration_id)


def graduate_role(graduate_id: UUID) -> Principal:
    return Principal(f"graduate {graduate_id}", Role.GRADUATE, graduate_id=graduate_id)


def target(outcome: Outcome) -> Target:
    expected = outcome.registration.version

    def must_equal(version: int) -> None:
        if version != expected:
            raise PreconditionFailed(version)

    return Target(outcome.registration.id, must_equal)


async def registered(database: Database, content: Destination = SEEKING, **given: object) -> Outcome:
    graduate_id = await enrol(database, **given)
    return await commands.register(database, NOBODY, graduate_role(graduate_id), graduate_id, content, ONCE)


async def act(database: Database, before: Outcome, action: Action, caller: Principal | None = None) -> Outcome:
    who = caller or graduate_role(before.registration.graduate.id)
    return await commands.act(database, who, target(before), action, ONCE, lambda: "因故")


async def approved(database: Database, content: Destination = SEEKING, **given: object) -> Outcome:
    outcome = await registered(database, content, **given)
    for action, caller in (
        (Action.SUBMIT, None),
        (Action.COLLEGE_APPROVE, COLLEGE),
        (Action.SCHOOL_APPROVE, SCHOOL),
    ):
        outcome = await act(database, outcome, action, caller)
    return outcome


FAIL_AT_COMMIT = """
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
    CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON registrations DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION refuse()
"""
COPY_A_ROW = """
    INSERT INTO registrations
    SELECT (jsonb_populate_record(each, jsonb_build_object('id', uuidv7()))).* FROM registrations each
"""


async def as_owner(addresses: ServiceDatabase, statements: str) -> None:
    owner = await asyncpg.connect(addresses.owner_url)
    await owner.execute(statements)
    await owner.close()


async def rows(database: Database, statement: str, **values: object) -> list[Any]:
    async with database.reading() as connection:
        return list((await connection.execute(text(statement), values)).mappings())


async def events(database: Database) -> list[Any]:
    return await rows(database, "SELECT * FROM outbox ORDER BY id")


async def test_a_whole_life_is_recorded_and_announced(database: Database) -> None:
    outcome = await approved(database, UNIT)
    assert outcome.registration.version == 4
    assert outcome.registration.state is State.SCHOOL_APPROVED
    confirmed = await act(database, outcome, Action.CONFIRM)
    assert confirmed.registration.confirmation is Confirmation.CONFIRMED
    corrected = await commands.edit(database, SCHOOL, target(confirmed), lambda: {"position_code": "13"})
    assert corrected.registration.confirmation is Confirmation.UNCONFIRMED
    disputed = await act(database, corrected, Action.DISPUTE)
    asked = await act(database, disputed, Action.REQUEST_VOID, SCHOOL)
    assert asked.change_token is None
    voided = await act(database, asked, Action.VOID, SCHOOL)
    assert voided.registration.effective is None
    again = await commands.register(database, NOBODY, SCHOOL, outcome.registration.graduate.id, SEEKING, ONCE)
    assert again.registration.id != outcome.registration.id

    published = await events(database)
    assert [row["type"].rpartition(".")[2] for row in published] == [
        "decided",
        "confirmed",
        "changed",
        "disputed",
        "voided",
    ]
    assert [row["sequence"] for row in published] == [1, 2, 3, 4, 5]
    assert [row["data"]["changed_fields"] for row in published[1:]] == [
        ["confirmation"],
        ["position_code", "source", "confirmation"],
        ["confirmation"],
        ["state"],
    ]
    for row in published:
        assert EVENT_TYPES[row["type"]].model.model_validate_json(json.dumps(row["data"]))
    token = confirmed.change_token
    assert token is not None
    assert (token.key, token.sequence) == (str(outcome.registration.graduate.id), 2)

    async with database.reading() as connection:
        history = await storage.versions(connection, outcome.registration.id, 0, 100)
    assert [(each.version, each.action, each.by_role) for each in history] == [
        (1, "create", "graduate"),
        (2, "submit", "graduate"),
        (3, "college-approve", "college_officer"),
        (4, "school-approve", "school_officer"),
        (5, "confirm", "graduate"),
        (6, "edit", "school_officer"),
        (7, "dispute", "graduate"),
        (8, "request-void", "school_officer"),
        (9, "void", "school_officer"),
    ]
    assert [each.note for each in history if each.action == "dispute"] == ["因故"]


async def test_every_acknowledged_change_has_one_audit_entry(database: Database) -> None:
    outcome = await approved(database)
    trail = await rows(database, "SELECT * FROM audit_entries ORDER BY id")
    assert [(row["action"], row["detail"]["version"]) for row in trail] == [
        ("create", 1),
        ("submit", 2),
        ("college-approve", 3),
        ("school-approve", 4),
    ]
    assert {row["object_id"] for row in trail} == {str(outcome.registration.id)}
    assert [row["subject"] for row in trail[2:]] == ["college", "school"]


async def test_a_pending_change_leaves_the_effective_content(database: Database) -> None:
    before = await approved(database, UNIT)
    graduate = graduate_role(before.registration.graduate.id)
    pending = await commands.edit(
        database, graduate, target(before), lambda: {"destination_code": "70", "reason": "signing"}
    )
    assert pending.change_token is None
    found = await stored(database, graduate, before.registration.id)
    assert found.state is State.DRAFT
    assert found.content.employer_name is None
    assert found.effective is not None
    assert found.effective.content == UNIT
    assert found.effective.version == 4
    outcome = pending
    for action, caller in ((Action.SUBMIT, None), (Action.COLLEGE_APPROVE, COLLEGE), (Action.SCHOOL_APPROVE, SCHOOL)):
        outcome = await act(database, outcome, action, caller)
    replaced = (await events(database))[-1]
    assert replaced["sequence"] == 2
    assert replaced["data"]["changed_fields"] == [
        "destination_code",
        "class_level1",
        "class_level2",
        "employer_nature_code",
        "industry_code",
        "place_code",
        "position_code",
    ]


async def test_an_event_names_what_differs_from_the_event_before(database: Database) -> None:
    """Between two events a change may be drafted, submitted and returned: none of it was announced."""
    decided = await approved(database, UNIT)
    confirmed = await act(database, decided, Action.CONFIRM)
    graduate = graduate_role(decided.registration.graduate.id)
    moved = {"employer_name": "另一公司", "employer_address": "别的路 2 号"}
    pending = await commands.edit(database, graduate, target(confirmed), lambda: moved)
    outcome = pending
    for action, caller in ((Action.SUBMIT, None), (Action.COLLEGE_APPROVE, COLLEGE), (Action.SCHOOL_APPROVE, SCHOOL)):
        outcome = await act(database, outcome, action, caller)
    pending = await commands.edit(database, graduate, target(outcome), lambda: {"position_code": "13"})
    void = await act(database, pending, Action.REQUEST_VOID, SCHOOL)
    refused = await act(database, void, Action.RETURN, SCHOOL)
    await act(database, refused, Action.DISPUTE)
    published = [(row["type"].rpartition(".")[2], row["data"]["changed_fields"]) for row in await events(database)]
    assert published[1:] == [
        ("confirmed", ["confirmation"]),
        ("decided", ["confirmation"]),
        ("disputed", ["confirmation"]),
    ]
    told = published[0][1]
    assert told == [name for name in DestinationData.model_fields if name in told]
    assert set(told) == CARRIED - {"flexible_kind"}


async def test_two_registrations_of_one_graduate_at_once_leave_one(database: Database) -> None:
    graduate_id = await enrol(database)
    attempts = [commands.register(database, NOBODY, SCHOOL, graduate_id, SEEKING, ONCE) for _ in range(6)]
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    assert sum(isinstance(each, Outcome) for each in outcomes) == 1
    assert sum(isinstance(each, refusals.AlreadyRegistered) for each in outcomes) == 5
    assert len(await rows(database, "SELECT 1 FROM registrations")) == 1


async def together(addresses: ServiceDatabase, graduate_id: UUID, acts: list[Any]) -> list[Any]:
    """Lets the acts begin one after the other and meet at the graduate's stream, then lets them go on at once."""
    holder, watcher = await asyncpg.connect(addresses.admin_url), await asyncpg.connect(addresses.admin_url)
    holding = holder.transaction()
    await holding.start()
    await holder.execute("SELECT 1 FROM destination_streams WHERE graduate_id = $1 FOR UPDATE", graduate_id)
    running = [asyncio.ensure_future(act) for act in acts]
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"

    async def all_wait() -> bool:
        return bool(await watcher.fetchval(waiting) == len(acts))

    await eventually(all_wait, describe="all acts at the lock")
    await holding.rollback()
    for connection in (holder, watcher):
        await connection.close()
    return await asyncio.gather(*running, return_exceptions=True)


async def test_two_acts_on_one_version_leave_one(database: Database, addresses: ServiceDatabase) -> None:
    submitted = await act(database, await registered(database), Action.SUBMIT)
    approvals = [act(database, submitted, Action.COLLEGE_APPROVE, COLLEGE) for _ in range(4)]
    refused = [act(database, submitted, Action.RETURN, COLLEGE) for _ in range(4)]
    outcomes = await together(addresses, submitted.registration.graduate.id, [*approvals, *refused])
    done = [each for each in outcomes if isinstance(each, Outcome)]
    assert len(done) == 1
    assert all(isinstance(each, Outcome | PreconditionFailed) for each in outcomes), outcomes
    assert done[0].registration.version == 3


async def test_a_correction_and_a_request_on_one_version_leave_one(
    database: Database, addresses: ServiceDatabase
) -> None:
    before = await approved(database)
    corrections = [commands.edit(database, SCHOOL, target(before), lambda: {"reason": "signing"}) for _ in range(3)]
    requests = [act(database, before, Action.REQUEST_VOID) for _ in range(3)]
    outcomes = await together(addresses, before.registration.graduate.id, [*corrections, *requests])
    assert sum(isinstance(each, Outcome) for each in outcomes) == 1
    assert all(isinstance(each, Outcome | PreconditionFailed) for each in outcomes), outcomes


async def test_a_stranger_does_not_wait_for_a_lock(database: Database, addresses: ServiceDatabase) -> None:
    before = await approved(database)
    holder = await asyncpg.connect(addresses.admin_url)
    async with holder.transaction():
        await holder.execute("SELECT 1 FROM destination_streams FOR UPDATE")
        async with asyncio.timeout(3):
            with pytest.raises(NotFound):
                await act(database, before, Action.REQUEST_VOID, STRANGER)
    await holder.close()


async def test_two_registrations_that_meet_leave_one(database: Database, addresses: ServiceDatabase) -> None:
    voided = await approved(database)
    voided = await act(database, await act(database, voided, Action.REQUEST_VOID, SCHOOL), Action.VOID, SCHOOL)
    graduate_id = voided.registration.graduate.id
    attempts = [commands.register(database, NOBODY, SCHOOL, graduate_id, SEEKING, ONCE) for _ in range(5)]
    outcomes = await together(addresses, graduate_id, attempts)
    assert sum(isinstance(each, Outcome) for each in outcomes) == 1
    assert sum(isinstance(each, refusals.AlreadyRegistered) for each in outcomes) == 4, outcomes


async def test_a_confirmation_is_of_the_version_that_was_seen(database: Database) -> None:
    seen = await approved(database)
    await commands.edit(database, SCHOOL, target(seen), lambda: {"reason": "signing"})
    with pytest.raises(PreconditionFailed):
        await act(database, seen, Action.CONFIRM)


async def test_sequences_of_a_graduate_have_no_gap_over_void_and_registration(database: Database) -> None:
    outcome = await approved(database)
    graduate_id = outcome.registration.graduate.id
    for _ in range(2):
        outcome = await act(database, outcome, Action.REQUEST_VOID, SCHOOL)
        outcome = await act(database, outcome, Action.VOID, SCHOOL)
        outcome = await commands.register(database, NOBODY, SCHOOL, graduate_id, SEEKING, ONCE)
        outcome = await act(database, outcome, Action.SUBMIT, SCHOOL)
        outcome = await act(database, outcome, Action.COLLEGE_APPROVE, COLLEGE)
        outcome = await act(database, outcome, Action.SCHOOL_APPROVE, SCHOOL)
    assert [row["sequence"] for row in await events(database)] == [1, 2, 3, 4, 5]


async def test_a_decision_counts_from_today_or_from_the_day_before_it(
    database: Database, addresses: ServiceDatabase
) -> None:
    outcome = await registered(database)
    later = date(2099, 1, 1)
    await as_owner(addresses, f"UPDATE destination_streams SET last_decided_on = '{later}'")
    assert outcome.registration.decided_on == day_in_shanghai(outcome.registration.recorded_at)
    submitted = await act(database, outcome, Action.SUBMIT)
    assert submitted.registration.decided_on == later


async def test_nothing_is_seen_outside_the_scope(database: Database) -> None:
    outcome = await registered(database)
    for outsider in (
        STRANGER,
        graduate_role(uuid4()),
        Principal("x", Role.COLLEGE_OFFICER, school_code="10001", college_code="C02"),
        Principal("x", Role.COUNSELLOR, school_code="10001", class_codes=frozenset({"K2"})),
        Principal("x", Role.COUNSELLOR, school_code="10001", college_code="C02", class_codes=frozenset({"K1"})),
        Principal("x", Role.MINISTRY),
        Principal("x", Role.SCHOOL_OFFICER),
    ):
        with pytest.raises(NotFound):
            await stored(database, outsider, outcome.registration.id)
        with pytest.raises(NotFound):
            await act(database, outcome, Action.SUBMIT, outsider)
    for insider in (COUNSELLOR, COLLEGE, SCHOOL, Principal("a", Role.ADMIN)):
        assert (await stored(database, insider, outcome.registration.id)).version == 1


async def test_an_unknown_and_a_foreign_graduate_look_the_same(database: Database) -> None:
    foreign = await enrol(database, school_code="10002")
    refused = []
    for graduate_id in (foreign, GraduateId(uuid4())):
        with pytest.raises(refusals.UnknownGraduate) as refusal:
            await commands.register(database, NOBODY, SCHOOL, graduate_id, SEEKING, ONCE)
        refused.append((refusal.value.code, refusal.value.detail, refusal.value.problems, refusal.value.extra))
    assert refused[0] == refused[1]


async def test_a_graduate_whose_event_is_on_its_way_is_asked_for(database: Database) -> None:
    registry: Any = RosterBooks()
    graduate_id = GraduateId(uuid4())
    registry.entries[graduate_id] = roster_entry(graduate_id, sequence=0)
    outcome = await commands.register(database, registry, SCHOOL, graduate_id, SEEKING, ONCE)
    assert outcome.registration.graduate.college_code == "C01"
    await Enrolment(database).keep(roster_entry(graduate_id, sequence=1, college_code="C09"))
    found = await stored(database, SCHOOL, outcome.registration.id)
    assert found.graduate.college_code == "C09"


async def test_while_registry_is_down_an_unknown_graduate_is_not_refused_as_unknown(database: Database) -> None:
    registry: Any = RosterBooks()
    registry.down = True
    with pytest.raises(RegistryUnavailable):
        await commands.register(database, registry, SCHOOL, GraduateId(uuid4()), SEEKING, ONCE)


async def test_a_withdrawn_graduate_is_frozen(database: Database) -> None:
    outcome = await approved(database)
    graduate_id = outcome.registration.graduate.id
    await Enrolment(database).keep(roster_entry(graduate_id, sequence=2, status="withdrawn"))
    with pytest.raises(refusals.GraduateWithdrawn):
        await act(database, outcome, Action.REQUEST_VOID, SCHOOL)
    with pytest.raises(refusals.GraduateWithdrawn):
        await commands.edit(database, SCHOOL, target(outcome), lambda: {"reason": "signing"})
    withdrawn = await enrol(database, status="transferred")
    with pytest.raises(refusals.GraduateWithdrawn):
        await commands.register(database, NOBODY, SCHOOL, withdrawn, SEEKING, ONCE)


async def test_an_older_roster_event_changes_nothing(database: Database) -> None:
    graduate_id = await enrol(database, sequence=5, college_code="C05")
    await Enrolment(database).keep(roster_entry(graduate_id, sequence=4, college_code="C04"))
    async with database.reading() as connection:
        found = await roster.find(connection, graduate_id)
    assert found is not None
    assert found[0].college_code == "C05"


async def test_a_commit_that_fails_is_never_a_success(database: Database, addresses: ServiceDatabase) -> None:
    graduate_id = await enrol(database)
    await as_owner(addresses, FAIL_AT_COMMIT)
    with pytest.raises(DBAPIError):
        await commands.register(database, NOBODY, SCHOOL, graduate_id, SEEKING, ONCE)
    assert await rows(database, "SELECT 1 FROM registrations") == []
    assert await rows(database, "SELECT 1 FROM audit_entries") == []


async def test_the_database_itself_refuses_two_current_registrations_and_one_reviewer(database: Database) -> None:
    outcome = await approved(database)
    for statement in (
        COPY_A_ROW,
        "UPDATE registrations SET approved_by_college = approved_by_school",
        "DELETE FROM registration_versions",
        "UPDATE registration_versions SET note = 'x'",
        "DELETE FROM audit_entries",
    ):
        async with database.transaction(SYSTEM) as unit:
            with pytest.raises(DBAPIError):
                await unit.connection.execute(text(statement))
    assert outcome.registration.version == 4


async def test_nothing_personal_is_announced(database: Database) -> None:
    abroad = Destination(
        "85",
        abroad_country="CANARY-1",
        abroad_school_name_zh="CANARY-2",
        abroad_school_name_en="CANARY-3",
        abroad_major_zh="CANARY-4",
        abroad_major_en="CANARY-5",
    )
    await act(database, await approved(database, abroad), Action.DISPUTE)
    await approved(database, UNIT)
    await approved(database, SEEKING)
    written = " ".join(str(dict(row)) for row in await events(database))
    for secret in ("CANARY", "秘密路", "某某", "91410100", "job_seeking", "因故"):
        assert secret not in written


async def test_pages_go_through_all_registrations_once(database: Database) -> None:
    made = [(await registered(database)).registration.id for _ in range(5)]
    await registered(database, school_code="10002")
    seen: list[RegistrationId] = []
    async with database.reading() as connection:
        while page := await storage.page(connection, SCHOOL.row_scope(), Filters(), seen[-1] if seen else None, 2):
            seen += [each.id for each in page]
    assert seen == sorted(made)
