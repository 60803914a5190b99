"""Verifying access tokens (RFC 9068, RFC 8725): what fails has one answer, which does not help to forge."""

from collections import OrderedDict
from typing import Any

import jwt

from common import clock
from common.auth.claims import principal_of
from common.auth.keys import ALGORITHMS, KeySet, KeySource, key_source
from common.auth.principal import Principal
from common.errors import Unauthenticated
from common.settings import ServiceSettings

TOKEN_TYPE = "at+jwt"  # noqa: S105 - the name of a type
LEEWAY_SECONDS = 30
"""Clocks differ; half of what the contract allows."""

REQUIRED = ["exp", "iat", "aud", "iss", "sub", "jti"]
MAX_TOKEN = 8192
MAX_INSTANT = 253_402_300_799
"""The end of the year 9999."""

REMEMBERED = 4096
"""Tokens whose signature was checked; a client sends the same one for minutes, and a check costs as much as a query."""

_TYPES = frozenset({TOKEN_TYPE, f"application/{TOKEN_TYPE}"})


class TokenVerifier:
    """Turns a bearer token into a principal, trusting one issuer's keys for one audience."""

    def __init__(self, settings: ServiceSettings, keys: KeySource | None = None) -> None:
        if not settings.issuer:
            raise ValueError("QUXIANG_ISSUER is not set")
        self._issuer = settings.issuer
        self._audience = settings.audience
        self._keys = keys or key_source(settings)
        self._verified_with: KeySet | None = None
        self._verified: OrderedDict[str, tuple[Principal, float]] = OrderedDict()

    async def verify(self, token: str) -> Principal:
        """The caller; raises Unauthenticated, or Unavailable while no keys could be had."""
        keys = await self._keys.current()
        remembered = self._remembered(token, keys)
        if remembered is not None:
            return remembered
        try:
            header = _header_of(token)
            claims = self._claims(token, header, await self._key(header, keys))
            principal = principal_of(claims)
        except (jwt.PyJWTError, ValueError, TypeError, KeyError):
            raise Unauthenticated from None
        self._verified[token] = (principal, float(claims["exp"]))
        if len(self._verified) > REMEMBERED:
            self._verified.popitem(last=False)
        return principal

    def end_of(self, token: str) -> float:
        """When a token ends that `verify` has taken, in seconds since 1970."""
        return float(jwt.decode(token, options={"verify_signature": False})["exp"])

    async def jwks(self) -> dict[str, Any]:
        """The public keys this service trusts, as a key set document."""
        return {"keys": (await self._keys.current()).entries}

    async def _key(self, header: dict[str, Any], keys: KeySet) -> jwt.PyJWK:
        key = keys.get(header["kid"]) or (await self._keys.after_unknown(keys)).get(header["kid"])
        if key is None or key.algorithm_name != header["alg"]:
            raise ValueError("unknown key")
        return key

    def _claims(self, token: str, header: dict[str, Any], key: jwt.PyJWK) -> dict[str, Any]:
        claims: dict[str, Any] = jwt.decode(
            token,
            key.key,
            algorithms=[header["alg"]],
            audience=self._audience,
            issuer=self._issuer,
            # the library would ask the machine's clock
            options={"require": REQUIRED, "verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )
        _require_current(claims)
        return claims

    def _remembered(self, token: str, keys: KeySet) -> Principal | None:
        if keys is not self._verified_with:
            self._verified.clear()
            self._verified_with = keys
        principal, expires = self._verified.get(token, (None, 0.0))
        return principal if clock.now().timestamp() < expires + LEEWAY_SECONDS else None


def _require_current(claims: dict[str, Any]) -> None:
    """Raises ValueError unless the token is valid now: not expired, neither issued nor starting in the future.

    An instant is a number that a clock can show; texts and truth values are none.
    """
    for name in ("exp", "iat", "nbf"):
        instant = claims.get(name, 0)
        if type(instant) not in (int, float) or not 0 <= instant <= MAX_INSTANT:
            raise ValueError(name)
    now = clock.now().timestamp()
    if now >= claims["exp"] + LEEWAY_SECONDS or max(claims["iat"], claims.get("nbf", 0)) > now + LEEWAY_SECONDS:
        raise ValueError("not valid now")


def _header_of(token: str) -> dict[str, Any]:
    """The header, as far as it says which key to try; it never brings a key or an address of its own."""
    if len(token) > MAX_TOKEN:
        raise ValueError("too long")
    header = jwt.get_unverified_header(token)
    if header.get("alg") not in ALGORITHMS or "crit" in header or not isinstance(header.get("kid"), str):
        raise ValueError("header")
    if str(header.get("typ", "")).lower() not in _TYPES:
        raise ValueError("type")
    return header
