"""Settings of this service."""

from pydantic import Field

from common.settings import ServiceSettings


class Settings(ServiceSettings):
    """What surveys needs to know of its surroundings; `registry_url` is needed by api and worker."""

    service: str = "surveys"
    port: int = 8003
    registry_url: str | None = "http://127.0.0.1:8001"
    destinations_url: str | None = Field(
        default=None, description="Base address of destinations, whose history `verify` compares with"
    )
