"""Settings of the indicators service."""

from pydantic import Field

from common.settings import ServiceSettings


class Settings(ServiceSettings):
    """What indicators needs beyond what every service needs."""

    service: str = "indicators"
    port: int = 8004
    destinations_url: str | None = Field(
        default=None, description="Base address of destinations, whose history `verify` compares with"
    )
    surveys_url: str | None = Field(default=None, description="Base address of surveys, for the same")
