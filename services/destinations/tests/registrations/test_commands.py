import json
from datetime import date

import asyncpg
import pytest
from acting import (
    CIPHER,
    COLLEGE,
    OTHER_SCHOOL,
    SCHOOL,
    SEEKING,
    UNIT,
    act,
    approved,
    edit,
    events,
    graduate_role,
    register,
    registered,
    reviewed,
    rows,
    stored,
)
from enrolling import Enrolment, roster_entry
from sqlalchemy import text

from common.auth import SYSTEM
from common.clock import day_in_shanghai
from common.contracts import EVENT_TYPES
from common.contracts.registration import DestinationData
from common.database import Database
from destinations.registrations import storage
from destinations.registrations.domain import refusals
from destinations.registrations.domain.content import Destination
from destinations.registrations.domain.lifecycle import Action, Confirmation, Party, State
from destinations.tasks.storage import shown_disputes
from testing.databases import ServiceDatabase

CARRIED = {
    *("destination_code", "class_level1", "class_level2", "flexible", "flexible_kind", "employer_nature_code"),
    *("industry_code", "place_code", "position_code", "source", "state", "confirmation"),
}
"""The fields of an event that describe the destination itself."""

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


async def test_a_whole_life_is_recorded_and_announced(database: Database) -> None:
    recorded = await approved(database, UNIT)
    assert recorded.registration.version == 4
    assert recorded.registration.state is State.SCHOOL_APPROVED
    confirmed = await act(database, recorded, Action.CONFIRM)
    assert confirmed.registration.confirmation is Confirmation.CONFIRMED
    corrected = await edit(database, confirmed, SCHOOL, position_code="13")
    assert corrected.registration.confirmation is Confirmation.UNCONFIRMED
    disputed = await act(database, corrected, Action.DISPUTE)
    asked = await act(database, disputed, Action.REQUEST_VOID, SCHOOL)
    assert asked.change_token is None
    voided = await act(database, asked, Action.VOID, OTHER_SCHOOL)
    assert voided.registration.effective is None
    again = await register(database, SCHOOL, recorded.registration.graduate.id)
    assert again.registration.id != recorded.registration.id

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
    assert (token.key, token.sequence) == (str(recorded.registration.graduate.id), 2)

    async with database.reading() as connection:
        disputes = await shown_disputes(connection, CIPHER, Party.GRADUATE, recorded.registration.id)
        history = await storage.versions(connection, recorded.registration.id, 0, 100, disputes)
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
    assert [(each.note, each.dispute_kind) for each in history if each.action == "dispute"] == [("因故", "wrong_data")]


async def test_every_acknowledged_change_has_one_audit_entry(database: Database) -> None:
    recorded = await approved(database)
    trail = await rows(database, "SELECT * FROM audit_entries ORDER BY id")
    assert [(row["action"], row["detail"]["version"]) for row in trail] == [
        ("create", 1),
        ("submit", 2),
        ("college-approve", 3),
        ("school-approve", 4),
    ]
    assert {row["object_id"] for row in trail} == {str(recorded.registration.id)}
    assert [row["subject"] for row in trail[2:]] == ["college", "school"]


async def test_a_pending_change_leaves_the_effective_content(database: Database) -> None:
    before = await approved(database, UNIT)
    graduate = graduate_role(before.registration.graduate.id)
    pending = await edit(database, before, graduate, destination_code="70", reason="signing")
    assert pending.change_token is None
    found = await stored(database, graduate, before.registration.id)
    assert found.state is State.DRAFT
    assert found.content.employer_name is None
    assert found.effective is not None
    assert found.effective.content == UNIT
    assert found.effective.version == 4
    await reviewed(database, pending)
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
    pending = await edit(database, confirmed, graduate, **moved)
    recorded = await reviewed(database, pending)
    pending = await edit(database, recorded, graduate, position_code="13")
    void = await act(database, pending, Action.REQUEST_VOID, SCHOOL)
    refused = await act(database, void, Action.RETURN, SCHOOL)
    await act(database, refused, Action.DISPUTE)
    published = [(row["type"].rpartition(".")[2], row["data"]["changed_fields"]) for row in await events(database)]
    assert published[1:] == [
        ("confirmed", ["confirmation"]),
        ("decided", ["confirmation"]),
        ("disputed", ["confirmation"]),
    ]
    carried = published[0][1]
    assert carried == [name for name in DestinationData.model_fields if name in carried]
    assert set(carried) == CARRIED - {"flexible_kind"}


async def test_sequences_of_a_graduate_have_no_gap_over_void_and_registration(database: Database) -> None:
    recorded = await approved(database)
    graduate_id = recorded.registration.graduate.id
    for _ in range(2):
        recorded = await act(database, recorded, Action.REQUEST_VOID, SCHOOL)
        recorded = await act(database, recorded, Action.VOID, OTHER_SCHOOL)
        recorded = await register(database, SCHOOL, graduate_id)
        recorded = await act(database, recorded, Action.SUBMIT, SCHOOL)
        recorded = await act(database, recorded, Action.COLLEGE_APPROVE, COLLEGE)
        recorded = await act(database, recorded, Action.SCHOOL_APPROVE, OTHER_SCHOOL)
    assert [row["sequence"] for row in await events(database)] == [1, 2, 3, 4, 5]


async def test_a_decision_counts_from_today_or_from_the_day_before_it(
    database: Database, addresses: ServiceDatabase
) -> None:
    recorded = await registered(database)
    later = date(2099, 1, 1)
    await as_owner(addresses, f"UPDATE destination_streams SET last_decided_on = '{later}'")
    assert recorded.registration.decided_on == day_in_shanghai(recorded.registration.recorded_at)
    submitted = await act(database, recorded, Action.SUBMIT)
    assert submitted.registration.decided_on == later


async def test_a_withdrawn_graduate_is_frozen(database: Database) -> None:
    recorded = await approved(database)
    graduate_id = recorded.registration.graduate.id
    await Enrolment(database).keep(roster_entry(graduate_id, sequence=2, status="withdrawn"))
    with pytest.raises(refusals.GraduateWithdrawn):
        await act(database, recorded, Action.REQUEST_VOID, SCHOOL)
    with pytest.raises(refusals.GraduateWithdrawn):
        await edit(database, recorded, SCHOOL, reason="signing")
    withdrawn = await Enrolment(database)(status="transferred")
    with pytest.raises(refusals.GraduateWithdrawn):
        await register(database, SCHOOL, withdrawn)


async def test_a_commit_that_fails_is_never_a_success(database: Database, addresses: ServiceDatabase) -> None:
    graduate_id = await Enrolment(database)()
    await as_owner(addresses, FAIL_AT_COMMIT)
    try:
        with pytest.raises(asyncpg.PostgresError):
            await register(database, SCHOOL, graduate_id)
    finally:
        await as_owner(addresses, "DROP FUNCTION refuse() CASCADE")
    assert await rows(database, "SELECT 1 FROM registrations") == []
    assert await rows(database, "SELECT 1 FROM audit_entries") == []


async def test_the_database_itself_refuses_two_current_registrations_and_another_history(database: Database) -> None:
    recorded = await approved(database)
    for statement in (
        COPY_A_ROW,
        "DELETE FROM registration_versions",
        "UPDATE registration_versions SET note = 'x'",
        "DELETE FROM audit_entries",
    ):
        async with database.transaction(SYSTEM) as unit:
            with pytest.raises(asyncpg.PostgresError):
                await unit.connection.execute(text(statement))
    assert recorded.registration.version == 4


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
