"""Tokens for tests: a mint with its own key pair, and forgeries that must all be refused."""

import base64
import hashlib
import hmac
import json
import math
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from common.auth.issuing import Grant, SigningKey, TokenIssuer, jwks_of
from common.auth.principal import Role
from common.auth.verifier import TOKEN_TYPE

ISSUER = "https://issuer.test"
AUDIENCE = "quxiang"


class TokenMint:
    """An issuer of its own, whose key set stands in a file that a service under test is pointed at."""

    def __init__(self, folder: Path, issuer: str = ISSUER, audience: str = AUDIENCE) -> None:
        self.key = SigningKey.generate()
        self.issuer = TokenIssuer(self.key, issuer, audience)
        self.jwks_file = folder / "jwks.json"
        self.jwks_file.write_text(jwks_of(self.key))

    @property
    def settings(self) -> dict[str, Any]:
        """Keyword arguments for ServiceSettings that make a service trust this mint."""
        return {"issuer": self.issuer.issuer, "audience": self.issuer.audience, "jwks_file": self.jwks_file}

    def token(
        self,
        role: str | Role = Role.SCHOOL_OFFICER,
        *,
        school: str | None = None,
        college: str | None = None,
        class_: str | Sequence[str] = (),
        graduate: str | UUID | None = None,
        province: str | None = None,
        employer: str | UUID | None = None,
        office: str | None = None,
        scopes: Sequence[str] = (),
        subject: str | None = None,
        ttl: timedelta | float = timedelta(minutes=10),
    ) -> str:
        """A token that must be accepted."""
        return self.issuer.issue(
            Grant(
                role=Role(role),
                school_code=school,
                college_code=college,
                class_codes=(class_,) if isinstance(class_, str) else tuple(class_),
                graduate_id=_uuid(graduate),
                employer_id=_uuid(employer),
                office_id=office,
                province_code=province,
                scopes=tuple(scopes),
                subject=subject,
            ),
            ttl if isinstance(ttl, timedelta) else timedelta(seconds=ttl),
        )

    def headers(self, role: str | Role = Role.SCHOOL_OFFICER, **scope: Any) -> dict[str, str]:
        """The Authorization header with such a token."""
        return {"Authorization": f"Bearer {self.token(role, **scope)}"}

    def service_token_file(self, folder: Path) -> Path:
        """A file with a token of role `system`, for services that ask others."""
        path = folder / "service-token"
        path.write_text(self.token(Role.SYSTEM, ttl=timedelta(hours=12)))
        return path

    def forgeries(self) -> dict[str, str]:
        """Tokens that look good and must be refused, by what is wrong with them. All would be an admin's."""
        claims = self.issuer.claims(Grant(Role.ADMIN))
        stranger = TokenIssuer(SigningKey.generate(), self.issuer.issuer, self.issuer.audience)
        return {
            "expired": self.signed({**claims, "iat": claims["iat"] - 900, "exp": claims["iat"] - 300}),
            "issued in the future": self.signed({**claims, "iat": claims["iat"] + 3600, "exp": claims["exp"] + 7200}),
            "wrong audience": self.signed({**claims, "aud": "another audience"}),
            "wrong issuer": self.signed({**claims, "iss": "https://evil.test"}),
            "algorithm none": self.unsigned(claims),
            "HS256 with the public key": self.signed_with_public_key(claims),
            "unknown key": stranger.sign(claims),
            "another key under our id": self.signed(claims, key=stranger.key),
            "other type": self.signed(claims, headers={"typ": "JWT"}),
            "no key id": self.signed(claims, headers={"kid": None}),
            "key brought along": self.signed(claims, key=stranger.key, headers={"jwk": stranger.key.public_jwk()}),
            "critical extension": self.signed(claims, headers={"crit": ["b64"], "b64": True}),
            "changed payload": _with_payload(self.token(Role.GRADUATE), claims),
            "unknown role": self.signed({**claims, "role": "emperor"}),
            "malformed school": self.signed({**claims, "role": "school_officer", "school_code": "9000"}),
            "empty class": self.signed({**claims, "role": "counsellor", "class_code": ["K1", ""]}),
            "too many classes": self.signed({**claims, "role": "counsellor", "class_code": ["K1"] * 65}),
            "class without a text": self.signed({**claims, "role": "counsellor", "class_code": [None]}),
            "office as a number": self.signed({**claims, "role": "office", "office_id": 7}),
            "school as a number": self.signed({**claims, "role": "school_officer", "school_code": 90001}),
            "malformed graduate": self.signed({**claims, "role": "graduate", "graduate_id": "me"}),
            "nested without end": f"{_base64url(b'[' * 5_000)}.{_segment(claims)}.c2ln",
            **{
                f"without {name}": self.signed({key: claims[key] for key in claims if key != name})
                for name in _REGISTERED
            },
            **{name: self.signed({**claims, **odd}) for name, odd in _ODD.items()},
        }

    def signed(
        self, claims: Mapping[str, Any], *, key: SigningKey | None = None, headers: Mapping[str, Any] | None = None
    ) -> str:
        """Any claims under any header, by default with the mint's own key."""
        header = {"kid": self.key.key_id, "typ": TOKEN_TYPE, **(headers or {})}
        given = {name: value for name, value in header.items() if value is not None}
        return jwt.encode(dict(claims), (key or self.key).private, algorithm="ES256", headers=given)

    def unsigned(self, claims: Mapping[str, Any]) -> str:
        """The same without a signature, `alg` none."""
        header = {"alg": "none", "typ": TOKEN_TYPE, "kid": self.key.key_id}
        return f"{_segment(header)}.{_segment(claims)}."

    def signed_with_public_key(self, claims: Mapping[str, Any]) -> str:
        """The key-confusion attack: the public key as a secret of HMAC."""
        public = self.key.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        header = {"alg": "HS256", "typ": TOKEN_TYPE, "kid": self.key.key_id}
        text = f"{_segment(header)}.{_segment(claims)}"
        return f"{text}.{_base64url(hmac.new(public, text.encode(), hashlib.sha256).digest())}"


_ODD: Mapping[str, Mapping[str, Any]] = {
    "expiry beyond all numbers": {"exp": 10**400},
    "expiry without end": {"exp": math.inf},
    "expiry that is no number": {"exp": math.nan},
    "expiry as text": {"exp": "9999999999"},
    "expiry as truth": {"exp": True},
    "expiry as a list": {"exp": [9999999999]},
    "start before all numbers": {"nbf": -(10**400)},
    "start without beginning": {"nbf": -math.inf},
    "start that is no number": {"nbf": math.nan},
    "start as nothing": {"nbf": None},
    "issue before all numbers": {"iat": -(10**400)},
    "issue without beginning": {"iat": -math.inf},
    "issue as text": {"iat": "1"},
    "subject as a number": {"sub": 7},
    "half a character in the subject": {"sub": "\ud800"},
    "half a character in a unit": {"role": "college_officer", "school_code": "90001", "college_code": "C\ud800"},
    "half a character in the scope": {"scope": "read \udfff"},
    "scope as a list": {"scope": ["read"]},
    "role as a list": {"role": ["admin"]},
    "unit as a number": {"college_code": 1},
    "graduate as a number": {"graduate_id": 7},
    "id of the token as a number": {"jti": 7},
    "audience as a number": {"aud": [7]},
}
_REGISTERED = ("exp", "iat", "aud", "iss", "sub", "jti", "role")


def _uuid(value: str | UUID | None) -> UUID | None:
    return UUID(value) if isinstance(value, str) else value


def _with_payload(token: str, claims: Mapping[str, Any]) -> str:
    header, _, signature = token.split(".")
    return f"{header}.{_segment(claims)}.{signature}"


def _segment(content: Mapping[str, Any]) -> str:
    return _base64url(json.dumps(content).encode())


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
