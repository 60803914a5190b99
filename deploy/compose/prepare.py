"""Writes what docker-compose.yml reads as secrets, once: passwords, addresses, key rings, key set, service tokens.

`make install && .venv/bin/python deploy/compose/prepare.py [FOLDER]`. What exists stays: a lost key ring makes
everything stored unreadable. The key set and the tokens come from the launcher's own issuer, so that `quxiang token`
works with this stack too, and are renewed when the launcher has another key; replace them by those of a real issuer
before real data come in (deploy/README.md).
"""

import json
import secrets
import sys
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import jwt

from common.auth.issuing import Grant
from common.auth.principal import Role
from common.crypto import KeyRing
from quxiang.signing import ISSUER, issuer_of, jwks_file
from quxiang.state import State

SERVICES = ("registry", "destinations", "surveys", "indicators")
ROOT = Path(__file__).parents[2]
TOKEN_LIFETIME = timedelta(days=180)


def main() -> None:
    """Fills the folder."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "deploy" / "secrets"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    state = State.of_workspace()
    issuer = issuer_of(state)
    tokens = {service: folder / f"{service}_service_token" for service in SERVICES}
    former = {_signer(path) for path in tokens.values()} - {issuer.key.key_id, None}
    _keep(folder / "postgres_password", _password)
    _keep(folder / "jwks", jwks_file(state).read_text, outdated=not former.isdisjoint(_trusted(folder / "jwks")))
    for service in SERVICES:
        _keep(folder / f"{service}_owner_password", _password)
        _keep(folder / f"{service}_app_password", _password)
        _address(folder, service, "owner", "migration_database_url")
        _address(folder, service, "app", "database_url")
        if not (key_ring := folder / f"{service}_keyring").exists():
            KeyRing.generate().store(key_ring)
        _open(key_ring)
        token = partial(issuer.issue, Grant(Role.SYSTEM, subject=f"service:{service}"), TOKEN_LIFETIME)
        _keep(tokens[service], token, outdated=_signer(tokens[service]) in former)
    print(f"secrets are in {folder}")


def _keep(path: Path, make: Callable[[], str], *, outdated: bool = False) -> None:
    """Writes a secret that is missing or outdated; a running container sees the same file with the new content."""
    if outdated or not path.exists():
        path.write_text(make(), encoding="utf-8")
    _open(path)


def _open(path: Path) -> None:
    """The folder keeps others out, the file lets the container's user read it, whatever the umask."""
    path.chmod(0o644)


def _address(folder: Path, service: str, role: str, name: str) -> None:
    password = (folder / f"{service}_{role}_password").read_text(encoding="utf-8")
    _keep(folder / f"{service}_{name}", lambda: f"postgresql://{service}_{role}:{password}@postgres:5432/{service}")


def _signer(path: Path) -> str | None:
    """The key that signed a token of the launcher's issuer; None for another issuer's, and without a token."""
    try:
        token = jwt.decode_complete(path.read_text(encoding="utf-8").strip(), options={"verify_signature": False})
    except (FileNotFoundError, jwt.DecodeError):
        return None
    return str(token["header"]["kid"]) if token["payload"].get("iss") == ISSUER else None


def _trusted(path: Path) -> set[str | None]:
    """The keys of a key set."""
    return {key.get("kid") for key in json.loads(path.read_text(encoding="utf-8"))["keys"]} if path.exists() else set()


def _password() -> str:
    return secrets.token_urlsafe(24)


if __name__ == "__main__":
    main()
