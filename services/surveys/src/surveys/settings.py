"""Settings of this service."""

from common.settings import ServiceSettings


class Settings(ServiceSettings):
    """What surveys needs to know of its surroundings."""

    service: str = "surveys"
    port: int = 8003
