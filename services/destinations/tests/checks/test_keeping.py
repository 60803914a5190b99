"""What checks keep: notes under another key of the ring, samples that fit together, acts that lock in one order."""

from functools import partial
from uuid import UUID

import asyncpg
import pytest
from acting import COLLEGE, OTHER_SCHOOL, UNIT, approved, graduate_role, rows
from desks import Desk
from enrolling import Enrolment, erasure
from rounds import closed_ago, draw, enter, in_second_round

from common.auth import Principal, Role
from common.crypto import FieldCipher, KeyRing
from common.database import Database, UnitOfWork
from common.errors import Versions
from common.identifiers import Cohort, SchoolCode
from destinations.checks.commands import ledger, samples
from destinations.checks.domain.ledger import CheckMethod, CheckResult, Finding
from destinations.checks.domain.samples import CheckedBy, Filter, SamplePlan
from destinations.checks.operations import end_past
from destinations.checks.storage import entries
from destinations.checks.storage.ending import past
from destinations.checks.storage.erasing import reseal_checks
from destinations.checks.subscriptions import erase_checks
from destinations.registrations import commands
from destinations.registrations.domain.lifecycle import Action
from destinations.registrations.subscriptions import erase_registrations
from destinations.roster.subscriptions import keep_graduates
from destinations.settings import Settings
from destinations.verification import verify_samples
from testing.collisions import Act, meet
from testing.databases import ServiceDatabase

WRONG = Finding(method=CheckMethod.DOCUMENT, outcome=None, result=CheckResult.WRONG, evidence_ids=(), note="有误")
PLAN = SamplePlan(
    school_code=SchoolCode("10001"),
    cohort=Cohort(2024),
    filter=Filter(),
    size=2,
    strata=None,
    checked_by=CheckedBy.SCHOOL,
)


@pytest.fixture(autouse=True)
async def season(database: Database) -> None:
    await in_second_round(database)


async def test_notes_are_sealed_by_another_key_of_the_ring(
    database: Database, enrol: Enrolment, college: Desk, school: Desk, settings: Settings
) -> None:
    graduate_id = await enrol()
    await enter(college, graduate_id, result="wrong", note="台账备注")
    drawn = await draw(school)
    path = f"/v1/samples/{drawn.json()['id']}/items/1/decide"
    assert (await school.colleague.post(path, {"result": "wrong", "method": "system", "note": "抽查备注"})).is_success
    assert settings.keyring_file is not None
    ring = KeyRing.load(settings.keyring_file)
    newer = KeyRing.generate("k2")
    joined = KeyRing(
        fields={**ring.fields, newer.current: newer.fields[newer.current]},
        current=newer.current,
        index=ring.index,
        fingerprint=ring.fingerprint,
    )
    cipher = FieldCipher(joined)
    assert await reseal_checks(database, cipher) == 2
    assert await reseal_checks(database, cipher) == 0
    only = FieldCipher(
        KeyRing(fields=newer.fields, current=newer.current, index=ring.index, fingerprint=ring.fingerprint)
    )
    async with database.reading() as connection:
        [entry] = await entries.of_graduate(connection, only, graduate_id)
    assert entry.finding.note == "台账备注"
    [decided] = await rows(database, "SELECT * FROM sample_decisions")
    item = f"{decided.sample_id}/{decided.n}"
    assert only.decrypt("sample_decisions.note", item, decided.note_cipher) == "抽查备注"


async def test_notes_are_emptied_three_years_later_and_what_was_found_stays(
    database: Database, enrol: Enrolment, college: Desk, school: Desk, addresses: ServiceDatabase
) -> None:
    await enter(college, await enrol(), result="wrong", note="台账备注")
    path = f"/v1/samples/{(await draw(school)).json()['id']}/items/1/decide"
    await school.colleague.post(path, {"result": "wrong", "method": "system", "note": "抽查备注"})
    assert await end_past(database) == 0
    owner = await asyncpg.connect(addresses.admin_url)
    for table in ("ledger_entries", "sample_decisions"):
        await owner.execute(f"UPDATE {table} SET recorded_at = recorded_at - interval '3 years 1 day'")
    await owner.execute(closed_ago("3 years 1 day"))
    await owner.close()
    async with database.reading() as connection:
        assert (await past(connection))[0] == 2
    assert await end_past(database, part=1) == 2
    for table in ("ledger_entries", "sample_decisions"):
        [kept] = await rows(database, f"SELECT result, note_cipher FROM {table}")
        assert tuple(kept) == ("wrong", None)
    ended = await rows(database, "SELECT object_id, school_code FROM audit_entries WHERE action = 'retention.end'")
    assert sorted(map(tuple, ended)) == [("ledger_note", "10001"), ("sample_note", "10001")]


async def test_a_sample_that_was_touched_is_found(
    database: Database, addresses: ServiceDatabase, enrol: Enrolment, school: Desk, settings: Settings
) -> None:
    for _ in range(5):
        await enrol()
    first, second = await draw(school, 2), await draw(school, 2)
    verified = await verify_samples(database, settings)
    assert (verified.compared, verified.differences) == (2, 0)
    owner = await asyncpg.connect(addresses.owner_url)
    await owner.execute("UPDATE samples SET seed = repeat('0', 32) WHERE id = $1", UUID(first.json()["id"]))
    changed = await verify_samples(database, settings)
    await owner.execute("UPDATE samples SET frame = frame || ' ' WHERE id = $1", UUID(second.json()["id"]))
    await owner.close()
    assert second.json()["id"] not in changed.named
    assert second.json()["id"] in (await verify_samples(database, settings)).named


async def test_checks_lock_in_the_order_of_all_acts(database: Database, settings: Settings) -> None:
    """Each act on a graduate meets each other one: they lock the stream first."""
    cipher = FieldCipher.load(settings.keyring_file)
    ids = [await Enrolment(database)() for _ in range(2)]
    effective = await approved(database, UNIT, graduate_id=ids[0])
    await database.act(
        COLLEGE.actor,
        partial(ledger.enter, caller=COLLEGE, cipher=cipher, graduate_id=ids[0], number=1, finding=WRONG),
    )
    [entry] = await rows(database, "SELECT id FROM ledger_entries")
    sample = await database.act(OTHER_SCHOOL.actor, partial(samples.make, caller=OTHER_SCHOOL, plan=PLAN))
    found = await rows(database, "SELECT n FROM sample_items WHERE graduate_id = :id", id=ids[0])
    n = found[0].n

    async def erase(unit: UnitOfWork) -> None:
        events = [erasure(ids[0])]
        await keep_graduates(unit, events)
        await erase_registrations(unit, events)
        await erase_checks(unit, events)

    third = Principal("a third", Role.SCHOOL_OFFICER, school_code="10001")
    acts: dict[str, Act] = {
        "enter": partial(ledger.enter, caller=COLLEGE, cipher=cipher, graduate_id=ids[0], number=2, finding=WRONG),
        "renew": partial(
            ledger.renew, caller=COLLEGE, cipher=cipher, entry_id=entry.id, expected=Versions(any=True), changes={}
        ),
        "decide": partial(samples.decide, caller=third, cipher=cipher, sample_id=sample.id, n=n, finding=WRONG),
        "assign": partial(samples.assign, caller=third, cipher=cipher, sample_id=sample.id, n=n),
        "confirm": partial(
            commands.act,
            caller=graduate_role(ids[0]),
            registration_id=effective.id,
            expected=Versions(any=True),
            action=Action.CONFIRM,
        ),
        "erase": erase,
    }
    own = ("enter", "renew", "decide", "assign")
    pairs = {(name, other) for name in own for other in (name, "confirm", "erase")} | {("decide", "assign")}
    for name, other in sorted(pairs):
        await meet(database, acts[name], acts[other])
