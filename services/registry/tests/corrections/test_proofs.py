"""Proofs of corrections: which files, how many, by whom they are sent and read."""

import io
from collections.abc import Callable
from typing import Any

import httpx
from PIL import Image

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]

PATH = "/v1/corrections"
PDF = b"%PDF-1.7\n%%EOF\n"


def picture(kind: str) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(content, kind)
    return content.getvalue()


PNG, JPEG = picture("PNG"), picture("JPEG")
NOTED = JPEG[:2] + b"\xff\xfe\x00\x08canary" + JPEG[2:] + b"canary"


async def test_three_proofs_are_kept_and_read_by_who_reads_the_correction(
    client: Client, oneself: httpx.AsyncClient, college: httpx.AsyncClient, entry: Json, school: str
) -> None:
    body = {"graduate_id": entry["id"], "field": "campus", "value": "西校区", "reason": "校区有误"}
    path = (await oneself.post(PATH, json=body)).headers["location"]

    async def send(sender: httpx.AsyncClient, content: bytes, kind: str = "school_document") -> httpx.Response:
        return await sender.post(f"{path}/proofs", data={"kind": kind}, files={"file": ("a.bin", content)})

    first = await send(oneself, PNG, "register_extract")
    assert (first.status_code, first.json()["version"], first.headers["etag"]) == (201, 2, '"2"')
    assert [(each["kind"], each["media_type"], each["url"]) for each in first.json()["proofs"]] == [
        ("register_extract", "image/png", None)
    ]
    # whoever read the version before has not seen the proof
    assert (await college.post(f"{path}/approve", json={}, headers={"If-Match": '"1"'})).status_code == 412
    for content, kind in (
        (b"GIF89a" + b"\0" * 32, "other"),
        (b"PK\x03\x04" + b"\0" * 32, "other"),
        (PDF, "identity_card"),
    ):
        assert (await send(oneself, content, kind)).status_code == 422
    assert (await send(college, PDF)).status_code == 403
    assert (await send(client("school_officer", school="10001"), PDF)).status_code == 404
    assert [(await send(oneself, content)).status_code for content in (PDF, NOTED)] == [201, 201]
    fourth = await send(oneself, PDF)
    assert (fourth.status_code, fourth.json()["code"]) == (409, "too_many_proofs")

    read = (await college.get(path)).json()
    opened = [await client("auditor").get(each["url"]) for each in read["proofs"]]
    assert [(each.status_code, each.content) for each in opened] == [(200, PNG), (200, PDF), (200, JPEG)]
    assert all(each.headers["content-disposition"].startswith("attachment") for each in opened)
    assert (await college.get(PATH)).json()["items"][0]["proofs"][0]["url"] is None
    seen = (await oneself.get("/v1/accesses")).json()["items"]
    assert [(each["kind"], each["fields"]) for each in seen] == [("proof", ["proof"])]
    ended = await oneself.post(f"{path}/withdraw", headers={"If-Match": '"4"'})
    assert ended.json()["state"] == "withdrawn"
    late = await send(oneself, PDF)
    assert (late.status_code, late.json()["code"]) == (409, "transition_not_allowed")
