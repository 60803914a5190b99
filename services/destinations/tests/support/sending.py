"""Evidence over HTTP, as a person at a desk sends and decides it."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from desks import Desk
from proofs import photographed

Checked = Callable[[], Awaitable[int]]
"""Checks all that waits, as the worker does; how many pieces that were."""

CONTRACT = {"kind": "agreement_form", "title": "三方协议"}


async def send(desk: Desk, registration: Any, content: bytes | None = None, **given: str) -> httpx.Response:
    """Adds a piece to a registration, which is an answer or an id; by default a picture of an agreement."""
    key = {"Idempotency-Key": given.pop("once")} if "once" in given else {}
    of = registration.json()["id"] if isinstance(registration, httpx.Response) else registration
    return await desk.http.post(
        f"/v1/registrations/{of}/evidence",
        data=CONTRACT | given,
        files={"file": ("合同.jpg", photographed() if content is None else content)},
        headers=desk.headers | key,
    )


async def on(desk: Desk, piece: httpx.Response, act: str, body: Any = None, **headers: str) -> httpx.Response:
    """An act on the version of a piece that an answer shows."""
    sent = {"If-Match": piece.headers["etag"]} | headers
    return await desk.post(f"/v1/evidence/{piece.json()['id']}/{act}", body, **sent)


async def seen(desk: Desk, piece: httpx.Response) -> httpx.Response:
    """The piece by now."""
    return await desk.get(f"/v1/evidence/{piece.json()['id']}")


async def delete(desk: Desk, piece: httpx.Response) -> httpx.Response:
    """Deletes the piece."""
    return await desk.http.delete(f"/v1/evidence/{piece.json()['id']}", headers=desk.headers)
