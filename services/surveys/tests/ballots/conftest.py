"""An unlinkable wave, and the codes of its slips."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from ballot_holders import LINK

from common.contracts.envelope import IncomingEvent
from surveys.ballots.domain import FEWEST

Json = dict[str, Any]


@pytest.fixture
async def crowd(
    keep: Callable[[Sequence[IncomingEvent]], Awaitable[None]],
    school: str,
    graduate_event: Callable[..., IncomingEvent],
) -> list[UUID]:
    """As many graduates of the 2024 cohort as an unlinkable wave needs."""
    ids = sorted(uuid4() for _ in range(FEWEST))
    await keep([graduate_event(school, each) for each in ids])
    return ids


@pytest.fixture
async def secret(manager: httpx.AsyncClient, crowd: list[UUID], plan: Json) -> Json:
    """An open unlinkable wave."""
    answer = await manager.post("/v1/waves", json=plan | {"anonymity": "unlinkable"})
    assert (answer.status_code, answer.json()["eligible"]) == (201, len(crowd)), answer.text
    return dict(answer.json())


@pytest.fixture
async def codes(manager: httpx.AsyncClient, secret: Json) -> list[str]:
    """The codes of its slips."""
    answer = await manager.post(f"/v1/waves/{secret['id']}/code-sheets")
    assert answer.status_code == 200, answer.text
    return LINK.findall(answer.text)
