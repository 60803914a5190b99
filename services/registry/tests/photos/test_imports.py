"""A ZIP file of photos: each member is stored or reported, once, whatever happens to the worker."""

from collections.abc import Awaitable, Callable
from functools import partial
from types import SimpleNamespace
from typing import Any
from zipfile import ZIP_BZIP2, ZIP_LZMA, ZipInfo

import httpx
import pytest
from erased import erase_now
from fastapi import FastAPI
from portraits import framed, jpeg, tilted, zipped

from common.crypto import FieldCipher
from common.database import Database
from common.operations import OperationRunner
from registry.photos import commands
from registry.photos.imports import operations
from registry.photos.imports.operations import EMPTY_RESULT, KIND, run_photo_import
from registry.photos.imports.rows import MAX_MEMBERS, PhotoArchive
from testing.waiting import eventually

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Send = Callable[..., Awaitable[Json]]


@pytest.fixture
def photo_runner(database: Database, cipher: FieldCipher, application: FastAPI) -> OperationRunner:
    handler = partial(run_photo_import, application.state.objects, cipher)
    return OperationRunner(database.patient, {KIND: handler}, cipher=cipher, empty_results={KIND: EMPTY_RESULT})


@pytest.fixture
def sent(school: str, officer: httpx.AsyncClient, photo_runner: OperationRunner) -> Send:
    async def send(content: bytes, by: httpx.AsyncClient = officer, **form: str) -> Json:
        fields = {"school_code": school, "cohort": "2024", **form}
        answer = await by.post("/v1/imports/photos", data=fields, files={"file": ("photos.zip", content)})
        assert answer.status_code == 202, answer.text
        while await photo_runner.run_once():
            pass
        return dict((await by.get(answer.headers["location"])).json())

    return send


async def entered(officer: httpx.AsyncClient, school: str, number: str, **fields: object) -> str:
    body = {"school_code": school, "cohort": 2024, "student_number": number, "name": "张三", **fields}
    answer = await officer.post("/v1/graduates", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def link() -> ZipInfo:
    info = ZipInfo("20240004.jpg")
    info.external_attr = 0o120777 << 16
    return info


async def test_a_photo_of_an_erased_person_is_unchanged(
    sent: Send, officer: httpx.AsyncClient, school: str, database: Database, cipher: FieldCipher
) -> None:
    for number, exam_number in (("20240001", "E1"), ("20240002", "E2")):
        gone = await entered(officer, school, number, exam_number=exam_number)
        await erase_now(database, cipher, gone)
    done = await sent(zipped(("20240001.jpg", jpeg()), ("E2.jpg", b"no photo")))
    assert done["result"] == {**EMPTY_RESULT, "unchanged": 2, "warnings": {"erased_person": 2}}
    assert [(each["row"], each["rule"]) for each in done["warnings"]] == [(1, "erased_person"), (2, "erased_person")]


async def test_each_member_is_stored_or_reported(
    sent: Send, officer: httpx.AsyncClient, client: Client, school: str
) -> None:
    await officer.post(f"/v1/schools/{school}/colleges", json={"code": "C1", "name": "文学院"})
    first = await entered(officer, school, "20240001")
    second = await entered(officer, school, "20240002", exam_number="24110101150002", college_code="C1")
    members: list[tuple[str | ZipInfo, bytes]] = [
        ("20240001.jpg", jpeg()),
        ("24110101150002.JPG", jpeg(tilted)),
        ("11010119900307002X.jpg", jpeg()),
        ("photos/20240001.jpg", jpeg()),
        (link(), b"/etc/passwd"),
        ("20249999.jpg", jpeg()),
        ("20240002.jpg", jpeg(framed)),
        ("张三.jpg", jpeg()),
        ("inner.zip", zipped(("20240001.jpg", jpeg()))),
    ]
    faults = [
        (3, "photo_name_is_citizen_id"),
        (4, "photo_name"),
        (5, "photo_name"),
        (6, "unknown_graduate"),
        (7, "duplicate_in_file"),
        (8, "photo_name"),
        (9, "photo_name"),
    ]
    refused = await sent(zipped(*members))
    assert (refused["state"], refused["result"]) == ("failed", {**EMPTY_RESULT, "rejected": 7})
    assert [(each["row"], each["rule"]) for each in refused["errors"]] == faults
    assert {each["value"] for each in refused["errors"]} == {None}
    assert (await officer.get(f"/v1/graduates/{first}/photo")).status_code == 404

    foretold = await sent(zipped(*members), on_error="skip", dry_run="true")
    stored = await sent(zipped(*members), on_error="skip")
    expected = {**EMPTY_RESULT, "created": 2, "rejected": 7, "accepted": 1, "to_review": 1}
    assert (foretold["result"], stored["result"]) == (expected, expected)
    assert foretold["errors"] == stored["errors"]
    assert (await officer.get(f"/v1/graduates/{second}/photo")).json()["state"] == "to_review"

    again = await sent(zipped(*members[:2]))
    assert again["result"] == {**EMPTY_RESULT, "unchanged": 2}
    newer = await sent(zipped(("20240001.jpg", jpeg(quality=80))))
    assert newer["result"] == {**EMPTY_RESULT, "updated": 1, "accepted": 1}
    assert (await officer.get(f"/v1/graduates/{first}/photo")).json()["version"] == 2

    # a college's officer reaches the own graduates only
    college = client("college_officer", school=school, college="C1")
    theirs = await sent(zipped(("20240001.jpg", jpeg()), ("20240002.jpg", jpeg())), by=college, on_error="skip")
    assert theirs["result"] == {**EMPTY_RESULT, "updated": 1, "rejected": 1, "accepted": 1}


async def test_a_run_that_broke_off_goes_on_behind_what_it_stored(
    sent: Send, officer: httpx.AsyncClient, photo_runner: OperationRunner, school: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "PART", 1)
    for number in ("20240001", "20240002", "20240003"):
        await entered(officer, school, number)
    calls = []

    async def put_all(*arguments: Any) -> Any:
        calls.append(arguments)
        if len(calls) == 2:
            raise ConnectionResetError
        return await commands.put_all(*arguments)

    monkeypatch.setattr(operations, "commands", SimpleNamespace(put_all=put_all))
    names = ("20240001.jpg", "20240002.jpg", "20240001.JPG", "20240003.jpg")
    broken = await sent(zipped(*((name, jpeg()) for name in names)), on_error="skip")
    assert broken["state"] == "running"

    async def ended() -> Json:
        await photo_runner.run_once()
        found: Json = (await officer.get(f"/v1/operations/{broken['id']}")).json()
        return found if found["finished_at"] else {}

    whole = await eventually(ended)
    assert whole["result"] == {**EMPTY_RESULT, "created": 3, "rejected": 1, "accepted": 3}
    assert [(each["row"], each["rule"]) for each in whole["errors"]] == [(3, "duplicate_in_file")]
    # the first once, the second twice, the part without any, the last
    assert len(calls) == 5


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"PK\x03\x04" + bytes(100), "zip_unreadable"),
        # a few hundred bytes that Python's module would unpack into gigabytes, however little is asked for
        (zipped(("1.jpg", bytes(1_000_000)), method=ZIP_BZIP2), "zip_unreadable"),
        (zipped(("1.jpg", b"x"), method=ZIP_LZMA), "zip_unreadable"),
        (zipped(*((f"{number}.jpg", b"x") for number in range(MAX_MEMBERS + 1))), "too_many_photos"),
        (b"PK\x03\x04" + b"PK\x01\x02" * 300_000, "too_many_photos"),
        (zipped(), "file_empty"),
    ],
)
def test_what_cannot_be_read_is_refused_as_a_whole(content: bytes, rule: str) -> None:
    with pytest.raises(Exception, match=r".*") as refused:
        PhotoArchive(content)
    assert refused.value.code == rule  # type: ignore[attr-defined]


def test_no_more_of_a_member_is_unpacked_than_a_photo_may_have() -> None:
    archive = PhotoArchive(zipped(("1.jpg", bytes(50_000_000))))
    assert len(archive.content(archive.members[0])) == 500 * 1024 + 1


async def test_another_file_and_another_role_are_refused(
    client: Client, officer: httpx.AsyncClient, school: str
) -> None:
    form = {"school_code": school, "cohort": "2024"}
    photo = await officer.post("/v1/imports/photos", data=form, files={"file": ("1.zip", jpeg())})
    assert (photo.status_code, photo.json()["code"]) == (422, "file_kind")
    archive = {"file": ("1.zip", zipped(("1.jpg", jpeg())))}
    counsellor = client("counsellor", school=school, class_="K1")
    assert (await counsellor.post("/v1/imports/photos", data=form, files=archive)).status_code == 403
    elsewhere = client("school_officer", school="99999")
    assert (await elsewhere.post("/v1/imports/photos", data=form, files=archive)).status_code == 404
