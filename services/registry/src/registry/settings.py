"""Settings of the registry service."""

from pydantic import Field

from common.settings import ServiceSettings


class Settings(ServiceSettings):
    """What registry needs to know of its surroundings; api and worker need the key ring and a token of their own."""

    service: str = "registry"
    port: int = 8001
    destinations_url: str = Field(
        default="http://127.0.0.1:8002", description="Base address of destinations, asked for copies of data"
    )
    surveys_url: str = Field(default="http://127.0.0.1:8003", description="Base address of surveys, for the same")
    indicators_url: str = Field(default="http://127.0.0.1:8004", description="Base address of indicators, for the same")
