"""Settings of the destinations service."""

from common.settings import ServiceSettings


class Settings(ServiceSettings):
    """What destinations needs to know of its surroundings; `registry_url` is needed by api and worker."""

    service: str = "destinations"
    port: int = 8002
    registry_url: str | None = "http://127.0.0.1:8001"
