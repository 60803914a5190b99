"""Settings of this service."""

from pydantic import Field

from common.settings import ServiceSettings


class Settings(ServiceSettings):
    """What surveys needs to know of its surroundings."""

    service: str = "surveys"
    port: int = 8003
    destinations_url: str | None = Field(
        default=None, description="Base address of destinations, whose history `verify` compares with"
    )
