"""Settings of this service."""

import json
from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import NoDecode

from common.settings import ServiceSettings


class Settings(ServiceSettings):
    """What surveys needs to know of its surroundings; `registry_url` is needed by api and worker."""

    service: str = "surveys"
    port: int = 8003
    registry_url: str | None = "http://127.0.0.1:8001"
    destinations_url: str | None = Field(
        default=None, description="Base address of destinations, whose history `verify` compares with"
    )
    smtp_url: SecretStr | None = Field(
        default=None, description="Relay for mails: `smtp://user:password@host:587`, `smtps://…`; without it none leave"
    )
    mail_from: str = Field(default="survey@localhost", description="Address that mails come from")
    message_prices: Annotated[dict[str, int], NoDecode] = Field(
        default_factory=dict, description="What a message costs in fen, by channel: `sms=5,wechat=2`"
    )

    @property
    def public_base(self) -> str:
        """Where links lead to."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @field_validator("message_prices", mode="before")
    @classmethod
    def _read_prices(cls, said: object) -> object:
        if not isinstance(said, str):
            return said
        if said.lstrip().startswith("{"):
            return json.loads(said)
        return dict(each.strip().split("=", 1) for each in said.split(",") if each.strip())
