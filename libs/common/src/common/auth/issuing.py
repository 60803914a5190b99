"""Signing tokens: for the local launcher, its own issuer, and for tests. Production has an issuer elsewhere."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from common import clock
from common.auth.claims import MAX_SUBJECT
from common.auth.principal import Role
from common.auth.verifier import TOKEN_TYPE

ALGORITHM = "ES256"
DEFAULT_TTL = timedelta(minutes=10)


@dataclass(frozen=True)
class Grant:
    """Whom a token speaks for: the role and as much of the row scope as the role needs."""

    role: Role
    school_code: str | None = None
    college_code: str | None = None
    class_codes: tuple[str, ...] = ()
    graduate_id: UUID | None = None
    employer_id: UUID | None = None
    office_id: str | None = None
    province_code: str | None = None
    scopes: tuple[str, ...] = ()
    subject: str | None = None

    def claims(self) -> dict[str, str | list[str]]:
        """The private claims, without those that are not set; one class as a text, several as an array."""
        parts = {
            "role": self.role.value,
            "scope": " ".join(self.scopes),
            "school_code": self.school_code,
            "college_code": self.college_code,
            "graduate_id": self.graduate_id,
            "employer_id": self.employer_id,
            "office_id": self.office_id,
            "province_code": self.province_code,
        }
        claims: dict[str, str | list[str]] = {name: str(part) for name, part in parts.items() if part is not None}
        if self.class_codes:
            claims["class_code"] = list(self.class_codes) if len(self.class_codes) > 1 else self.class_codes[0]
        return claims


def subject_of(grant: Grant) -> str:
    """The subject that is given, else one derived from role and scope: two roles are two people."""
    units = (grant.province_code, grant.school_code, grant.college_code, *grant.class_codes)
    scope = [str(part) for part in (*units, grant.graduate_id, grant.employer_id, grant.office_id) if part is not None]
    derived = ":".join([grant.role.value, *scope])
    if len(derived) > MAX_SUBJECT:  # many classes: what two grants name must stay two people
        derived = f"{grant.role.value}:{hashlib.sha256(derived.encode()).hexdigest()}"
    return grant.subject or derived


class SigningKey:
    """An ES256 key pair; its id is the hash of the public half, so that a new pair never meets an old id."""

    def __init__(self, private: ec.EllipticCurvePrivateKey) -> None:
        self.private = private
        digest = Hash(SHA256())
        digest.update(private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
        self.key_id = _base64url(digest.finalize()[:12])

    @classmethod
    def generate(cls) -> "SigningKey":
        """A fresh pair."""
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def load(cls, path: Path) -> "SigningKey":
        """Reads a PEM file; raises ValueError or TypeError if it holds no key of this kind."""
        private = load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(private, ec.EllipticCurvePrivateKey):
            raise TypeError("the file holds no elliptic-curve key")
        return cls(private)

    def store(self, path: Path) -> None:
        """Writes the PEM file, readable by its owner only."""
        path.touch(mode=0o600)
        path.write_bytes(self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))

    def public_jwk(self) -> dict[str, Any]:
        """The public half as it stands in a JWKS."""
        numbers = self.private.public_key().public_numbers()
        return {
            "kty": "EC",
            "crv": "P-256",
            "use": "sig",
            "alg": ALGORITHM,
            "kid": self.key_id,
            "x": _base64url(numbers.x.to_bytes(32)),
            "y": _base64url(numbers.y.to_bytes(32)),
        }


class TokenIssuer:
    """Signs access tokens for one issuer and audience."""

    def __init__(self, key: SigningKey, issuer: str, audience: str = "quxiang") -> None:
        self.key = key
        self.issuer = issuer
        self.audience = audience

    def claims(self, grant: Grant, ttl: timedelta = DEFAULT_TTL) -> dict[str, Any]:
        """All claims of a token issued now."""
        now = int(clock.now().timestamp())
        registered = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": subject_of(grant),
            "iat": now,
            "exp": now + int(ttl.total_seconds()),
            "jti": secrets.token_urlsafe(12),
        }
        return registered | grant.claims()

    def issue(self, grant: Grant, ttl: timedelta = DEFAULT_TTL) -> str:
        """A signed token."""
        return self.sign(self.claims(grant, ttl))

    def sign(self, claims: dict[str, Any]) -> str:
        """Signs claims as they are."""
        headers = {"kid": self.key.key_id, "typ": TOKEN_TYPE}
        return jwt.encode(claims, self.key.private, algorithm=ALGORITHM, headers=headers)


def jwks_of(*keys: SigningKey) -> str:
    """The key set document with the public halves."""
    return json.dumps({"keys": [key.public_jwk() for key in keys]}, indent=2)


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
