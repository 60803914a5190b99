"""Settings of the registry service."""

from common.settings import ServiceSettings


class Settings(ServiceSettings):
    """What registry needs to know of its surroundings; api and worker need the key ring."""

    service: str = "registry"
    port: int = 8001
