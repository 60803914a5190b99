"""A limit of requests per client and second, in the memory of this process: a guard against loops, not a quota.

A caller with a valid token counts by its subject, all others by the address of the connection.
"""

import time
from collections import Counter
from contextlib import suppress

from fastapi import Request

from common.auth.dependencies import token_of
from common.auth.verifier import TokenVerifier
from common.errors import TooManyRequests, Unauthenticated


class RateLimit:
    """Counts within one second of the clock; a new second forgets all of the last one, so memory stays small."""

    def __init__(self, per_second: int) -> None:
        self._per_second = per_second
        self._second = 0
        self._seen: Counter[str] = Counter()

    def count(self, client: str, now: float | None = None) -> None:
        """One more request of a client; raises TooManyRequests beyond the limit."""
        moment = time.monotonic() if now is None else now
        if int(moment) != self._second:
            self._second = int(moment)
            self._seen.clear()
        self._seen[client] += 1
        if self._seen[client] > self._per_second:
            raise TooManyRequests(retry_after=1 - moment % 1)


async def limit_rate(request: Request) -> None:
    """Run before all else; what it learns of the caller, `common.auth` need not find out again.

    `request.state.client` keeps what the caller counts as.
    """
    kept, known = request.app.state, request.state
    limit: RateLimit = kept.rate_limit
    verifier: TokenVerifier | None = kept.verifier
    client = None
    token = token_of(request)
    if verifier is not None and token is not None:
        with suppress(Unauthenticated):
            known.principal = principal = await verifier.verify(token)
            client = f"subject {principal.subject}"
    known.client = client or f"address {request.client.host if request.client else ''}"
    limit.count(known.client)
