"""Files in forms and as bodies: each route says which kinds it takes and how large, and every refusal what to do."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from common.files import MB

JPEG = b"\xff\xd8\xff\xe0" + b"\x00" * 60
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 60
AS_JPEG = {"Content-Type": "image/jpeg"}


async def sent(client: httpx.AsyncClient, content: bytes, name: str = "a.jpg", **fields: str) -> httpx.Response:
    return await client.post("/v1/proofs", data={"kind": "other", **fields}, files={"file": (name, content)})


def problem(answer: httpx.Response) -> tuple[int, str, list[tuple[str, str]]]:
    body = answer.json()
    return answer.status_code, body["code"], [(each["pointer"], each["rule"]) for each in body.get("errors") or ()]


async def test_the_content_tells_the_kind_in_a_form_and_in_a_body(admin: httpx.AsyncClient) -> None:
    assert (await sent(admin, PNG, "invoice.exe")).json() == {
        "kind": "png",
        "size": len(PNG),
        "form": {"kind": "other"},
    }
    for content, kind in ((JPEG, "jpeg"), (PNG, "png")):
        answer = await admin.put("/v1/picture", content=content, headers=AS_JPEG)
        assert (answer.status_code, answer.json()) == (200, {"kind": kind, "size": len(content)})


async def test_another_kind_is_refused_with_what_it_is_and_what_is_taken(admin: httpx.AsyncClient) -> None:
    in_form = await sent(admin, JPEG + b"%PDF-1.7")
    assert problem(in_form) == (422, "file_kind", [("/file", "file_kind")])
    assert in_form.json()["detail"] == "应为 JPEG、PNG 或 PDF 文件；收到的是 JPEG + PDF"
    in_body = await admin.put("/v1/picture", content=b"%PDF-1.7", headers={**AS_JPEG, "Accept-Language": "en"})
    assert problem(in_body) == (422, "file_kind", [("", "file_kind")])
    assert in_body.json()["detail"] == "Must be a file of JPEG or PNG; this one is PDF"
    assert problem(await admin.put("/v1/picture", content=b"", headers=AS_JPEG)) == (
        422, "file_empty", [("", "file_empty")],
    )  # fmt: skip
    page = await admin.get("/problems/file_kind")
    assert (page.status_code, "(422)" in page.text) == (200, True)


async def test_each_route_has_a_limit_of_its_own_and_says_it(admin: httpx.AsyncClient) -> None:
    assert (await sent(admin, JPEG.ljust(2 * MB, b"\0"))).status_code == 200
    for over in (1, 3 * MB):
        refused = await sent(admin, JPEG.ljust(2 * MB + over, b"\0"))
        assert problem(refused) == (413, "content_too_large", [])
        assert refused.json()["detail"] == "文件不得超过 2 MB，请缩小或拆分后重新上传"

    async def unannounced() -> AsyncIterator[bytes]:
        yield JPEG
        yield b"\0" * 1024

    assert (await admin.put("/v1/picture", content=JPEG.ljust(1024, b"\0"), headers=AS_JPEG)).status_code == 200
    for content in (JPEG.ljust(1025, b"\0"), unannounced()):
        refused = await admin.put("/v1/picture", content=content, headers=AS_JPEG)
        assert problem(refused) == (413, "content_too_large", [])


@pytest.mark.parametrize("media_type", ["application/octet-stream", "multipart/form-data; boundary=x", ""])
async def test_a_body_of_another_type_is_refused(admin: httpx.AsyncClient, media_type: str) -> None:
    headers = {"Content-Type": media_type, "Accept-Language": "en"}
    refused = await admin.put("/v1/picture", content=JPEG, headers=headers)
    assert problem(refused) == (415, "unsupported_media_type", [])
    assert refused.json()["detail"] == "The body must be image/jpeg / image/png"


async def test_a_role_is_refused_before_its_body_is_judged(edge: Any) -> None:
    async with edge.client("graduate") as graduate:
        assert (await graduate.put("/v1/picture", content=b"x")).status_code == 403


async def test_kinds_and_size_are_described(nobody: httpx.AsyncClient) -> None:
    document = (await nobody.get("/openapi.json")).json()
    form = document["components"]["schemas"]["ProofForm"]
    assert form["properties"]["file"]["description"] == "JPEG, PNG or PDF, by its content; at most 2 MB"
    assert form["required"] == ["file", "kind"]
    body = document["paths"]["/v1/picture"]["put"]["requestBody"]
    assert (body["required"], list(body["content"])) == (True, ["image/jpeg", "image/png"])
    assert body["content"]["image/png"]["schema"] == {
        "type": "string", "contentMediaType": "image/png", "format": "binary",
        "description": "JPEG or PNG, by its content; at most 0.000976562 MB",
    }  # fmt: skip
