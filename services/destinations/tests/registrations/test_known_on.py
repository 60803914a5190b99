"""Registrations as they were known before a moment: what was read right after each act, once more later."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from acting import COLLEGE, SCHOOL, UNIT, act, edit, graduate_role, register, reviewed
from describing import entered
from desks import Desk, Seat, code_of
from enrolling import Enrolment

from common.auth import EVERYTHING
from common.clock import today
from common.database import Database
from common.errors import NotFound
from common.identifiers import GraduateId
from destinations.registrations import storage
from destinations.registrations.commands import Recorded
from destinations.registrations.domain.content import Destination
from destinations.registrations.domain.lifecycle import Action, Stage
from destinations.registrations.domain.registration import Registration
from destinations.registrations.storage import Filters
from destinations.seasons.domain import ALWAYS

GAPPED = Destination("76", freelance_kind="翻译", place_code="410102")
"""Pay is expected of it."""

MICROSECOND = timedelta(microseconds=1)


async def read(database: Database, stands: Recorded, before: datetime | None = None) -> Registration:
    async with database.reading() as connection:
        return await storage.get(connection, EVERYTHING, stands.id, before)


def comparable(found: Registration) -> Registration:
    """Without what no version keeps: the levels, which of them holds a void; groups are another matter."""
    stage = Stage.VOID_AT_SCHOOL if found.stage is Stage.VOID_AT_COLLEGE else found.stage
    effective = found.effective and replace(found.effective, confirmation=None)
    plain = replace(found.graduate, college_code=None, major_code=None, class_code=None, education_level_code=None)
    known = replace(plain, training_mode_code=None)
    return replace(found, stage=stage, levels=ALWAYS, effective=effective, graduate=known)


async def test_each_version_is_read_later_as_it_stood(database: Database, enrol: Enrolment) -> None:
    graduate_id = await enrol()
    own = graduate_role(graduate_id)
    stands = await register(database, own, graduate_id, GAPPED)
    read_then = [await read(database, stands)]
    acts: list[Any] = [
        *((Action.SUBMIT, own), (Action.RETURN, COLLEGE), (None, own), (Action.SUBMIT, own)),
        *((Action.COLLEGE_APPROVE, COLLEGE), (Action.SCHOOL_APPROVE, SCHOOL), (Action.CONFIRM, own)),
        *((None, own), (Action.REQUEST_VOID, own), (Action.COLLEGE_APPROVE, COLLEGE), (Action.VOID, SCHOOL)),
    ]
    for action, caller in acts:
        if action is None:
            stands = await edit(database, stands, caller, **vars(UNIT) | {"employer_address": f"路 {stands.version}"})
        else:
            stands = await act(database, stands, action, caller)
        read_then.append(await read(database, stands))
    assert (len(read_then[0].incomplete), read_then[-1].incomplete) == (2, ())
    assert [each.version for each in read_then] == list(range(1, len(acts) + 2))
    for at, expected in enumerate(read_then):
        later = await read(database, stands, expected.recorded_at + MICROSECOND)
        assert comparable(later) == comparable(expected), acts[at - 1] if at else "create"
        if at:
            before = await read(database, stands, expected.recorded_at)
            assert before.version == expected.version - 1
    with pytest.raises(NotFound):
        await read(database, stands, read_then[0].recorded_at)


async def test_groups_are_those_of_then_and_rows_those_of_today(database: Database, enter: Any, seat: Seat) -> None:
    graduate_id = GraduateId(uuid4())
    long_ago = datetime.fromisoformat("2024-01-01T00:00:00+08:00")
    await enter(entered(graduate_id, 1, recorded_at=long_ago, class_code="K1"))
    first = await register(database, graduate_role(graduate_id), graduate_id)
    between = first.registration.recorded_at + MICROSECOND
    await enter(
        entered(graduate_id, 2, recorded_at=between, college_code="C02", major_code="M9", class_code="K9", cohort=2025)
    )
    then = await read(database, first, between)
    assert (then.graduate.college_code, then.graduate.class_code, then.graduate.cohort) == ("C01", "K1", 2024)
    after = await read(database, first, between + MICROSECOND)
    assert (after.graduate.college_code, after.graduate.major_code, after.graduate.cohort) == ("C02", "M9", 2025)
    async with database.reading() as connection:
        cases: list[tuple[dict[str, Any], datetime, int]] = [
            ({"college": "C01"}, between, 1),
            ({"college": "C02"}, between, 0),
            ({"college": "C02", "cohort": 2025, "class_": "K9", "major": "M9"}, between + MICROSECOND, 1),
            ({"cohort": 2024}, between, 1),
            ({"cohort": 2024}, between + MICROSECOND, 0),
        ]
        for given, moment, seen in cases:
            found = await storage.page(connection, EVERYTHING, Filters(**given), None, 10, moment)
            assert len(found) == seen, given
    day = {"known_on": str(today())}
    address = f"/v1/registrations/{first.id}"
    mine, left = (seat("college_officer", school="10001", college=college) for college in ("C02", "C01"))
    assert (await mine.get(address, **day)).status_code == 200
    assert (await left.get(address, **day)).status_code == 404
    assert (await left.get("/v1/registrations", **day)).json()["items"] == []


async def test_filters_are_about_what_was_known(database: Database, enrol: Enrolment) -> None:
    graduate_id = await enrol()
    stands = await reviewed(database, await register(database, graduate_role(graduate_id), graduate_id))
    asked = await act(database, stands, Action.REQUEST_VOID)
    changed = await act(database, asked, Action.COLLEGE_APPROVE, COLLEGE)
    moments = {each.version: each.registration.recorded_at + MICROSECOND for each in (stands, changed)}
    cases: list[tuple[dict[str, Any], int, int]] = [
        ({"state": "school_approved"}, stands.version, 1),
        ({"state": "void_requested"}, stands.version, 0),
        ({"state": "void_requested"}, changed.version, 1),
        ({"destination": "70", "school": "10001", "late": False}, changed.version, 1),
        ({"destination": "10"}, changed.version, 0),
    ]
    async with database.reading() as connection:
        for given, version, seen in cases:
            filters = Filters(**given)
            found = await storage.page(connection, EVERYTHING, filters, None, 10, moments[version])
            assert [each.version for each in found] == [version] * seen, given


async def test_a_day_over_http(database: Database, enrol: Enrolment, school: Desk) -> None:
    draft = await school.register(await enrol())
    address = f"/v1/registrations/{draft.json()['id']}"
    now = await school.get(address, known_on=str(today()))
    live = await school.get(address)
    # nobody may act on the past; in tests the roster has no versions
    expected = live.json() | {"allowed_transitions": [], "college_code": None}
    assert now.json() == expected
    listed = await school.get("/v1/registrations", known_on=str(today()))
    assert listed.json()["items"] == [expected]
    yesterday = str(today() - timedelta(days=1))
    assert (await school.get(address, known_on=yesterday)).status_code == 404
    assert (await school.get("/v1/registrations", known_on=yesterday)).json()["items"] == []
    for path in (address, "/v1/registrations"):
        refused = await school.get(path, known_on=str(today() + timedelta(days=1)))
        assert code_of(refused) == (400, "bad_query")
