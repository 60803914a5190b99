"""The launcher's own issuer: an ES256 key pair, its public half as a JWKS, and tokens signed with it."""

import base64
import hashlib
import json
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from quxiang.state import State, locked, write_atomically

ISSUER = "urn:quxiang:local"
AUDIENCE = "quxiang"
ALGORITHM = "ES256"


class Issuer:
    """Signs tokens that the services of this stack accept."""

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self._key = key

    @classmethod
    def of(cls, state: State) -> "Issuer":
        """Read the key pair of a stack, making it on first use; two programs at once make one pair."""
        state.create()
        with locked(state.keys / "lock"):
            if not _private(state).exists():
                issuer = cls(ec.generate_private_key(ec.SECP256R1()))
                write_atomically(jwks_file(state), json.dumps({"keys": [issuer.public_jwk()]}, indent=2) + "\n")
                write_atomically(_private(state), issuer.private_pem())
        key = serialization.load_pem_private_key(_private(state).read_bytes(), password=None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return cls(key)

    def token(self, role: str, row_scope: Mapping[str, str], *, subject: str | None = None, lifetime: int) -> str:
        """Sign an access token for a role and its row scope; the subject follows from both unless given."""
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": subject or ":".join([role, *row_scope.values()]),
            "role": role,
            "scope": "quxiang",
            **row_scope,
            "iat": now,
            "exp": now + lifetime,
            "jti": str(uuid.uuid4()),
        }
        return jwt.encode(claims, self._key, ALGORITHM, {"typ": "at+jwt", "kid": self.public_jwk()["kid"]})

    def public_jwk(self) -> dict[str, Any]:
        """Give the public key, named by its thumbprint (RFC 7638)."""
        point = self._key.public_key().public_numbers()
        required = {"crv": "P-256", "kty": "EC", "x": _coordinate(point.x), "y": _coordinate(point.y)}
        thumbprint = hashlib.sha256(json.dumps(required, separators=(",", ":"), sort_keys=True).encode()).digest()
        return {**required, "kid": _base64url(thumbprint), "use": "sig", "alg": ALGORITHM}

    def private_pem(self) -> str:
        """Give the key pair as PEM."""
        pem = serialization.PrivateFormat.PKCS8
        return self._key.private_bytes(serialization.Encoding.PEM, pem, serialization.NoEncryption()).decode()


def jwks_file(state: State) -> Path:
    """Give the file that tells the services which keys to trust."""
    return state.keys / "jwks.json"


def _private(state: State) -> Path:
    return state.keys / "signing.pem"


def _coordinate(number: int) -> str:
    return _base64url(number.to_bytes(32, "big"))


def _base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
