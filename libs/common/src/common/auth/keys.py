"""The issuer's public keys, from a file or an address, without ever blocking the event loop on the network."""

import asyncio
import json
import logging
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from common.errors import Message, Unavailable
from common.settings import ServiceSettings

ALGORITHMS = ("ES256", "ES384", "EdDSA", "RS256", "PS256")
"""Asymmetric ones only: with a symmetric one, whoever can verify could also sign."""

REFRESH_SECONDS = 300.0
RETRY_SECONDS = 15.0
"""At most this often an unknown key id, or a failed fetch, makes us ask the issuer again."""

FETCH_TIMEOUT = 5.0
MIN_RSA_BITS = 2048
MAX_DOCUMENT = 256_000

_PRIVATE_PARTS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})

_log = logging.getLogger(__name__)


class KeySet:
    """Usable keys of one key set document, by id."""

    def __init__(self, document: str | bytes) -> None:
        content = json.loads(document)
        self.entries = [
            {name: part for name, part in entry.items() if name not in _PRIVATE_PARTS}
            for entry in content["keys"]
            if _is_signing_key(entry)
        ]
        self._keys = {entry["kid"]: key for entry in self.entries if (key := _usable(entry)) is not None}

    def get(self, key_id: str) -> jwt.PyJWK | None:
        """The key with this id."""
        return self._keys.get(key_id)

    def __len__(self) -> int:
        return len(self._keys)


class KeySource(Protocol):
    """Where the key set comes from."""

    async def current(self) -> KeySet:
        """The keys trusted now; raises Unavailable before the first could be had."""

    async def after_unknown(self, known: KeySet) -> KeySet:
        """The keys after a token named one that is not in `known`: the issuer may have a new one."""


class KeysUnavailable(Unavailable):
    """The issuer's keys could not be had since the start."""

    code = "keys_unavailable"
    title = Message("签名公钥暂不可用，请稍后重试", "The issuer's keys cannot be had; try again")


class FileKeys:
    """A key set file, read again when it changes. An unreadable new content leaves the old keys in use."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int, int] | None = None
        self._keys: KeySet | None = None

    async def current(self) -> KeySet:
        """The keys of the file as it is now."""
        self._read_if_changed()
        if self._keys is None:
            raise KeysUnavailable(RETRY_SECONDS)
        return self._keys

    async def after_unknown(self, known: KeySet) -> KeySet:
        """The file was just looked at: nothing newer can be had."""
        return known

    def _read_if_changed(self) -> None:
        try:
            state = self._path.stat()
            seen = (state.st_mtime_ns, state.st_size, state.st_ino)
            if seen != self._seen:
                self._keys, self._seen = KeySet(self._path.read_bytes()), seen
        except (OSError, ValueError, KeyError, TypeError):
            _log.warning("key set file unreadable")


class UrlKeys:
    """The issuer's key set address, fetched in the background before it grows old."""

    def __init__(self, url: str, client: httpx.AsyncClient | None = None) -> None:
        self._url = url
        self._client = client
        self._keys: KeySet | None = None
        self._fetched = -REFRESH_SECONDS
        self._tried = -REFRESH_SECONDS
        self._fetching: asyncio.Task[None] | None = None

    async def current(self) -> KeySet:
        """The keys last fetched; only the very first caller waits."""
        if self._keys is None:
            await self._fetch()
        elif time.monotonic() - self._fetched > REFRESH_SECONDS:
            self._start_fetching()
        if self._keys is None:
            raise KeysUnavailable(RETRY_SECONDS)
        return self._keys

    async def after_unknown(self, known: KeySet) -> KeySet:
        """Asks the issuer again, though not for every forged key id."""
        await self._fetch()
        return self._keys or known

    async def _fetch(self) -> None:
        if task := self._start_fetching():
            await asyncio.shield(task)

    def _start_fetching(self) -> asyncio.Task[None] | None:
        if self._fetching is None or self._fetching.done():
            if time.monotonic() - self._tried < RETRY_SECONDS:
                return None
            self._tried = time.monotonic()
            self._fetching = asyncio.create_task(self._load())
        return self._fetching

    async def _load(self) -> None:
        try:
            document = await self._download()
            self._keys, self._fetched = KeySet(document), time.monotonic()
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            _log.warning("key set address unreadable")

    async def _download(self) -> bytes:
        client = self._client or httpx.AsyncClient(timeout=FETCH_TIMEOUT)
        try:
            response = (await client.get(self._url)).raise_for_status()
        finally:
            if self._client is None:
                await client.aclose()
        if len(response.content) > MAX_DOCUMENT:
            raise ValueError("the key set is too large")
        return response.content


def key_source(settings: ServiceSettings) -> KeySource:
    """The source that the settings name."""
    if settings.jwks_file is not None:
        return FileKeys(settings.jwks_file)
    if settings.jwks_url is not None:
        return UrlKeys(settings.jwks_url)
    raise ValueError("neither QUXIANG_JWKS_FILE nor QUXIANG_JWKS_URL is set")


def _is_signing_key(entry: Any) -> bool:
    if not isinstance(entry, Mapping):
        raise ValueError("not a key set")  # noqa: TRY004 - one kind of error for whatever is wrong with the document
    return isinstance(entry.get("kid"), str) and entry.get("kty") != "oct" and entry.get("use", "sig") == "sig"


def _usable(entry: dict[str, Any]) -> jwt.PyJWK | None:
    try:
        key = jwt.PyJWK(entry)
    except jwt.PyJWTError:
        return None
    too_short = isinstance(key.key, RSAPublicKey) and key.key.key_size < MIN_RSA_BITS
    return None if too_short or key.algorithm_name not in ALGORITHMS else key
