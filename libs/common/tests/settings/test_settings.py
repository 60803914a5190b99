"""Settings from environment and files, refused early when they are wrong, never shown with their secrets."""

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from common.settings import LOCAL_ISSUER, ServiceSettings, asyncpg_url

URL = "postgresql://registry_app:hunter2@db/registry"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("QUXIANG_SERVICE", "registry")
    monkeypatch.setenv("QUXIANG_DATABASE_URL", URL)
    return monkeypatch


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+asyncpg", "postgresql+psycopg"])
def test_any_spelling_of_a_postgres_address_ends_at_asyncpg(environment: pytest.MonkeyPatch, scheme: str) -> None:
    environment.setenv("QUXIANG_DATABASE_URL", URL.replace("postgresql", scheme))
    assert ServiceSettings().database_url == URL.replace("postgresql", "postgresql+asyncpg")


def test_another_database_is_refused() -> None:
    with pytest.raises(ValueError, match="PostgreSQL"):
        asyncpg_url("sqlite:///x")


def test_a_secret_may_stand_in_a_file(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "url").write_text(f"{URL}\n")
    (tmp_path / "secret").write_text("hunter3\n")
    environment.delenv("QUXIANG_DATABASE_URL")
    environment.setenv("QUXIANG_DATABASE_URL_FILE", str(tmp_path / "url"))
    environment.setenv("QUXIANG_CLIENT_SECRET_FILE", str(tmp_path / "secret"))
    settings = ServiceSettings()
    assert settings.database_url.endswith("hunter2@db/registry")
    assert settings.client_secret is not None
    assert settings.client_secret.get_secret_value() == "hunter3"


def test_fields_that_are_paths_stay_paths(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.setenv("QUXIANG_JWKS_FILE", str(tmp_path / "jwks.json"))
    assert ServiceSettings().jwks_file == tmp_path / "jwks.json"


def test_a_value_given_twice_and_a_missing_file_are_refused(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.setenv("QUXIANG_DATABASE_URL_FILE", str(tmp_path / "url"))
    with pytest.raises(ValueError, match="both"):
        ServiceSettings()
    environment.delenv("QUXIANG_DATABASE_URL")
    with pytest.raises(FileNotFoundError):
        ServiceSettings()


def test_a_wrong_value_is_refused_without_being_quoted(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("QUXIANG_DATABASE_URL", "sqlite://hunter2")
    with pytest.raises(ValidationError) as caught:
        ServiceSettings()
    assert "hunter2" not in str(caught.value)


def test_no_representation_shows_a_secret(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("QUXIANG_CLIENT_SECRET", "hunter3")
    environment.setenv("QUXIANG_MIGRATION_DATABASE_URL", URL)
    settings = ServiceSettings()
    for shown in (repr(settings), str(settings), str(settings.shown())):
        assert "hunter" not in shown
    assert settings.shown()["database_url"] == "postgresql+asyncpg://registry_app:***@db/registry"


def test_a_local_stack_may_run_ahead(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.setenv("QUXIANG_ISSUER", LOCAL_ISSUER)
    environment.setenv("QUXIANG_JWKS_FILE", str(tmp_path / "jwks.json"))
    for text, offset in (
        ("+14d", timedelta(days=14)),
        ("+36h", timedelta(hours=36)),
        ("+0d", timedelta(0)),
        ("", None),
    ):
        environment.setenv("QUXIANG_CLOCK", text)
        assert ServiceSettings().clock == offset


@pytest.mark.parametrize("text", ["14d", "-1d", "+1", "+1w", "+1.5d", "+ 1d", "+1d ", "+123456d", "tomorrow"])
def test_a_clock_that_is_no_offset_forwards_is_refused_with_the_rule(
    environment: pytest.MonkeyPatch, text: str
) -> None:
    environment.setenv("QUXIANG_CLOCK", text)
    with pytest.raises(ValidationError, match=r"QUXIANG_CLOCK goes forwards .* like \+14d or \+36h"):
        ServiceSettings()


@pytest.mark.parametrize("text", ["+14d", "+0h"])
@pytest.mark.parametrize(
    "foreign",
    [
        {"ISSUER": "https://issuer.example"},
        {"ISSUER": ""},
        {"JWKS_URL": "https://issuer.example/jwks", "JWKS_FILE": None},
        {"HOST": "0.0.0.0"},
    ],
)
def test_with_a_foreign_issuer_the_clock_stays_where_it_is(
    environment: pytest.MonkeyPatch, tmp_path: Path, text: str, foreign: dict[str, str | None]
) -> None:
    local = {"ISSUER": LOCAL_ISSUER, "JWKS_FILE": str(tmp_path / "jwks.json"), "CLOCK": text}
    for name, value in (local | foreign).items():
        if value is not None:
            environment.setenv(f"QUXIANG_{name}", value)
    with pytest.raises(ValidationError, match=f"QUXIANG_ISSUER must be {LOCAL_ISSUER}.* leave QUXIANG_CLOCK unset"):
        ServiceSettings()


def test_origins_are_comma_separated(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("QUXIANG_CORS_ORIGINS", "https://a.example, https://b.example,")
    assert ServiceSettings().cors_origins == ("https://a.example", "https://b.example")


def test_an_env_file_in_the_working_directory_is_not_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("QUXIANG_TOPIC_PREFIX=evil.")
    assert ServiceSettings().topic_prefix == ""


def test_every_field_is_described() -> None:
    assert [name for name, field in ServiceSettings.model_fields.items() if not field.description] == []
