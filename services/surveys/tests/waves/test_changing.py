"""What may be changed of a wave, by its phase."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from common.contracts.response import TOPIC

Json = dict[str, Any]
Rows = Callable[..., Awaitable[list[Json]]]
Moved = Callable[[str, str], Awaitable[None]]

ANY = {"If-Match": "*"}
PLANNED = "opens_at = now() + interval '1 hour', closes_at = now() + interval '2 hours'"
OVER = "closes_at = statement_timestamp() - interval '1 second'"


def after(**period: int) -> str:
    return (datetime.now(UTC) + timedelta(**period)).isoformat()


async def test_before_it_opens_everything_can_be_changed(
    manager: httpx.AsyncClient, wave: Json, moved: Moved, rows: Rows
) -> None:
    await moved(wave["id"], PLANNED)
    said = {"opens_at": after(hours=3), "closes_at": after(hours=9), "anonymity": "identified", "edit_hours": None}
    headers = {"If-Match": '"1"'}
    answer = await manager.patch(f"/v1/waves/{wave['id']}", json=said | {"cycle": 3}, headers=headers)
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert (shown["version"], shown["phase"], shown["anonymity"], shown["edit_hours"], shown["cycle"]) == (
        2, "planned", "identified", None, 3
    )  # fmt: skip
    assert datetime.fromisoformat(shown["closes_at"]) == datetime.fromisoformat(f"{said['closes_at']}")
    stale = await manager.patch(f"/v1/waves/{wave['id']}", json={"edit_hours": 1}, headers=headers)
    assert stale.status_code == 412
    told = await rows(
        "SELECT data ->> 'cycle' AS cycle FROM outbox WHERE topic = :topic AND data ->> 'wave_id' = :id ORDER BY id",
        topic=TOPIC,
        id=wave["id"],
    )
    assert [each["cycle"] for each in told] == ["1"] * 3 + ["3"] * 3


@pytest.mark.parametrize(
    ("change", "pointer", "rule"),
    [
        ({"closes_at": after(minutes=30)}, "/closes_at", "not_changeable"),
        ({"anonymity": "identified"}, "/anonymity", "not_changeable"),
        ({"edit_hours": 24, "closes_at": after(hours=5)}, "/edit_hours", "not_changeable"),
        ({"opens_at": after(minutes=-5)}, "/opens_at", "not_changeable"),
    ],
)
async def test_while_it_is_open_it_can_only_close_later(
    manager: httpx.AsyncClient, wave: Json, change: Json, pointer: str, rule: str
) -> None:
    refused = await manager.patch(f"/v1/waves/{wave['id']}", json=change, headers=ANY)
    assert (refused.status_code, refused.json()["code"]) == (422, "not_changeable")
    assert [(each["pointer"], each["rule"]) for each in refused.json()["errors"]] == [(pointer, rule)]
    same = {"anonymity": wave["anonymity"], "closes_at": after(hours=5)}
    assert (await manager.patch(f"/v1/waves/{wave['id']}", json=same, headers=ANY)).status_code == 200


async def test_once_it_is_over_nothing_can_be_changed(manager: httpx.AsyncClient, wave: Json, moved: Moved) -> None:
    await moved(wave["id"], OVER)
    refused = await manager.patch(f"/v1/waves/{wave['id']}", json={"closes_at": after(hours=5)}, headers=ANY)
    assert (refused.status_code, refused.json()["code"], refused.json()["state"]) == (409, "wave_closed", "closing")


async def test_a_period_must_not_be_over_nor_turned_round(manager: httpx.AsyncClient, wave: Json, moved: Moved) -> None:
    await moved(wave["id"], PLANNED)
    for change, rule in (({"closes_at": after(minutes=30)}, "opens_before_closes"), ({}, None)):
        answer = await manager.patch(f"/v1/waves/{wave['id']}", json=change, headers=ANY)
        assert [each["rule"] for each in answer.json().get("errors", [])] == ([rule] if rule else [])
