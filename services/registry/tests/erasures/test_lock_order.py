"""Acts on erasures that lock the same rows as another act meet it in both directions."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from colliding import COHORT, an_import
from fastapi import FastAPI

from common.auth import Principal, Role
from common.crypto import FieldCipher
from common.database import Database
from common.errors import Versions
from common.identifiers import GraduateId, SchoolCode
from registry.corrections import commands as corrections
from registry.corrections.domain import CorrectionPlan
from registry.erasures import commands as erasures
from registry.erasures.domain import ErasurePlan, Ground
from registry.graduates import commands as graduates
from registry.photos import commands as photos
from registry.photos.commands import NO_PHOTO, NewPhoto
from testing.collisions import Act, meet

Json = dict[str, Any]
ANY = Versions(any=True)
KNOWN = {"学号": "2020001", "姓名": "张三", "校区": "西校区"}

PAIRS = [
    ("approve", "refuse"),
    ("approve", "take back"),
    ("erase", "erase"),
    ("erase", "change"),
    ("erase", "put photo"),
    ("erase", "approve a correction"),
    ("erase", "import"),
    ("erase", "part of an import"),
]


@pytest.fixture
async def acts(
    database: Database, cipher: FieldCipher, application: FastAPI, school: SchoolCode, graduate: Json
) -> Mapping[str, Act]:
    """The acts on one erasure of a graduate that is open and on one that is due, and others on that graduate."""
    asker, decider = (Principal(name, Role.SCHOOL_OFFICER, school_code=school) for name in ("asks", "decides"))
    given = {"student_number": "1", "name": "王五"}
    enter = partial(graduates.create, caller=asker, cipher=cipher, school_code=school, cohort=COHORT, given=given)
    other = (await database.act(asker.actor, enter)).id
    graduate_id = GraduateId(UUID(graduate["id"]))
    asked = []
    for each in (graduate_id, other):
        plan = ErasurePlan(graduate_id=each, ground=Ground.COURT_ORDER, reason="法院裁定")
        ask = partial(erasures.ask, caller=asker, cipher=cipher, plan=plan)
        asked.append(await database.act(asker.actor, ask))
    on_it: list[Json] = [{"cipher": cipher, "erasure_id": each.id, "expected": ANY} for each in asked]
    on_first, on_second = on_it
    await database.act(decider.actor, partial(erasures.approve, caller=decider, **on_first))
    own: dict[str, Any] = {"caller": asker, "cipher": cipher, "graduate_id": graduate_id}
    file = await application.state.objects.put(b"a picture", "image/jpeg")
    oneself = Principal("oneself", Role.GRADUATE, graduate_id=graduate_id)
    wish = CorrectionPlan(graduate_id=graduate_id, field="campus", value="东校区", reason="有误")
    correction = await database.act(oneself.actor, partial(corrections.ask, caller=oneself, cipher=cipher, plan=wish))
    deciding: dict[str, Any] = {"caller": decider, "correction_id": correction.id, "expected": ANY, "basis": None}
    return {
        "approve": partial(erasures.approve, caller=decider, **on_second),
        "refuse": partial(erasures.refuse, caller=decider, reason="不符", **on_second),
        "take back": partial(erasures.withdraw, caller=asker, **on_second),
        "erase": partial(erasures.erase, cipher=cipher, erasure_id=asked[0].id),
        "change": partial(graduates.change, **own, expected=ANY, given={"hardship_code": "0"}),
        "put photo": partial(photos.put, **own, expected=NO_PHOTO, new=NewPhoto(file, (), b"a print")),
        "approve a correction": partial(corrections.approve, cipher=cipher, **deciding),
        "import": an_import(database, cipher, school, KNOWN, "updated"),
        "part of an import": an_import(database, cipher, school, KNOWN, "updated", on_error="skip"),
    }


@pytest.mark.parametrize(("first", "second"), PAIRS)
async def test_acts_on_an_erasure_never_wait_in_a_circle(
    database: Database, acts: Mapping[str, Act], first: str, second: str
) -> None:
    await meet(database, acts[first], acts[second])
