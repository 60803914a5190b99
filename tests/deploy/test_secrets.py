"""The secrets of the compose stack: readable for its containers, kept, and renewed with the launcher's key."""

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import jwt
import pytest

from common.auth.issuing import Grant, SigningKey, TokenIssuer, jwks_of
from common.auth.principal import Role
from testing.stack import SERVICES

ROOT = Path(__file__).parents[2]
SIGNED = {"jwks", *(f"{service}_service_token" for service in SERVICES)}


@dataclass(frozen=True)
class Prepared:
    """A folder of secrets, and the state folder of the launcher that signs for it."""

    folder: Path
    state: Path

    def prepare(self) -> dict[str, str]:
        """Run the script as a person with the strictest umask does; gives the secrets."""
        subprocess.run(
            [sys.executable, str(ROOT / "deploy/compose/prepare.py"), str(self.folder)],
            env={"PATH": "/usr/bin:/bin", "QUXIANG_STATE": str(self.state)},
            umask=0o077,
            check=True,
            timeout=60,
        )
        return {path.name: path.read_text() for path in self.folder.iterdir()}

    def forget_the_key(self) -> None:
        """What `make reset` does to it."""
        for name in ("signing.pem", "jwks.json"):
            (self.state / "keys" / name).unlink()


@pytest.fixture
def prepared(tmp_path: Path) -> Prepared:
    return Prepared(tmp_path / "secrets", tmp_path / "state")


def signers(secrets: dict[str, str]) -> set[str]:
    return {jwt.get_unverified_header(secrets[name].strip())["kid"] for name in SIGNED - {"jwks"}}


def trusted(secrets: dict[str, str]) -> set[str]:
    return {key["kid"] for key in json.loads(secrets["jwks"])["keys"]}


def test_containers_can_read_what_the_folder_hides_from_others(prepared: Prepared) -> None:
    prepared.prepare()
    assert prepared.folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in prepared.folder.iterdir()} == {0o644}


def test_what_exists_stays(prepared: Prepared) -> None:
    assert prepared.prepare() == prepared.prepare()


def test_a_new_key_of_the_launcher_renews_what_the_former_signed_and_nothing_else(prepared: Prepared) -> None:
    before = prepared.prepare()
    assert signers(before) == trusted(before)
    prepared.forget_the_key()
    after = prepared.prepare()
    assert {name for name in after if after[name] != before[name]} == SIGNED
    assert signers(after) == trusted(after)


def test_key_set_and_tokens_of_a_real_issuer_stay(prepared: Prepared) -> None:
    prepared.prepare()
    key = SigningKey.generate()
    token = TokenIssuer(key, "https://login.example.edu").issue(Grant(Role.SYSTEM), timedelta(days=1))
    theirs = {name: jwks_of(key) if name == "jwks" else token for name in SIGNED}
    theirs["surveys_service_token"] = "opaque"
    for name, content in theirs.items():
        (prepared.folder / name).write_text(content)
    prepared.forget_the_key()
    after = prepared.prepare()
    assert {name: after[name] for name in SIGNED} == theirs
