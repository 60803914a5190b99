"""Acts on waivers that lock the same rows as another act meet it in both directions."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from common import clock
from common.auth import Principal, Role
from common.crypto import FieldCipher
from common.database import Database
from common.errors import Versions
from common.identifiers import Cohort, GraduateId, SchoolCode
from registry.graduates import commands as graduates
from registry.waivers import commands as waivers
from registry.waivers.domain import WaiverPlan
from testing.collisions import Act, meet

Json = dict[str, Any]
ANY = Versions(any=True)


@pytest.fixture
async def acts(database: Database, cipher: FieldCipher, school: SchoolCode, graduate: Json) -> Mapping[str, Act]:
    """The acts on an open waiver, one that asks for another one of two graduates, and a change of one of them."""
    asker, decider = (Principal(name, Role.SCHOOL_OFFICER, school_code=school) for name in ("asks", "decides"))
    owned: dict[str, Any] = {"caller": asker, "cipher": cipher}
    given = {"student_number": "1", "name": "王五"}
    enter = partial(graduates.create, school_code=school, cohort=Cohort(2024), given=given, **owned)
    ids = [GraduateId(UUID(graduate["id"])), (await database.act(asker.actor, enter)).id]
    plan = WaiverPlan(
        school_code=school,
        cohort=Cohort(2024),
        college_code=None,
        rule_id="phone_missing",
        # in another order than that of their ids, by which locks are taken
        graduate_ids=tuple(sorted(ids, reverse=True)),
        tolerance=None,
        reason="在校外实习",
        expires_on=clock.today() + timedelta(days=1),
    )
    ask = partial(waivers.ask, plan=plan, **owned)
    waiver = await database.act(asker.actor, ask)
    on_it: dict[str, Any] = {"cipher": cipher, "waiver_id": waiver.id, "expected": ANY}
    return {
        "ask": ask,
        "change": partial(graduates.change, graduate_id=ids[0], expected=ANY, given={"hardship_code": "0"}, **owned),
        "approve": partial(waivers.approve, caller=decider, **on_it),
        "refuse": partial(waivers.refuse, caller=decider, reason="不符", **on_it),
        "take back": partial(waivers.withdraw, caller=asker, **on_it),
    }


@pytest.mark.parametrize(("first", "second"), [("ask", "change"), ("approve", "take back"), ("approve", "refuse")])
async def test_acts_on_a_waiver_never_wait_in_a_circle(
    database: Database, acts: Mapping[str, Act], first: str, second: str
) -> None:
    await meet(database, acts[first], acts[second])
