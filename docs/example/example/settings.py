"""Settings of the service."""

from common.settings import ServiceSettings


class Settings(ServiceSettings):
    """What the service needs to know of its surroundings."""

    service: str = "example"
    port: int = 8009
