"""Which tokens are accepted, and that all others get one and the same answer."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from jwt.algorithms import OKPAlgorithm, RSAAlgorithm

from common.auth import Role, TokenVerifier
from common.auth.issuing import Grant, SigningKey, jwks_of
from common.auth.keys import ALGORITHMS
from common.auth.verifier import LEEWAY_SECONDS, REMEMBERED
from common.errors import Unauthenticated, Unavailable
from common.settings import ServiceSettings
from testing.tokens import TokenMint

MISSING = {f"without {name}" for name in ("exp", "iat", "aud", "iss", "sub", "jti", "role")}
FORGERIES = sorted(
    MISSING
    | {
        "expired",
        "issued in the future",
        "wrong audience",
        "wrong issuer",
        "algorithm none",
        "HS256 with the public key",
        "unknown key",
        "another key under our id",
        "other type",
        "no key id",
        "key brought along",
        "critical extension",
        "changed payload",
        "unknown role",
        "malformed school",
        "empty class",
        "too many classes",
        "class without a text",
        "office as a number",
        "school as a number",
        "malformed graduate",
        "nested without end",
        "expiry beyond all numbers",
        "expiry without end",
        "expiry that is no number",
        "expiry as text",
        "expiry as truth",
        "expiry as a list",
        "start before all numbers",
        "start without beginning",
        "start that is no number",
        "start as nothing",
        "issue before all numbers",
        "issue without beginning",
        "issue as text",
        "subject as a number",
        "half a character in the subject",
        "half a character in a unit",
        "half a character in the scope",
        "scope as a list",
        "role as a list",
        "unit as a number",
        "graduate as a number",
        "id of the token as a number",
        "audience as a number",
    }
)


@pytest.fixture
def mint(tmp_path: Path) -> TokenMint:
    return TokenMint(tmp_path)


@pytest.fixture
def verifier(mint: TokenMint) -> TokenVerifier:
    return TokenVerifier(settings_of(mint))


def settings_of(mint: TokenMint, **other: Any) -> ServiceSettings:
    return ServiceSettings(service="example", database_url="postgresql://x@y/z", **{**mint.settings, **other})


async def test_a_good_token_becomes_a_principal(mint: TokenMint, verifier: TokenVerifier) -> None:
    principal = await verifier.verify(mint.token("counsellor", school="90001", college="C1", class_="K1"))
    assert principal.role is Role.COUNSELLOR
    assert (principal.school_code, principal.college_code, principal.class_codes) == ("90001", "C1", frozenset({"K1"}))
    assert principal.subject == "counsellor:90001:C1:K1"
    assert principal.actor.role == "counsellor"


async def test_a_counsellor_may_have_several_classes(mint: TokenMint, verifier: TokenVerifier) -> None:
    classes = [f"K{number}" for number in range(64)]
    principal = await verifier.verify(mint.token("counsellor", school="90001", class_=classes))
    assert principal.class_codes == frozenset(classes)


async def test_two_roles_of_one_school_are_two_people(mint: TokenMint, verifier: TokenVerifier) -> None:
    first = await verifier.verify(mint.token("school_officer", school="90001"))
    second = await verifier.verify(mint.token("survey_manager", school="90001"))
    assert first.subject != second.subject


def test_every_forgery_is_tried(mint: TokenMint) -> None:
    assert sorted(mint.forgeries()) == FORGERIES


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_a_forged_token_is_refused_with_the_one_answer(
    mint: TokenMint, verifier: TokenVerifier, forgery: str
) -> None:
    with pytest.raises(Unauthenticated) as caught:
        await verifier.verify(mint.forgeries()[forgery])
    assert str(caught.value) == str(Unauthenticated())
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "....", "é.é.é", "e30.e30.", "e" * 10_000, "bnVsbA.bnVsbA.bnVsbA"])
async def test_what_is_no_token_is_refused(verifier: TokenVerifier, text: str) -> None:
    with pytest.raises(Unauthenticated):
        await verifier.verify(text)


async def test_clocks_may_differ_a_little_and_no_more(mint: TokenMint, verifier: TokenVerifier) -> None:
    assert LEEWAY_SECONDS <= 60
    await verifier.verify(mint.token(ttl=timedelta(seconds=-LEEWAY_SECONDS + 10)))
    with pytest.raises(Unauthenticated):
        await verifier.verify(mint.token(ttl=timedelta(seconds=-LEEWAY_SECONDS - 10)))


async def test_a_remembered_token_expires_too(
    mint: TokenMint, verifier: TokenVerifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = mint.token(ttl=60)
    await verifier.verify(token)
    monkeypatch.setattr("common.clock._ahead", timedelta(hours=3))
    assert verifier._verified_with is not None
    assert verifier._remembered(token, verifier._verified_with) is None


async def test_not_every_token_is_remembered_for_ever(
    mint: TokenMint, verifier: TokenVerifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("common.auth.verifier.REMEMBERED", 3)
    assert REMEMBERED <= 10_000
    for _ in range(5):
        await verifier.verify(mint.token())
    assert len(verifier._verified) == 3


async def test_a_key_that_was_withdrawn_verifies_nothing_more(mint: TokenMint, verifier: TokenVerifier) -> None:
    token = mint.token()
    await verifier.verify(token)
    mint.jwks_file.write_text(jwks_of(SigningKey.generate(), SigningKey.generate()))
    with pytest.raises(Unauthenticated):
        await verifier.verify(token)


async def test_a_new_key_in_the_file_is_trusted_at_once(mint: TokenMint, verifier: TokenVerifier) -> None:
    fresh = SigningKey.generate()
    await verifier.verify(mint.token())
    mint.jwks_file.write_text(jwks_of(mint.key, fresh))
    await verifier.verify(mint.signed(mint.issuer.claims(Grant(Role.ADMIN)), key=fresh, headers={"kid": fresh.key_id}))


async def test_an_unreadable_new_file_leaves_the_old_keys(mint: TokenMint, verifier: TokenVerifier) -> None:
    await verifier.verify(mint.token())
    mint.jwks_file.write_text("half a docum")
    await verifier.verify(mint.token("admin"))
    mint.jwks_file.unlink()
    await verifier.verify(mint.token("system"))


async def test_without_any_keys_nobody_can_be_judged(mint: TokenMint, tmp_path: Path) -> None:
    verifier = TokenVerifier(settings_of(mint, jwks_file=tmp_path / "missing.json"))
    with pytest.raises(Unavailable):
        await verifier.verify(mint.token())


@pytest.mark.parametrize("missing", [{"issuer": ""}, {"jwks_file": None}])
def test_a_verifier_without_issuer_or_keys_does_not_start(mint: TokenMint, missing: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="QUXIANG_"):
        TokenVerifier(settings_of(mint, **missing))


async def test_the_published_key_set_holds_no_private_part(mint: TokenMint, verifier: TokenVerifier) -> None:
    mint.jwks_file.write_text(json.dumps({"keys": [{**mint.key.public_jwk(), "d": "secret"}]}))
    keys = (await verifier.jwks())["keys"]
    assert [key["kid"] for key in keys] == [mint.key.key_id]
    assert "d" not in keys[0]


def test_no_symmetric_algorithm_is_ever_allowed() -> None:
    assert not [name for name in ALGORITHMS if name.startswith("HS") or name == "none"]


async def test_a_symmetric_key_in_the_set_is_never_used(mint: TokenMint, verifier: TokenVerifier) -> None:
    secret = {"kty": "oct", "kid": "shared", "alg": "HS256", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA"}
    mint.jwks_file.write_text(json.dumps({"keys": [secret, mint.key.public_jwk()]}))
    claims = mint.issuer.claims(Grant(Role.ADMIN))
    token = jwt.encode(claims, "secret-secret-secret-secret-secret", "HS256", {"kid": "shared", "typ": "at+jwt"})
    with pytest.raises(Unauthenticated):
        await verifier.verify(token)
    assert len((await verifier.jwks())["keys"]) == 1


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
async def test_eddsa_and_rsa_keys_are_understood(mint: TokenMint, verifier: TokenVerifier) -> None:
    edwards, wide, narrow = (
        ed25519.Ed25519PrivateKey.generate(),
        rsa.generate_private_key(65537, 2048),
        rsa.generate_private_key(65537, 1024),
    )
    entries = [
        {**json.loads(OKPAlgorithm.to_jwk(edwards.public_key())), "kid": "edwards", "alg": "EdDSA"},
        {**json.loads(RSAAlgorithm.to_jwk(wide.public_key())), "kid": "wide", "alg": "RS256"},
        {**json.loads(RSAAlgorithm.to_jwk(narrow.public_key())), "kid": "narrow", "alg": "RS256"},
    ]
    mint.jwks_file.write_text(json.dumps({"keys": entries}))
    claims = mint.issuer.claims(Grant(Role.ADMIN))
    for key, name, algorithm in ((edwards, "edwards", "EdDSA"), (wide, "wide", "RS256")):
        token = jwt.encode(claims, key, algorithm, {"kid": name, "typ": "at+jwt"})
        assert (await verifier.verify(token)).role is Role.ADMIN
    with pytest.raises(Unauthenticated):
        await verifier.verify(jwt.encode(claims, narrow, "RS256", {"kid": "narrow", "typ": "at+jwt"}))
    with pytest.raises(Unauthenticated):
        await verifier.verify(jwt.encode(claims, wide, "PS256", {"kid": "wide", "typ": "at+jwt"}))


def test_a_signing_key_survives_its_file(tmp_path: Path) -> None:
    key = SigningKey.generate()
    key.store(tmp_path / "key.pem")
    assert (tmp_path / "key.pem").stat().st_mode & 0o077 == 0
    assert SigningKey.load(tmp_path / "key.pem").key_id == key.key_id
