"""Every pair of acts that lock the same rows meets in both directions: one lock order, so no deadlock."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

import httpx
import pytest

from common.auth import Principal, Role
from common.crypto import FieldCipher
from common.database import Database, UnitOfWork
from common.errors import Versions
from common.identifiers import Cohort, GraduateId, MajorCode, SchoolCode
from registry.graduates import commands as graduates
from registry.graduates.storage.locks import lock_roster
from registry.organisation import commands as organisation
from registry.organisation.domain import Kind, OrganisationUnit, Place
from testing.collisions import Act, meet

Json = dict[str, Any]

ANY = Versions(any=True)
COHORT = Cohort(2024)
ADMIN = Principal(subject="admin", role=Role.ADMIN)
ENTERED = {"student_number": "2020002", "name": "李四", "college_code": "C1", "major_code": "M1"}

PAIRS = [
    ("enter", "enter"),
    ("enter", "import"),
    ("change", "change"),
    ("change", "withdraw"),
    ("withdraw", "import"),
    ("create class", "create class"),
    ("create class", "change college"),
    ("create class", "import"),
    ("change college", "change school"),
    ("change college", "import"),
    ("change school", "import"),
]
"""Acts that lock rows or a roster that the other one locks, too; a withdrawal locks what a change does."""


@pytest.fixture
async def acts(admin: httpx.AsyncClient, cipher: FieldCipher, school: SchoolCode, graduate: Json) -> Mapping[str, Act]:
    """The acts of both areas on one school, and what an import of its roster does to the same rows."""
    for path, body in (("colleges", {"code": "C1", "name": "理学院"}), ("majors", {"code": "M1", "name": "数学"})):
        assert (await admin.post(f"/v1/schools/{school}/{path}", json=body)).status_code == 201
    enter = partial(graduates.create, caller=ADMIN, cipher=cipher, school_code=school, cohort=COHORT, given=ENTERED)
    graduate_id = GraduateId(UUID(graduate["id"]))
    change = partial(
        graduates.change,
        caller=ADMIN,
        cipher=cipher,
        graduate_id=graduate_id,
        expected=ANY,
        given={"sex_code": "1", "college_code": "C1"},
    )
    withdraw = partial(
        graduates.withdraw, caller=ADMIN, cipher=cipher, graduate_id=graduate_id, expected=ANY, reason="退学"
    )
    new = OrganisationUnit(kind=Kind.CLASS, school_code=school, code="K1", name="一班", major_code=MajorCode("M1"))
    create_class = partial(organisation.create, caller=ADMIN, new=new)
    renamed = partial(organisation.change, caller=ADMIN, expected=ANY, given={"name": "新名"})
    change_college = partial(renamed, place=Place(Kind.COLLEGE, school, "C1"))
    change_school = partial(renamed, place=Place(Kind.SCHOOL, school, school))

    async def imported(unit: UnitOfWork) -> None:
        """Locks as an import does: the roster alone, then the units that rows bring, then graduates."""
        await lock_roster(unit.connection, school, COHORT)
        for act in (change_college, create_class, change):
            await act(unit)

    return {
        "enter": enter,
        "change": change,
        "withdraw": withdraw,
        "create class": create_class,
        "change college": change_college,
        "change school": change_school,
        "import": imported,
    }


@pytest.mark.parametrize(("first", "second"), PAIRS)
async def test_acts_that_lock_the_same_rows_never_wait_in_a_circle(
    database: Database, acts: Mapping[str, Act], first: str, second: str
) -> None:
    await meet(database, acts[first], acts[second])


async def test_the_meeting_notices_one_pair_of_locks_in_the_other_order(
    database: Database, acts: Mapping[str, Act], school: SchoolCode
) -> None:
    """The order of the import above, with the units before the roster."""

    async def swapped(unit: UnitOfWork) -> None:
        await acts["change college"](unit)
        await lock_roster(unit.connection, school, COHORT)

    with pytest.raises(Exception, match="serialisation_conflict"):
        await meet(database, swapped, acts["import"])
