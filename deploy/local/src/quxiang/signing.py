"""The launcher's own issuer: a key pair in the state folder, and its public half where the services look for it."""

from pathlib import Path

from common.auth.issuing import SigningKey, TokenIssuer, jwks_of
from common.settings import LOCAL_ISSUER
from quxiang.state import State, locked, write_atomically

ISSUER = LOCAL_ISSUER
AUDIENCE = "quxiang"


def issuer_of(state: State) -> TokenIssuer:
    """Reads the key pair of a stack, making it on first use; two programs at once make one pair."""
    state.create()
    pair, public = state.keys / "signing.pem", jwks_file(state)
    with locked(state.keys / "lock"):
        if not (pair.exists() and public.exists()):
            key = SigningKey.load(pair) if pair.exists() else SigningKey.generate()
            # the public half first: a pair that is there is one that the services trust
            write_atomically(public, jwks_of(key) + "\n")
            if not pair.exists():
                unfinished = pair.with_suffix(".new")
                key.store(unfinished)
                unfinished.replace(pair)
    return TokenIssuer(SigningKey.load(pair), ISSUER, AUDIENCE)


def jwks_file(state: State) -> Path:
    """The file that tells the services which keys to trust."""
    return state.keys / "jwks.json"
