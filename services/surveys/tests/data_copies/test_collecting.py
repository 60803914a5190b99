"""All that surveys holds about a graduate, in clear, but no token."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]


async def test_what_was_asked_and_answered_is_collected(
    client: Client, wave: Json, graduates: list[UUID], agreed: list[str]
) -> None:
    pages: Json = {"work": {"satisfied": "y", "comment": "很好"}, "study": {"match": 4}}
    for page, values in pages.items():
        path = f"/v1/answer/pages/{page}"
        saved = await client(link=agreed[0]).put(path, json={"values": values}, headers={"If-Match": "*"})
        assert saved.status_code == 200
    path, own = f"/v1/graduates/{graduates[0]}/data", client("graduate", graduate=graduates[0])
    answer = await own.get(path)
    assert answer.status_code == 200, answer.text
    records = answer.json()["records"]
    assert [(each["wave_id"], each["cycle"]) for each in records["waves"]] == [(wave["id"], 1)]
    assert [(each["status"], each["counted"], each["erased"]) for each in records["roster_entry"]] == [
        ("registered", True, False)
    ]
    [invitation] = records["invitations"]
    assert (invitation["wave_id"], invitation["state"]) == (wave["id"], "opened")
    assert not any("token" in name for name in invitation)
    [response] = records["responses"]
    assert (response["invitation_id"], response["state"]) == (invitation["id"], "open")
    assert {each["page_id"]: each["values"] for each in response["pages"]} == pages
    unused = (await client("graduate", graduate=graduates[1]).get(f"/v1/graduates/{graduates[1]}/data")).text
    assert all(token not in answer.text + unused for token in agreed)
    assert str(graduates[1]) not in answer.text
    assert (await own.get(f"/v1/graduates/{graduates[1]}/data")).status_code == 404
    assert (await client("survey_manager", school=wave["school_code"]).get(path)).status_code == 403
    assert (await client("system").get(path)).json()["records"] == records
