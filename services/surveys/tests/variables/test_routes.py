"""Variables over the waves of a school."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import httpx

Json = dict[str, Any]


async def test_publishing_says_what_became_of_each_variable_and_waves_follow_it(
    manager: httpx.AsyncClient, client: Callable[..., httpx.AsyncClient], wave: Json, plan: Json, questionnaire: Json
) -> None:
    path = f"/v1/questionnaires/{plan['questionnaire_id']}"
    first = (await manager.get(path)).json()
    assert [(each["variable"], each["change"]) for each in first["changes"]] == [
        ("satisfied", "new"),
        ("comment", "new"),
        ("match", "new"),
    ]
    pages = deepcopy(questionnaire["pages"])
    pages[0]["questions"][1] |= {"text": {"zh": "建议", "en": "Advice"}, "same_meaning": True}
    pages[1]["questions"][0]["scale"]["max"] = 7
    edited = await manager.patch(path, json={"pages": pages}, headers={"If-Match": "*"})
    assert edited.json()["changes"] == first["changes"]
    once = {"If-Match": "*", "Idempotency-Key": "second-version"}
    second = await manager.post(f"{path}/publish", headers=once)
    assert second.json()["changes"] == [
        {"variable": "satisfied", "change": "same", "comparable": True},
        {"variable": "comment", "change": "reworded", "comparable": True},
        {"variable": "match", "change": "changed", "comparable": False},
    ]
    assert (await manager.post(f"{path}/publish", headers=once)).json() == second.json()
    later = await manager.post("/v1/waves", json=plan | {"cycle": 3, "questionnaire_version": 2})
    assert later.status_code == 201, later.text
    listed = await manager.get("/v1/variables", params={"school": plan["school_code"], "limit": 2})
    assert [each["variable"] for each in listed.json()["items"]] == ["comment", "match"]
    match = listed.json()["items"][1]
    assert (match["change"], match["comparable"]) == ("changed", False)
    assert [(each["questionnaire_version"], each["change"]) for each in match["waves"]] == [(1, "new"), (2, "changed")]
    rest = await manager.get(
        "/v1/variables", params={"school": plan["school_code"], "cursor": listed.json()["next_cursor"]}
    )
    assert [each["variable"] for each in rest.json()["items"]] == ["satisfied"]
    stranger = client("survey_manager", school="99998")
    assert (await stranger.get("/v1/variables", params={"school": plan["school_code"]})).json()["items"] == []
    assert (await manager.get("/v1/variables")).status_code == 400
