"""The four services as programs: their surroundings, and how to tell that one is ready."""

import ssl
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from quxiang.addresses import PORTS, url
from quxiang.keys import gateway_secret, keyring_file, service_token_file
from quxiang.signing import AUDIENCE, ISSUER, jwks_file
from quxiang.state import State
from servers.child import Program
from servers.ports import LOOPBACK, is_taken

_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Loading the authorities that a client would trust takes longer than asking a service on the loopback."""


@dataclass(frozen=True)
class Post:
    """Where mails and messages of a stack go, and are looked at."""

    gateway_port: int
    relay_port: int

    @property
    def arrived(self) -> str:
        """What has arrived, as JSON."""
        return f"{url(self.gateway_port)}/arrived"

    def environment(self, secret: str) -> dict[str, str]:
        """The settings by which surveys reaches it."""
        return {
            "QUXIANG_SMTP_URL": f"smtp://{LOOPBACK}:{self.relay_port}",
            "QUXIANG_GATEWAY_URL": url(self.gateway_port),
            "QUXIANG_GATEWAY_SECRET": secret,
            "QUXIANG_MESSAGE_PRICES": "sms=5,wechat=2",
        }

    def program(self, state: State, ahead: str) -> Program:
        """The mail relay and the gateway, in one process, whose clock runs ahead as that of the services."""

        async def ready() -> bool:
            return is_taken(self.gateway_port) and is_taken(self.relay_port)

        return Program(
            name="post",
            command=(sys.executable, "-m", "quxiang.post", str(self.gateway_port), str(self.relay_port)),
            log=state.log("post"),
            ready=ready,
            environment={
                "QUXIANG_GATEWAY_SECRET": gateway_secret(state),
                "QUXIANG_CLOCK": ahead,
                "PYTHONUNBUFFERED": "1",
            },
            folder=state.folder,
        )


@dataclass(frozen=True)
class Surroundings:
    """The servers of a stack, how far its clock runs ahead, where its probes are, and where its mail goes."""

    state: State
    postgres_port: int
    kafka: str
    ahead: str = ""
    probe_ports: Mapping[str, int] = field(default_factory=dict)
    post: Post | None = None

    def environment(self, service: str) -> dict[str, str]:
        """The settings of one service."""
        return {
            "QUXIANG_DATABASE_URL": self.database_url(service, "app"),
            "QUXIANG_MIGRATION_DATABASE_URL": self.database_url(service, "owner"),
            "QUXIANG_KAFKA": self.kafka,
            "QUXIANG_TOPIC_PREFIX": "",
            "QUXIANG_ISSUER": ISSUER,
            "QUXIANG_AUDIENCE": AUDIENCE,
            "QUXIANG_JWKS_FILE": str(jwks_file(self.state)),
            "QUXIANG_KEYRING_FILE": str(keyring_file(self.state, service)),
            "QUXIANG_OBJECTS": self.state.objects.as_uri(),
            **{f"QUXIANG_{each.upper()}_URL": url(port) for each, port in PORTS.items()},
            "QUXIANG_SERVICE_TOKEN_FILE": str(service_token_file(self.state, service)),
            "QUXIANG_HOST": LOOPBACK,
            "QUXIANG_PORT": str(PORTS[service]),
            "QUXIANG_PROBE_PORT": str(self.probe_ports.get(service, 0)),
            "QUXIANG_PUBLIC_URL": url(PORTS[service]),
            "QUXIANG_CLOCK": self.ahead,
            "QUXIANG_LOG_LEVEL": "INFO",
            **self._post(service),
            "PYTHONUNBUFFERED": "1",
        }

    def _post(self, service: str) -> dict[str, str]:
        if service != "surveys" or self.post is None:
            return {}
        return self.post.environment(gateway_secret(self.state))

    def database_url(self, service: str, part: str) -> str:
        """The address of a service's database for one of its two roles."""
        return f"postgresql://{service}_{part}@{LOOPBACK}:{self.postgres_port}/{service}"

    def program(self, service: str) -> Program:
        """The service as a program: API and worker in one process."""
        return self._command(service, service, "all", self.state.log(service))

    def migration(self, service: str) -> Program:
        """The program that brings the service's database up to its code."""
        return self._command(f"{service}-migrate", service, "migrate", self.state.log(service))

    def _command(self, name: str, service: str, command: str, log: Path) -> Program:
        async def ready() -> bool:
            return await is_ready(PORTS[service])

        return Program(
            name=name,
            command=(sys.executable, "-m", service, command),
            log=log,
            ready=ready,
            environment=self.environment(service),
            folder=self.state.folder,
        )


async def is_ready(port: int) -> bool:
    """Asks a service whether it is ready."""
    async with httpx.AsyncClient(timeout=3, trust_env=False, verify=_NO_TLS) as client:
        try:
            return (await client.get(f"{url(port)}/readyz")).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False
