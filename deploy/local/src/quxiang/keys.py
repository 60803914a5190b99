"""Files with keys and tokens that the launcher makes for the services of a local stack."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path

from common.auth.issuing import Grant
from common.auth.principal import Role
from common.crypto.keyring import KeyRing
from common.crypto.webhooks import new_secret
from quxiang.signing import issuer_of
from quxiang.state import State, write_atomically

TOKEN_LIFETIME = timedelta(hours=12)
RENEWAL_SECONDS = 3600.0


def keyring_file(state: State, service: str) -> Path:
    """The key ring of a service, made on first use: without it nothing stored can be read again."""
    path = state.keys / f"{service}.keyring.json"
    if not path.exists():
        unfinished = path.with_suffix(".new")
        KeyRing.generate().store(unfinished)
        unfinished.replace(path)
    return path


def gateway_secret(state: State) -> str:
    """The secret that surveys and the gateway of the stack sign with, made on first use."""
    path = state.keys / "gateway.secret"
    if not path.exists():
        write_atomically(path, new_secret() + "\n")
    return path.read_text(encoding="ascii").strip()


def service_token_file(state: State, service: str) -> Path:
    """The file with a service's own token; the launcher renews it while it runs."""
    return state.keys / f"{service}.token"


def renew_service_token(state: State, service: str) -> None:
    """Writes a fresh token with which the service calls the others."""
    grant = Grant(Role.SYSTEM, subject=f"service:{service}")
    write_atomically(service_token_file(state, service), issuer_of(state).issue(grant, TOKEN_LIFETIME) + "\n")


async def keep_tokens_fresh(state: State, services: Iterable[str], complain: Callable[[str], None]) -> None:
    """Renews the services' tokens for ever; they live long enough for several tries on a disk that is full."""
    while True:
        await asyncio.sleep(RENEWAL_SECONDS)
        try:
            for service in services:
                renew_service_token(state, service)
        except OSError as error:
            complain(f"The services' tokens could not be renewed ({error.strerror}). The next try comes in an hour.")
