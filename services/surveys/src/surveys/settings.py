"""Settings of this service."""

import json
from typing import Annotated, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode

from common.crypto.webhooks import key_of
from common.settings import ServiceSettings


class Settings(ServiceSettings):
    """What surveys needs to know of its surroundings; `registry_url` is needed by api and worker."""

    service: str = "surveys"
    port: int = 8003
    registry_url: str | None = "http://127.0.0.1:8001"
    answer_queue: int = Field(
        default=2_000, ge=1, description="Submissions that one process has waiting; it refuses more with 503"
    )
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

    gateway_url: str | None = Field(
        default=None, description="Gateway for `sms` and `wechat` (docs/gateway.md); without it none of them leave"
    )
    gateway_secret: SecretStr | None = Field(
        default=None, description="`whsec_…`: signs what goes to the gateway and the receipts that come back"
    )

    @property
    def public_base(self) -> str:
        """Where links lead to."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @field_validator("smtp_url", "gateway_url", "gateway_secret", mode="before")
    @classmethod
    def _read_empty(cls, said: object) -> object:
        # a container is given a variable that is not set as an empty one
        return said or None

    @field_validator("gateway_secret")
    @classmethod
    def _read_secret(cls, said: SecretStr | None) -> SecretStr | None:
        if said is not None:
            key_of(said.get_secret_value())
        return said

    @model_validator(mode="after")
    def _gateway_has_secret(self) -> Self:
        if self.gateway_url is not None and self.gateway_secret is None:
            raise ValueError("QUXIANG_GATEWAY_URL needs QUXIANG_GATEWAY_SECRET")
        return self

    @field_validator("message_prices", mode="before")
    @classmethod
    def _read_prices(cls, said: object) -> object:
        if not isinstance(said, str):
            return said
        if said.lstrip().startswith("{"):
            return json.loads(said)
        return dict(each.strip().split("=", 1) for each in said.split(",") if each.strip())
