"""What an image would hold, without Docker: wheels of common and of one service, in an empty environment."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx
import pytest

from common.crypto import KeyRing
from servers.ports import free_port
from testing.databases import empty_database
from testing.tokens import TokenMint
from testing.waiting import eventually

ROOT = Path(__file__).parents[2]
SERVICES = ("registry", "destinations", "surveys", "indicators")
SPREADSHEETS = {"registry", "destinations", "indicators"}
"""Services that read or write workbooks; the others do not install what does."""


def uv(*arguments: str, folder: Path = ROOT) -> None:
    """Run uv: the one of this run, else that of the Makefile."""
    program = os.environ.get("UV") or shutil.which("uv") or str(ROOT / ".tools" / "bin" / "uv")
    kept = {name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT"}}
    done = subprocess.run([program, *arguments], cwd=folder, env=kept, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-4000:]


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One wheel of common and one of each service."""
    folder = tmp_path_factory.mktemp("wheels")
    for member in ("common", *SERVICES):
        uv("build", "--wheel", "--package", f"quxiang-{member}", "--out-dir", str(folder))
    return folder


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that holds nothing; what several services need stays compiled from one to the next."""
    folder = tmp_path_factory.mktemp("installed") / "environment"
    uv("venv", "--python", sys.executable, str(folder))
    return folder


def installed(service: str, wheels: Path, environment: Path) -> Path:
    """Leaves in the environment what the lock file gives for the service, and two wheels; gives its interpreter."""
    requirements = environment.with_name(f"{service}.txt")
    member, python = f"quxiang-{service}", environment / "bin" / "python"
    uv("export", "--frozen", "--no-dev", "--no-emit-workspace", "--no-hashes",
       "--package", member, "--output-file", str(requirements))  # fmt: skip
    ours = [str(next(wheels.glob(f"quxiang_{member}-*.whl"))) for member in ("common", service)]
    requirements.write_text("\n".join([requirements.read_text(), *ours]))
    uv("pip", "sync", "--quiet", "--python", str(python), str(requirements))
    return python


async def run(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> tuple[int, str]:
    """Run a command in nothing but this environment."""
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, env=dict(environment), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    written, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, written.decode(errors="replace")


@pytest.mark.parametrize("service", SERVICES)
async def test_the_wheels_alone_migrate_and_serve(
    service: str, wheels: Path, environment: Path, tmp_path: Path
) -> None:
    python, empty = installed(service, wheels, environment), tmp_path / "empty"
    empty.mkdir()
    readers = set() if service in SPREADSHEETS else {"xlrd"}
    others = sorted({*SERVICES, "quxiang", "servers", "testing", *readers} - {service})
    looked_for = f"import importlib.util as u; print([n for n in {others} if u.find_spec(n)])"
    assert await run([str(python), "-c", looked_for], {}, empty) == (0, "[]\n")
    KeyRing.generate().store(tmp_path / "keyring.json")
    mint, port, probe_port = TokenMint(tmp_path), free_port(), free_port()
    async with empty_database(service) as database:
        settings = {
            "QUXIANG_DATABASE_URL": database.app_url,
            "QUXIANG_MIGRATION_DATABASE_URL": database.owner_url,
            "QUXIANG_ISSUER": mint.issuer.issuer,
            "QUXIANG_JWKS_FILE": str(mint.jwks_file),
            "QUXIANG_REGISTRY_URL": "http://127.0.0.1:1",
            "QUXIANG_SERVICE_TOKEN_FILE": str(mint.service_token_file(tmp_path)),
            "QUXIANG_KEYRING_FILE": str(tmp_path / "keyring.json"),
            "QUXIANG_OBJECTS": (tmp_path / "objects").as_uri(),
            "QUXIANG_PORT": str(port),
            "QUXIANG_PROBE_PORT": str(probe_port),
        }
        refused, why = await run([str(python), "-m", service, "api"], settings, empty)
        assert (refused, "run migrate first" in why) == (1, True), why
        code, written = await run([str(python), "-m", service, "migrate"], settings, empty)
        assert code == 0, written
        await serves([str(python), "-m", service, "api"], settings, empty)
    assert list(empty.iterdir()) == []


async def serves(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
    """Start the API, ask what a probe and a newcomer would, and end it as an orchestrator does."""
    log = folder.with_suffix(".log")
    with log.open("wb") as written:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=folder, env=dict(environment), stdout=written, stderr=asyncio.subprocess.STDOUT
        )
    try:
        api, probes = (f"http://127.0.0.1:{environment[f'QUXIANG_{name}']}" for name in ("PORT", "PROBE_PORT"))
        async with httpx.AsyncClient(base_url=api, timeout=60, trust_env=False) as client:
            await eventually(lambda: process.returncode is not None or answers(client, "/readyz"), within=120)
            assert process.returncode is None, log.read_text(errors="replace")
            for path in ("/livez", "/openapi.json", "/docs", "/.well-known/jwks.json", f"{probes}/metrics"):
                assert await answers(client, path), path
            assert not await answers(client, "/metrics")
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 30) == 0
    finally:
        if process.returncode is None:
            process.kill()


async def answers(client: httpx.AsyncClient, path: str) -> bool:
    try:
        return (await client.get(path)).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
