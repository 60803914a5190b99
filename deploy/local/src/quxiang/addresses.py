"""The four services by name, and where they listen on this machine."""

import os
from enum import StrEnum

from servers.ports import LOOPBACK


class Service(StrEnum):
    """A service by its name."""

    REGISTRY = "registry"
    DESTINATIONS = "destinations"
    SURVEYS = "surveys"
    INDICATORS = "indicators"


class Program(StrEnum):
    """Everything of the stack that writes a log, by its name."""

    REGISTRY = "registry"
    DESTINATIONS = "destinations"
    SURVEYS = "surveys"
    INDICATORS = "indicators"
    POSTGRES = "postgres"
    KAFKA = "kafka"
    POST = "post"


# Other programs rely on 8001 to 8004; a second stack on one machine needs others.
FIRST_PORT = int(os.environ.get("QUXIANG_FIRST_PORT", "8001"))
PORTS = {service.value: FIRST_PORT + offset for offset, service in enumerate(Service)}


def url(port: int) -> str:
    """The base address of a service."""
    return f"http://{LOOPBACK}:{port}"
