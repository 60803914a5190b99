"""Bulk decisions over HTTP, and the worker that seals and applies them."""

from dataclasses import dataclass
from typing import Any

import httpx
from desks import Desk

from common.operations import OperationRunner

PATH = "/v1/bulk-decisions"


@dataclass
class Bulk:
    """The bulk decisions of a test."""

    runner: OperationRunner

    async def prepare(self, desk: Desk, act: str = "school-approve", **body: Any) -> str:
        """Seals what a filter means, by default all; gives the id."""
        accepted = await desk.post(PATH, {"act": act, **body})
        operation = await self.finished(desk, accepted)
        assert operation["state"] == "succeeded", operation
        return str(operation["result"]["id"])

    async def apply(self, desk: Desk, decision: str, *excepted: str) -> dict[str, Any]:
        """Applies it, and gives the operation at its end."""
        return await self.finished(desk, await desk.post(f"{PATH}/{decision}/apply", {"except": list(excepted)}))

    async def finished(self, desk: Desk, accepted: httpx.Response) -> dict[str, Any]:
        assert accepted.status_code == 202, accepted.text
        assert await self.runner.run_once()
        return dict((await desk.get(accepted.headers["location"])).json())

    async def read(self, desk: Desk, decision: str) -> dict[str, Any]:
        answer = await desk.get(f"{PATH}/{decision}")
        assert answer.status_code == 200, answer.text
        assert answer.headers["etag"] == f'"{answer.json()["version"]}"'
        return dict(answer.json())
