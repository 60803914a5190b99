"""A graduate's life by every door: each version is stored once, says what it said, and can be found no longer by it."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from common.crypto import FieldCipher
from registry.graduates.domain.entry import CLEAR
from registry.graduates.storage.sealing import content_of

Json = dict[str, Any]
Rows = Callable[..., Awaitable[list[Json]]]
Client = Callable[..., httpx.AsyncClient]
Imported = Callable[..., Awaitable[Json]]

_SAID = ", ".join(("version", "sequence", "sealed", "changed_fields", "exclusion_ground", *CLEAR))
VERSIONS = f"""
    SELECT v.*, k.id AS key_id, wrapped
      FROM (SELECT graduate_id AS id, school_code, cohort, {_SAID} FROM graduate_versions
            UNION ALL SELECT id, school_code, cohort, {_SAID} FROM graduates) AS v
      JOIN data_keys k USING (school_code, cohort)
     WHERE school_code = :school ORDER BY version
"""


async def test_every_version_says_what_it_said(
    client: Client,
    officer: httpx.AsyncClient,
    school: str,
    imported: Imported,
    files: Any,
    rows: Rows,
    cipher: FieldCipher,
) -> None:
    roster = {"school_code": school, "cohort": 2024}
    first = {"student_number": "1", "name": "欧阳一", "citizen_id": "11010119900307002X", "phone": "13900000001"}
    made = await officer.post("/v1/graduates", json=roster | first)
    path = made.headers["location"]
    said: list[Json] = [{**first, "status": "registered"}]

    header = ["学号", "姓名", "手机号", "性别", "学制"]
    for _ in range(2):
        line = ["1", "欧阳二", "13900000002", "男", "5"]
        await imported(files.csv([header, line]), "a.csv", authoritative="accept")
    said.append({**said[-1], "name": "欧阳二", "phone": "13900000002", "sex_code": "1", "duration_years": 5})

    given = {"phone": "13900000003", "citizen_id": "110101199003070011"}
    patched = await officer.patch(path, json=given | {"change_reason": "证件号更正"}, headers={"If-Match": '"2"'})
    assert patched.status_code == 200, patched.text
    by_phone = await officer.post("/v1/graduates/search", json={"phone": "+86 139-0000-0003"})
    assert [each["version"] for each in by_phone.json()["items"]] == [3]
    said.append({**said[-1], **given})

    change = {"graduate_ids": [made.json()["id"]], "change": "exclude", "ground": "international", "reason": "留学"}
    asked = await officer.post("/v1/population-changes", json=roster | change)
    other = client("school_officer", school=school, subject=f"other {school}")
    approve = f"/v1/population-changes/{asked.json()['id']}/approve"
    assert (await other.post(approve, headers={"If-Match": '"1"'})).status_code == 200
    said.append({**said[-1], "status": "excluded"})

    await imported(files.csv([header, ["1", "欧阳二", "**CLEAR**", None, "**CLEAR**"]]), "b.csv")
    said.append({name: value for name, value in said[-1].items() if name not in {"phone", "duration_years"}})

    later = {"phone": "13900000004"}
    assert (await officer.patch(path, json=later, headers={"If-Match": '"5"'})).status_code == 200
    said.append({**said[-1], **later})

    stored = await rows(VERSIONS, school=school)
    data = cipher.data_cipher(stored[0]["key_id"], stored[0]["wrapped"])
    contents = [content_of(data, version) for version in stored]
    assert [each["version"] for each in stored] == [1, 2, 3, 4, 5, 6]
    assert [{name: each for name, each in content.items() if each is not None} for content in contents] == said
    for before, after, version in zip([{}, *said], said, stored, strict=False):
        differing = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
        assert set(version["changed_fields"]) == differing
    # no event shows a number or a phone
    assert [each["sequence"] for each in stored] == [1, 2, 2, 3, 3, 3]
    assert [each["exclusion_ground"] for each in stored] == [*[None] * 3, *["international"] * 3]
    announced = "SELECT sequence FROM outbox WHERE key = :key ORDER BY id"
    assert [each["sequence"] for each in await rows(announced, key=made.json()["id"])] == [1, 2, 3]

    for field, number, hits in (
        ("phone", "13900000002", 0),
        ("phone", "13900000003", 0),
        ("citizen_id", first["citizen_id"], 0),
        ("citizen_id", given["citizen_id"], 1),
        ("name", "欧阳一", 0),
        ("name", "欧阳 二", 1),
    ):
        found = await officer.post("/v1/graduates/search", json={field: number})
        assert len(found.json()["items"]) == hits, (field, number)
