"""The life of a photo over HTTP: put, looked at, reviewed, replaced; who may do what, and what is left behind."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from portraits import accompanied, framed, jpeg, tilted

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
ReadRows = Callable[..., Awaitable[list[dict[str, Any]]]]

JPEG = {"Content-Type": "image/jpeg"}
FIRST = JPEG | {"If-None-Match": "*"}
REFUSAL = {"rule": "photo_tilt", "reason": "头部明显倾斜"}


async def put(client: httpx.AsyncClient, path: str, content: bytes, **headers: str) -> httpx.Response:
    named = {"Content-Type": "image/jpeg"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.put(path, content=content, headers=named)


async def test_a_photo_from_the_first_to_the_next(
    officer: httpx.AsyncClient, client: Client, school: str, graduate: Json, rows: ReadRows
) -> None:
    path = f"/v1/graduates/{graduate['id']}/photo"
    own = client("graduate", graduate=graduate["id"])
    assert (await own.get(path)).status_code == 404
    assert graduate["photo_state"] == "none"
    assert (await put(own, path, jpeg())).status_code == 428
    assert (await put(own, path, jpeg(), If_Match='"1"')).status_code == 412

    first = await put(own, path, jpeg(tilted), If_None_Match="*")
    assert first.status_code == 201, first.text
    assert (first.headers["etag"], first.json()["state"]) == ('"1"', "to_review")
    failed = [each["rule"] for each in first.json()["checks"] if each["state"] == "failed"]
    assert failed == ["photo_tilt"]
    assert (await put(own, path, jpeg(), If_None_Match="*")).status_code == 412

    # the graduate's own look is no access, the officer's is one
    assert (await own.get(path)).status_code == 200
    assert (await own.get("/v1/accesses")).json()["items"] == []
    seen = (await officer.get(path)).json()
    accesses = (await own.get("/v1/accesses")).json()["items"]
    assert [(each["kind"], each["role"], each["unit"], each["fields"]) for each in accesses] == [
        ("photo", "school_officer", school, ["photo"])
    ]
    anybody = client()
    shown = await anybody.get(seen["url"])
    assert (shown.status_code, shown.headers["content-type"], shown.content[:3]) == (200, "image/jpeg", b"\xff\xd8\xff")

    assert (await officer.post(f"{path}/accept")).status_code == 428
    assert (await officer.post(f"{path}/accept", headers={"If-Match": '"9"'})).status_code == 412
    assert (await own.post(f"{path}/accept", headers={"If-Match": '"1"'})).status_code == 403
    key = {"If-Match": '"1"', "Idempotency-Key": f"accept-{school}"}
    accepted = await officer.post(f"{path}/accept", headers=key)
    assert (accepted.json()["state"], accepted.json()["version"]) == ("accepted", 2)
    # the answer leads to the photo as well
    assert [each["kind"] for each in (await own.get("/v1/accesses")).json()["items"]] == ["photo", "photo"]
    again = await officer.post(f"{path}/accept", headers=key)
    assert (again.status_code, again.json()["version"]) == (200, 2)
    twice = await officer.post(f"{path}/accept", headers={"If-Match": '"2"'})
    assert (twice.status_code, twice.json()["code"]) == (409, "transition_not_allowed")
    assert twice.json()["allowed_transitions"] == ["refuse"]

    version = {"If-Match": '"2"'}
    unknown = await officer.post(f"{path}/refuse", json={**REFUSAL, "rule": "ugly"}, headers=version)
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_rule")
    naming = await officer.post(f"{path}/refuse", json={**REFUSAL, "reason": "见 138001"}, headers=version)
    assert (naming.status_code, naming.json()["code"]) == (422, "identifying_text")
    refused = await officer.post(f"{path}/refuse", json=REFUSAL, headers=version)
    assert (refused.json()["state"], refused.json()["rule"], refused.json()["reason"]) == ("refused", *REFUSAL.values())
    assert (await own.get(path)).json()["reason"] == REFUSAL["reason"]

    notices = (await own.get(f"/v1/graduates/{graduate['id']}/notices")).json()["items"]
    assert [each["kind"] for each in notices] == ["photo_refused"]
    listed = {"school": school, "photo_state": "refused"}
    found = (await officer.get("/v1/graduates", params=listed)).json()["items"]
    assert [(each["id"], each["photo_state"]) for each in found] == [(graduate["id"], "refused")]

    replaced = await put(own, path, jpeg(), If_Match='"3"')
    assert (replaced.status_code, replaced.json()["version"], replaced.json()["state"]) == (200, 4, "accepted")
    assert (replaced.json()["rule"], replaced.json()["reason"]) == (None, None)
    stored = await rows(
        "SELECT o.state FROM objects o LEFT JOIN photos p USING (name) WHERE o.name IN (SELECT name FROM photos)"
        " AND p.graduate_id = :id",
        id=graduate["id"],
    )
    assert [each["state"] for each in stored] == ["kept"]
    # the link to the photo before leads nowhere any more
    assert (await anybody.get(seen["url"])).status_code == 404


async def test_a_photo_that_breaks_errors_is_refused_with_all_of_them(
    officer: httpx.AsyncClient, graduate: Json, rows: ReadRows
) -> None:
    path = f"/v1/graduates/{graduate['id']}/photo"
    before = await rows("SELECT count(*) AS n FROM objects")
    broken = await put(officer, path, jpeg(lambda image: framed(accompanied(image))), If_None_Match="*")
    problem = broken.json()
    assert (broken.status_code, problem["code"]) == (422, "photo_background")
    assert [each["rule"] for each in problem["errors"]] == ["photo_background", "photo_border", "photo_face_several"]
    for content in (b"GIF89a" + bytes(30_000), jpeg()[:9_000], jpeg() + b"PK\x05\x06" + bytes(18)):
        no_jpeg = await put(officer, path, content, If_None_Match="*")
        assert (no_jpeg.status_code, no_jpeg.json()["code"]) == (422, "photo_format")
    wrong = await officer.put(path, content=jpeg(), headers={"Content-Type": "image/png", "If-None-Match": "*"})
    assert wrong.status_code == 415
    assert (await put(officer, path, jpeg() + bytes(5 * 1024 * 1024), If_None_Match="*")).status_code == 413
    assert (await officer.get(path)).status_code == 404
    assert await rows("SELECT count(*) AS n FROM objects") == before


async def test_who_is_out_of_scope_or_of_another_role_gets_nothing(
    client: Client, school: str, graduate: Json, officer: httpx.AsyncClient
) -> None:
    path = f"/v1/graduates/{graduate['id']}/photo"
    assert (await put(officer, path, jpeg(), If_None_Match="*")).status_code == 201
    elsewhere = client("school_officer", school="99999")
    other = client("graduate", graduate="00000000-0000-4000-8000-000000000000")
    for stranger in (elsewhere, other, client("college_officer", school=school, college="no")):
        assert (await stranger.get(path)).status_code == 404
        assert (await put(stranger, path, jpeg(), If_Match='"1"')).status_code == 404
    for role in ("provincial_officer", "employer", "admin"):
        assert (await client(role, province="410000", school=school).get(path)).status_code == 403
    counsellor = client("counsellor", school=school, class_="no")
    assert (await counsellor.get(path)).status_code == 404


async def test_of_two_acts_on_one_version_one_wins(client: Client, graduate: Json, officer: httpx.AsyncClient) -> None:
    path = f"/v1/graduates/{graduate['id']}/photo"
    own = client("graduate", graduate=graduate["id"])

    async def at_once(*requests: Awaitable[httpx.Response]) -> list[int]:
        return sorted(answer.status_code for answer in await asyncio.gather(*requests))

    first = [put(each, path, jpeg(tilted), If_None_Match="*") for each in (own, officer)]
    assert await at_once(*first) == [201, 412]
    version = {"If-Match": '"1"'}
    reviews = (officer.post(f"{path}/accept", headers=version), officer.post(f"{path}/accept", headers=version))
    assert await at_once(put(own, path, jpeg(), If_Match='"1"'), *reviews) == [200, 412, 412]
    assert (await own.get(path)).json()["version"] == 2
