"""Respondents who submit, whatever is killed meanwhile, and take their answers back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import httpx
from campus import Campus
from permits import Permits

from testing.waiting import eventually

Json = dict[str, Any]
PATIENCE = 180.0


@dataclass
class Respondents:
    """Holders of some links, who act one after the other: each submits a pay of its own."""

    campus: Campus
    pays: Mapping[str, int]
    tokens: Mapping[str, str]
    whose: Sequence[str]
    withdrawing: bool = False
    acknowledged: list[str] = field(default_factory=list)
    """Graduates in the order in which the first 2xx came."""

    unheard: int = 0
    """Requests that got another answer, or none."""

    async def work(self, permits: Permits) -> None:
        """One person for each permit."""
        for graduate in self.whose:
            if not await permits.take():
                return
            await self._until_acknowledged(graduate)

    async def _until_acknowledged(self, graduate: str) -> None:
        async def is_acknowledged() -> bool:
            try:
                answered = await self._ask(graduate)
            except httpx.TransportError:
                self.unheard += 1
                return False
            if answered.is_success:
                return True
            self.unheard += 1
            # the same request is still under way, or the service is away
            assert answered.status_code in (HTTPStatus.CONFLICT, HTTPStatus.SERVICE_UNAVAILABLE), answered.text
            return False

        await eventually(is_acknowledged, within=PATIENCE, every=0.05, describe=f"an answer to {graduate}")
        self.acknowledged.append(graduate)

    async def _ask(self, graduate: str) -> httpx.Response:
        base, token = f"{self.campus.urls['surveys']}/v1/answer", self.tokens[graduate]
        headers = {"Authorization": f"Survey {token}", "If-Match": "*"}
        if self.withdrawing:
            return await self.campus.http.post(f"{base}/withdraw", headers=headers)
        values = {"related": "yes", "pay": self.pays[graduate]}
        return await self.campus.http.post(
            f"{base}/submit", json={"values": values}, headers=headers | {"Idempotency-Key": graduate}
        )
