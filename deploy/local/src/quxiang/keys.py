"""Files with keys and tokens that the launcher makes for the services of a local stack."""

import base64
import json
import os
from pathlib import Path

from quxiang.signing import Issuer
from quxiang.state import State, write_atomically

TOKEN_LIFETIME = 12 * 3600


def keyring_file(state: State, service: str) -> Path:
    """Give the key ring of a service, made on first use: without it nothing stored can be read again."""
    path = state.keys / f"{service}.keyring.json"
    if not path.exists():
        ring = {"fields": {"k1": _random(64)}, "current": "k1", "index": _random(32), "fingerprint": _random(32)}
        write_atomically(path, json.dumps(ring, indent=2) + "\n")
    return path


def service_token_file(state: State, service: str) -> Path:
    """Give the file with a service's own token; the launcher renews it while it runs."""
    return state.keys / f"{service}.token"


def renew_service_token(state: State, service: str) -> None:
    """Write a fresh token with which the service calls the others."""
    token = Issuer.of(state).token("system", {}, subject=f"service:{service}", lifetime=TOKEN_LIFETIME)
    write_atomically(service_token_file(state, service), token + "\n")


def _random(length: int) -> str:
    return base64.b64encode(os.urandom(length)).decode()
