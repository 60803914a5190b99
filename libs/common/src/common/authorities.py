"""Whom a client of another service trusts."""

import ssl
from collections.abc import Collection

import httpx


def trusted_at(addresses: Collection[str]) -> ssl.SSLContext:
    """The authorities that certify services at these addresses; none where no service is asked over TLS.

    Shared by the clients of a process: each would read all certificates anew, and keep them, 1.5 MB.
    """
    if any(address.lower().startswith("https:") for address in addresses):
        return httpx.create_ssl_context()
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
