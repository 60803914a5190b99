"""What is found of an entry is kept with each write, and found anew after new rules or a write of an older release."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import httpx
import pytest

from common.crypto import FieldCipher
from common.database import Database
from registry.graduates.domain.findings import RULES_VERSION
from registry.graduates.storage.judging import judge_again
from registry.graduates.storage.sealing import content_of, sealed
from registry.graduates.tables import FINDING_COLUMNS
from testing.databases import ServiceDatabase
from testing.waiting import eventually

Json = dict[str, Any]
Rows = Callable[..., Awaitable[list[Json]]]
Imported = Callable[..., Awaitable[Json]]

HEADERS = ("学号", "姓名", "手机号", "出生日期", "常住地址")
PEOPLE = (
    ("1", "张三", "13800138000", "2001-03-07", "测试大学12栋"),
    ("2", "李四", None, None, None),
    ("3", "王五", "13800138001", "2009-03-07", "花园路1号"),
)
STATED = f"SELECT {', '.join(FINDING_COLUMNS)}, version FROM graduates WHERE school_code = :school AND cohort = :cohort"


@pytest.fixture
def found(rows: Rows, school: str) -> Callable[[int], Awaitable[list[Json]]]:
    """What is stored as found of the graduates of a cohort."""

    async def read(cohort: int = 2024) -> list[Json]:
        return await rows(f"{STATED} ORDER BY id", school=school, cohort=cohort)

    return read


async def broken(officer: httpx.AsyncClient, school: str, rule: str) -> list[str]:
    answer = await officer.get(f"/v1/quality-report/{rule}/graduates?school={school}&cohort=2024")
    assert answer.status_code == 200, answer.text
    return sorted(each["student_number"] for each in answer.json()["items"])


async def test_every_door_keeps_what_it_finds(
    officer: httpx.AsyncClient, imported: Imported, files: Any, found: Any, school: str
) -> None:
    """An import, a request and a change say the same of the same people."""
    done = await imported(files.csv((HEADERS, *PEOPLE)), "roster.csv")
    assert done["state"] == "succeeded", done
    fields = ("student_number", "name", "phone", "birth_date", "residence_address")
    for person in PEOPLE:
        body = {"school_code": school, "cohort": 2023, **dict(zip(fields, person, strict=True)), "phone": None}
        made = (await officer.post("/v1/graduates", json=body)).json()
        changed = await officer.patch(
            f"/v1/graduates/{made['id']}", json={"phone": person[2]}, headers={"If-Match": '"1"'}
        )
        assert changed.status_code == 200, changed.text
    stated = [await found(cohort) for cohort in (2024, 2023)]
    for each in (each for one in stated for each in one):
        assert (each["rules_version"], each.pop("judged_version")) == (RULES_VERSION, each.pop("version"))
    by_import, one_by_one = ({each["person_index"]: each for each in one} for one in stated)
    assert by_import == one_by_one
    assert await broken(officer, school, "address_institutional") == ["1"]
    assert await broken(officer, school, "phone_missing") == ["2"]
    assert await broken(officer, school, "age_implausible") == ["3"]


async def test_new_rules_judge_every_entry_also_after_a_kill(
    officer: httpx.AsyncClient,
    database: Database,
    cipher: FieldCipher,
    imported: Imported,
    files: Any,
    found: Any,
    addresses: ServiceDatabase,
    school: str,
) -> None:
    people = [(f"{number}", f"张{number}", None, "2001-03-07", None) for number in range(60)]
    assert (await imported(files.csv((HEADERS, *people)), "roster.csv"))["state"] == "succeeded"
    whole = await found()
    owner = await asyncpg.connect(addresses.owner_url)
    # bits of other rules in another order
    of_earlier_rules = (
        "filled = 0, checked = 16383, broken = 16383, person_index = NULL, rules_version = 0, judged_version = 0"
    )
    await owner.execute(f"UPDATE graduates SET {of_earlier_rules} WHERE school_code = $1", school)
    unjudged = await found()
    assert await broken(officer, school, "age_implausible") == []
    judging = asyncio.create_task(judge_again(database.patient, cipher, part=1))

    async def begun() -> bool:
        return bool(await found() != unjudged)

    await eventually(begun)
    judging.cancel()
    await asyncio.gather(judging, return_exceptions=True)
    for before, now, after in zip(unjudged, await found(), whole, strict=True):
        assert now in (before, after)
    await judge_again(database.patient, cipher)
    assert await found() == whole
    assert await judge_again(database.patient, cipher) == 0
    await owner.close()


async def test_what_an_older_release_writes_is_judged_again(
    officer: httpx.AsyncClient,
    graduate: Json,
    cipher: FieldCipher,
    database: Database,
    addresses: ServiceDatabase,
    school: str,
) -> None:
    """It runs beside this one for a while, and knows nothing of findings."""
    assert await broken(officer, school, "phone_missing") == []
    owner = await asyncpg.connect(addresses.owner_url)
    row = await owner.fetchrow(
        "SELECT g.*, k.id AS key_id, wrapped FROM graduates g JOIN data_keys k USING (school_code, cohort)"
        " WHERE g.id = $1",
        graduate["id"],
    )
    data = cipher.data_cipher(row["key_id"], row["wrapped"])
    content = {**content_of(data, row), "phone": None}
    await owner.execute(
        "UPDATE graduates SET version = 2, phone_index = NULL, sealed = $2 WHERE id = $1",
        *(row["id"], sealed(data, row["id"], 2, content)),
    )
    await owner.close()
    report = f"/v1/quality-report?school={school}&cohort=2024"
    assert (await officer.get(report)).json()["pending"] == 1
    assert await judge_again(database.patient, cipher) == 1
    assert (await officer.get(report)).json()["pending"] == 0
    assert await broken(officer, school, "phone_missing") == ["2020001"]
