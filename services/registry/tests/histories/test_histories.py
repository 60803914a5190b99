"""What each version changed and where each value comes from, for every reader; recomputed from what was written."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID

import httpx
from changing import moved

from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database, UnitOfWork
from common.identifiers import Cohort, OperationId, SchoolCode
from registry.graduates.storage import sources
from registry.graduates.storage.keys import key_of_roster

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]
Imported = Callable[..., Awaitable[Json]]

FIRST = {
    "student_number": "2020001",
    "name": "欧阳一",
    "citizen_id": "11010119900307002X",
    "phone": "13900000001",
    "commissioning_unit": "河南省某某县第一高级中学",
    "email": "zhang@x.cn",
    "marital_status_code": "10",
    "higher_vocational": False,
    "duration_years": "4.0",
    "enrolled_on": "2020-09-01",
}
CHANGES: list[dict[str, tuple[object, object]]] = [
    {name: (None, value) for name, value in [*FIRST.items(), ("status", "registered")]},
    {"phone": ("13900000001", "13900000002"), "sex_code": (None, "1"), "duration_years": ("4.0", "5.0")},
    {"phone": ("13900000002", "13900000003")},
    {"status": ("registered", "withdrawn")},
    {"name": ("欧阳一", "欧阳二"), "phone": ("13900000003", None)},
]
"""Version by version what is done below: by POST, import, the graduate, two officers, and an officer."""

MASKED: dict[str, str | None] = {
    "欧阳一": "欧***",
    "欧阳二": "欧***",
    "11010119900307002X": "1101**********002X",
    **{f"1390000000{each}": f"139****000{each}" for each in (1, 2, 3)},
    "河南省某某县第一高级中学": "河南省某某县***",
    "zhang@x.cn": "z***@x.cn",
    "10": None,
}


async def kept(unit: UnitOfWork, *, cipher: FieldCipher, school: SchoolCode, operation_id: OperationId) -> None:
    data = await key_of_roster(unit.connection, cipher, school, Cohort(2024))
    await sources.keep(unit.connection, data, operation_id, "教务系统 5 月导出")


async def test_versions_say_what_they_changed_and_fields_where_they_come_from(
    client: Client,
    officer: httpx.AsyncClient,
    school: SchoolCode,
    imported: Imported,
    files: Any,
    database: Database,
    cipher: FieldCipher,
    rows: Rows,
) -> None:
    made = await officer.post("/v1/graduates", json={"school_code": school, "cohort": 2024, **FIRST})
    path, own = made.headers["location"], client("graduate", graduate=made.json()["id"])
    line = ["2020001", "欧阳一", "13900000002", "男", "5"]
    operation = await imported(files.csv([["学号", "姓名", "手机号", "性别", "学制"], line]), "a.csv")
    named = partial(kept, cipher=cipher, school=school, operation_id=OperationId(UUID(operation["id"])))
    await database.act(SYSTEM, named)
    saved = await own.patch(path, json={"phone": "13900000003"}, headers={"If-Match": '"2"'})
    assert saved.status_code == 200, saved.text
    await moved(client, school, [made.json()["id"]], "withdraw")
    given = {"name": "欧阳二", "phone": None, "change_reason": "户口簿更正"}
    assert (await officer.patch(path, json=given, headers={"If-Match": '"4"'})).status_code == 200

    def seen(value: object, reader: str) -> object:
        shown = value if reader == "graduate" else MASKED.get(str(value), value)
        return "*******" if (reader, value) == ("survey_manager", "2020001") else shown

    for reader, scope in (
        ("graduate", {"graduate": made.json()["id"]}),
        ("school_officer", {"school": school}),
        ("provincial_officer", {"province": "410000"}),
        ("survey_manager", {"school": school}),
    ):
        caller = client(reader, **scope)
        items = (await caller.get(f"{path}/history")).json()["items"]
        assert [
            {each["field"]: (each["before"], each["after"]) for each in version["changes"]} for version in items
        ] == [
            {name: (seen(before, reader), seen(after, reader)) for name, (before, after) in version.items()}
            for version in CHANGES
        ], reader
        assert [{each["field"] for each in version["changes"]} for version in items] == [
            set(version["changed_fields"]) for version in items
        ]
        # a page begins with what changed against the version before it, which it does not show
        first = (await caller.get(f"{path}/history", params={"limit": 2})).json()
        rest = await caller.get(f"{path}/history", params={"limit": 3, "cursor": first["next_cursor"]})
        assert (first["items"] + rest.json()["items"], rest.json()["next_cursor"]) == (items, None)

    last = {field: number for number, version in enumerate(CHANGES, 1) for field in version}
    doors = ["officer", "import", "graduate", "population_change", "officer"]
    roles = ["school_officer", "school_officer", "graduate", "school_officer", "school_officer"]
    stored = {each["version"]: each["recorded_at"] for each in items}
    found = (await officer.get(f"{path}/provenance", params={"limit": 50})).json()["items"]
    assert {each["field"]: (each["version"], each["source"], each["by_role"]) for each in found} == {
        field: (number, doors[number - 1], roles[number - 1]) for field, number in last.items()
    }
    assert {each["recorded_at"] == stored[each["version"]] for each in found} == {True}
    by_import = {each["field"]: (each["operation_id"], each["source_name"]) for each in found if each["operation_id"]}
    assert by_import == dict.fromkeys(("sex_code", "duration_years"), (operation["id"], "教务系统 5 月导出"))
    two = (await officer.get(f"{path}/provenance", params={"limit": 2})).json()
    others = await officer.get(f"{path}/provenance", params={"cursor": two["next_cursor"]})
    assert two["items"] + others.json()["items"] == found
    assert b"\xe6\x95\x99" not in (await rows("SELECT name_cipher FROM import_sources"))[0]["name_cipher"]


async def test_where_values_come_from_is_shown_in_scope(client: Client, graduate: Json, school: str) -> None:
    path = f"/v1/graduates/{graduate['id']}/provenance"
    stranger = client("school_officer", school="10001")
    assert (await stranger.get(path)).status_code == 404
    assert (await client("graduate", graduate=graduate["id"]).get(path)).status_code == 200
