"""This service's own tokens, for asking another service: from a file that others renew, or by client credentials."""

import asyncio
import time
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx

from common.errors import Message, Unavailable
from common.settings import ServiceSettings

TIMEOUT = 5.0
RENEW_BEFORE_SECONDS = 60.0
DEFAULT_LIFETIME = 300.0
RETRY_AFTER = 5.0


class TokenUnavailable(Unavailable):
    """This service cannot get a token of its own just now."""

    code = "token_unavailable"
    title = Message("服务令牌暂不可用，请稍后重试", "The service's token cannot be had; try again")


class ServiceTokens:
    """Gives a token that is valid for at least a little while."""

    def __init__(self, settings: ServiceSettings, client: httpx.AsyncClient | None = None) -> None:
        if settings.service_token_file is None and settings.token_url is None:
            raise ValueError("neither QUXIANG_SERVICE_TOKEN_FILE nor QUXIANG_TOKEN_URL is set")
        self._settings = settings
        self._client = client
        self._file = None if settings.service_token_file is None else _TokenFile(settings.service_token_file)
        self._token: str | None = None
        self._renew_at = 0.0
        self._renewing = asyncio.Lock()

    async def bearer(self) -> str:
        """The token for an Authorization header; raises TokenUnavailable while none can be had."""
        if self._file is not None:
            return self._file.read()
        async with self._renewing:
            if self._token is None or time.monotonic() >= self._renew_at:
                await self._renew()
            assert self._token is not None
            return self._token

    async def _renew(self) -> None:
        try:
            answer = await self._ask()
            token, lifetime = str(answer["access_token"]), float(answer.get("expires_in", DEFAULT_LIFETIME))
        except (httpx.HTTPError, KeyError, ValueError, TypeError):
            raise TokenUnavailable(RETRY_AFTER) from None
        self._token = token
        self._renew_at = time.monotonic() + max(lifetime - RENEW_BEFORE_SECONDS, lifetime / 2)

    async def _ask(self) -> dict[str, str]:
        settings = self._settings
        secret = settings.client_secret.get_secret_value() if settings.client_secret else ""
        form = {"grant_type": "client_credentials", "audience": settings.audience}
        client = self._client or httpx.AsyncClient(timeout=TIMEOUT)
        try:
            response = await client.post(
                str(settings.token_url), data=form, auth=httpx.BasicAuth(settings.client_id or "", secret)
            )
        finally:
            if self._client is None:
                await client.aclose()
        answer: dict[str, str] = response.raise_for_status().json()
        return answer


class RenewedToken(httpx.Auth):
    """Sends with every request the service's token of that moment: a token lives minutes, long work hours."""

    def __init__(self, tokens: ServiceTokens) -> None:
        self._tokens = tokens

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Raises TokenUnavailable while no token can be had."""
        request.headers["Authorization"] = f"Bearer {await self._tokens.bearer()}"
        yield request


class _TokenFile:
    """A token in a file, read again when the file changes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int, int] | None = None
        self._token = ""

    def read(self) -> str:
        try:
            state = self._path.stat()
            seen = (state.st_mtime_ns, state.st_size, state.st_ino)
            if seen != self._seen:
                self._token, self._seen = self._path.read_text(encoding="ascii").strip(), seen
        except (OSError, ValueError):
            raise TokenUnavailable(RETRY_AFTER) from None
        return self._token
