"""Settings that every service has: read once at start, from the environment, secrets also from files.

`QUXIANG_<FIELD>` sets a field. `QUXIANG_<FIELD>_FILE` names a file whose content is the value, so that a secret need
not stand in the environment; giving both is refused.
"""

import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict
from sqlalchemy import make_url

from common.clock import offset_of

PREFIX = "QUXIANG_"
LOCAL_ISSUER = "urn:quxiang:local"
"""`iss` of the launcher's own tokens: setting it means a local stack, with keys in a file."""

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class _SecretFiles(PydanticBaseSettingsSource):
    """Reads `QUXIANG_<FIELD>_FILE` for every field that is not itself the path of a file."""

    def get_field_value(self, _field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        variable = f"{PREFIX}{field_name.upper()}"
        path = os.environ.get(f"{variable}_FILE")
        if path is None or f"{field_name}_file" in self.settings_cls.model_fields:
            return None, field_name, False
        if variable in os.environ:
            raise ValueError(f"both {variable} and {variable}_FILE are set")
        return Path(path).read_text(encoding="utf-8").strip(), field_name, False

    def __call__(self) -> dict[str, Any]:
        found = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in found.items() if value is not None}


class ServiceSettings(BaseSettings):
    """What a service needs to know of its surroundings; a service subclasses it to set its name and port."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", hide_input_in_errors=True, frozen=True)

    service: str = Field(description="Name of the service: source of its events, label of its logs")
    database_url: str = Field(repr=False, description="PostgreSQL, as the application role")
    migration_database_url: str | None = Field(default=None, repr=False, description="The same, as the owner role")
    pool_size: int = Field(
        default=20, ge=1, description="Connections at most, kept once opened; replicas x pool must fit max_connections"
    )
    operations_at_once: int = Field(
        default=2, ge=1, description="Imports and exports that one worker runs side by side"
    )
    operations_processes: int = Field(
        default=min(2, os.cpu_count() or 1),
        ge=1,
        le=2,
        description="Processes that share the parts of an import: 2 where the machine has the cores, else 1",
    )
    operations_idle_seconds: float = Field(
        default=20, gt=0, description="After which the process of imports and exports ends when it has nothing to do"
    )
    statement_timeout_seconds: int = Field(default=60, ge=1, description="Bound of one statement, imports included")

    kafka: str = Field(default="localhost:9092", description="Bootstrap servers, comma-separated")
    topic_prefix: str = Field(default="", description="Put before every topic and group, so that stacks can share")
    partitions: int = Field(default=12, ge=1, description="Partitions of each topic; equal in all, never changed")

    issuer: str = Field(default="", description="`iss` that tokens must carry; needed by everything that serves HTTP")
    audience: str = Field(default="quxiang", description="`aud` that tokens must carry")
    jwks_url: str | None = Field(default=None, description="Where the issuer publishes its keys")
    jwks_file: Path | None = Field(default=None, description="The same from a file; re-read when it changes")
    keyring_file: Path | None = Field(default=None, description="Keys of field encryption and blind indexes")

    objects: str = Field(
        default="",
        description="Where files are stored: file:///path, or s3://bucket/prefix?endpoint=https://…&region=…",
    )

    registry_url: str | None = Field(default=None, description="Base address of registry, for services that ask it")
    service_token_file: Path | None = Field(default=None, description="This service's own token, renewed by others")
    token_url: str | None = Field(default=None, description="OAuth 2 token endpoint for client credentials")
    client_id: str | None = Field(default=None, description="Identifies this service at the token endpoint")
    client_secret: SecretStr | None = Field(default=None, description="Authenticates it there")

    host: str = Field(default="127.0.0.1", description="Address to listen on; 0.0.0.0 in a container")
    port: int = Field(default=8000, ge=0, le=65535, description="Port of the API")
    probe_port: int = Field(default=9000, ge=0, le=65535, description="Port of probes and metrics; 0 takes a free one")
    public_url: str | None = Field(default=None, description="Base of links that leave the system")
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(default=(), description="Origins, comma-separated")
    clock: timedelta | None = Field(default=None, description="`+14d`, `+36h`: runs ahead so far; local stack only")
    rate_limit_per_second: int = Field(default=2000, ge=1, description="Requests per client and second")
    upload_seconds: float = Field(default=120, gt=0, description="In which a file must have arrived")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="INFO", description="Least severe line")

    @field_validator("database_url", "migration_database_url")
    @classmethod
    def _through_asyncpg(cls, url: str | None) -> str | None:
        return url and asyncpg_url(url)

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split_origins(cls, origins: object) -> object:
        return (
            tuple(each.strip() for each in origins.split(",") if each.strip()) if isinstance(origins, str) else origins
        )

    @field_validator("clock", mode="before")
    @classmethod
    def _read_offset(cls, value: object) -> object:
        return (offset_of(value) if value else None) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _moves_its_own_clock_only(self) -> Self:
        local = self.issuer == LOCAL_ISSUER and self.jwks_file is not None and self.host in LOOPBACK
        if self.clock is not None and not local:
            raise ValueError(
                "QUXIANG_CLOCK moves the clock of a local stack only: QUXIANG_ISSUER must be "
                f"{LOCAL_ISSUER}, with QUXIANG_JWKS_FILE and QUXIANG_HOST=127.0.0.1; else leave QUXIANG_CLOCK unset"
            )
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments win over the environment, the environment over files; no .env file is ever read."""
        return init_settings, env_settings, _SecretFiles(settings_cls)

    def shown(self) -> dict[str, object]:
        """The effective settings with secrets masked, for one log line at start."""
        values = self.model_dump(mode="json")
        for name in ("database_url", "migration_database_url"):
            if values[name] is not None:
                values[name] = make_url(values[name]).render_as_string(hide_password=True)
        return values


def asyncpg_url(url: str) -> str:
    """The same PostgreSQL address for SQLAlchemy's asyncpg dialect, whatever driver it named."""
    parsed = make_url(url)
    if parsed.get_backend_name() not in {"postgresql", "postgres"}:
        raise ValueError("not the address of a PostgreSQL database")
    return parsed.set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)
