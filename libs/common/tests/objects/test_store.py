"""The address of the object storage: what is refused at the start, and what happens when nothing answers there."""

import asyncio
import os
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from common.objects import store
from common.objects.store import ObjectAddressWrong, ObjectsUnavailable, open_store
from servers.ports import free_port
from testing.object_storage import CREDENTIALS

KEYS = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"


@pytest.fixture
def credentials(monkeypatch: Any) -> None:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(("address", "why"), [
    ("/var/lib/quxiang", "begins with file:/// or s3://"),
    ("gs://bucket", "begins with file:/// or s3://"),
    ("file://var/lib", "name the whole path of a folder: file:///var/lib/quxiang"),
    ("file:///", "name the whole path of a folder: file:///var/lib/quxiang"),
    ("file:///proc/quxiang", "the folder cannot be made (FileNotFoundError)"),
    ("s3:///prefix", "s3://bucket/prefix?endpoint=https://…&region=…"),
    ("s3://bucket?endpont=http://x", "s3://bucket/prefix?endpoint=https://…&region=…"),
    ("s3://key:secret@bucket", f"no credentials in the address; {KEYS}"),
])  # fmt: skip
@pytest.mark.usefixtures("credentials")
def test_a_wrong_address_is_refused_with_what_would_be_right(address: str, why: str) -> None:
    with pytest.raises(ObjectAddressWrong) as refusal:
        open_store(address, "edge")
    assert str(refusal.value) == f"QUXIANG_OBJECTS: {why}"


def test_a_bucket_without_credentials_is_refused(monkeypatch: Any) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "half")
    with pytest.raises(ObjectAddressWrong, match=f"credentials are missing; {KEYS}"):
        open_store("s3://bucket", "edge")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "whole")
    open_store("s3://bucket", "edge")


async def test_each_service_has_a_folder_of_its_own_that_others_cannot_read(tmp_path: Path) -> None:
    one, other = [open_store(f"file://{tmp_path}/a%20b", service) for service in ("one", "other")]
    name = uuid4()
    await one.put(name, b"x")
    assert (await one.get(name), await other.get(name), await one.not_ready()) == (b"x", None, None)
    folder = tmp_path / "a b" / "one"
    assert folder.stat().st_mode & 0o777 == 0o700
    # what a process leaves that is killed while it writes
    (folder / name.hex[:2] / f"{name.hex}#1").write_bytes(b"half")
    await one.delete(name)
    assert [each for each in folder.rglob("*") if each.is_file()] == []
    await one.delete(name)


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize("hangs", [True, False])
async def test_a_storage_that_does_not_answer_is_unavailable_in_bounded_time(monkeypatch: Any, hangs: bool) -> None:
    monkeypatch.setattr(store, "SECONDS", 0.5)
    monkeypatch.setattr(store, "READY_SECONDS", 0.5)
    served = asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await served.wait()
        writer.close()

    port = free_port()
    server = await asyncio.start_server(hang, "127.0.0.1", port) if hangs else None
    silent = open_store(f"s3://bucket?endpoint=http://127.0.0.1:{port}", "edge")
    for call in (silent.put(uuid4(), b"x"), silent.get(uuid4()), silent.delete(uuid4())):
        with pytest.raises(ObjectsUnavailable):
            await call
    assert await silent.not_ready() == "object storage does not answer"
    served.set()
    if server is not None:
        server.close()


async def test_a_folder_that_is_taken_away_is_unavailable(tmp_path: Path) -> None:
    here = open_store(f"file://{tmp_path}/here", "edge")
    (tmp_path / "here" / "edge").rmdir()
    (tmp_path / "here" / "edge").write_text("a file in its place")
    with pytest.raises(ObjectsUnavailable):
        await here.put(uuid4(), b"x")
    assert await here.not_ready() is not None
