"""The ladder of a wave over HTTP: what is refused, and what may be changed when."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

Json = dict[str, Any]
Moved = Callable[[str, str], Awaitable[None]]
ANY = {"If-Match": "*"}
INVITE: Json = {"kind": "invite", "channel": "email", "after_days": 0}
REMIND: Json = {"kind": "remind", "channel": "sms", "after_days": 3, "template": "SMS_1"}
CALL: Json = {"kind": "phone", "after_days": 9}
TEXTS: Json = {"subject": {"zh": "邀请", "en": "Hello"}, "body": {"zh": "{link} {stop}", "en": "{link} {stop}"}}


@pytest.fixture
def plan(plan: Json) -> Json:
    """A wave that was opened with a ladder."""
    return plan | {"ladder": [INVITE | TEXTS, REMIND, CALL], "budget_fen": 500}


async def test_a_wave_shows_its_ladder_as_it_was_sent(wave: Json) -> None:
    assert wave["ladder"] == [INVITE | TEXTS, REMIND, CALL]
    assert (wave["budget_fen"], wave["spent_fen"], wave["stop_when_known"]) == (500, 0, False)


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"ladder": [INVITE, INVITE]}, "/ladder/1/after_days"),
        ({"ladder": [{"kind": "invite", "after_days": 0}]}, "/ladder/0/channel"),
        ({"ladder": [INVITE | {"body": {"zh": "{link}", "en": "{link} {stop}"}}]}, "/ladder/0/body/zh"),
        ({"ladder": [INVITE | {"channel": "pigeon"}]}, "/ladder/0/channel"),
        ({"ladder": [{**CALL, "after_days": day} for day in range(7)]}, "/ladder"),
        ({"ladder": [INVITE | {"after_days": -1}]}, "/ladder/0/after_days"),
        ({"budget_fen": -1}, "/budget_fen"),
        ({"stop_when_known": True}, "/stop_when_known"),
    ],
)
async def test_what_is_wrong_is_named(manager: httpx.AsyncClient, plan: Json, said: Json, pointer: str) -> None:
    refused = await manager.post("/v1/waves", json=plan | said)
    assert (refused.status_code, [each["pointer"] for each in refused.json()["errors"]]) == (422, [pointer])


async def test_while_it_is_open_only_steps_that_are_not_due_can_be_others(
    manager: httpx.AsyncClient, wave: Json, moved: Moved
) -> None:
    path, first = f"/v1/waves/{wave['id']}", INVITE | TEXTS
    later = {"ladder": [first, REMIND | {"after_days": 5}]}
    shown = await manager.patch(path, json=later, headers=ANY)
    assert (shown.status_code, shown.json()["ladder"]) == (200, later["ladder"])
    for refused in ([INVITE, *later["ladder"][1:]], [], [INVITE | {"after_days": 2}, REMIND | {"after_days": 5}]):
        answer = await manager.patch(path, json={"ladder": refused}, headers=ANY)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/ladder")
    assert (await manager.patch(path, json={"budget_fen": 9}, headers=ANY)).json()["code"] == "not_changeable"
    await moved(wave["id"], "opens_at = now() + interval '1 hour', closes_at = now() + interval '2 hours'")
    shown = await manager.patch(
        path, json={"ladder": [CALL], "budget_fen": None, "cycle": 0, "stop_when_known": True}, headers=ANY
    )
    assert (shown.json()["ladder"], shown.json()["budget_fen"], shown.json()["stop_when_known"]) == ([CALL], None, True)
